"""What a decision about a mode promises, whatever the evidence is."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatekeeper.decide.mode import is_normal, levers_to_pull
from gatekeeper.errors import UsageError
from gatekeeper.evaluate.mode import step
from gatekeeper.model.alert import in_order
from gatekeeper.model.finding import Lack, Outcome
from gatekeeper.model.mode import Advised, ModeState
from gatekeeper.model.mode_decision import ModeDecision, Pull
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.pipeline.deciding_modes import decide_mode
from gatekeeper.render.mode_decision.document import mode_decision_bytes, mode_decision_digest
from gatekeeper.snapshot import build_snapshot
from tests.conftest import ROOT
from tests.evaluate.modes import at, lever, mode
from tests.render.mode_decision_cases import ALERT, MODE, SUBJECT, degraded, policies
from tests.sample.incidents import deploys, evidence, incident, minute, signs
from tests.sample.test_degraded import FAILING, FINE, OUT, STALLED

SAMPLES: list[dict[str, Any]] = [FINE, FAILING, OUT, STALLED, {**FINE, "auth_s": None}, {**FAILING, "probes": None}]
NAMES = ("metrics", "incident", "signs", "deploys", "canary", "shift")
EARLIER = ("none", "normal", "degraded", "unknown")


def snapshot(metrics: dict[str, Any], without: frozenset[str] = frozenset(), *, late: bool = False) -> Snapshot:
    gathered = evidence(
        -30 if late else 20, tuple(without), metrics=metrics, incident=incident(), deploys=deploys(-20), signs=signs()
    )
    return build_snapshot("rgl8r", SUBJECT, gathered.items.values())


def state(word: str) -> ModeState | None:
    """A state from a minute before, known or not."""
    if word == "none":
        return None
    known = minute(19) if word != "unknown" else minute(-60)
    name = "normal" if word == "unknown" else word
    return ModeState(MODE, name, minute(-90), minute(19), known, unknown=word == "unknown")


def decided(found: Snapshot | None, earlier: ModeState | None) -> ModeDecision:
    return decide_mode(policies("rgl8r"), MODE, found, earlier=earlier, as_of=minute(20), alerts=(ALERT,))


@given(
    metrics=st.sampled_from(SAMPLES),
    without=st.frozensets(st.sampled_from(NAMES), max_size=3),
    earlier=st.sampled_from(EARLIER),
    order=st.randoms(use_true_random=False),
)
@settings(max_examples=40)
def test_the_same_inputs_give_the_same_bytes_in_any_order(
    metrics: dict[str, Any], without: frozenset[str], earlier: str, order: Any
) -> None:
    first = snapshot(metrics, without)
    shuffled = list(first.items.values())
    order.shuffle(shuffled)
    again = build_snapshot("rgl8r", SUBJECT, shuffled)
    assert mode_decision_bytes(decided(first, state(earlier))) == mode_decision_bytes(decided(again, state(earlier)))


def test_the_digest_is_the_same_in_any_process_zone_and_order_of_hashes() -> None:
    code = (
        "from tests.render.mode_decision_cases import degraded\n"
        "from gatekeeper.render.mode_decision.document import mode_decision_digest\n"
        "print(mode_decision_digest(degraded()))\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed, zone in (("0", "UTC"), ("7", "Asia/Kolkata"))
    }
    assert found == {mode_decision_digest(degraded())}


@given(
    metrics=st.sampled_from(SAMPLES),
    without=st.frozensets(st.sampled_from(NAMES), min_size=1, max_size=5),
    earlier=st.sampled_from(EARLIER),
    late=st.booleans(),
)
@settings(max_examples=60)
def test_what_lacks_never_makes_normal_what_was_not_known_to_be(
    metrics: dict[str, Any], without: frozenset[str], earlier: str, *, late: bool
) -> None:
    """A state that was known is held for a while; nothing else comes from nowhere."""
    whole = decided(snapshot(metrics), state(earlier))
    lacking = decided(snapshot(metrics, without, late=late), state(earlier))
    if lacking.normal and not whole.normal:
        assert earlier == "normal"
        assert lacking.reading.held_since is not None
    if earlier in ("none", "unknown") and "metrics" in without:
        assert lacking.normal is None


def test_without_any_evidence_nothing_is_normal() -> None:
    assert decided(None, None).normal is None
    assert decided(None, state("degraded")).normal is False
    later = decide_mode(policies("rgl8r"), MODE, None, earlier=state("normal"), as_of=minute(60))
    assert later.normal is None


def test_alerts_are_told_in_order_and_decide_nothing() -> None:
    other = replace(ALERT, fingerprint="a", status="resolved", ends_at=minute(9))
    found = snapshot(FAILING)
    told = decide_mode(policies("rgl8r"), MODE, found, earlier=None, as_of=minute(20), alerts=(ALERT, other, ALERT))
    assert told.alerts == in_order((other, ALERT)) == (other, ALERT)
    silent = decide_mode(policies("rgl8r"), MODE, found, earlier=None, as_of=minute(20))
    assert replace(told, alerts=()) == silent
    received = replace(ALERT, received_at=minute(3), last_at=minute(4))
    again = decide_mode(policies("rgl8r"), MODE, found, earlier=None, as_of=minute(20), alerts=(received,))
    assert mode_decision_bytes(again) == mode_decision_bytes(decided(found, None)), "when it came says nothing"


def test_what_cannot_be_gone_on_from_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no mode x"):
        decide_mode(policies("rgl8r"), "x", None, earlier=None, as_of=minute(0))
    with pytest.raises(UsageError, match="was looked at for 2026-02-24T14:19:00Z"):
        decide_mode(policies("rgl8r"), MODE, None, earlier=state("normal"), as_of=minute(18))
    with pytest.raises(UsageError, match="names the policy p11-h, which rgl8r-degraded does not read"):
        decide_mode(policies("rgl8r"), MODE, None, earlier=None, as_of=minute(0), parameters={"p11-h": {"a": "1"}})


# ---------------------------------------------------------------- parts

SEEN = mode(
    {"fine": {}, "bad": {"enter": [{"id": "x", "when": "m > 1"}], "exit": {"when": "m <= 1"}, "levers": ["pull"]}},
    observed='s ? "bad" : "fine"',
)


@pytest.mark.parametrize(
    ("bindings", "normal"),
    [
        ({"m": 0, "s": False}, True),
        ({"m": 0, "s": True}, False),
        ({"m": 2, "s": True}, False),
        ({"m": 2, "s": False}, False),
        ({"m": 0, "s": "off"}, None),
    ],
)
def test_normal_is_what_is_computed_and_seen_to_be(bindings: dict[str, object], normal: bool | None) -> None:
    _, reading = step(SEEN, None, bindings, at(0))
    assert is_normal(SEEN, reading) is normal


def test_a_lever_is_told_once_with_all_that_speaks_for_it_and_the_strongest_first() -> None:
    _, reading = step(SEEN, None, {"m": 2, "s": True}, at(0))
    lack = Lack("m", "missing", "gone")
    advice = (
        Advised("doubt", "pull", Outcome.UNKNOWN, "not known", (lack,)),
        Advised("other", "second", Outcome.UNKNOWN, "not known", (lack,)),
        Advised("sure", "pull", Outcome.PASS, "it fails"),
    )
    its = replace(SEEN, levers={**SEEN.levers, "second": replace(lever("second"), last_validated="")})
    found = levers_to_pull(its, replace(reading, advice=advice), (), at(0))
    assert [(each.lever.id, each.pull) for each in found] == [("pull", Pull.ADVISED), ("second", Pull.UNKNOWN)]
    assert [each.by for each in found[0].reasons] == ["recommendation sure", "state bad", "recommendation doubt"]
    assert found[0].validated_age == timedelta(days=5), "2026-02-24, seen from 2026-03-01"
    assert found[1].validated_age is None
