"""The error of the embedded PostgreSQL."""

from typing import Final

from finder.errors import OperatorError

_LAST_LINES: Final = 8


class EmbeddedPostgresError(OperatorError):
    """The embedded database does not work; the sentence is followed by the last lines of `log`."""

    def __init__(self, sentence: str, log: str = "") -> None:
        self.sentence = sentence
        super().__init__("\n".join([sentence, *(f"  {line}" for line in log.splitlines()[-_LAST_LINES:])]))
