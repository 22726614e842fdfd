"""What a check of a directory finds."""

from dataclasses import dataclass, field

from finder.directory_files.read_directory_file import Record


@dataclass(frozen=True, slots=True, order=True)
class DirectoryFinding:
    """Something that staff should look at, about one subject.

    Findings are equal even if their records differ: the record may have moved or changed since. `column` is a column of
    the file that the record came from.
    """

    problem: str
    remedy: str
    column: str
    subject: str
    record: Record = field(compare=False)
