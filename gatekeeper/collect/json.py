"""Any JSON document; the policy's own JSON Schema types it."""

from __future__ import annotations

from gatekeeper.collect.data_file import read_json
from gatekeeper.collect.interface import CollectRequest, FileConfig, brought
from gatekeeper.model.snapshot import Evidence


class JsonCollector:
    """Reads a JSON file as it is."""

    kind = "json"
    gives = "json"
    config = FileConfig

    def collect(self, request: CollectRequest[FileConfig]) -> Evidence:
        """The document as plain values."""
        config = request.config
        return brought(self, request, config.file, read_json(request.base, config.file, config.max_bytes))
