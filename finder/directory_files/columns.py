"""The columns of each directory file, and the other headings that people give them."""

from collections.abc import Mapping
from typing import Final

from finder.directory_files.headings import Column, column_names
from finder.domain.release import Part
from finder.domain.team import CONTACT_KEYS

_CONTACT_HEADINGS: Final = {
    "email": ("email address", "contact email", "mail"),
    "telephone": ("phone", "tel", "tel no", "phone number", "telephone number", "contact number", "landline"),
    "mobile": ("mobile number", "mobile phone", "mob"),
    "web": ("website", "web address", "web page", "webpage", "url", "link"),
    "address": ("postal address", "station", "station address", "police station"),
    "facebook": ("facebook page",),
    "twitter": ("x", "x twitter", "twitter x", "twitter handle"),
    "youtube": ("youtube channel",),
}
_USUAL_CONTACTS: Final = frozenset({"email", "telephone", "web", "facebook", "twitter"})
_VINTAGES: Final = range(19, 40)
_TEAM: Final = Column(
    "team_id", ("team", "team code", "team ref", "team reference", "neighbourhood team"), required=True
)

COLUMNS: Final[Mapping[Part, tuple[Column, ...]]] = {
    Part.TEAMS: (
        Column("id", ("team id", "team code", "team ref", "team reference", "identifier"), required=True),
        Column("name", ("team", "team name", "neighbourhood team"), required=True),
        Column("force_id", ("force", "police force"), required=True),
        Column("area", ("area name", "local policing area", "LPA", "borough", "district"), required=True),
        Column("description", ("about", "about us", "about the team")),
        *(Column(key, _CONTACT_HEADINGS.get(key, ()), in_template=key in _USUAL_CONTACTS) for key in CONTACT_KEYS),
    ),
    Part.COVERAGE: (
        Column(
            "gss_code",
            ("gss", "ward code", "ward gss code", "ons code", *(f"WD{n}CD" for n in _VINTAGES)),
            required=True,
        ),
        _TEAM,
        # The next three are for people who read the file; they are not stored.
        Column("ward_name", ("ward", *(f"WD{n}NM" for n in _VINTAGES))),
        Column("team_name", in_template=False),
        Column("note", ("notes", "comment", "comments", "remarks")),
    ),
    Part.OFFICERS: (
        _TEAM,
        Column("name", ("officer", "officer name", "full name", "staff name", "PCSO name"), required=True),
        Column("rank", ("role", "job title", "grade", "title"), required=True),
    ),
    Part.PRIORITIES: (
        _TEAM,
        Column("issue", ("priority", "problem", "concern"), required=True),
        Column("issued_on", ("issued", "date", "date issued", "issue date", "date set", "set on"), required=True),
        Column("action", ("action taken", "what we did", "response", "update")),
        Column("action_on", ("action date", "date of action", "acted on", "update date", "updated")),
    ),
    Part.SURGERIES: (
        Column("id", ("surgery id", "series", "series id", "reference", "ref"), required=True),
        _TEAM,
        Column("title", ("name", "surgery", "surgery name", "event", "what"), required=True),
        Column("date", ("day", "start date", "first date", "surgery date", "date of surgery")),
        Column("starts_at", ("start", "starts", "start time", "from", "begins", "time"), required=True),
        Column("ends_at", ("end", "ends", "end time", "to", "finish", "finishes", "finish time"), required=True),
        Column("recurrence", ("repeats", "repeat", "recurs", "frequency", "how often", "RRULE"), required=True),
        Column("venue_name", ("venue", "place", "location", "where")),
        Column("venue_address", ("address", "street")),
        Column("venue_postcode", ("postcode", "venue post code")),
        Column("venue_access", ("access", "access note", "access notes", "accessibility")),
        Column("online_url", ("online", "online link", "meeting link", "link", "url")),
        Column("occurrence", ("original start", "original date")),
        Column("status"),
        Column("reason", ("why",)),
    ),
}
"""By the part that a file has, in the order of the templates."""


def known_headings(part: Part) -> list[str]:
    """Returns all headings that mean a column of a part, folded."""
    return list(column_names(COLUMNS[part]))
