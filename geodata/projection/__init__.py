"""The only package that transforms coordinates; the rest of the project uses the British National Grid."""
