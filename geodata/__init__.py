"""Geography with no web and no database: postcodes, grid references, wards and where a point falls."""
