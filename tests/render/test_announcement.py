"""What each kind of channel is told of a change, within what its receiver takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatekeeper.model.canonical import canonical_bytes, digest_of
from gatekeeper.model.channel import Channel
from gatekeeper.model.kept import StateKey
from gatekeeper.pipeline.looking import Change
from gatekeeper.pipeline.notifying import worded
from gatekeeper.render.announcement import payload_for
from gatekeeper.render.announcement.pagerduty import SEVERITIES, dedup_key
from tests.render.announcement_cases import LADDER, MODE, degraded, key, of_ladder, of_mode, out, with_text
from tests.render.strategies import TEXTS

SLACK = Channel("room", "slack", "${env:SLACK_URL}")
PAGER = Channel("pager", "pagerduty", "https://events.pagerduty.com/v2/enqueue", routing_key="${env:KEY}")
HOOK = Channel("hook", "webhook", "https://hooks.example.com/gatekeeper")
LONG = st.one_of(TEXTS, st.builds(lambda text, times: text * times, TEXTS, st.integers(1, 400)))


def test_pagerduty_is_triggered_when_a_mode_is_left_for_a_worse_one_and_resolved_when_it_is_back() -> None:
    entered = payload_for(of_mode(), PAGER)
    left = payload_for(of_mode("degraded", "normal"), PAGER)
    assert entered["event_action"] == "trigger"
    assert left == {"event_action": "resolve", "dedup_key": entered["dedup_key"]}
    payload: Any = entered["payload"]
    assert payload["summary"].startswith("rgl8r-degraded: normal → degraded: ")
    assert "0.06" in payload["summary"]
    assert payload["severity"] == "critical"
    assert payload["source"] == "rgl8r · rgl8r-api · staging"
    assert payload["timestamp"] == "2026-02-24T14:10:00Z"
    assert "degraded" in payload["custom_details"]["mode"]


def test_what_is_not_known_is_never_resolved() -> None:
    lost = of_mode("degraded", "unknown")
    only = replace(PAGER, states=("degraded",))
    for channel in (PAGER, only):
        event: Any = payload_for(lost, channel)
        assert event["event_action"] == "trigger"
        assert event["payload"]["severity"] == "error"
        assert "not known" in event["payload"]["summary"]
    assert payload_for(of_mode("unknown", "normal"), only)["event_action"] == "resolve"


def test_a_channel_for_one_state_is_resolved_by_any_other_known_one() -> None:
    only = replace(PAGER, states=("ROLLED_BACK",))
    assert payload_for(of_mode("ROLLED_BACK", "PAUSED"), only)["event_action"] == "resolve"
    assert payload_for(of_mode("PAUSED", "ROLLED_BACK"), only)["event_action"] == "trigger"


def test_a_level_of_a_ladder_is_an_incident_of_its_own_with_its_own_severity() -> None:
    event: Any = payload_for(of_ladder(None, "L1"), PAGER)
    assert event["event_action"] == "trigger"
    assert event["dedup_key"] == dedup_key(key("ladder", LADDER)) != dedup_key(key("mode", MODE))
    assert event["payload"]["summary"].startswith("rgl8r-escalation: no level → L1: ")
    assert any(each.startswith("render-rollback: ") for each in event["payload"]["custom_details"]["levers"])
    assert payload_for(of_ladder("L1", None), PAGER)["event_action"] == "resolve"
    mild: Any = payload_for(of_ladder(None, "L1"), replace(PAGER, severities={"L1": "warning"}))
    assert mild["payload"]["severity"] == "warning"


def test_a_replay_says_that_it_is_one() -> None:
    past = replace(degraded(), terms=replace(degraded().terms, replay=True))
    event: Any = payload_for(of_mode(decision=past), PAGER)
    assert event["payload"]["summary"].startswith("replay of rgl8r-degraded: normal → degraded")


def test_slack_says_what_changed_and_then_what_to_do() -> None:
    message = payload_for(of_mode(), SLACK)
    blocks: Any = message["blocks"]
    assert blocks[0]["text"]["text"] == "🔴 rgl8r-degraded: normal → degraded"
    assert "rgl8r-api · staging" in blocks[1]["text"]["text"]
    assert "What to tell customers" in json.dumps(message)
    assert str(message["text"]).startswith("🔴 rgl8r-degraded: normal → degraded: ")
    back: Any = payload_for(of_mode("degraded", "normal", out()), SLACK)
    assert back["blocks"][0]["text"]["text"] == "✅ rgl8r-degraded: degraded → normal"


def test_a_webhook_has_the_published_decision_and_its_digest() -> None:
    document: Any = payload_for(of_mode(), HOOK)
    assert document["format"] == "gatekeeper/transition/v1"
    assert (document["kind"], document["policy"], document["system"]) == ("mode", MODE, "rgl8r")
    assert (document["source"], document["target"], document["at"]) == ("normal", "degraded", "2026-02-24T14:10:00Z")
    assert (document["service"], document["environment"], document["alarming"]) == ("rgl8r-api", "staging", True)
    assert document["reasons"] == ["degraded/error-rate"]
    assert document["decision"]["format"] == "gatekeeper/mode-decision/v1"
    assert document["decision_digest"] == digest_of(canonical_bytes(document["decision"]))


@pytest.mark.parametrize(
    ("channel", "policy", "source", "target", "told"),
    [
        (HOOK, MODE, "normal", "degraded", True),
        (replace(HOOK, policies=(MODE,)), MODE, "normal", "degraded", True),
        (replace(HOOK, policies=(MODE,)), LADDER, None, "L1", False),
        (replace(HOOK, states=("ROLLED_BACK",)), MODE, "RUNNING", "PAUSED", False),
        (replace(HOOK, states=("ROLLED_BACK",)), MODE, "ROLLED_BACK", "PAUSED", True),
        (replace(HOOK, states=("ROLLED_BACK",)), MODE, "RUNNING", "unknown", True),
        (replace(HOOK, states=("ROLLED_BACK",)), MODE, "unknown", "RUNNING", True),
        (replace(HOOK, policies=(LADDER,), states=("unknown",)), MODE, "RUNNING", "unknown", False),
    ],
)
def test_a_channel_is_told_of_what_it_asks_for_and_of_what_is_not_known(
    channel: Channel, policy: str, source: str | None, target: str | None, told: bool
) -> None:
    assert channel.tells(policy, source, target) is told


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


@given(LONG, st.integers(1, 60), st.booleans())
@settings(max_examples=60, deadline=None)
def test_pagerduty_takes_every_event(text: str, times: int, of_the_mode: bool) -> None:
    told = with_text(of_mode() if of_the_mode else of_ladder(None, "L1"), text, times)
    event: Any = payload_for(told, PAGER)
    assert 1 <= len(event["dedup_key"]) <= 255
    payload = event["payload"]
    assert 1 <= len(payload["summary"]) <= 1024
    assert payload["severity"] in SEVERITIES
    assert all(payload[name] for name in ("summary", "source", "severity", "component"))
    assert len(canonical_bytes(event)) < 512 * 1024 - 1000
    assert all(each.isprintable() for each in _texts(event))


def test_what_slack_is_not_told_for_want_of_room_is_said_to_lack() -> None:
    message: Any = payload_for(with_text(of_ladder(None, "L1"), "word " * 400, 30), SLACK)
    assert "Cut short: `gatekeeper decide rgl8r-degraded`" in json.dumps(message["blocks"][-2:])
    assert "Cut short" not in json.dumps(payload_for(of_mode(), SLACK))


@given(LONG, st.integers(1, 60), st.booleans())
@settings(max_examples=60, deadline=None)
def test_slack_takes_every_message(text: str, times: int, of_the_mode: bool) -> None:
    message: Any = payload_for(with_text(of_mode() if of_the_mode else of_ladder(None, "L1"), text, times), SLACK)
    blocks = message["blocks"]
    assert 1 <= len(blocks) <= 50
    assert len(blocks[0]["text"]["text"]) <= 150
    for each in blocks:
        if each["type"] == "section":
            assert 1 <= len(each.get("text", {"text": "-"})["text"]) <= 3000
            assert len(each.get("fields", ())) <= 10
            assert all(len(one["text"]) <= 2000 for one in each.get("fields", ()))
    parts = [(each.get("text"), *each.get("fields", ()), *each.get("elements", ())) for each in blocks]
    assert sum(len(one["text"]) for each in parts for one in each if one) <= 13_200
    assert blocks[-1]["type"] == "context"
    marked = [one["text"] for each in blocks for one in (each.get("text"),) if one and one["type"] == "mrkdwn"]
    assert not [one for one in marked if "<" in one]
    assert canonical_bytes(message)


def test_a_key_that_is_too_long_or_not_ascii_is_told_by_its_digest_and_no_two_are_one() -> None:
    keys = [key("mode", "a" * 300), key("mode", "b" * 300), key("mode", "zoë"), key("mode", "a"), key("ladder", "a")]
    told = {dedup_key(each) for each in keys}
    assert len(told) == len(keys)
    assert all(len(each) <= 255 and each.isascii() for each in told)


def test_the_same_change_is_told_in_the_same_bytes() -> None:
    for channel in (SLACK, PAGER, HOOK):
        one, other = (payload_for(of_mode(decision=degraded()), channel) for _ in range(2))
        assert canonical_bytes(one) == canonical_bytes(other)


def test_channels_are_told_in_their_order_of_what_they_ask_for_and_of_nothing_else() -> None:
    told = of_mode()
    channels = [HOOK, replace(PAGER, policies=(LADDER,)), replace(SLACK, policies=(MODE,))]
    found = worded(channels, told.decision, Change(told.key, told.transition))
    assert [each.channel for each in found] == ["hook", "room"]
    assert found[1].payload == payload_for(told, SLACK)


def test_two_subjects_are_two_incidents() -> None:
    one = StateKey("mode", "rgl8r", MODE, "rgl8r-api", "staging")
    assert dedup_key(one) != dedup_key(replace(one, environment="production"))
