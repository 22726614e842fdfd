"""The messages between the sandboxed reader of postcode files and its parent: plain values only."""

import msgspec

from geodata.check_report import Finding, Severity


class PostcodeTask(msgspec.Struct, frozen=True):
    """The source to read, and the limit on its unpacked size in million bytes."""

    path: str
    max_mb: int


class LocatedRows(msgspec.Struct, tag=True):
    """Some rows, as the bytes of a PostcodeBatch."""

    rows: bytes


class Findings(msgspec.Struct, tag=True):
    """What the checks found; the counts include findings that are not listed."""

    findings: list[Finding]
    counts: dict[Severity, int]
