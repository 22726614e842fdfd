"""Postcode files in any supported layout -> postcode locations. Loads open them in the sandbox only."""
