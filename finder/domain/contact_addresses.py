"""Which texts may become links: addresses of web pages, and of e-mail."""

import re
from typing import Final
from urllib.parse import urlsplit

_LONGEST_WEB: Final = 2_000
_LONGEST_EMAIL: Final = 254  # RFC 5321, 4.5.3.1
_LONGEST_LOCAL: Final = 64
_HIGHEST_PORT: Final = 65_535

# What RFC 3986 lets stand in an address, with the letters of other languages in paths, which browsers encode.
_WEB_TEXT: Final = re.compile(r"https?://(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]|[^\W_])+", re.IGNORECASE)
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = re.compile(rf"(?:{_LABEL}\.)+(?!\d)[A-Za-z0-9-]{{2,63}}(?<!-)\.?")
_HOST_AND_PORT: Final = re.compile(r"(?P<host>[^:]*)(?::(?P<port>\d{1,5}))?")
# Narrower than RFC 5322: after a `?` or `&` in a link, browsers read more fields of the message, such as bcc.
_LOCAL: Final = re.compile(r"[A-Za-z0-9_'+-]+(?:\.[A-Za-z0-9_'+-]+)*")


def fault_of_web_address(text: str) -> str:
    """Returns why a text may not become a link to a web page, or an empty text.

    It must be whole, by http or https, to a named host, and without a user name, which would disguise the host.
    """
    if len(text) > _LONGEST_WEB:
        return f"the address has {len(text):,} characters."
    if not _WEB_TEXT.fullmatch(text):
        return "not an address on the web."
    try:
        network_location = urlsplit(text).netloc
    except ValueError:
        return "not an address on the web."
    if "@" in network_location:
        return "the address has a user name in it, before the @."
    match = _HOST_AND_PORT.fullmatch(network_location)
    if match is None or not _HOST.fullmatch(match["host"]) or int(match["port"] or 0) > _HIGHEST_PORT:
        return "the address has no host that exists on the web."
    return ""


def fault_of_email(text: str) -> str:
    """Returns why a text may not become a link to write to, or an empty text. It must be one plain address."""
    if len(text) > _LONGEST_EMAIL:
        return f"the e-mail address has {len(text):,} characters."
    local, at, host = text.rpartition("@")
    if not at:
        return "not an e-mail address."
    if text.count("@") > 1 and re.search(r"[;,/&\s]", text):
        return "more than one e-mail address."
    if re.search(r"[<>\s\"?&%=]", text):
        return "there is more than an e-mail address."
    if not _LOCAL.fullmatch(local) or not _HOST.fullmatch(host) or host.endswith("."):
        return "not an e-mail address."
    return f"there are {len(local)} characters before the @." if len(local) > _LONGEST_LOCAL else ""
