"""Checks of a file of wards: its geometry, its location and its districts."""
