"""Refusals -> RFC 9457 problem details."""

from typing import Final

import msgspec

from finder.api import json_shapes
from finder.api.answer_json import location, ward
from finder.errors import (
    OutsideCoverageError,
    PointInvalidError,
    SectorUnknownError,
    TeamReplacedError,
    WardWithoutTeamError,
)
from finder.http.problem_statuses import RequestRefusedError, explain, kind_of
from geodata.projection.ostn15 import to_lonlat

_encoder: Final = msgspec.json.Encoder()


def problem(refusal: Exception, request_id: str, root: str) -> json_shapes.Problem:
    """Returns a refusal in its documented shape. `root` is what the address of its page starts with."""
    kind = kind_of(refusal)
    found = refusal if isinstance(refusal, WardWithoutTeamError) else None
    degrees = to_lonlat(found.point) if found else None
    return json_shapes.Problem(
        type=f"{root}/problems/{kind.code}",
        title=kind.title,
        status=kind.status,
        detail=explain(refusal),
        code=kind.code,
        request_id=request_id,
        parameter=refusal.parameter if isinstance(refusal, RequestRefusedError | PointInvalidError) else "",
        force=_elsewhere(refusal),
        ward=ward(found.ward) if found else None,
        location=location(found.point, degrees and degrees.rounded(), found.positional_quality) if found else None,
        replaced_by=refusal.replaced_by if isinstance(refusal, TeamReplacedError) else (),
    )


def encode(refusal: Exception, request_id: str, root: str) -> bytes:
    """Encodes a refusal as problem JSON."""
    return _encoder.encode(problem(refusal, request_id, root))


def _elsewhere(refusal: Exception) -> json_shapes.ForceElsewhere | None:
    force = refusal.force if isinstance(refusal, OutsideCoverageError | SectorUnknownError) else None
    return json_shapes.ForceElsewhere(force.id, force.name, force.web) if force else None
