"""Priorities in the shape of data.police.uk."""

from datetime import date

import msgspec

from finder.domain.team import NeighbourhoodTeam


class PolicePriority(msgspec.Struct, frozen=True, rename="kebab"):
    """A priority; `issue-date` is always there, `action-date` may be null."""

    issue: str
    issue_date: str
    action: str | None
    action_date: str | None


def priorities(team: NeighbourhoodTeam) -> list[PolicePriority]:
    """Returns the team's priorities."""
    return [
        PolicePriority(
            issue=each.issue,
            issue_date=_midnight(each.issued_on),
            action=each.action or None,
            action_date=_midnight(each.action_on) if each.action_on else None,
        )
        for each in team.priorities
    ]


def _midnight(day: date) -> str:
    """Returns the start of a day: the shape has moments where we have dates."""
    return f"{day:%Y-%m-%d}T00:00:00"
