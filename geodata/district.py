"""A local authority district: a city or a borough, which has wards."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class District:
    """A local authority district; its name is empty where the source has no district column."""

    gss_code: str
    name: str
