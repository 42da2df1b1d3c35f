"""Policies with variables: what gates, ladders and modes say through them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.evaluate.ladder import stand
from gatekeeper.evaluate.mode import look
from gatekeeper.load import load_policies
from gatekeeper.model.decision import Decision
from gatekeeper.model.finding import Outcome
from gatekeeper.model.mode import ModeState
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.standing import Reach
from gatekeeper.model.values import Json
from gatekeeper.pipeline.deciding import decide
from gatekeeper.render.decision_json import decision_document
from tests.builders import NOW, failed, item, snapshot

HEAD = "apiVersion: gatekeeper/v1\nkind: {kind}\nid: shop\ntitle: How is it?\nowner: shop-team\n"
NEEDS = """\
params: {limit: 0.05}
evidence:
  m: {type: json, max_age: 1h, schema: any.json}
  n: {type: json, max_age: 1h, schema: any.json}
variables:
  failing: {value: m.rate > params.limit, description: too many errors}
  bad: variables.failing || n.down
"""
GATE = """\
rules:
  - {id: calm, title: Calm, enforcement: blocking, severity: high, expect: "!variables.bad"}
  - id: rows
    title: Each row is small
    enforcement: blocking
    severity: high
    each: {over: m.rows, as: row, key: row.name, expect: row.size < 5 || variables.failing}
    message: "{row.name} is {row.size}, failing: {variables.failing}"
  - id: window
    title: A clean hour
    enforcement: advisory
    severity: high
    window: {over: variables.looks, as: s, at: s.at, clean: s.ok, length: 1h, max_gap: none}
"""


def load(folder: Path, kind: str, text: str) -> PolicySet:
    where = folder / "policies" / "demo"
    where.mkdir(parents=True, exist_ok=True)
    (where / "any.json").write_text("{}")
    file = where / "shop.yaml"
    file.write_text(HEAD.format(kind=kind) + text, encoding="utf-8")
    return load_policies([file], folder)[0]


@pytest.fixture
def gate(tmp_path: Path) -> PolicySet:
    return load(tmp_path, "Gate", f"{NEEDS}  looks: m.looks\n{GATE}")


M: dict[str, Json] = {
    "rate": 0.06,
    "rows": [{"name": "a", "size": 9}],
    "looks": [{"at": "2026-03-03T07:00:00Z", "ok": True}],
}


def decided(policies: PolicySet, m: Mapping[str, Json] | None = None, **missing: str) -> Decision:
    """The decision on ``M`` with changes, and on evidence that could not be had for some cause."""
    documents: dict[str, Json] = {"m": {**M, **(m or {})}, "n": {"down": False}}
    items = [failed(name, missing[name]) if name in missing else item(name, each) for name, each in documents.items()]
    return decide(policies, "shop", snapshot(*items), as_of=NOW)


def outcomes(decision: Decision) -> dict[str, Outcome]:
    return {finding.rule: finding.outcome for finding in decision.root.findings}


def test_what_decided_and_what_was_read_are_told_through_the_variable(gate: PolicySet) -> None:
    (calm,) = [each for each in decided(gate).root.findings if each.rule == "calm"]
    assert calm.outcome is Outcome.FAIL
    assert [each.told for each in calm.because] == ["m.rate = 0.06, needs <= 0.05 (params.limit)"]
    assert {each.path: each.value for each in calm.observed} == {
        "variables.bad": True,
        "variables.failing": True,
        "m.rate": 0.06,
        "params.limit": 0.05,
        "n.down": False,
    }
    assert calm.evidence == ("m", "n")


def test_a_variable_that_is_not_known_makes_those_unknown_that_need_it(gate: PolicySet) -> None:
    assert outcomes(decided(gate, n="stale")) == {
        "calm": Outcome.FAIL,  # known without it
        "rows": Outcome.PASS,
        "window": Outcome.PASS,
    }
    calm = next(each for each in decided(gate, m={"rate": 0.01}, n="stale").root.findings if each.rule == "calm")
    assert calm.outcome is Outcome.UNKNOWN
    assert [(lack.evidence, lack.cause) for lack in calm.lacks] == [("n", "stale")]
    small: dict[str, Json] = {"rows": [{"name": "a", "size": 1}]}
    assert outcomes(decided(gate, m=small))["rows"] is Outcome.PASS


def test_rows_and_messages_read_variables(gate: PolicySet) -> None:
    (row,) = [each for each in decided(gate, m={"rate": 0.01}).root.findings if each.rule == "rows"]
    assert (row.outcome, row.message) == (Outcome.FAIL, "a is 9, failing: false")


def test_a_window_reaches_no_further_than_what_its_variable_reads(gate: PolicySet) -> None:
    its = item("m", M, collected_at=NOW - timedelta(minutes=20))
    decision = decide(gate, "shop", snapshot(its, item("n", {"down": False})), as_of=NOW)
    (found,) = [each for each in decision.root.findings if each.rule == "window"]
    assert found.window is not None
    assert found.window.observed_until == its.collected_at


def test_the_decision_holds_their_texts(gate: PolicySet) -> None:
    document: Any = decision_document(decided(gate))
    assert document["gates"][0]["variables"] == [
        {"name": "bad", "expression": "variables.failing || n.down"},
        {"name": "failing", "expression": "m.rate > params.limit"},
        {"name": "looks", "expression": "m.looks"},
    ]


LADDER = """\
levels_lowest_first:
  - level: L1
    title: One
    triggers:
      - id: bad
        title: Bad
        when: variables.bad
        since: variables.began
        for: variables.patience
        message: "{variables.failing}"
"""


def test_triggers_conditions_and_spans_of_a_ladder_read_variables(tmp_path: Path) -> None:
    more = "  began: m.began_at\n  patience: minutes(5) + minutes(5)\n"
    policies = load(tmp_path, "Ladder", NEEDS + more + LADDER)
    documents = item("m", {"rate": 0.06, "began_at": "2026-03-03T08:45:00Z"}), item("n", {"down": False})
    standing = stand(policies, "shop", snapshot(*documents), NOW)
    (trigger,) = standing.levels[0].triggers
    assert (trigger.state, trigger.needs) == (Reach.REACHED, timedelta(minutes=10))
    assert trigger.message == "true: 15 min, needs 10 min"
    assert trigger.evidence == ("m", "n")
    unknown = stand(policies, "shop", snapshot(documents[1]), NOW).levels[0].triggers[0]
    assert unknown.state is Reach.UNKNOWN
    assert {lack.evidence for lack in unknown.lacks} == {"m"}


MODE = """\
  resumed: m.resumed_at > string(current.since) && current.state == "slow"
max_gap: 2m
hold_last: 5m
states:
  fast: {}
  slow:
    enter: [{id: bad, when: variables.bad}]
    exit: {when: variables.resumed && !variables.bad}
recommend:
  - {id: wait, when: variables.bad && current.state == "slow", reason: "errors: {variables.failing}"}
"""


def test_in_a_mode_a_variable_sees_the_state_of_the_look(tmp_path: Path) -> None:
    mode = load(tmp_path, "Mode", NEEDS + MODE).modes["shop"]
    bad = snapshot(item("m", {"rate": 0.06, "resumed_at": "2026-03-03T08:00:00Z"}), item("n", {"down": False}))
    state, reading = look(mode, None, bad, NOW)
    assert state.state == "slow"
    assert [each.reason for each in reading.advice] == ["errors: true"]
    later = NOW + timedelta(minutes=1)
    good = snapshot(item("m", {"rate": 0.01, "resumed_at": "2026-03-03T08:00:00Z"}), item("n", {"down": False}))
    assert look(mode, state, good, later)[0].state == "slow"  # resumed before it began
    resumed = snapshot(item("m", {"rate": 0.01, "resumed_at": "2026-03-03T09:00:30Z"}), item("n", {"down": False}))
    assert look(mode, state, resumed, later)[0].state == "fast"
    fast = ModeState(mode.id, "fast", NOW, NOW, None)
    assert look(mode, fast, resumed, later)[0].state == "fast"
