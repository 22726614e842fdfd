"""Where the data that ships with the project is."""

from pathlib import Path
from typing import Final

SHIPPED_FOLDER: Final = Path(__file__).parent / "west_midlands"
"""Postcodes, wards, districts and forces, and an invented directory; its README says where each comes from."""
