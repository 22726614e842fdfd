"""Reads a file that nobody trusts in a process with limits: the parent, the child and what passes between them."""
