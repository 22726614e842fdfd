"""Logs say where something went wrong and never what was asked."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from io import StringIO
from typing import Any, Final

import pytest
import structlog

from finder import logs
from finder.settings import Settings

SECRET: Final = "B2 4QA"

SetUp = Callable[..., StringIO]


def fail_over(postcode: str) -> None:
    message = f"cannot find {postcode}"
    raise ValueError(message)


def failure() -> ValueError:
    """An exception whose text and arguments quote a postcode."""
    try:
        fail_over(SECRET)
    except ValueError as error:
        return error
    raise AssertionError


@pytest.fixture
def set_up(make_settings: Callable[..., Settings]) -> Iterator[SetUp]:
    """Sets logging up as production does and gives what is printed; puts pytest's own set-up back."""
    root, libraries = logging.getLogger(), [logging.getLogger(name) for name in ("aiohttp.server", "asyncio")]
    handlers, level, filters = root.handlers[:], root.level, [list(each.filters) for each in libraries]

    def _set_up(log_format: str = "json") -> StringIO:
        with redirect_stderr(StringIO()) as printed:
            logs.set_up(make_settings(log_format=log_format, log_level="info"))
        return printed

    yield _set_up
    root.handlers[:] = handlers
    root.setLevel(level)
    for library, before in zip(libraries, filters, strict=True):
        library.filters[:] = before
    structlog.reset_defaults()


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_frames_name_file_line_and_function_innermost_last() -> None:
    found = logs.frames(failure())

    assert [frame.rpartition(" ")[2] for frame in found] == ["failure", "fail_over"]


def test_frames_quote_neither_the_text_nor_the_source_line_of_an_exception() -> None:
    found = logs.frames(failure())

    assert SECRET not in "".join(found)
    assert "raise" not in "".join(found)


def test_an_event_is_one_line_of_json_with_its_time_and_level(set_up: SetUp) -> None:
    printed = set_up()

    structlog.get_logger("tests").info("lookup", outward_code="B2")

    text = printed.getvalue()
    (line,) = lines(text)
    assert (line["event"], line["level"], line["outward_code"], line["timestamp"][-1]) == ("lookup", "info", "B2", "Z")


def test_an_event_below_the_level_is_not_printed(set_up: SetUp) -> None:
    printed = set_up()

    structlog.get_logger("tests").debug("lookup")

    assert not printed.getvalue()


def test_an_exception_of_ours_is_reduced_to_its_class_and_frames(set_up: SetUp) -> None:
    printed = set_up()

    structlog.get_logger("tests").error("request_failed", exc_info=failure())

    text = printed.getvalue()
    assert SECRET not in text
    assert (lines(text)[0]["error"], len(lines(text)[0]["frames"])) == ("ValueError", 2)


def test_an_exception_being_handled_is_reduced_too(set_up: SetUp) -> None:
    printed = set_up()

    try:
        fail_over(SECRET)
    except ValueError:
        structlog.get_logger("tests").exception("request_failed")

    text = printed.getvalue()
    assert SECRET not in text
    assert lines(text)[0]["error"] == "ValueError"


@pytest.mark.parametrize("name", ["aiohttp.server", "asyncio", "asyncpg"])
def test_an_exception_that_a_library_logs_is_reduced_too(set_up: SetUp, name: str) -> None:
    printed = set_up()

    logging.getLogger(name).error("Unhandled exception", exc_info=failure())

    text = printed.getvalue()
    assert SECRET not in text
    assert lines(text)[0]["error"] == "ValueError"


@pytest.mark.parametrize("name", ["aiohttp.server", "asyncio"])
def test_what_a_library_formats_into_its_message_is_left_out(set_up: SetUp, name: str) -> None:
    printed = set_up()

    logging.getLogger(name).error("Error handling request from %s: %r", "192.0.2.1", SECRET)

    text = printed.getvalue()
    assert SECRET not in text
    assert "192.0.2.1" not in text
    assert lines(text)[0]["event"] == "Error handling request from "


def test_the_context_that_asyncio_adds_below_its_message_is_left_out(set_up: SetUp) -> None:
    printed = set_up()

    logging.getLogger("asyncio").error(f"Task exception was never retrieved\nfuture: <Task {SECRET}>")  # noqa: G004

    text = printed.getvalue()
    assert SECRET not in text
    assert lines(text)[0]["event"] == "Task exception was never retrieved"


def test_the_console_format_reduces_exceptions_too(set_up: SetUp) -> None:
    printed = set_up("console")

    structlog.get_logger("tests").error("request_failed", exc_info=failure())

    text = printed.getvalue()
    assert "request_failed" in text
    assert SECRET not in text
