"""Beginnings and upkeep of what people write: a first gate, rules proposed from a runbook, and the layout of files."""
