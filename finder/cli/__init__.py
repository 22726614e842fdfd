"""The commands: each parses its arguments, calls one service and prints what it did. One module a group of commands."""
