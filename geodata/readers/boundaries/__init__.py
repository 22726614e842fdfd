"""Boundary files of any supported format -> wards. Files are opened in the sandbox only."""
