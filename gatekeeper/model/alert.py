"""Alerts as a decision tells them: each is an interval, and no series of samples."""

from __future__ import annotations

from collections.abc import Iterable

from gatekeeper.model.kept import ReceivedAlert
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json


def in_order(alerts: Iterable[ReceivedAlert]) -> tuple[ReceivedAlert, ...]:
    """Each alert once, by when it began, and then by its fingerprint and status; of equal ones the last."""
    once = {(each.starts_at, each.fingerprint, each.status): each for each in alerts}
    return tuple(alert for _, alert in sorted(once.items(), key=lambda each: each[0]))


def summary_of(alert: ReceivedAlert) -> str:
    """What the author of an alert says of it in a few words; empty where nothing is said."""
    return alert.annotations.get("summary") or alert.annotations.get("description") or ""


def alert_json(alert: ReceivedAlert) -> dict[str, Json]:
    """What its sender said of an alert, as plain JSON; when it was received is no part of it."""
    return {
        "name": alert.name,
        "fingerprint": alert.fingerprint,
        "status": alert.status,
        "starts_at": instant_text(alert.starts_at),
        "ends_at": None if alert.ends_at is None else instant_text(alert.ends_at),
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "receiver": alert.receiver,
        "generator_url": alert.generator_url,
    }
