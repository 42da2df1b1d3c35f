"""Incidents kept as a file, open and resolved ones."""

from __future__ import annotations

from gatekeeper.collect.record_file import RecordCollector
from gatekeeper.model.evidence import Incidents


class IncidentsCollector(RecordCollector):
    """Reads ``{incidents}`` from JSON or YAML; an incident without ``resolved_at`` is open."""

    kind = "incidents"
    gives = "incidents"
    shape = Incidents
