"""Loads and publishes the data that ships, for the demonstration."""

from typing import Final

from finder.cli.load_with_progress import load_with_progress
from finder.cli.terminal import out
from finder.domain.release import Kind, Part
from finder.services.loading.load_job import LoadJob
from finder.services.publishing.plan import plan_publication
from finder.services.publishing.publish import publish
from finder.storage.connections import Connection
from geodata.police_forces import PoliceForces
from geodata.shipped_data import SHIPPED_FOLDER

_DIRECTORY: Final = (Part.TEAMS, Part.COVERAGE, Part.OFFICERS, Part.PRIORITIES, Part.SURGERIES)
_SHIPPED_FILES: Final = (
    (Part.POSTCODES, SHIPPED_FOLDER / "postcodes.csv"),
    (Part.WARDS, SHIPPED_FOLDER / "wards.geojson"),
    *((part, SHIPPED_FOLDER / "directory" / f"{part}.csv") for part in _DIRECTORY),
)
"""In the order in which they must be loaded."""


async def load_shipped(connection: Connection) -> None:
    """Loads and publishes the data that ships."""
    onto = ""
    for part, path in _SHIPPED_FILES:
        # The README of the data explains what the notes say.
        job = LoadJob(part, path, "demo", onto=onto if part.kind is Kind.DIRECTORY else "")
        loaded = await load_with_progress(connection, job, brief=True)
        if part.kind is Kind.DIRECTORY and loaded.release:
            onto = loaded.release.id
    plan = await plan_publication(connection, [], PoliceForces.read())
    made = await publish(connection, plan, made_by="demo", note="the data that ships")
    out.print(f"Publication {made.number} is live.")
