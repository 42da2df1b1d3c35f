"""What Alertmanager and Grafana send, and what anybody else may send in their place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.collect.alert_payload import MAX_ALERTS, MAX_BYTES, read_notification
from gatekeeper.errors import InvalidInput
from gatekeeper.model.times import parse_instant

Document = dict[str, Any]


def alert(**changes: Any) -> Document:
    """An alert as Alertmanager writes it; a change that is None leaves the key out."""
    told: Document = {
        "status": "firing",
        "labels": {"alertname": "ErrorRate", "service": "rgl8r-api", "severity": "page"},
        "annotations": {"summary": "6 % of the requests fail"},
        "startsAt": "2026-02-24T14:05:00.123456789Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "https://prometheus.example/graph?g0.expr=errors",
        "fingerprint": "c6eadffa33fcdf37",
        **changes,
    }
    return {key: value for key, value in told.items() if value is not None}


def alertmanager(*alerts: Document, **changes: Any) -> Document:
    """A notification of Alertmanager, version 4."""
    return {
        "version": "4",
        "groupKey": '{}:{alertname="ErrorRate"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "gatekeeper",
        "groupLabels": {"alertname": "ErrorRate"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "https://alerts.example",
        "alerts": list(alerts) or [alert()],
        **changes,
    }


def grafana(*alerts: Document, **changes: Any) -> Document:
    """A notification of Grafana, version 1."""
    more = {
        "silenceURL": "https://grafana.example/alerting/silence/new",
        "dashboardURL": "",
        "panelURL": "",
        "values": {"B": 0.0612, "C": 1},
    }
    told = [{**alert(startsAt="2026-02-24T16:05:00.5+02:00"), **more, **each} for each in alerts or ({},)]
    return {
        "receiver": "gatekeeper",
        "status": "firing",
        "orgId": 1,
        "alerts": told,
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "https://grafana.example/",
        "version": "1",
        "groupKey": "{}:{}",
        "truncatedAlerts": 0,
        "title": "[FIRING:1]",
        "state": "alerting",
        "message": "**Firing**",
        **changes,
    }


def read(told: Any) -> Any:
    return read_notification(json.dumps(told).encode(), "alert.json")


def test_a_notification_of_alertmanager_is_read_whole() -> None:
    found = read(alertmanager())
    (one,) = found.alerts
    assert (found.sender, found.left_out) == ("alertmanager", 0)
    assert (one.name, one.status, one.fingerprint, one.receiver) == (
        "ErrorRate",
        "firing",
        "c6eadffa33fcdf37",
        "gatekeeper",
    )
    assert one.starts_at == parse_instant("2026-02-24T14:05:00.123456Z")
    assert one.ends_at is None, "how Go writes an instant that is not set"
    assert one.labels["severity"] == "page"
    assert one.annotations == {"summary": "6 % of the requests fail"}
    assert one.generator_url is not None


def test_a_notification_of_grafana_is_read_whole() -> None:
    found = read(grafana({}, {"status": "resolved", "endsAt": "2026-02-24T16:20:00+02:00"}))
    assert found.sender == "grafana"
    assert [each.status for each in found.alerts] == ["firing", "resolved"]
    assert found.alerts[1].ends_at == parse_instant("2026-02-24T14:20:00Z")


def test_an_alert_that_comes_twice_is_one_and_they_stand_by_when_they_began() -> None:
    later = alert(fingerprint="b", startsAt="2026-02-24T14:06:00Z")
    found = read(alertmanager(later, alert(), alert()))
    assert [each.fingerprint for each in found.alerts] == ["c6eadffa33fcdf37", "b"]


def test_what_the_sender_left_out_is_counted() -> None:
    assert read(alertmanager(truncatedAlerts=7)).left_out == 7


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (alertmanager(version="5"), 'its version is "5"'),
        (alertmanager(version=4), "its version is 4"),
        ({"alerts": [alert()]}, "it has no version"),
        ([alert()], "it is a list of 1, not an object"),
        (alertmanager(alerts=[]), "it has 0 alerts, and 1 to 1,000 are read"),
        (alertmanager(alerts=None), "it has no alerts"),
        (alertmanager(alerts="none"), 'alerts is "none", not a list'),
        (alertmanager(alerts=[alert()] * (MAX_ALERTS + 1)), "it has 1,001 alerts"),
        (alertmanager(alerts=[7]), "alerts[0] is 7, not an object"),
        (alertmanager(alert(), alert(fingerprint=None)), "alerts[1] has no fingerprint"),
        (alertmanager(alert(labels=None)), "alerts[0] has no labels"),
        (alertmanager(alert(labels={"a": 1})), 'alerts[0].labels["a"] is 1, not a text'),
        (alertmanager(alert(startsAt=None)), "alerts[0] has no startsAt"),
        (alertmanager(alert(status=None)), "alerts[0] has no status"),
        (alertmanager(alert(status="pending")), 'alerts[0].status is "pending", neither firing nor resolved'),
        (alertmanager(alert(startsAt="2026-02-24T14:05:00")), "no date and time with an offset"),
        (alertmanager(alert(startsAt=1771941900)), "alerts[0].startsAt is 1771941900, not a text"),
        (alertmanager(alert(startsAt="0001-01-01T00:00:00Z")), "alerts[0].startsAt is not set"),
        (alertmanager(alert(endsAt="2026-02-24T14:04:00Z")), "endsAt lies before its startsAt"),
        (alertmanager(alert(status="resolved")), "is resolved, and endsAt does not say when"),
        (alertmanager(alert(fingerprint="x" * 5000)), "not a text of 1 to 4,096 characters"),
        (alertmanager(alert(annotations={"summary": "x" * 5000})), "not a text of at most 4,096 characters"),
        (alertmanager(truncatedAlerts=-1), "truncatedAlerts is -1"),
        (alertmanager(receiver=1), "receiver is 1, not a text"),
    ],
)
def test_what_is_no_notification_is_refused_in_one_line(told: Any, why: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(told)
    assert why in refused.value.message
    assert refused.value.message.startswith("alert.json is no notification of alerts: ")
    assert "\n" not in str(refused.value)
    assert "Alertmanager (version 4) or Grafana (version 1)" in refused.value.hint


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (json.dumps(alertmanager()).encode()[:200], "is no JSON"),
        (b'{"version": "4", "alerts": ' + b"[" * 100_000, "is nested deeper than 16 levels"),
        (b" " * (10 * 1024 * 1024), "has 10,485,760 bytes; at most 1,048,576 are read"),
        (b"\xff\xfe", "is not UTF-8"),
        (b'{"version": "4", "version": "1"}', "has the key"),
        (b'{"version": NaN}', "is no JSON number"),
    ],
)
def test_bytes_that_are_no_json_are_refused_in_one_line(data: bytes, why: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_notification(data, "standard input")
    assert why in refused.value.message
    assert "\n" not in str(refused.value)
    assert len(data) <= MAX_BYTES or "bytes" in refused.value.message


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_whatever_stands_in_a_field_is_read_or_refused_in_one_line(data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(["whole", "alert"]))
    base = alertmanager() if part == "whole" else alert()
    key = data.draw(st.sampled_from(sorted(base)))
    changed = {**base, key: data.draw(_JSON)}
    told = changed if part == "whole" else alertmanager(alerts=[changed])
    try:
        assert read(told).alerts
    except InvalidInput as refused:
        assert "\n" not in str(refused)  # noqa: PT017  what is accepted is as good
