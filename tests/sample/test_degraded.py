"""The mode ``rgl8r-degraded``, minute by minute on made-up metrics; minutes count from when the incident began."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from gatekeeper.evaluate.mode import look
from gatekeeper.load import find_policy_files, load_policies
from gatekeeper.model.finding import Outcome
from gatekeeper.model.mode import Mode, ModeReading, ModeState
from tests.conftest import ROOT
from tests.sample.incidents import BEGAN, deploys, evidence, incident, minute, signs

Metrics = dict[str, Any]

FINE: Metrics = {
    "error_rate": 0.001,
    "auth_s": 0.4,
    "enqueue_s": 0.9,
    "completion_s": 21.0,
    "jobs_pending": 2,
    "completions_10m": 14,
    "probes": 2,
    "probes_failed": 0,
    "requests_succeeded": 90,
}
FAILING = {**FINE, "error_rate": 0.06}
STALLED = {**FINE, "completions_10m": 0}
OUT = {
    **FINE,
    "error_rate": 1.0,
    "auth_s": None,
    "enqueue_s": None,
    "completion_s": None,
    "completions_10m": 0,
    "probes_failed": 2,
    "requests_succeeded": 0,
}


@pytest.fixture(scope="module")
def degraded() -> Mode:
    files = [file for file in find_policy_files(ROOT) if file.parent.name == "rgl8r"]
    return load_policies(files, ROOT)[0].modes["rgl8r-degraded"]


def play(
    mode: Mode, samples: Iterable[Metrics | None], state: ModeState | None = None, start: int = 0, **documents: Any
) -> tuple[ModeState, list[ModeReading]]:
    """One look a minute; None is a minute without any look."""
    readings = []
    for offset, metrics in enumerate(samples, start):
        if metrics is not None:
            state, reading = look(mode, state, evidence(offset, metrics=metrics, **documents), minute(offset))
            readings.append(reading)
    assert state is not None
    return state, readings


def changes(readings: Iterable[ModeReading]) -> list[tuple[float, str]]:
    found = [each for each in readings if each.transition is not None]
    return [((each.at - BEGAN) / timedelta(minutes=1), each.state) for each in found]


def test_eleven_minutes_of_6_percent_enter_at_minute_10_and_ten_clear_ones_leave(degraded: Mode) -> None:
    _, readings = play(degraded, [*[FAILING] * 11, *[FINE] * 12])
    assert changes(readings) == [(10, "degraded"), (21, "normal")]


def test_nine_minutes_never_enter_and_a_gap_of_five_minutes_starts_the_clock_anew(degraded: Mode) -> None:
    _, nine = play(degraded, [*[FAILING] * 10, *[FINE] * 10])
    assert changes(nine) == []
    _, gap = play(degraded, [*[FAILING] * 5, None, None, None, None, *[FAILING] * 11])
    assert changes(gap) == [(19, "degraded")]
    assert "no sample for 5 min" in str(gap[5].conditions[0].broken)


@pytest.mark.parametrize(
    ("change", "entered"),
    [
        ({"error_rate": 0.0500001}, "degraded/error-rate"),
        ({"auth_s": 9.01}, "degraded/latency"),
        ({"enqueue_s": 15.01}, "degraded/latency"),
        ({"completion_s": 270.01}, "degraded/latency"),
        ({"error_rate": 0.05}, None),
        ({"auth_s": 9.0, "enqueue_s": 15.0, "completion_s": 270.0}, None),
    ],
)
def test_each_threshold_is_strict(degraded: Mode, change: Mapping[str, float], entered: str | None) -> None:
    _, readings = play(degraded, [{**FINE, **change}] * 11)
    because = readings[-1].transition.because if readings[-1].transition is not None else (None,)
    assert because == (entered,)


def test_a_stall_enters_at_once_since_its_ten_minutes_are_in_the_figure(degraded: Mode) -> None:
    _, readings = play(degraded, [FINE, STALLED])
    assert changes(readings) == [(1, "degraded")]
    _, idle = play(degraded, [FINE, {**STALLED, "jobs_pending": 0}])
    assert changes(idle) == []


def test_a_figure_without_a_sample_is_not_known_and_after_a_while_neither_is_the_state(degraded: Mode) -> None:
    _, readings = play(degraded, [FINE, *[{**FINE, "auth_s": None}] * 16])
    assert [each.state for each in readings] == ["normal"] * 16 + ["unknown"]
    assert readings[1].conditions[1].outcome is Outcome.UNKNOWN


def test_an_hour_without_data_is_unknown_and_not_normal(degraded: Mode) -> None:
    state, _ = play(degraded, [FINE])
    state, reading = look(degraded, state, evidence(60), minute(60))
    assert (reading.state, reading.last_known) == ("unknown", "normal")
    assert "no evidence called metrics was collected" in reading.reason
    assert look(degraded, None, None, minute(0))[1].state == "unknown"


def test_the_tabletop_never_enters_also_not_after_the_outage(degraded: Mode) -> None:
    """Fifteen minutes of 503, 20 min after a deploy; what looks back over ten minutes still sees them."""
    before: dict[str, Any] = {
        "incident": incident(),
        "deploys": deploys(-20),
        "signs": signs(canary_status="FAIL_AUTH"),
    }
    state, out = play(degraded, [OUT] * 15, **before)
    recovering = [{**FINE, "completions_10m": 0}] * 5 + [FINE] * 20
    _, after = play(degraded, recovering, state, start=15, **before)
    assert changes([*out, *after]) == []
    assert {each.state for each in [*out, *after]} == {"normal"}
    rollback = next(each for each in out[8].advice if each.id == "rollback-after-deploy")
    assert (rollback.lever, rollback.outcome) == ("render-rollback", Outcome.PASS)
    assert "feature-flags" not in {each.lever for each in out[10].advice}
    lever = degraded.levers["render-rollback"]
    assert (lever.time_to_effect, lever.blast_radius) == ("2–5 min", "all code, all tenants")
    assert lever.last_validated == "2026-02-24"


def test_the_rollback_counts_from_the_beginning_of_the_incident_and_not_from_now(degraded: Mode) -> None:
    for offset, told in ((-30, True), (-31, False), (1, False)):
        _, readings = play(degraded, [FAILING], start=40, incident=incident(), deploys=deploys(offset))
        assert ("rollback-after-deploy" in {each.id for each in readings[0].advice}) is told


FOUND: tuple[tuple[str, str | None, Metrics, dict[str, Any]], ...] = (
    ("subsystem-off", "feature-flags", FAILING, {"behind_a_flag": True}),
    ("tighter-caps", "queue-caps", {**FINE, "enqueue_s": 5.1}, {"job_contention": True}),
    ("cold-start", None, {**FINE, "auth_s": 3.1}, {"cold_start": True}),
    ("slow-queries", None, {**FINE, "completion_s": 90.1}, {}),
    ("restart-processor", None, STALLED, {"processor_stopped": True}),
    ("end-query", None, STALLED, {"blocking_query": True}),
    ("mend-silent-failures", None, STALLED, {"silent_failures": True}),
    ("looser-caps", "queue-caps", STALLED, {"caps_reject": True}),
    ("mend-keys", None, FINE, {"refused_tokens_5m": 3, "keys_misconfigured": True}),
    ("new-key", None, FINE, {"refused_tokens_5m": 3, "key_revoked": True}),
    ("set-clock", None, FINE, {"refused_tokens_5m": 3, "clock_skew": True}),
    ("revoke-abused-key", "revoke-key", FINE, {"limited_clients_5m": 1, "abuse": True}),
    ("looser-limits", None, FINE, {"limited_clients_5m": 1, "limits_too_tight": True}),
    ("tell-the-client", None, FINE, {"limited_clients_5m": 1, "client_ignores_retry_after": True}),
    ("canary-off", "disable-canary", FINE, {"canary_broken": True}),
)


@pytest.mark.parametrize(("advice", "lever", "metrics", "found"), FOUND)
def test_each_mode_of_failure_has_its_advice(
    degraded: Mode, advice: str, lever: str | None, metrics: Metrics, found: dict[str, Any]
) -> None:
    _, readings = play(degraded, [metrics], signs=signs(**found))
    assert [(each.id, each.lever, each.outcome) for each in readings[0].advice] == [(advice, lever, Outcome.PASS)]
    _, quiet = play(degraded, [FINE])
    assert quiet[0].advice == ()


def test_a_breach_of_isolation_asks_for_its_verification(degraded: Mode) -> None:
    _, readings = play(degraded, [FINE], incident=incident(isolation_breach_at=0))
    assert [(each.id, each.lever) for each in readings[0].advice] == [("verify-isolation", "rls-verification")]


def test_every_advice_that_cannot_be_told_says_so(degraded: Mode) -> None:
    _, reading = look(degraded, None, None, minute(0))
    assert {each.outcome for each in reading.advice} == {Outcome.UNKNOWN}
    assert len(reading.advice) == len(degraded.recommend)


def test_the_degraded_state_says_what_it_means_for_whom(degraded: Mode) -> None:
    _, readings = play(degraded, [STALLED])
    assert "429" in readings[0].notice
    assert set(readings[0].effects) == {
        "reads, sign-in and health",
        "writes and new jobs",
        "job processing",
        "canary",
    }
    assert readings[0].actions


def test_every_lever_is_named_by_some_advice(degraded: Mode) -> None:
    assert {each.lever for each in degraded.recommend} - {None} == set(degraded.levers)
    assert len(degraded.levers) == 6


def test_how_long_all_must_be_clear_is_a_parameter(degraded: Mode) -> None:
    state, _ = play(degraded, [STALLED])
    for offset in range(1, 7):
        state, reading = look(degraded, state, evidence(offset, metrics=FINE), minute(offset), {"clears": "5m"})
        assert reading.state == ("normal" if offset == 6 else "degraded")
