"""Incidents kept as a file, open and resolved ones."""

from __future__ import annotations

from gatekeeper.collect.documents import read_document, with_nulls
from gatekeeper.collect.interface import CollectRequest, FileConfig, brought
from gatekeeper.model.evidence import Incidents
from gatekeeper.model.snapshot import Evidence


class IncidentsCollector:
    """Reads ``{incidents}`` from JSON or YAML; an incident without ``resolved_at`` is open."""

    kind = "incidents"
    gives = "incidents"
    config = FileConfig

    def collect(self, request: CollectRequest[FileConfig]) -> Evidence:
        """The record in the shape of its kind."""
        config = request.config
        value = read_document(request.base, config.file, config.max_bytes)
        return brought(self, request, config.file, with_nulls(Incidents, value))
