"""The groups in which tools show the addresses of the API."""

from typing import Final

TAGS: Final = {
    "places": "Who polices a postcode, a point or the postcodes of a sector.",
    "teams": "Neighbourhood teams, their surgeries and boundaries.",
    "wards": "Electoral wards and their boundaries.",
    "data.police.uk": "The neighbourhood part of the API of data.police.uk, for its clients.",
    "service": "Whether the service is up.",
}
_PREFIXES: Final = {
    "/api/v1/teams": "teams",
    "/api/v1/wards": "wards",
    "/api/v1/": "places",
    "/police-uk/": "data.police.uk",
}


def tag_of(path: str) -> str:
    """Returns the group of an address."""
    return next((tag for prefix, tag in _PREFIXES.items() if path.startswith(prefix)), "service")
