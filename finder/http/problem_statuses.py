"""The one table of problems: which refusal is which, with its stable code, HTTP status and title."""

from dataclasses import dataclass
from typing import Final

from finder.errors import (
    FinderError,
    NoLivePublicationError,
    OutsideCoverageError,
    PointInvalidError,
    PostcodeUnknownError,
    SectorUnknownError,
    TeamReplacedError,
    TeamUnknownError,
    WardUnknownError,
    WardWithoutTeamError,
)
from geodata.errors import GeodataError, PostcodeMalformedError, SectorMalformedError


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A problem as the documentation lists it."""

    code: str
    status: int
    title: str
    explanation: str


class RequestRefusedError(FinderError):
    """A request whose form is wrong; `code` is that of a ProblemKind."""

    def __init__(self, code: str, detail: str, parameter: str = "") -> None:
        self.code = code  # type: ignore[misc]  # one class for all of them, each with its own code
        self.parameter = parameter
        super().__init__(detail)


KINDS: Final = {
    kind.code: kind
    for kind in (
        ProblemKind("postcode_malformed", 400, "Not a postcode", "The text cannot be a full UK postcode."),
        ProblemKind("point_invalid", 400, "Not a point", "Latitude and longitude must be degrees in Great Britain."),
        ProblemKind("sector_malformed", 400, "Not a sector", "A sector is an outward code, a dash and a digit: B2-4."),
        ProblemKind("parameter_unknown", 400, "Unknown parameter", "The address has a parameter that we do not know."),
        ProblemKind(
            "parameter_invalid", 400, "Parameter not understood", "`parameter` names the one that has no such value."
        ),
        ProblemKind("body_invalid", 400, "Body not understood", "What was sent cannot be read."),
        ProblemKind("too_many_items", 400, "Too many at once", "As JSON, ask for at most 1,000 postcodes at once."),
        ProblemKind(
            "postcode_unknown", 404, "Unknown postcode", "It has the form of a postcode, but is not on our list."
        ),
        ProblemKind(
            "outside_coverage",
            404,
            "Outside the area",
            "Another police force looks after this place; `force` names it.",
        ),
        ProblemKind(
            "ward_without_team", 404, "No team listed", "We know the ward, but no neighbourhood team is listed for it."
        ),
        ProblemKind(
            "team_replaced",
            410,
            "Team replaced",
            "The team was replaced; `replaced_by` has the teams that cover its wards now.",
        ),
        ProblemKind("team_unknown", 404, "Unknown team", "There is no neighbourhood team with this id."),
        ProblemKind("ward_unknown", 404, "Unknown ward", "There is no ward with this GSS code in the live release."),
        ProblemKind("sector_unknown", 404, "Unknown sector", "We hold no live postcode of this sector."),
        ProblemKind("not_found", 404, "Nothing here", "There is nothing at this address."),
        ProblemKind("method_not_allowed", 405, "Method not allowed", "This address does not take that method."),
        ProblemKind("not_acceptable", 406, "Not to be had that way", "We answer with JSON, boundaries with GeoJSON."),
        ProblemKind("precondition_failed", 412, "Changed meanwhile", "`If-Match` names another state of the answer."),
        ProblemKind("too_large", 413, "Too large", "What was sent is larger than we take."),
        ProblemKind("address_too_long", 414, "Address too long", "An address may have 32 KB."),
        ProblemKind("media_type_unsupported", 415, "Wrong kind of content", "We do not read this kind of content."),
        ProblemKind("too_many_requests", 429, "Too many requests", "`Retry-After` says in how many seconds to go on."),
        ProblemKind("headers_too_large", 431, "Headers too large", "There are too many headers, or one is too long."),
        ProblemKind("request_malformed", 400, "Not a request", "What was sent cannot be read as a request of HTTP."),
        ProblemKind("refused", 400, "Refused", "The request cannot be answered."),
        ProblemKind("internal_error", 500, "Something went wrong", "The fault is ours. It has been logged."),
        ProblemKind("not_implemented", 501, "Not implemented", "We know no such method or transfer coding."),
        ProblemKind("version_unsupported", 505, "Another version of HTTP", "Ask by HTTP/1.1 or HTTP/1.0."),
        ProblemKind("no_live_publication", 503, "No data yet", "Nothing has been published yet. Try again shortly."),
    )
}

_KIND_OF: Final[dict[type[Exception], ProblemKind]] = {
    PostcodeMalformedError: KINDS["postcode_malformed"],
    PostcodeUnknownError: KINDS["postcode_unknown"],
    PointInvalidError: KINDS["point_invalid"],
    OutsideCoverageError: KINDS["outside_coverage"],
    WardWithoutTeamError: KINDS["ward_without_team"],
    TeamReplacedError: KINDS["team_replaced"],
    TeamUnknownError: KINDS["team_unknown"],
    WardUnknownError: KINDS["ward_unknown"],
    SectorMalformedError: KINDS["sector_malformed"],
    SectorUnknownError: KINDS["sector_unknown"],
    NoLivePublicationError: KINDS["no_live_publication"],
}


def kind_of(refusal: Exception) -> ProblemKind:
    """Returns which problem a refusal is; an unexpected exception is an internal error."""
    if isinstance(refusal, RequestRefusedError):
        return KINDS[refusal.code]
    return _KIND_OF.get(type(refusal), KINDS["internal_error"])


def explain(refusal: Exception) -> str:
    """Returns the sentence to show; the text of an unexpected error is never shown."""
    return str(refusal) if isinstance(refusal, FinderError | GeodataError) else kind_of(refusal).explanation
