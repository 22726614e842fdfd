"""What the database knows about replaced teams, from one publication to the next."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from finder.domain.directory import Directory
from finder.domain.release import Kind, Publication
from finder.snapshot.build_snapshot import SnapshotBuilder
from finder.snapshot.model import Snapshot
from finder.storage import publication_store, replaced_team_store, ward_store
from finder.storage.connections import Connection
from geodata.district import District
from geodata.police_forces import PoliceForces
from geodata.ward import Ward
from tests.support.stored_releases import (
    publish_directory,
    publish_releases,
    read_live_directory,
    stage_directory,
    stage_wards,
)


def renumbered(code: str) -> str:
    return f"E059{code[4:]}"


def without_newtown(directory: Directory) -> Directory:
    """Every ward under another code, and those of Newtown under Nechells."""
    coverage = [
        replace(each, gss_code=renumbered(each.gss_code), team_id=each.team_id.replace("newtown", "nechells"))
        for each in directory.coverage
    ]
    teams = tuple(team for team in directory.teams if team.id != "newtown")
    return Directory(teams=teams, coverage=tuple(coverage))


async def lose_newtown(connection: Connection) -> Publication:
    live = await publication_store.find_live(connection)
    assert live is not None
    found = await ward_store.read(connection, live.releases[Kind.WARDS].number)
    drawn = await stage_wards(connection, [replace(each, gss_code=renumbered(each.gss_code)) for each in found])
    directory = await stage_directory(connection, without_newtown(await read_live_directory(connection)))
    return await publish_releases(connection, drawn, directory)


async def build(connection: Connection, publication: Publication, previous: Snapshot | None = None) -> Snapshot:
    return await SnapshotBuilder(PoliceForces.read()).build(connection, publication, datetime.now(UTC), previous)


async def test_polygons_of_lost_wards_are_parsed_in_a_thread_and_those_of_live_wards_come_from_the_matched_index(
    shipped_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[tuple[str, bool]] = []
    parse = Ward.from_wkb

    def note(gss_code: str, name: str, district: District, wkb: bytes) -> Ward:
        parsed.append((gss_code, threading.current_thread() is threading.main_thread()))
        return parse(gss_code, name, district, wkb)

    publication = await lose_newtown(shipped_connection)
    monkeypatch.setattr(Ward, "from_wkb", note)

    snapshot = await build(shipped_connection, publication)

    assert snapshot.replacements == {"newtown": ("nechells",)}
    assert parsed
    assert not any(on_loop for _, on_loop in parsed)
    assert not {code for code, _ in parsed} & set(snapshot.team_of_ward)


async def test_replacements_are_not_read_again_if_teams_and_coverage_stay_the_same(
    shipped_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await build(shipped_connection, await lose_newtown(shipped_connection))
    described = await publish_directory(shipped_connection, lambda directory: _described(directory, "Newly described."))
    scratch = await build(shipped_connection, described)

    async def refuse(*_: Any) -> None:
        pytest.fail("read again")

    monkeypatch.setattr(replaced_team_store, "read_replaced_teams", refuse)
    after = await build(shipped_connection, described, before)

    assert after.replacements is before.replacements
    assert after.replacements == scratch.replacements == {"newtown": ("nechells",)}
    assert after.teams["nechells"].record.description == "Newly described."


async def test_a_replaced_team_of_a_skipped_publication_is_found(
    shipped_connection: Connection,
) -> None:
    first = await publication_store.find_live(shipped_connection)
    assert first is not None
    before = await build(shipped_connection, first)
    await publish_directory(shipped_connection, lambda directory: _renamed(directory, "newtown", "passing"))
    last = await publish_directory(shipped_connection, lambda directory: _renamed(directory, "passing", "newtown"))

    after = await build(shipped_connection, last, before)

    assert after.teams.keys() == before.teams.keys()
    assert after.replacements == {"passing": ("newtown",)}


def _described(directory: Directory, text: str) -> Directory:
    return replace(directory, teams=tuple(replace(team, description=text) for team in directory.teams))


def _renamed(directory: Directory, before: str, after: str) -> Directory:
    """A directory where one team has another id, and no team has people or surgeries."""
    teams = tuple(replace(team, id=after) if team.id == before else team for team in directory.teams)
    coverage = tuple(replace(each, team_id=after) if each.team_id == before else each for each in directory.coverage)
    return Directory(teams=teams, coverage=coverage)
