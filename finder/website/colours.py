"""Colours of the pages, written like #173a5e: made lighter for dark ground, and weighed against white."""


def lightened(colour: str) -> str:
    """A colour mixed with twice as much white."""
    return "#" + "".join(f"{(part + 2 * 255) // 3:02x}" for part in _parts(colour))


def contrast_with_white(colour: str) -> float:
    """The contrast of a colour and white, from 1 to 21, as section 1.4.3 of WCAG 2.2 reckons it."""
    shares = (part / 255 for part in _parts(colour))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)  # noqa: PLR2004 - as WCAG has it
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
