"""An approval record kept as a file: who signed what, on which basis."""

from __future__ import annotations

from gatekeeper.collect.documents import read_document, with_nulls
from gatekeeper.collect.interface import CollectRequest, FileConfig, brought
from gatekeeper.model.evidence import Approvals
from gatekeeper.model.snapshot import Evidence


class ApprovalsCollector:
    """Reads ``{record, approvals}`` from JSON or YAML; what is left out of an entry is blank."""

    kind = "approvals"
    gives = "approvals"
    config = FileConfig

    def collect(self, request: CollectRequest[FileConfig]) -> Evidence:
        """The record in the shape of its kind."""
        config = request.config
        value = read_document(request.base, config.file, config.max_bytes)
        return brought(self, request, config.file, with_nulls(Approvals, value))
