"""Supplied files -> streams of checked geography."""
