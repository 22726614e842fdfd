"""Limits on what reading one supplied file may cost."""

from dataclasses import dataclass
from typing import Final

from geodata.readers.sandbox.protocol import SandboxLimits


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """A source that exceeds a limit is refused."""

    wards_mb: int = 2_000  # million bytes of boundaries, unpacked
    postcodes_mb: int = 4_000  # million bytes of postcodes, unpacked; the whole ONSPD has 1,300
    features: int = 50_000  # the United Kingdom has 8,400 wards
    memory_mb: int = 1_000  # of the process that reads the source
    seconds: int = 60  # of that process, by the clock and of processor time; ten times as many for postcodes

    def for_sandbox(self, sent_mb: int, written_mb: int | None = None) -> SandboxLimits:
        """Those of the sandbox, with limits on the million bytes that the reader may send, and write to a file."""
        return SandboxLimits(self.memory_mb, self.seconds, sent_mb if written_mb is None else written_mb, sent_mb)


DEFAULT_LIMITS: Final = SourceLimits()
"""The limits if no setting changes them."""
