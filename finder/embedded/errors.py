"""What can go wrong with the embedded PostgreSQL, said so that it can be mended."""

from typing import Final

from finder.errors import OperatorError

_LAST_LINES: Final = 8


class EmbeddedPostgresError(OperatorError):
    """The embedded database cannot be had; the sentence is followed by the last lines of `log`, where there are any."""

    def __init__(self, sentence: str, log: str = "") -> None:
        self.sentence = sentence
        super().__init__("\n".join([sentence, *(f"  {line}" for line in log.splitlines()[-_LAST_LINES:])]))
