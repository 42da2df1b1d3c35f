"""Every evidence kind by its word. The records stand in ``evidence`` and in the modules named after it."""

from __future__ import annotations

from gatekeeper.model.evidence import (
    Approvals,
    Health,
    HttpAnswer,
    Incidents,
    JsonDocument,
    ModeState,
    OperatorEvents,
    WorkflowRuns,
    YamlDocument,
)
from gatekeeper.model.evidence_document import Markdown
from gatekeeper.model.evidence_github import CheckRuns, Issues, PullRequest, Releases
from gatekeeper.model.evidence_local import Command, Environment, Git
from gatekeeper.model.evidence_monitoring import Alerts, Samples, Series
from gatekeeper.model.evidence_sql import Rows
from gatekeeper.model.evidence_tests import Coverage, TestReport

KINDS: dict[str, type] = {
    "alerts": Alerts,
    "approvals": Approvals,
    "check_runs": CheckRuns,
    "command": Command,
    "coverage": Coverage,
    "environment": Environment,
    "git": Git,
    "health": Health,
    "http": HttpAnswer,
    "incidents": Incidents,
    "issues": Issues,
    "json": JsonDocument,
    "markdown": Markdown,
    "mode_state": ModeState,
    "operator_events": OperatorEvents,
    "pull_request": PullRequest,
    "releases": Releases,
    "rows": Rows,
    "samples": Samples,
    "series": Series,
    "test_report": TestReport,
    "workflow_runs": WorkflowRuns,
    "yaml": YamlDocument,
}
"""Evidence kinds by the word that policies use."""

OPEN_KINDS = frozenset({"json", "yaml"})
"""Kinds whose content is typed by a JSON Schema that the policy names."""
