"""The errors of this package, under one base class."""

from typing import Final

_LONGEST: Final = 1_000


class GeodataError(Exception):
    """Base of every refusal in this package; its text is a sentence for a person."""


class PostcodeMalformedError(GeodataError):
    """The text is not a full British postcode in any accepted spelling.

    The text itself is deliberately not part of the message: what a resident typed is personal.
    """

    def __init__(self) -> None:
        super().__init__("Enter a full UK postcode, like B2 4QA.")


class SectorMalformedError(GeodataError):
    """The text cannot be a postcode sector."""

    def __init__(self) -> None:
        super().__init__("Give a postcode sector like B2-4: the outward code, a dash and the digit after it.")


class SourceError(GeodataError):
    """A source file as a whole cannot be read: absent, the wrong format, or damaged.

    The text is bounded, since it may name what the file names: a path in a zip can have 65,535 characters.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence if len(sentence) <= _LONGEST else f"{sentence[:_LONGEST]}…")
