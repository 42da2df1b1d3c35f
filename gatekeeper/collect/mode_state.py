"""The state that a mode is in, kept as a file."""

from __future__ import annotations

from gatekeeper.collect.documents import read_document, with_nulls
from gatekeeper.collect.interface import CollectRequest, FileConfig, brought
from gatekeeper.model.evidence import ModeState
from gatekeeper.model.snapshot import Evidence


class ModeStateCollector:
    """Reads ``{mode, state, since}`` from JSON or YAML."""

    kind = "mode_state"
    gives = "mode_state"
    config = FileConfig

    def collect(self, request: CollectRequest[FileConfig]) -> Evidence:
        """The record in the shape of its kind."""
        config = request.config
        value = read_document(request.base, config.file, config.max_bytes)
        return brought(self, request, config.file, with_nulls(ModeState, value))
