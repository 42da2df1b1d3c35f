"""Every collector by its word. Libraries that only one of them needs are imported when it reads."""

from __future__ import annotations

from typing import Any

from gatekeeper.collect.approvals import ApprovalsCollector
from gatekeeper.collect.health import HealthCollector
from gatekeeper.collect.http import HttpCollector
from gatekeeper.collect.incidents import IncidentsCollector
from gatekeeper.collect.interface import Collector
from gatekeeper.collect.json import JsonCollector
from gatekeeper.collect.markdown import MarkdownCollector
from gatekeeper.collect.mode_state import ModeStateCollector
from gatekeeper.collect.operator_events import OperatorEventsCollector
from gatekeeper.collect.workflow_runs import WorkflowRunsCollector
from gatekeeper.collect.yaml import YamlCollector

COLLECTORS: dict[str, Collector[Any]] = {
    "approvals": ApprovalsCollector(),
    "health": HealthCollector(),
    "http": HttpCollector(),
    "incidents": IncidentsCollector(),
    "json": JsonCollector(),
    "markdown": MarkdownCollector(),
    "mode_state": ModeStateCollector(),
    "operator_events": OperatorEventsCollector(),
    "workflow_runs": WorkflowRunsCollector(),
    "yaml": YamlCollector(),
}
