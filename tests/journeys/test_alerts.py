"""Every alert rule fires when it should, and none in normal operation; they use metrics that the service has."""

import asyncio
import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.support.commands import running_service, wait_until
from tests.support.proxies import DEPLOY, require_program
from tests.support.raw_http import get, send_raw

_ONE: Final = {"worker": "0"}
_JOB: Final = {"job": "finder"}
_ROUTE: Final = "/api/v1/postcodes/{postcode}"
_BUCKET: Final = f'finder_request_seconds_bucket{{route="{_ROUTE}",le="%s"}}'
Series = Mapping[str, str]

# Samples that make each alert fire, one a minute; the minute at which it must fire; its labels except the severity.
_SICK: Final[dict[str, tuple[Series, int, Mapping[str, str]]]] = {
    "FinderDown": ({'up{job="finder"}': "0x5"}, 1, _JOB),
    "FinderHasNoPublication": ({'finder_publication_number{worker="0"}': "0x5"}, 1, _ONE),
    "FinderDatabaseSilent": ({'finder_database_asked_seconds{worker="0"}': "61+60x5"}, 1, _ONE),
    "FinderPublicationUnusable": ({'finder_publication_unusable{worker="0"}': "0 1x5"}, 1, {}),
    "FinderWorkerSilent": ({'finder_worker_up{worker="0"}': "0x5"}, 1, _ONE),
    "FinderWorkersRestart": ({'process_start_time_seconds{job="finder",worker="0"}': "1+1x5"}, 4, _ONE | _JOB),
    "FinderConnectionsFull": ({'finder_connections_made_room{worker="0"}': "0+600x20"}, 6, _ONE),
    "FinderMemoryGrows": ({'process_resident_memory_bytes{job="finder",worker="0"}': "1100000000x20"}, 15, _ONE | _JOB),
    "FinderInstancesDisagree": (
        {'finder_publication_number{instance="a"}': "7x5", 'finder_publication_number{instance="b"}': "6x5"},
        2,
        {},
    ),
    "FinderErrors": (
        {
            'finder_request_seconds_count{status="200"}': "0+980x20",
            'finder_request_seconds_count{status="503"}': "0+20x20",
        },
        6,
        {},
    ),
    "FinderSlow": ({_BUCKET % "0.05": "0+980x20", _BUCKET % "0.1": "0+1000x20", _BUCKET % "+Inf": "0+1000x20"}, 11, {}),
}
_WELL: Final[Series] = {
    'up{job="finder"}': "1x30",
    'finder_publication_number{worker="0"}': "7x30",
    'finder_publication_number{worker="1"}': "6x1 7x29",  # a moment later than the other
    'finder_database_asked_seconds{worker="0"}': "2x30",
    'finder_publication_unusable{worker="0"}': "0x30",
    'finder_worker_up{worker="0"}': "1 0 1x28",
    'process_start_time_seconds{job="finder",worker="0"}': "1x10 2x20",  # renewed once
    'finder_connections_made_room{worker="0"}': "0+30x30",
    'process_resident_memory_bytes{job="finder",worker="0"}': "200000000x30",
    'finder_request_seconds_count{status="200"}': "0+1000x30",
    'finder_request_seconds_count{status="503"}': "0+5x30",
    _BUCKET % "0.05": "0+999x30",
    _BUCKET % "0.1": "0+1000x30",
    _BUCKET % "+Inf": "0+1000x30",
}


def rules() -> dict[str, dict[str, Any]]:
    """The alert rules by name."""
    groups = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def fired(alert: str, minute: int, expected: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {"eval_time": f"{minute}m", "alertname": alert, "exp_alerts": expected}


def check(folder: Path, series: Series, expected: list[dict[str, Any]]) -> None:
    """Ask promtool whether these alerts fire over these series."""
    given = [{"series": name, "values": values} for name, values in series.items()]
    tests = {
        "rule_files": [str(DEPLOY / "alerts.yml")],
        "tests": [{"interval": "1m", "input_series": given, "alert_rule_test": expected}],
    }
    path = folder / "rules.test.yml"
    path.write_text(json.dumps(tests), encoding="utf-8")
    done = subprocess.run(
        [require_program("promtool"), "test", "rules", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tested_here_and_described_in_the_runbook() -> None:
    runbook = (DEPLOY.parents[1] / "docs" / "runbook.md").read_text(encoding="utf-8")

    assert set(_SICK) == set(rules())
    assert [alert for alert in rules() if f"`{alert}`" not in runbook] == []


@pytest.mark.parametrize("alert", _SICK)
def test_an_alert_fires_where_it_should_and_not_before(tmp_path: Path, alert: str) -> None:
    series, minute, labels = _SICK[alert]
    rule = rules()[alert]
    firing = {"exp_labels": rule["labels"] | labels, "exp_annotations": rule["annotations"]}

    check(tmp_path, series, [fired(alert, minute, [firing]), fired(alert, minute - 1, [])])


def test_no_alert_fires_in_normal_operation(tmp_path: Path) -> None:
    check(tmp_path, _WELL, [fired(alert, minute, []) for alert in _SICK for minute in (3, 15, 30)])


async def test_alerts_use_metrics_that_the_service_has(shipped_database: str, tmp_path: Path) -> None:
    looked_at = {name for rule in rules().values() for name in re.findall(r"\b(?:finder|process)_\w+", rule["expr"])}
    with running_service(shipped_database, tmp_path, "--workers", "2") as server:
        await asyncio.to_thread(wait_until, lambda: server.output.count('"serving"') == 2, "both workers")
        await send_raw("127.0.0.1", server.port, get("/api/v1/postcodes/B24QA"))
        metrics = (await send_raw("127.0.0.1", server.management_port, get("/metrics"))).body.decode()

    assert looked_at - set(re.findall(r"^(\w+)\{", metrics, re.MULTILINE)) == set()
    assert f'route="{_ROUTE}"' in metrics
