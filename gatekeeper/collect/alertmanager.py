"""The alerts that an Alertmanager knows now, by its interface v2.

Its form: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml. An Alertmanager keeps no alerts over
a restart and learns them anew from those that send them, so a list from just after one may lack some.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from gatekeeper.collect.interface import CollectRequest, Refused, Span, brought
from gatekeeper.collect.net.root import RootConfig
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence
from gatekeeper.model.times import instant_text, parse_instant, span_text
from gatekeeper.model.values import Json
from gatekeeper.net.answer import Answer, status_remedy, status_text

_JSON = {"Accept": "application/json"}
_OPEN = "0001-01-01T00:00:00"
"""How Go writes an instant that is not set."""


def _short(text: str) -> str:
    if not text.strip() or len(text) > 1000:
        raise ValueError("is empty, or longer than 1,000 characters")
    return text


Matcher = Annotated[str, AfterValidator(_short)]


class AlertmanagerConfig(RootConfig):
    """Which alerts to ask for; all of them, unless it says otherwise.

    Attributes:
        filters: matchers such as ``severity="critical"``; an alert has to fit all of them.
        receiver: a regular expression that one of the alert's receivers has to fit.
        active: whether alerts are asked for that neither a silence nor another alert suppresses.
        silenced: whether silenced alerts are asked for.
        inhibited: whether alerts are asked for that another alert inhibits.
        unprocessed: whether alerts are asked for that are too new to be one of these.
        min_uptime: how long the Alertmanager has to have been running; 0s to not ask it.
    """

    filters: list[Matcher] = Field(default_factory=list, alias="filter")
    receiver: Matcher | None = None
    active: bool = True
    silenced: bool = True
    inhibited: bool = True
    unprocessed: bool = True
    min_uptime: Span = timedelta(minutes=5)

    @model_validator(mode="after")
    def _asks_for_some(self) -> Self:
        if not (self.active or self.silenced or self.inhibited or self.unprocessed):
            raise ValueError("active, silenced, inhibited and unprocessed are all false, so no alert would ever come")
        return self


class AlertmanagerCollector:
    """Asks for the alerts, and then whether the Alertmanager has been running long enough to know them."""

    kind = "alertmanager"
    gives = "alerts"
    config = AlertmanagerConfig

    def collect(self, request: CollectRequest[AlertmanagerConfig]) -> Evidence:
        """The alerts that have not ended."""
        config = request.config
        since: str | None = None
        with request.client() as client:
            answer = client.get("api/v2/alerts", query=_wanted(config), headers=_JSON)
            listed = _body(answer)
            if not isinstance(listed, list):
                raise Refused("mistyped", f"the answer of an Alertmanager is a list of alerts, not {shown(listed)}")
            alerts = [_alert(each) for each in listed]
            if config.min_uptime:
                # After the alerts, so that a restart between the two questions shows.
                told = _body(client.get("api/v2/status", headers=_JSON))
                since = instant_text(_running_since(told, config.min_uptime, request.clock()))
        alerts.sort(key=_order)
        value: Json = {"running_since": since, "alerts": alerts}
        return brought(self, request, config.source_line(), value, observed_at=answer.dated)


def _wanted(config: AlertmanagerConfig) -> list[tuple[str, str]]:
    """What is asked for, written out: defaults of servers may change."""
    states = {
        "active": config.active,
        "silenced": config.silenced,
        "inhibited": config.inhibited,
        "unprocessed": config.unprocessed,
    }
    return [
        *(("filter", each) for each in config.filters),
        *((name, "true" if wanted else "false") for name, wanted in states.items()),
        *([] if config.receiver is None else [("receiver", config.receiver)]),
    ]


def _body(answer: Answer) -> Any:
    """The body of an answer of success; where it is none, the server's own words are told."""
    if not answer.ok and answer.is_json:
        told = answer.json()
        why = told.get("message") if isinstance(told, dict) else told
        line = f"the Alertmanager answered {status_text(answer.status)}: {shown(why, 160)}"
        raise Refused("failed", line, status_remedy(answer.status))
    return answer.need_ok().json()


def _alert(told: Any) -> Json:
    """An alert in our words; what it lacks stays absent, for the kind to name it."""
    if not isinstance(told, dict):
        raise Refused("mistyped", f"an alert of the answer is {shown(told)}, not an object")
    state = told.get("status")
    labels = told.get("labels")
    if not isinstance(state, dict):
        raise Refused("mistyped", f"the alert {shown(told.get('fingerprint'))} has no status")
    found: dict[str, Json] = {ours: told[theirs] for theirs, ours in _FIELDS.items() if theirs in told}
    found.update({ours: state[theirs] for theirs, ours in _STATE.items() if theirs in state})
    ends = found.get("ends_at")
    if isinstance(ends, str) and ends.startswith(_OPEN):
        found["ends_at"] = None
    receivers = told.get("receivers")
    if isinstance(receivers, list):
        found["receivers"] = [each.get("name") if isinstance(each, dict) else each for each in receivers]
    return {
        "name": labels.get("alertname") if isinstance(labels, dict) else None,
        "generator_url": told.get("generatorURL"),
        "muted_by": [],  # servers before 0.28 do not say it
        **found,
    }


_FIELDS = {
    "labels": "labels",
    "annotations": "annotations",
    "startsAt": "starts_at",
    "endsAt": "ends_at",
    "updatedAt": "updated_at",
    "fingerprint": "fingerprint",
}
_STATE = {"state": "state", "silencedBy": "silenced_by", "inhibitedBy": "inhibited_by", "mutedBy": "muted_by"}


def _order(alert: Any) -> tuple[datetime, str]:
    """By when it began; what is no instant is told later, with its place."""
    try:
        at = parse_instant(alert["starts_at"])
    except (KeyError, TypeError, ValueError):
        at = datetime.min.replace(tzinfo=UTC)
    return at, str(alert.get("fingerprint"))


def _running_since(told: Any, least: timedelta, now: datetime) -> datetime:
    """When it was started, where that is long enough ago.

    Raises:
        Refused: it cannot know all alerts yet, or does not say.
    """
    cluster = told.get("cluster") if isinstance(told, dict) else None
    state = cluster.get("status") if isinstance(cluster, dict) else None
    try:
        since = parse_instant(told["uptime"])
    except (KeyError, TypeError, ValueError):
        hint = "set min_uptime: 0s if it cannot say"
        raise Refused("mistyped", f"the Alertmanager does not say since when it runs; {hint}") from None
    if state == "settling":
        raise Refused("truncated", "the Alertmanager is still settling with the others of its cluster")
    if now - since < least:
        ran = span_text(max(now - since, timedelta(0)))
        lacking = "it may not know all alerts yet"
        raise Refused("truncated", f"the Alertmanager has been running for {ran}, not {span_text(least)}: {lacking}")
    return since
