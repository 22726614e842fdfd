"""Media types that requests and answers name."""

from typing import Final

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
PROBLEM_JSON: Final = "application/problem+json"
NDJSON: Final = "application/x-ndjson"
CSV: Final = "text/csv"
CALENDAR: Final = "text/calendar"
TEXT: Final = "text/plain"
