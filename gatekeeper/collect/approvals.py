"""An approval record kept as a file: who signed what, on which basis."""

from __future__ import annotations

from gatekeeper.collect.record_file import RecordCollector
from gatekeeper.model.evidence import Approvals


class ApprovalsCollector(RecordCollector):
    """Reads ``{record, approvals}`` from JSON or YAML; what is left out of an entry is blank."""

    kind = "approvals"
    gives = "approvals"
    shape = Approvals
