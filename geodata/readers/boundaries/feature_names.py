"""The name and the district of a ward from the columns of its feature, in the ways in which files give them."""

import re
from collections.abc import Iterable
from typing import Final

from geodata.district import District
from geodata.gss_code import is_gss_code
from geodata.readers.boundaries.boundary_line_names import FILE_NAME_COLUMN, district_of_file_name
from geodata.readers.boundaries.districts_before_2011 import read_old_districts
from geodata.readers.boundaries.layers import Feature
from geodata.readers.boundaries.ward_codes import NamedWard
from geodata.readers.boundaries.ward_columns import WardColumns

_OLD_WARD_CODE: Final = re.compile(r"[0-9]{2}[A-Z]{2}[A-Z]{0,2}")
_OLD_DISTRICT_CODE_LENGTH: Final = 4


def code_of(text: str) -> str:
    """A code in capitals and without spaces."""
    return "".join(text.split()).upper()


def named_wards(features: Iterable[Feature], columns: WardColumns) -> list[NamedWard]:
    """The names of features, with their districts as far as the file gives them."""
    return [NamedWard(each.values.get(columns.name, ""), district_of(each, columns)) for each in features]


def district_of(feature: Feature, columns: WardColumns) -> District:
    """The district that a feature gives, which may have neither code nor name."""
    given, name = feature.values.get(columns.district, ""), feature.values.get(columns.district_name, "")
    if name and re.fullmatch(FILE_NAME_COLUMN, columns.district_name, re.IGNORECASE):
        return district_of_file_name(name)
    if _OLD_WARD_CODE.fullmatch(given):
        return read_old_districts().get(given[:_OLD_DISTRICT_CODE_LENGTH], District("", name))
    code = code_of(given)
    return District(code, name) if is_gss_code(code) else District("", name or given)
