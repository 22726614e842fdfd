"""Source file -> checked rows -> staged release."""
