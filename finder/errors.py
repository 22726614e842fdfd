"""What the service can refuse to do: each refusal has a stable code and a sentence to act on, and knows no HTTP."""

from typing import ClassVar

from geodata.grid import GridPoint
from geodata.police_forces import Force
from geodata.ward import Ward


class FinderError(Exception):
    """Base of every expected refusal; its text is for the person who asked and never repeats a postcode."""

    code: ClassVar[str] = "refused"


class PostcodeUnknownError(FinderError):
    """A well-formed postcode that the live release does not hold, in an area that it does."""

    code = "postcode_unknown"

    def __init__(self) -> None:
        super().__init__("We do not know this postcode. Check it, or it may be too new for our list.")


class PointInvalidError(FinderError):
    """Coordinates that no point in Great Britain can have; `parameter` is the one to mend."""

    code = "point_invalid"

    def __init__(self, detail: str, parameter: str) -> None:
        self.parameter = parameter
        super().__init__(detail)


class OutsideCoverageError(FinderError):
    """A place that another force polices; `force` is None where that is not known."""

    code = "outside_coverage"

    def __init__(self, force: Force | None) -> None:
        self.force = force
        who = f"It is policed by {force.name}." if force else "We do not know which force polices it."
        super().__init__(f"This place is outside the area that this service covers. {who}")


class WardWithoutTeamError(FinderError):
    """A place in a ward that no team covers in the live directory."""

    code = "ward_without_team"

    def __init__(self, ward: Ward, point: GridPoint, positional_quality: int | None) -> None:
        self.ward = ward
        self.point = point
        self.positional_quality = positional_quality
        super().__init__(f"No neighbourhood team is listed for {ward.name} ward yet. Call 101 to reach the police.")


class TeamUnknownError(FinderError):
    """No live team has the id that was asked for."""

    code = "team_unknown"

    def __init__(self) -> None:
        super().__init__("There is no neighbourhood team with this id.")


class TeamReplacedError(FinderError):
    """A team that was live once and was replaced; `replaced_by` has the ids of the teams that cover its wards now."""

    code = "team_replaced"

    def __init__(self, replaced_by: tuple[str, ...]) -> None:
        self.replaced_by = replaced_by
        super().__init__("This neighbourhood team is no more. Another team looks after its area now.")


class WardUnknownError(FinderError):
    """No live ward has the GSS code that was asked for."""

    code = "ward_unknown"

    def __init__(self) -> None:
        super().__init__("There is no ward with this GSS code in the live release.")


class SectorUnknownError(FinderError):
    """The live release holds no postcode of a sector; `force` is None where it is not known who polices it."""

    code = "sector_unknown"

    def __init__(self, force: Force | None) -> None:
        self.force = force
        who = f" It is policed by {force.name}." if force else ""
        super().__init__(f"We hold no live postcode of this sector.{who}")


class NoLivePublicationError(FinderError):
    """Nothing has been published, or it has not been read yet."""

    code = "no_live_publication"

    def __init__(self) -> None:
        super().__init__("No data is live yet. Try again in a few minutes.")


class OperatorError(FinderError):
    """A command that cannot be carried out; the sentence tells staff what to do."""


class DatabaseUnavailableError(OperatorError):
    """PostgreSQL cannot be reached or will not let us in."""


class DatabaseUnreachableError(DatabaseUnavailableError):
    """PostgreSQL does not answer, or not yet: a service waits for it."""


class StandbyBehindError(DatabaseUnavailableError):
    """A standby is asked that has not received what is answered from: nothing that it says is news."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"The standby that is asked lags: it does not have publication {number} yet, which stays. "
            "Look at its replication."
        )


class PublicationUnusableError(OperatorError):
    """What a publication names is damaged or not whole: it cannot be answered from."""

    def __init__(self, number: int, why: str) -> None:
        self.why = why
        super().__init__(
            f"Publication {number} cannot be used: {why}. "
            "Go back with `finder rollback`, or load and publish what is damaged anew."
        )


class SchemaError(OperatorError):
    """The database's schema is not the one that this code needs."""


class BusyError(OperatorError):
    """Another command holds this one up for too long."""


class LoadRefusedError(OperatorError):
    """A file with faults: nothing was staged."""


class MatchedIndexDamagedError(FinderError):
    """The bytes of a stored matched index are not those that were stored."""

    code = "matched_index_damaged"

    def __init__(self) -> None:
        super().__init__("The matched postcodes and wards in the database are damaged.")


class PublishRefusedError(OperatorError):
    """A publication that cannot be made: what is live stays as it was."""
