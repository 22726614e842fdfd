"""Structured logs on standard error that never contain a postcode, a point, a path or a query.

Tracebacks are reduced to their frames, because the text of an exception may quote a request.
"""

import logging
import os
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Final

import structlog

from finder.settings import Settings

_STANDARD_ERROR: Final = 2
_SHARED = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def set_up(settings: Settings) -> None:
    """Formats our events and those of the libraries alike."""
    level = getattr(logging, settings.log_level.upper())
    structlog.configure(
        processors=[*_SHARED, _reduce_traceback, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.raiseExceptions = False  # a full disk or a closed pipe must cost no more than the log line
    handler = logging.StreamHandler(sys.stderr) if sys.stderr else logging.NullHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_SHARED, _reduce_traceback],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(settings)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("aiohttp.server").addFilter(_remove_values)
    logging.getLogger("asyncio").addFilter(_remove_values)


def frames(error: BaseException) -> list[str]:
    """Returns where an exception was raised, innermost last, without its text."""
    return _frames(error.__traceback__)


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def _renderer(settings: Settings) -> Any:
    console = settings.log_format == "console" or (settings.log_format == "auto" and _is_terminal())
    return structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def open_standard_files() -> None:
    """Opens the files 0 to 2 that are closed; otherwise a client's connection could get the number of one."""
    while (opened := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_ERROR:
        pass
    os.close(opened)


def _reduce_traceback(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["frames"] = frames(error)
    return event


def _remove_values(record: logging.LogRecord) -> bool:
    """Removes the values from messages of aiohttp and asyncio, which quote requests and exceptions."""
    record.msg = record.msg.partition("%")[0].partition("\n")[0] if isinstance(record.msg, str) else "event"
    record.args = None
    return True
