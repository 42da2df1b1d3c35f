"""The earliest instant at which time alone would bring a GO."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gatekeeper.expr import compile_template
from gatekeeper.model.decision import Decision
from gatekeeper.model.rule import CleanWindow, Each, ReadGate, Rule
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.pipeline import decide
from tests.builders import NOW, entry, expression, gate, item, policy_set, rule, snapshot

HALF_HOUR = timedelta(minutes=30)


def window(length: timedelta) -> CleanWindow:
    return CleanWindow(
        over=expression("a.runs"),
        sample="run",
        at=expression("run.at"),
        clean=expression("run.ok"),
        pending=None,
        void=(),
        label=compile_template("run"),
        length=length,
        max_gap=None,
        not_before=None,
    )


def runs(**more: Json) -> Json:
    since = NOW - timedelta(hours=1)
    return {"runs": [{"at": instant_text(since + n * HALF_HOUR), "ok": True} for n in range(2)], **more}


def closed_by(**rows: str) -> Each:
    return Each(expression("a.rows"), "row", expression("row"), False, None, rows, None, None)


def decided(rules: list[Rule], value: Json, *below: Rule) -> Decision:
    low = gate("low", below or [rule("fine", "true")], [entry("a")])
    top = gate("g", [*rules, rule("reads-low", ReadGate("low"))], [entry("a")])
    return decide(policy_set(top, low), "g", snapshot(item("a", value)), as_of=NOW)


def test_it_is_when_the_last_window_completes_here_or_below() -> None:
    short = rule("short", window(timedelta(hours=3)))
    long = rule("long", window(timedelta(hours=5)))
    assert decided([short], runs()).earliest_go == NOW + timedelta(hours=2)
    assert decided([short], runs(), long).earliest_go == NOW + timedelta(hours=4)


def test_a_row_that_a_window_closes_waits_for_that_window() -> None:
    rules = [rule("short", window(timedelta(hours=3))), rule("blockers", closed_by(one="short"))]
    assert decided(rules, runs(rows=["one"])).earliest_go == NOW + timedelta(hours=2)
    assert decided(rules, runs(rows=["one", "two"])).earliest_go is None, "nothing closes the other row"


def test_time_alone_does_not_mend_the_rest() -> None:
    short = rule("short", window(timedelta(hours=3)))
    others: list[tuple[Rule, dict[str, Any]]] = [
        (rule("signed", "a.signed"), {"signed": False}),
        (rule("known", "a.nothing"), {}),
    ]
    for other, more in others:
        assert decided([short, other], runs(**more)).earliest_go is None


def test_a_go_waits_for_nothing() -> None:
    assert decided([rule("short", window(timedelta(minutes=30)))], runs()).earliest_go is None
