"""What Alertmanager and Grafana send to a webhook, read into alerts.

Alertmanager's form, version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. Grafana's,
version 1, with the same core: https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/.
Who can reach the webhook can send anything, so what is read is bounded, and what is no alert is refused whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gatekeeper.errors import InvalidInput
from gatekeeper.model.alert import in_order
from gatekeeper.model.kept import ReceivedAlert
from gatekeeper.model.shown import shown
from gatekeeper.model.strict_json import JsonRefused, parse_json
from gatekeeper.model.times import parse_instant

MAX_BYTES = 1024 * 1024
"""The largest notification that is read; an alert has some kilobytes."""

MAX_DEPTH = 16
MAX_ALERTS = 1000
LONGEST_TEXT = 4096
"""The longest label, annotation or address, in characters."""

_SENDERS = {"4": "alertmanager", "1": "grafana"}
"""Version of the form → who sends it."""

_OPEN = "0001-01-01T00:00:00"
"""How Go writes an instant that is not set."""


@dataclass(frozen=True, slots=True)
class Notification:
    """What one call of a webhook brought.

    Attributes:
        sender: ``alertmanager`` or ``grafana``.
        alerts: each once, by when it began.
        left_out: how many alerts the sender left out, as it says itself.
    """

    sender: str
    alerts: tuple[ReceivedAlert, ...]
    left_out: int


def read_notification(data: bytes, origin: str) -> Notification:
    """The alerts of a notification.

    Args:
        data: the body as it was sent.
        origin: where it came from, for people: a file, or ``standard input``.

    Raises:
        InvalidInput: it is no notification of Alertmanager (version 4) or Grafana (version 1); one line says why.
    """
    try:
        told = parse_json(data, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
        return _notification(told)
    except JsonRefused as refused:
        raise InvalidInput(f"{origin} {refused}", _HINT) from None
    except _Wrong as wrong:
        raise InvalidInput(f"{origin} is no notification of alerts: {wrong}", _HINT) from None


_HINT = "give the JSON that Alertmanager (version 4) or Grafana (version 1) sends to a webhook"


class _Wrong(ValueError):
    """What is wrong, with its place."""


def _notification(told: Any) -> Notification:
    if not isinstance(told, dict):
        raise _Wrong(f"it is {shown(told)}, not an object")
    version = told.get("version")
    if version is None:
        raise _Wrong("it has no version")
    sender = _SENDERS.get(version) if isinstance(version, str) else None
    if sender is None:
        raise _Wrong(f"its version is {shown(version)}")
    alerts = told.get("alerts")
    if not isinstance(alerts, list):
        raise _Wrong("it has no alerts" if alerts is None else f"alerts is {shown(alerts)}, not a list")
    if not 0 < len(alerts) <= MAX_ALERTS:
        raise _Wrong(f"it has {len(alerts):,} alerts, and 1 to {MAX_ALERTS:,} are read")
    receiver = told.get("receiver")
    if receiver is not None and not isinstance(receiver, str):
        raise _Wrong(f"receiver is {shown(receiver)}, not a text")
    found = tuple(_alert(each, f"alerts[{at}]", receiver) for at, each in enumerate(alerts))
    left_out = told.get("truncatedAlerts", 0)
    if isinstance(left_out, bool) or not isinstance(left_out, int) or left_out < 0:
        raise _Wrong(f"truncatedAlerts is {shown(left_out)}, not a number of alerts")
    return Notification(sender, in_order(found), left_out)


def _alert(told: Any, where: str, receiver: str | None) -> ReceivedAlert:
    if not isinstance(told, dict):
        raise _Wrong(f"{where} is {shown(told)}, not an object")
    status = _text(told, "status", where)
    if status not in ("firing", "resolved"):
        raise _Wrong(f"{where}.status is {shown(status)}, neither firing nor resolved")
    fingerprint = _text(told, "fingerprint", where)
    labels = _texts(told, "labels", where)
    begins = _instant(told, "startsAt", where)
    ends = _instant(told, "endsAt", where)
    if begins is None:
        raise _Wrong(f"{where}.startsAt is not set")
    if ends is not None and ends < begins:
        raise _Wrong(f"{where}.endsAt lies before its startsAt")
    if ends is None and status == "resolved":
        raise _Wrong(f"{where} is resolved, and endsAt does not say when")
    return ReceivedAlert(
        name=labels.get("alertname"),
        fingerprint=fingerprint,
        status="firing" if status == "firing" else "resolved",
        starts_at=begins,
        ends_at=ends,
        labels=labels,
        annotations=_texts(told, "annotations", where),
        receiver=receiver or None,
        generator_url=_text(told, "generatorURL", where) if told.get("generatorURL") not in (None, "") else None,
    )


def _text(told: Mapping[str, Any], key: str, where: str) -> str:
    if key not in told:
        raise _Wrong(f"{where} has no {key}")
    value = told[key]
    if not isinstance(value, str) or not value or len(value) > LONGEST_TEXT:
        raise _Wrong(f"{where}.{key} is {shown(value)}, not a text of 1 to {LONGEST_TEXT:,} characters")
    return value


def _texts(told: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
    """Names with their texts; a sender that has none to say may leave them out."""
    value = told.get(key)
    if value is None and key == "annotations":
        return {}
    if value is None:
        raise _Wrong(f"{where} has no {key}")
    if not isinstance(value, dict):
        raise _Wrong(f"{where}.{key} is {shown(value)}, not an object")
    for name, each in value.items():
        if not isinstance(each, str) or len(each) > LONGEST_TEXT or len(name) > LONGEST_TEXT:
            raise _Wrong(
                f"{where}.{key}[{shown(name)}] is {shown(each)}, not a text of at most {LONGEST_TEXT:,} characters"
            )
    return dict(sorted(value.items()))


def _instant(told: Mapping[str, Any], key: str, where: str) -> datetime | None:
    """The instant under a key; None where the sender leaves it open."""
    if key == "endsAt" and told.get(key) in (None, ""):
        return None
    text = _text(told, key, where)
    if text.startswith(_OPEN):
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise _Wrong(f"{where}.{key}: {error}") from None
