"""Modes: entry and exit by the minute, bars, gaps, what is not known, dwell, operators, and what somebody else sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatekeeper.evaluate.mode import step
from gatekeeper.expr import Duration
from gatekeeper.model.canonical import canonical_bytes
from gatekeeper.model.finding import Outcome
from gatekeeper.model.mode import Bar, ModeState
from gatekeeper.model.mode_json import state_from_json, state_json
from gatekeeper.model.series import Break, Streak
from gatekeeper.model.strict_json import parse_json
from tests.evaluate.modes import LACKING, advice, at, changes_of, each_minute, minutes, mode, play, states_of

CLEAR = {"error_rate": 0.01, "completions": 5, "pending": 3, "outage": False}
BAD = {**CLEAR, "error_rate": 0.06}
STALLED = {**CLEAR, "completions": 0}
OUT = {"error_rate": 1.0, "completions": 0, "pending": 9, "outage": True}

DEGRADED = mode(
    {
        "normal": {},
        "degraded": {
            "unless": "metrics.outage",
            "enter": [
                {"id": "error-rate", "when": "metrics.error_rate > 0.05", "for": 10},
                {"id": "stall", "when": "metrics.completions == 0 && metrics.pending > 0", "look_back": 10},
            ],
            "exit": {"when": "metrics.error_rate <= 0.05 && metrics.completions > 0", "for": 10},
            "actions": ["tell the channel"],
            "levers": ["caps"],
            "effects": {"writes": "may be throttled"},
            "notice": "Some requests may be slow.",
        },
    }
)


def test_eleven_bad_minutes_enter_at_minute_10_and_ten_clear_ones_leave() -> None:
    _, readings = play(DEGRADED, each_minute([BAD] * 11 + [CLEAR] * 12))
    assert changes_of(readings) == [(10, "degraded"), (21, "normal")]
    entered = readings[10]
    assert entered.transition is not None
    assert entered.transition.because == ("degraded/error-rate",)
    assert entered.reason == "from normal: degraded/error-rate holds since 2026-03-01T12:00:00Z"
    assert (entered.actions, [each.id for each in entered.levers]) == (("tell the channel",), ["caps"])
    assert (entered.effects, entered.notice) == ({"writes": "may be throttled"}, "Some requests may be slow.")


def test_nine_bad_minutes_never_enter() -> None:
    _, readings = play(DEGRADED, each_minute([CLEAR] + [BAD] * 9 + [CLEAR] * 30))
    assert changes_of(readings) == []


def test_a_gap_in_the_middle_starts_the_clock_anew_and_is_named() -> None:
    values = [*[BAD] * 5, *[None] * 4, *[BAD] * 11]
    _, readings = play(DEGRADED, each_minute(values))
    assert changes_of(readings) == [(19, "degraded")]
    broken = readings[5].conditions[0].broken
    assert broken is not None
    assert (broken.cause, broken.start, broken.end) == ("gap", at(4), at(9))
    assert "no sample for 5 min" in broken.detail


def test_a_clock_that_ran_before_a_gap_cannot_enter_right_behind_it() -> None:
    _, readings = play(DEGRADED, [*each_minute([BAD] * 9), (12, {"metrics": BAD})])
    assert changes_of(readings) == []


def test_a_look_that_comes_late_within_the_allowed_gap_keeps_the_clock() -> None:
    _, readings = play(DEGRADED, [(minute, {"metrics": BAD}) for minute in (0, 2, 4, 6, 8, 10)])
    assert changes_of(readings) == [(10, "degraded")]


def test_no_data_for_an_hour_is_unknown_and_not_normal() -> None:
    state, readings = play(DEGRADED, [*each_minute([CLEAR] * 2), (62, {"metrics": LACKING})])
    last = readings[-1]
    assert (last.state, last.last_known, state.unknown) == ("unknown", "normal", True)
    assert last.held_since == at(1)
    assert last.reason == (
        "unknown, last known to be normal at 2026-03-01T12:01:00Z: "
        "not known: metrics: no evidence called metrics was collected"
    )
    _, after = play(DEGRADED, [(63, {"metrics": CLEAR})], state)
    assert after[0].state == "normal"


def test_a_state_without_evidence_is_held_for_exactly_as_long_as_allowed() -> None:
    _, readings = play(DEGRADED, each_minute([CLEAR] + [LACKING] * 17))
    assert states_of(readings) == ["normal"] * 16 + ["unknown"] * 2
    assert [each.held_since for each in readings[:2]] == [None, at(0)]


def test_without_any_evidence_from_the_start_the_state_is_unknown_at_once() -> None:
    _, readings = play(DEGRADED, each_minute([LACKING]))
    assert (readings[0].state, readings[0].last_known) == ("unknown", "normal")
    assert "never known" in readings[0].reason


def test_what_is_not_known_stops_and_clears_the_clock() -> None:
    _, readings = play(DEGRADED, each_minute([BAD] * 9 + [LACKING] + [BAD] * 11))
    assert changes_of(readings) == [(20, "degraded")]
    assert readings[9].lacks[0].evidence == "metrics"


def test_the_stall_looks_back_by_itself_and_is_not_waited_for_twice() -> None:
    _, readings = play(DEGRADED, each_minute([STALLED]))
    assert changes_of(readings) == [(0, "degraded")]


def test_a_full_outage_never_enters_also_not_in_the_minutes_after_it() -> None:
    # After the outage nothing has completed for ten minutes: that is the outage still, seen by a look back.
    recovering = [STALLED] * 9 + [CLEAR] * 20
    _, readings = play(DEGRADED, each_minute([CLEAR] + [OUT] * 15 + recovering))
    assert changes_of(readings) == []
    assert str(readings[16].conditions[1].barred).startswith("barred until 2026-03-01T12:26:00Z")
    assert str(readings[5].conditions[0].barred) == "barred: `unless` is true"


def test_when_an_outage_ends_the_clocks_begin_anew() -> None:
    _, readings = play(DEGRADED, each_minute([BAD] * 9 + [OUT] * 3 + [BAD] * 12))
    assert changes_of(readings) == [(22, "degraded")]
    _, stalled = play(DEGRADED, each_minute([OUT] * 3 + [STALLED] * 12))
    assert changes_of(stalled) == [(13, "degraded")]


def test_an_outage_never_ends_the_degraded_state() -> None:
    _, readings = play(DEGRADED, each_minute([BAD] * 11 + [OUT] * 30))
    assert changes_of(readings) == [(10, "degraded")]
    assert readings[-1].state == "degraded"


def test_with_an_unknown_bar_a_true_condition_is_not_known() -> None:
    barless = {key: value for key, value in STALLED.items() if key != "outage"}
    _, readings = play(DEGRADED, each_minute([CLEAR, {**barless, "outage": None}]))
    assert changes_of(readings) == []
    assert readings[-1].conditions[1].outcome is Outcome.UNKNOWN
    assert readings[-1].held_since == at(0)


CONTROL = mode(
    {
        "running": {},
        "paused": {
            "enter": [{"id": "errors", "when": "rate > 10.0", "for": 5, "from": ["running"]}],
            "exit": {
                "when": 'events.exists(e, e.event == "resume" && timestamp(e.at) > current.since) && closed',
                "to": "running",
            },
        },
        "rolled-back": {
            "enter": [{"id": "errors", "when": "rate > 20.0", "for": 10}],
            "exit": {"when": "day0", "to": "running"},
            "dwell": 30,
        },
    },
    id="control",
    observed='seen ? "running" : "paused"',
)


def control(
    rate: object, *, events: object = (), closed: object = True, day0: object = False, seen: object = True
) -> dict[str, object]:
    events = list(events) if isinstance(events, tuple) else events
    return {"rate": rate, "events": events, "closed": closed, "day0": day0, "seen": seen}


def resume(minute: float) -> dict[str, object]:
    return {"event": "resume", "by": "Robin Vale", "at": at(minute).strftime("%Y-%m-%dT%H:%M:%SZ"), "note": None}


def test_of_two_transitions_at_once_the_worse_state_wins() -> None:
    both = mode(
        {
            "running": {},
            "paused": {"enter": [{"id": "a", "when": "rate > 10.0"}], "exit": {"when": "rate < 1.0"}},
            "rolled-back": {"enter": [{"id": "b", "when": "rate > 20.0"}], "exit": {"when": "rate < 1.0"}},
        }
    )
    _, readings = play(both, [(0, {"rate": 25.0})])
    assert changes_of(readings) == [(0, "rolled-back")]
    crossing = mode(
        {
            "running": {},
            "paused": {"enter": [{"id": "a", "when": "rate > 10.0"}], "exit": {"when": "rate > 15.0"}},
            "rolled-back": {"enter": [{"id": "b", "when": "rate > 20.0"}], "exit": {"when": "rate < 1.0"}},
        }
    )
    _, readings = play(crossing, [(0, {"rate": 12.0}), (1, {"rate": 25.0})])
    assert changes_of(readings) == [(0, "paused"), (1, "rolled-back")]


def test_a_clock_towards_a_worse_state_runs_on_through_a_change_to_one_in_between() -> None:
    _, readings = play(CONTROL, [(minute, control(25.0)) for minute in range(12)])
    assert changes_of(readings) == [(5, "paused"), (10, "rolled-back")]


def test_a_pause_ends_by_a_recorded_resolution_and_by_nothing_else() -> None:
    before = [(minute, control(15.0)) for minute in range(6)]
    quiet = [(minute, control(0.0)) for minute in range(6, 60)]
    stale = [(60, control(0.0, events=(resume(3),)))]
    _, readings = play(CONTROL, [*before, *quiet, *stale])
    assert changes_of(readings) == [(5, "paused")], "a resolution from before the pause ends nothing"
    _, readings = play(CONTROL, [*before, *quiet, (60, control(0.0, events=(resume(59),), closed=False))])
    assert changes_of(readings) == [(5, "paused")]
    _, readings = play(CONTROL, [*before, *quiet, (60, control(0.0, events=(resume(59),)))])
    assert changes_of(readings) == [(5, "paused"), (60, "running")]


def test_a_state_lasts_at_least_its_dwell_before_its_exit() -> None:
    _, readings = play(CONTROL, [(minute, control(25.0, day0=minute > 10)) for minute in range(60)])
    assert changes_of(readings)[:3] == [(5, "paused"), (10, "rolled-back"), (40, "running")]
    assert readings[20].conditions[0].met_at == at(40)


def test_a_difference_between_the_computed_and_the_observed_state_is_a_finding() -> None:
    _, readings = play(CONTROL, [(0, control(0.0, seen=False))])
    assert (readings[0].state, readings[0].observed_state) == ("running", "paused")
    found = readings[0].findings[0]
    assert (found.rule, found.outcome) == ("observed-state", Outcome.FAIL)
    assert found.message == "control computes running, and paused is observed"
    _, same = play(CONTROL, [(0, control(0.0))])
    assert same[0].findings == ()
    _, lacking = play(CONTROL, [(0, control(0.0, seen=LACKING))])
    assert (lacking[0].observed_state, lacking[0].findings[0].outcome) == (None, Outcome.UNKNOWN)


def test_an_observed_state_that_the_mode_does_not_have_is_not_known() -> None:
    odd = mode({"on": {}, "off": {"enter": [{"id": "x", "when": "x"}], "exit": {"when": "!x"}}}, observed="seen")
    _, readings = play(odd, [(0, {"x": False, "seen": "half"})])
    assert readings[0].findings[0].outcome is Outcome.UNKNOWN
    assert "none of on, off" in readings[0].findings[0].message


def test_an_exit_waits_until_every_way_into_a_worse_state_is_known() -> None:
    start = [(minute, control(15.0)) for minute in range(6)]
    end = (6, control(LACKING, events=(resume(5.5),)))
    state, readings = play(CONTROL, [*start, end])
    assert changes_of(readings) == [(5, "paused")]
    assert str(readings[-1].conditions[-1].barred) == "waits: rolled-back/errors is not known"
    _, readings = play(CONTROL, [(7, control(0.0, events=(resume(5.5),)))], state)
    assert changes_of(readings) == [(7, "running")]


def test_an_entry_that_is_known_to_hold_is_taken_whatever_else_is_not_known() -> None:
    two = mode(
        {
            "normal": {},
            "degraded": {
                "enter": [{"id": "a", "when": "a", "for": 3}, {"id": "b", "when": "b", "for": 3}],
                "exit": {"when": "!a && !b", "for": 3},
            },
        }
    )
    _, readings = play(two, [(minute, {"a": True, "b": LACKING}) for minute in range(5)])
    assert changes_of(readings) == [(3, "degraded")]
    assert states_of(readings) == ["unknown"] * 3 + ["degraded"] * 2


def test_durations_may_be_parameters() -> None:
    policy = mode(
        {
            "normal": {},
            "bad": {"enter": [{"id": "x", "when": "x", "for": "wait"}], "exit": {"when": "!x"}},
        },
        hold_last="hold",
    )
    params = {"wait": Duration.of(timedelta(minutes=2)), "hold": Duration.of(timedelta(minutes=1))}
    samples = [(minute, {"x": True, "params": params}) for minute in range(3)]
    _, readings = play(policy, samples)
    assert changes_of(readings) == [(2, "bad")]
    with pytest.raises(ValueError, match=r"params\.wait"):
        step(policy, None, {"x": True, "params": {}}, at(0))


def test_advice_names_the_lever_and_why_and_says_what_it_cannot_tell() -> None:
    advised = mode(
        {"on": {}, "off": {"enter": [{"id": "x", "when": "x"}], "exit": {"when": "!x"}, "levers": ["rollback"]}},
        recommend=(
            advice("after-deploy", "deployed", "rollback", "deployed {ago} minutes before"),
            advice("never", "false", "rollback", ""),
            advice("queue", "queue > 3", None, "restart the processor"),
        ),
    )
    _, readings = play(advised, [(0, {"x": True, "deployed": True, "ago": 20, "queue": LACKING})])
    told = [(each.id, each.lever, each.outcome, each.reason) for each in readings[0].advice]
    assert told[0] == ("after-deploy", "rollback", Outcome.PASS, "deployed 20 minutes before")
    assert told[1][:3] == ("queue", None, Outcome.UNKNOWN)
    assert len(told) == 2


def test_a_look_at_the_same_instant_again_changes_nothing() -> None:
    state, _ = play(DEGRADED, each_minute([BAD] * 6))
    again, _ = step(DEGRADED, state, {"metrics": BAD}, at(5))
    assert again == state


def test_time_does_not_run_backwards_and_modes_are_not_mixed_up() -> None:
    state, _ = play(DEGRADED, each_minute([BAD] * 6))
    with pytest.raises(ValueError, match="cannot go on"):
        step(DEGRADED, state, {"metrics": BAD}, at(4))
    with pytest.raises(ValueError, match="cannot go on"):
        step(CONTROL, state, control(0.0), at(6))


def test_a_state_is_the_same_when_it_is_read_back() -> None:
    samples = each_minute([CLEAR, OUT, OUT, BAD, BAD, LACKING, BAD, BAD])
    for count in range(1, len(samples) + 1):
        state, _ = play(DEGRADED, samples[:count])
        written = canonical_bytes(state_json(state))
        assert state_from_json(DEGRADED, parse_json(written)) == state
    fine, _ = step(DEGRADED, None, {"metrics": CLEAR}, at(0) + timedelta(microseconds=7))
    assert state_from_json(DEGRADED, state_json(fine)) == fine


def test_a_state_that_is_none_of_this_mode_is_refused_in_one_line() -> None:
    state, _ = play(DEGRADED, each_minute([CLEAR]))
    with pytest.raises(ValueError, match="of mode demo-mode, not of other"):
        state_from_json(mode({"a": {}, "b": {}}, id="other"), state_json(state))
    with pytest.raises(ValueError, match="no state normal: it has a, b"):
        state_from_json(mode({"a": {}, "b": {}}), state_json(state))
    with pytest.raises(ValueError, match="no state of a mode: the value: has no field at"):
        state_from_json(DEGRADED, {"mode": "demo-mode"})


@pytest.mark.parametrize(
    "changes",
    [
        {"since": at(3)},
        {"known_at": at(3)},
        {"clocks": {"degraded/rate": Streak(at(1), at(3))}},
        {"clocks": {"degraded/rate": Streak(at(3), at(2))}},
        {"clocks": {"degraded/rate": Streak(broken=Break(at(1), at(3), "false"))}},
        {"bars": {"degraded": Bar(at(3), over=False)}},
    ],
)
def test_a_state_that_knows_what_comes_after_it_is_refused(changes: dict[str, Any]) -> None:
    state = ModeState("demo-mode", "normal", at(0), at(2), at(1))
    assert state_from_json(DEGRADED, state_json(state)) == state
    with pytest.raises(ValueError, match="no state of demo-mode: something in it lies after its own instant"):
        state_from_json(DEGRADED, state_json(replace(state, **changes)))


def test_a_state_reads_unknown_where_it_is_not_known() -> None:
    state = ModeState("demo-mode", "normal", at(0), at(0), None, unknown=True)
    assert state.word == "unknown"
    assert ModeState("demo-mode", "normal", at(0), at(0) + minutes(1), at(0)).word == "normal"


def test_advice_sees_the_state_after_the_look_and_a_change_leaves_nothing_open() -> None:
    told = mode(
        {"on": {}, "off": {"enter": [{"id": "x", "when": "x"}, {"id": "y", "when": "y"}], "exit": {"when": "!x"}}},
        recommend=(
            advice("just-off", 'current.state == "off" && current.since == now', None, "since {current.since}"),
        ),
    )
    _, readings = play(told, [(0, {"x": False, "y": False}), (3, {"x": True, "y": LACKING})])
    assert [each.advice for each in readings[:1]] == [()]
    assert readings[1].advice[0].reason == "since 2026-03-01T12:03:00Z"
    assert (readings[1].state, readings[1].lacks, readings[1].held_since) == ("off", (), None)
