"""What people did, as the project's store keeps it."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from gatekeeper.collect.interface import CollectRequest, SourceConfig, Span, brought
from gatekeeper.errors import StoreError
from gatekeeper.model.snapshot import Evidence
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.refused import Refused


class RecordedEventsConfig(SourceConfig):
    """Which events to bring; all of them, unless it says otherwise.

    Attributes:
        look_back: only events that are not older than this.
        max_events: with more events than that, they are no evidence.
    """

    look_back: Span | None = Field(default=None, gt=timedelta(0))
    max_events: int = Field(default=10_000, ge=1, le=100_000)

    def source_line(self) -> str:
        """The store."""
        return "store"


class RecordedEventsCollector:
    """Reads the events that are about the subject's service and environment, or name none."""

    kind = "recorded_events"
    gives = "operator_events"
    config = RecordedEventsConfig

    def collect(self, request: CollectRequest[RecordedEventsConfig]) -> Evidence:
        """The events, by when they were."""
        config, kept = request.config, None if request.project is None else request.project.kept
        if kept is None:
            raise Refused("failed", "there is no store whose events could be read", "set `store` for the project")
        since = None if config.look_back is None else request.clock() - config.look_back
        try:
            events = kept.events(request.subject, since, config.max_events + 1)
        except StoreError as error:
            raise Refused("failed", error.message, error.hint) from None
        if len(events) > config.max_events:
            hint = "bring fewer with look_back, or allow more with max_events"
            raise Refused("truncated", f"there are more than {config.max_events:,} events (max_events)", hint)
        listed: list[Json] = [
            {"event": each.event, "by": each.by, "at": instant_text(each.at), "note": each.note} for each in events
        ]
        value: Json = {"record": f"events of {kept.system} that were recorded", "events": listed}
        return brought(self, request, config.source_line(), value)
