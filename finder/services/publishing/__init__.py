"""Staged releases -> a live publication, and back: compare, publish, schedule, roll back, prune, change a surgery."""
