"""The preconditions of a request: the entity tags that a client has, in If-Match and If-None-Match (RFC 9110, 13)."""

import re
from typing import Final

from aiohttp import hdrs
from multidict import CIMultiDictProxy

from finder.http.problem_statuses import RequestRefusedError

_MEMBER: Final = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\U0010ffff]*")|(?<![^\s,])(\*)(?![^\s,])')
_ANY: Final = "*"
_MOST_READ: Final = 16 * 1024
"""Characters of a list. More are not read: half a megabyte of quotation marks held the event loop for 0.2 s."""

Headers = CIMultiDictProxy[str]


def client_has(headers: Headers, quoted_tag: str) -> bool:
    """Whether If-None-Match names the tag, weakly or strongly: the client has the answer already.

    Raises RequestRefusedError if there is an If-Match that does not name it strongly.
    """
    if hdrs.IF_MATCH in headers:
        _check_if_match(headers, quoted_tag)
    if hdrs.IF_NONE_MATCH not in headers:
        return False
    lines = headers.getall(hdrs.IF_NONE_MATCH)
    return lines == [quoted_tag] or any(tag in (_ANY, quoted_tag) for _, tag in _members(lines))


def _check_if_match(headers: Headers, quoted_tag: str) -> None:
    # The client wants what it had and nothing newer. RFC 9110 (13.2.2) answers 412 to that, whatever the method.
    if any(not weak and tag in (_ANY, quoted_tag) for weak, tag in _members(headers.getall(hdrs.IF_MATCH))):
        return
    message = "The answer is no longer the one that If-Match names. Ask without it to get the present one."
    raise RequestRefusedError("precondition_failed", message, "If-Match")


def _members(lines: list[str]) -> list[tuple[str, str]]:
    """Returns the tags of a list that may be spread over several lines and have empty members, each after its `W/`."""
    return [(weak, tag or star) for weak, tag, star in _MEMBER.findall(",".join(lines)[:_MOST_READ])]
