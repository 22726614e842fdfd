"""Optional steps after a load: its report as JSON or as a page to mail, and publishing at once."""

import json
import sys
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime
from pathlib import Path

from finder.cli.output_files import writing
from finder.cli.publish_plan import plan_with_progress, publish_plan
from finder.errors import PublishRefusedError
from finder.reports import html_report, json_report
from finder.reports.difference_wording import directory_summary
from finder.services.loading.load_job import LoadJob, LoadResult
from finder.services.publishing.plan import Plan
from finder.storage.connections import Connection
from geodata.check_report import Report
from geodata.police_forces import PoliceForces


@dataclass(frozen=True, slots=True)
class AfterLoad:
    """The steps that the options of `finder load` ask for: reports, and publishing."""

    job: LoadJob
    _: KW_ONLY
    as_json: bool
    html: Path | None
    go_on: bool
    accept_warnings: bool

    def write(self, report: Report, loaded: LoadResult | None, plan: Plan | None) -> None:
        """Writes the report. `loaded` is None if the load was refused."""
        if self.as_json:
            sys.stdout.write(json.dumps(json_report.load(report, loaded), indent=2) + "\n")
        if self.html:
            with writing(self.html):
                self.html.write_text(html_report.load_page(report, loaded, plan, datetime.now(UTC)), encoding="utf-8")

    async def follow(self, connection: Connection, loaded: LoadResult) -> None:
        """Writes the report and publishes, as the options ask."""
        compared = await self._compare(connection, loaded) if self.html else None
        self.write(loaded.report, loaded, compared)
        if self.go_on and loaded.release:
            plan = compared or await plan_with_progress(connection, [loaded.release.id], PoliceForces.read())
            self._refuse_more_than_the_file(plan, loaded.release.id)
            note = f"load {self.job.what} {self.job.path.name}"
            await publish_plan(connection, plan, accept_warnings=self.accept_warnings, note=note)

    def _refuse_more_than_the_file(self, plan: Plan, release: str) -> None:
        """Refuses to publish at once what staff have not seen: changes of parts that the file does not hold."""
        loaded = {part for part, _ in self.job.files}
        others = {part: rows for part, rows in plan.difference.directory.items() if part not in loaded}
        if plan.live is not None and (more := directory_summary(others)):
            message = (
                f"Nothing was published, because more would change than {self.job.path.name} holds. {' '.join(more)} "
                f"Look at it with `finder diff {release}`, then run `finder publish {release}`."
            )
            raise PublishRefusedError(message)

    async def _compare(self, connection: Connection, loaded: LoadResult) -> Plan | None:
        """Returns what publishing the release would change, None if it cannot be published."""
        if loaded.release is None:
            return None
        try:
            return await plan_with_progress(connection, [loaded.release.id], PoliceForces.read())
        except PublishRefusedError:
            return None  # other kinds are not loaded yet, or it is live already
