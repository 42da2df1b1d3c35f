"""The state that a mode is in, kept as a file."""

from __future__ import annotations

from gatekeeper.collect.record_file import RecordCollector
from gatekeeper.model.evidence import ModeState


class ModeStateCollector(RecordCollector):
    """Reads ``{mode, state, since}`` from JSON or YAML."""

    kind = "mode_state"
    gives = "mode_state"
    shape = ModeState
