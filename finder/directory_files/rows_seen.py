"""What a file had besides the records that were read from it: how many rows, and which could not be read."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class RowsSeen:
    """The rows of one file. `ids_of_faulty` are those of rows with a fault; other rows may be unreadable as a whole."""

    rows: int = 0
    ids_of_faulty: set[str] = field(default_factory=set)
    has_unreadable: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether every row was read without a fault."""
        return not self.ids_of_faulty and not self.has_unreadable

    def may_have(self, record_id: str) -> bool:
        """Whether a record that was not read may have this id: what needs it is then no fault of its own."""
        return self.has_unreadable or record_id in self.ids_of_faulty
