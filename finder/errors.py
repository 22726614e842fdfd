"""Refusals of the service, each with a stable code and a sentence to act on. They know nothing of HTTP."""

from typing import TYPE_CHECKING, ClassVar

from geodata.points_and_extents import GridPoint
from geodata.police_forces import Force

if TYPE_CHECKING:
    from geodata.ward import Ward


class FinderError(Exception):
    """Base of every expected refusal. Its text is for the user and never repeats a postcode."""

    code: ClassVar[str] = "refused"


class PostcodeUnknownError(FinderError):
    """A well-formed postcode that is not in the live release, although other postcodes of its area are."""

    code = "postcode_unknown"

    def __init__(self) -> None:
        super().__init__("We do not know this postcode. Check it, or it may be too new for our list.")


class PointInvalidError(FinderError):
    """Coordinates that no point in Great Britain can have; `parameter` is the wrong one."""

    code = "point_invalid"

    def __init__(self, detail: str, parameter: str) -> None:
        self.parameter = parameter
        super().__init__(detail)


class OutsideCoverageError(FinderError):
    """A place that another force polices; `force` is None if it is not known which."""

    code = "outside_coverage"

    def __init__(self, force: Force | None) -> None:
        self.force = force
        who = f"It is policed by {force.name}." if force else "We do not know which force polices it."
        super().__init__(f"This place is outside the area that this service covers. {who}")


class WardWithoutTeamError(FinderError):
    """A place in a ward that no team covers in the live directory."""

    code = "ward_without_team"

    def __init__(self, ward: "Ward", point: GridPoint, positional_quality: int | None) -> None:
        self.ward = ward
        self.point = point
        self.positional_quality = positional_quality
        super().__init__(f"No neighbourhood team is listed for {ward.name} ward yet. Call 101 to reach the police.")


class TeamUnknownError(FinderError):
    """No live team has the requested id."""

    code = "team_unknown"

    def __init__(self) -> None:
        super().__init__("There is no neighbourhood team with this id.")


class TeamReplacedError(FinderError):
    """A team that was live once and was replaced; `replaced_by` has the ids of the teams that cover its wards now."""

    code = "team_replaced"

    def __init__(self, replaced_by: tuple[str, ...]) -> None:
        self.replaced_by = replaced_by
        super().__init__("This neighbourhood team has been replaced. Another team looks after its area now.")


class WardUnknownError(FinderError):
    """No live ward has the requested GSS code."""

    code = "ward_unknown"

    def __init__(self) -> None:
        super().__init__("There is no ward with this GSS code in the live release.")


class SectorUnknownError(FinderError):
    """The live release has no postcode of a sector; `force` polices it, None if that is not known."""

    code = "sector_unknown"

    def __init__(self, force: Force | None) -> None:
        self.force = force
        who = f" It is policed by {force.name}." if force else ""
        super().__init__(f"We hold no live postcode of this sector.{who}")


class NoLivePublicationError(FinderError):
    """Nothing has been published, or this process has not read it yet."""

    code = "no_live_publication"

    def __init__(self) -> None:
        super().__init__("No data is live yet. Try again in a few minutes.")


class OperatorError(FinderError):
    """A command that cannot be carried out. The sentence says what staff should do."""


class DatabaseUnavailableError(OperatorError):
    """PostgreSQL cannot be reached or refuses the connection."""


class DatabaseUnreachableError(DatabaseUnavailableError):
    """PostgreSQL does not answer at present. A service waits until it does."""


class StandbyBehindError(DatabaseUnavailableError):
    """A standby that has not received the current publication yet, so that its data is older than the snapshot."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"The standby that is asked lags: it does not have publication {number} yet, which stays. "
            "Look at its replication."
        )


class PublicationUnusableError(OperatorError):
    """A publication whose data is damaged or incomplete, so that nothing can be answered from it."""

    def __init__(self, number: int, why: str) -> None:
        self.why = why
        super().__init__(
            f"Publication {number} cannot be used: {why}. "
            "Go back with `finder rollback`, or load and publish what is damaged anew."
        )


class SchemaError(OperatorError):
    """The database's schema is not the one that this code needs."""


class BusyError(OperatorError):
    """Another command has blocked this one for too long."""


class JournalBrokenError(OperatorError):
    """A journal whose chain of hashes does not hold: somebody has changed it."""


class LoadRefusedError(OperatorError):
    """A file has errors, so nothing was staged."""


class MatchedIndexDamagedError(FinderError):
    """A stored matched index whose bytes have changed."""

    code = "matched_index_damaged"

    def __init__(self) -> None:
        super().__init__("The matched postcodes and wards in the database are damaged.")


class PublishRefusedError(OperatorError):
    """A publication that cannot be made. The live publication stays as it is."""
