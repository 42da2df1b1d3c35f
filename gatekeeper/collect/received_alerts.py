"""The alerts that were sent to gatekeeper and go on, as the project's store keeps them."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from gatekeeper.collect.interface import CollectRequest, SourceConfig, brought
from gatekeeper.errors import StoreError
from gatekeeper.model.kept import ReceivedAlert
from gatekeeper.model.snapshot import Evidence
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.refused import Refused


class ReceivedAlertsConfig(SourceConfig):
    """Which alerts to bring; all of them, unless it says otherwise.

    Attributes:
        labels: labels with their values; an alert has to have all of them.
    """

    names_in: ClassVar[frozenset[str]] = frozenset({"labels"})

    labels: dict[str, str] = Field(default_factory=dict)

    def source_line(self) -> str:
        """The store."""
        return "store"


class ReceivedAlertsCollector:
    """Reads the alerts that were received as firing and have neither ended nor been resolved."""

    kind = "received_alerts"
    gives = "alerts"
    config = ReceivedAlertsConfig

    def collect(self, request: CollectRequest[ReceivedAlertsConfig]) -> Evidence:
        """The alerts, by when they began."""
        config, kept = request.config, None if request.project is None else request.project.kept
        if kept is None:
            raise Refused("failed", "there is no store whose alerts could be read", "set `store` for the project")
        try:
            received = kept.alerts(request.clock())
        except StoreError as error:
            raise Refused("failed", error.message, error.hint) from None
        wanted = [each for each in received if config.labels.items() <= dict(each.labels).items()]
        value: Json = {"running_since": None, "alerts": [_alert(each) for each in wanted]}
        return brought(self, request, config.source_line(), value)


def _alert(alert: ReceivedAlert) -> Json:
    """An alert in the shape of its kind. One that somebody silenced would not have been sent."""
    return {
        "name": alert.name,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "state": "active",
        "starts_at": instant_text(alert.starts_at),
        "ends_at": None if alert.ends_at is None else instant_text(alert.ends_at),
        "updated_at": instant_text(alert.last_at or alert.starts_at),
        "fingerprint": alert.fingerprint,
        "silenced_by": [],
        "inhibited_by": [],
        "muted_by": [],
        "receivers": [] if alert.receiver is None else [alert.receiver],
        "generator_url": alert.generator_url,
    }
