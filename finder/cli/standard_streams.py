"""Runs a command to its exit code on standard streams that may fail: on a full disk, or without a reader."""

import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, NoReturn, Self, TextIO

from finder.cli.terminal import REFUSED, err
from finder.errors import FinderError, OperatorError
from geodata.errors import GeodataError

_STANDARD_OUTPUT: Final = 1
_STANDARD_ERROR: Final = 2


class OutputError(OperatorError):
    """Standard output cannot be written. The command stops, because nobody saw what it said."""


class OutputClosedError(OutputError):
    """Nobody reads standard output any more, as after `finder releases | head`; there is nothing to say about it."""


def run_program(command: Callable[[], None], show_findings: Callable[[Exception], None] = lambda _: None) -> NoReturn:
    """Runs a command and exits with its code. An expected refusal becomes a sentence on standard error and code 1.

    `show_findings` is called before that sentence. Errors of standard output become OutputError wherever the command
    prints. Those of standard error are ignored: what cannot be shown there must not stop a command.
    """
    with _guarded_streams():
        codes = [_exit_code(work, show_findings) for work in (command, sys.stdout.flush)]
    sys.exit(codes[0] or codes[1])


@contextmanager
def _guarded_streams() -> Iterator[None]:
    before = sys.stdout, sys.stderr
    output, errors = sys.stdout, sys.stderr = _Output.of(sys.stdout), _Errors.of(sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        errors.flush()
        for each in (output, errors):
            each.detach()  # or it would close the file with itself


def _exit_code(work: Callable[[], None], show_findings: Callable[[Exception], None]) -> int:
    try:
        work()
    except OutputClosedError:
        return REFUSED
    except (FinderError, GeodataError) as refusal:
        show_findings(refusal)
        err.print(str(refusal), style="bold red", soft_wrap=True)
        return REFUSED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


class _Stream(io.TextIOWrapper):
    """A standard stream whose errors `_fail` handles; the rest of the output is then thrown away."""

    number: int

    @classmethod
    def of(cls, stream: TextIO | None) -> Self:
        """Returns the stream in place of one of Python's, which is None if the program was started without it."""
        if stream is None:
            return cls(_ClosedFile(), encoding="utf-8")
        return cls(
            stream.buffer,
            stream.encoding,
            "backslashreplace",
            line_buffering=bool(stream.line_buffering),
            write_through=bool(getattr(stream, "write_through", False)),  # with PYTHONUNBUFFERED
        )

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError as error:
            self._discard()
            self._fail(error)
        return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            self._discard()
            self._fail(error)

    def _discard(self) -> None:
        """Lets what is still buffered go nowhere, or Python would try again as it exits."""
        with suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.number)
            os.close(nowhere)

    def _fail(self, error: OSError) -> None:
        raise NotImplementedError


class _Output(_Stream):
    number = _STANDARD_OUTPUT

    def _fail(self, error: OSError) -> None:
        if error.errno == errno.EPIPE:
            raise OutputClosedError from error
        message = (
            f"Standard output cannot be written: {error.strerror}. What the command did before is in `finder journal`."
        )
        raise OutputError(message) from error


class _Errors(_Stream):
    number = _STANDARD_ERROR

    def _fail(self, error: OSError) -> None:
        pass


class _ClosedFile(io.RawIOBase):
    """A stream that the program was started without."""

    name = "closed"

    def writable(self) -> bool:
        return True

    def write(self, _: object, /) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
