"""Wards as drawings for pages, and as outlines in degrees for GeoJSON."""
