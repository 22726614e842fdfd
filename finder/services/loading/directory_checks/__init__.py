"""Checks of a whole directory: its parts compared with each other, with the wards and postcodes, and with today."""
