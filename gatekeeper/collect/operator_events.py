"""What people did, kept as a file."""

from __future__ import annotations

from gatekeeper.collect.documents import read_document, with_nulls
from gatekeeper.collect.interface import CollectRequest, FileConfig, brought
from gatekeeper.model.evidence import OperatorEvents
from gatekeeper.model.snapshot import Evidence


class OperatorEventsCollector:
    """Reads ``{record, events}`` from JSON or YAML; an event may come without a ``note``."""

    kind = "operator_events"
    gives = "operator_events"
    config = FileConfig

    def collect(self, request: CollectRequest[FileConfig]) -> Evidence:
        """The record in the shape of its kind."""
        config = request.config
        value = read_document(request.base, config.file, config.max_bytes)
        return brought(self, request, config.file, with_nulls(OperatorEvents, value))
