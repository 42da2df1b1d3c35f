"""What people did, kept as a file."""

from __future__ import annotations

from gatekeeper.collect.record_file import RecordCollector
from gatekeeper.model.evidence import OperatorEvents


class OperatorEventsCollector(RecordCollector):
    """Reads ``{record, events}`` from JSON or YAML; an event may come without a ``note``."""

    kind = "operator_events"
    gives = "operator_events"
    shape = OperatorEvents
