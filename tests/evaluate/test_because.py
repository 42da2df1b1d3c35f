"""What findings, triggers and conditions tell of what decided them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gatekeeper.model.finding import Deciding, Finding, Outcome
from gatekeeper.model.mode import ConditionReading
from gatekeeper.model.rule import Each, Rule
from gatekeeper.model.standing import Reach
from gatekeeper.model.values import Json
from gatekeeper.pipeline import decide
from tests.builders import NOW, entry, expression, gate, item, policy_set, rule, snapshot
from tests.evaluate.ladders import ago, load, standing, trigger
from tests.evaluate.modes import each_minute, mode, play


def found(its: Rule, value: Json) -> tuple[Finding, ...]:
    policies = policy_set(gate("g", [its], [entry("a")]))
    return decide(policies, "g", snapshot(item("a", value)), as_of=NOW).root.findings


def lines(because: Sequence[Deciding]) -> list[str]:
    return [part.told for part in because]


def test_a_rule_that_fails_tells_what_it_needs_and_one_that_passes_what_is() -> None:
    (fails,) = found(rule("r", "a.rate <= 0.05 && a.pending == 0"), {"rate": 0.063, "pending": 0})
    assert (fails.outcome, lines(fails.because)) == (Outcome.FAIL, ["a.rate = 0.063, needs <= 0.05"])
    (passes,) = found(rule("r", "a.rate <= 0.05 && a.pending == 0"), {"rate": 0.01, "pending": 0})
    assert lines(passes.because) == ["a.rate = 0.01, is <= 0.05", "a.pending = 0"]


def test_a_rule_that_is_not_known_names_the_part_that_has_no_value() -> None:
    (finding,) = found(rule("r", "a.rate <= 0.05 && a.pending == 0"), {"pending": 0})
    assert finding.outcome is Outcome.UNKNOWN
    assert lines(finding.because) == ["a.rate <= 0.05 has no value"]


def test_a_rule_that_does_not_apply_tells_why() -> None:
    (finding,) = found(rule("r", "a.ok", applies_when="a.live && a.ok"), {"live": False, "ok": True})
    assert (finding.outcome, lines(finding.because)) == (Outcome.NOT_APPLICABLE, ["a.live = false, needs true"])


def test_each_row_tells_its_own() -> None:
    each = Each(
        over=expression("a.rows"),
        row="row",
        key=expression("row.id"),
        empty_passes=False,
        expect=expression("row.open == false"),
        closed_by=None,
        owner=None,
        due=None,
    )
    one, two = found(rule("r", each), {"rows": [{"id": "x", "open": True}, {"id": "y", "open": False}]})
    assert (one.key, lines(one.because)) == ("x", ["row.open = true, needs == false"])
    assert (two.key, lines(two.because)) == ("y", ["row.open = false"])


LASTING = """\
levels_lowest_first:
  - level: L1
    title: One
    triggers: [{id: t, title: T, when: a.on && b.open, since: a.since, for: 30m}]
"""


def test_a_trigger_tells_what_decided_it(tmp_path: Path) -> None:
    policies = load(tmp_path, LASTING)
    closed = trigger(standing(policies, a={"on": True, "since": ago(minutes=40)}, b={"open": False}))
    assert (closed.state, lines(closed.because)) == (Reach.NOT_REACHED, ["b.open = false, needs true"])
    reached = trigger(standing(policies, a={"on": True, "since": ago(minutes=40)}, b={"open": True}))
    assert (reached.state, lines(reached.because)) == (Reach.REACHED, ["a.on = true", "b.open = true"])
    blind = trigger(standing(policies, a={"on": True, "since": ago(minutes=40)}, b=None))
    assert (blind.state, lines(blind.because)) == (Reach.UNKNOWN, ["b.open is not known for lack of b (missing)"])


def test_where_only_the_time_is_too_short_no_part_of_the_condition_is_to_blame(tmp_path: Path) -> None:
    policies = load(tmp_path, LASTING)
    short = trigger(standing(policies, a={"on": True, "since": ago(minutes=9)}, b={"open": True}))
    assert (short.state, short.message, short.because) == (Reach.NOT_REACHED, "9 min, needs 30 min", ())
    blind = trigger(standing(policies, a={"on": True, "since": ago(minutes=9)}, b=None))
    assert (blind.state, blind.because) == (Reach.NOT_REACHED, ())


STALL: dict[str, Any] = {"id": "stall", "when": "metrics.completions == 0 && metrics.pending > 0", "for": 10}
DEGRADED = mode({"normal": {}, "degraded": {"unless": "metrics.outage", "enter": [STALL]}})


def condition(**metrics: object) -> ConditionReading:
    _, readings = play(DEGRADED, each_minute([{"completions": 0, "pending": 3, "outage": False, **metrics}]))
    return readings[0].conditions[0]


def test_a_condition_tells_what_decided_it() -> None:
    idle = condition(pending=0)
    assert (idle.outcome, lines(idle.because)) == (Outcome.FAIL, ["metrics.pending = 0, needs > 0"])
    assert lines(condition().because) == ["metrics.completions = 0", "metrics.pending = 3, is > 0"]


def test_a_barred_condition_tells_what_bars_it() -> None:
    barred = condition(outage=True)
    assert (barred.outcome, lines(barred.because)) == (Outcome.FAIL, ["metrics.outage = true"])
