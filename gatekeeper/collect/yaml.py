"""Any YAML document; the policy's own JSON Schema types it."""

from __future__ import annotations

from gatekeeper.collect.data_file import read_yaml
from gatekeeper.collect.interface import CollectRequest, FileConfig, brought
from gatekeeper.model.snapshot import Evidence


class YamlCollector:
    """Reads a YAML file as it is."""

    kind = "yaml"
    gives = "yaml"
    config = FileConfig

    def collect(self, request: CollectRequest[FileConfig]) -> Evidence:
        """The document as plain values."""
        config = request.config
        return brought(self, request, config.file, read_yaml(request.base, config.file, config.max_bytes))
