"""The commands. Each parses its arguments, calls one service and prints the result."""
