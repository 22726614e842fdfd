"""Which texts are a host, and what aiohttp's errors mean."""

import pytest
from aiohttp.http_exceptions import BadHttpMethod, BadStatusLine, LineTooLong
from yarl import URL

from finder.server.connection_and_time_limits import Limits
from finder.server.request_refusals import MAX_REQUEST_LINE, is_host, refuse_unreadable


@pytest.mark.parametrize("host", ["a", "a:", "a..b:80", "[::1]:80", "~!$&'()*+,;=%41", "xn--", "1.2.3.999", "-", "_"])
def test_every_host_can_be_part_of_an_address(host: str) -> None:
    assert is_host(host)
    assert URL.build(scheme="http", authority=host).origin()


@pytest.mark.parametrize("host", ["", "a.a" * 4_000 + " ", "1:" * 4_000, "[" * 4_000, "a:" + "0" * 4_000, "[1.2.3.4]"])
def test_other_texts_are_no_hosts(host: str) -> None:
    assert not is_host(host)


@pytest.mark.parametrize("header_bytes", [8_190, MAX_REQUEST_LINE])
def test_a_long_line_and_a_long_header_are_told_apart_whatever_the_setting(header_bytes: int) -> None:
    options = Limits(header_bytes=header_bytes).aiohttp_options()

    line = refuse_unreadable(LineTooLong(b"/aaa...", options["max_line_size"]))
    header = refuse_unreadable(LineTooLong(b"X...", options["max_field_size"]))

    assert (line.code, header.code) == ("address_too_long", "headers_too_large")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadHttpMethod(error="Invalid method encountered:\n\n  b'BREW / HTTP/1.1'\n  ^"), "not_implemented"),
        (BadHttpMethod(error="Invalid method encountered:\n\n  b'\\x00\\x01 / HTTP/1.1'\n  ^"), "request_malformed"),
        (BadHttpMethod(error="Received HTTPS traffic on an HTTP port"), "request_malformed"),
        (BadStatusLine("GET"), "request_malformed"),
        (None, "request_malformed"),
    ],
)
def test_only_a_readable_request_line_has_an_unknown_method(error: Exception | None, code: str) -> None:
    assert refuse_unreadable(error).code == code
