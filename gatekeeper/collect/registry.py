"""Every collector by its word. Libraries that only one of them needs are imported when it reads."""

from __future__ import annotations

from typing import Any

from gatekeeper.collect.alertmanager import AlertmanagerCollector
from gatekeeper.collect.approvals import ApprovalsCollector
from gatekeeper.collect.command import CommandCollector
from gatekeeper.collect.coverage import CoverageCollector
from gatekeeper.collect.env import EnvCollector
from gatekeeper.collect.git import GitCollector
from gatekeeper.collect.github import GitHubCollector
from gatekeeper.collect.health import HealthCollector
from gatekeeper.collect.http import HttpCollector
from gatekeeper.collect.incidents import IncidentsCollector
from gatekeeper.collect.interface import Collector
from gatekeeper.collect.json import JsonCollector
from gatekeeper.collect.junit import JunitCollector
from gatekeeper.collect.markdown import MarkdownCollector
from gatekeeper.collect.mode_state import ModeStateCollector
from gatekeeper.collect.operator_events import OperatorEventsCollector
from gatekeeper.collect.prometheus import PrometheusCollector
from gatekeeper.collect.received_alerts import ReceivedAlertsCollector
from gatekeeper.collect.recorded_events import RecordedEventsCollector
from gatekeeper.collect.sql import SqlCollector
from gatekeeper.collect.workflow_runs import WorkflowRunsCollector
from gatekeeper.collect.yaml import YamlCollector

COLLECTORS: dict[str, Collector[Any]] = {
    "alertmanager": AlertmanagerCollector(),
    "approvals": ApprovalsCollector(),
    "command": CommandCollector(),
    "coverage": CoverageCollector(),
    "env": EnvCollector(),
    "git": GitCollector(),
    "github": GitHubCollector(),
    "health": HealthCollector(),
    "http": HttpCollector(),
    "incidents": IncidentsCollector(),
    "json": JsonCollector(),
    "junit": JunitCollector(),
    "markdown": MarkdownCollector(),
    "mode_state": ModeStateCollector(),
    "operator_events": OperatorEventsCollector(),
    "prometheus": PrometheusCollector(),
    "received_alerts": ReceivedAlertsCollector(),
    "recorded_events": RecordedEventsCollector(),
    "sql": SqlCollector(),
    "workflow_runs": WorkflowRunsCollector(),
    "yaml": YamlCollector(),
}
