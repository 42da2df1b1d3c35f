"""Traced programs: they come to the same as ordinary ones, and tell what decided."""

from __future__ import annotations

import pickle
from collections import defaultdict
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.expr import EvaluationError, ExpressionError, Program, Unknown, compile_expression
from gatekeeper.expr.trace import branches, traced
from gatekeeper.model.finding import Lack
from tests.expr.generated import EVIDENCE, expressions

NOW = datetime.fromisoformat("2026-03-10T12:00:00Z")
GONE = Unknown((Lack("e", "missing", "not collected"),))


def seen(source: str, **bindings: object) -> dict[str, list[object]]:
    """Branch → the values that one run told of it."""
    program = compile_expression(source)
    told: dict[str, list[object]] = defaultdict(list)
    names = [branch.text for branch in branches(program)]
    traced(program, lambda index, value: told[names[index]].append(value)).run(bindings)
    return dict(told)


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("a.b == 1", ["a.b == 1"]),
        ("a && (b || !c)", ["a && (b || !c)", "a", "(b || !c)", "b", "!c", "c"]),
        ("a ? b > 1 : false", ["a ? b > 1 : false", "a", "b > 1"]),
        ("(a ? 1 : 2) == 2", ["(a ? 1 : 2) == 2", "a"]),
        ("l.all(x, x.k > 1 && x.s)", ["l.all(x, x.k > 1 && x.s)", "x.k > 1 && x.s", "x.k > 1", "x.s"]),
        ("size(l.filter(x, x.done)) > 2", ["size(l.filter(x, x.done)) > 2", "x.done"]),
        ("l.map(x, x.on, x.k)", ["x.on"]),
        ("s.startsWith('a') || true", ["s.startsWith('a') || true", "s.startsWith('a')"]),
        ("s.startsWith('a')", ["s.startsWith('a')"]),
        ("has(a.b)", ["has(a.b)"]),
        ("a.?b.hasValue()", ["a.?b.hasValue()"]),
        ("a.?b.orValue(false) && c", ["a.?b.orValue(false) && c", "a.?b.orValue(false)", "c"]),
        ("a.?b.orValue(1)", []),
        ("a.?b.optMap(x, x && c).orValue(true)", ["x", "c"]),
        ("cel.bind(x, a > 1, x || b)", ["cel.bind(x, a > 1, x || b)", "x || b", "x", "b"]),
        ("cel.bind(x, a > 1, 3)", []),
        ("l.all(i, x, i > 1)", ["l.all(i, x, i > 1)", "i > 1"]),
        ("l.transformList(i, x, x.on, x.k)", ["x.on"]),
        ("l.transformMap(i, x, x.k)", []),
        ("l.transformMapEntry(i, x, x.on, {x.k: i})", ["x.on"]),
        ("l.sortBy(x, x.on)", []),
        ("[?a.?b].size() > 1", ["[?a.?b].size() > 1"]),
        ("a.b", []),
        ("size(l) + 1", []),
        ("true", []),
    ],
)
def test_the_branches_of_an_expression(source: str, texts: list[str]) -> None:
    found = branches(compile_expression(source))
    assert [branch.text for branch in found] == texts
    assert [branch.index for branch in found] == list(range(len(found)))


def test_a_branch_knows_its_place() -> None:
    first, *rest = branches(compile_expression("a == 1\n  && l.exists(x,\n       x > 2)"))
    assert (first.line, first.column) == (1, 1)
    assert [(each.text, each.line, each.column) for each in rest] == [
        ("a == 1", 1, 1),
        ("l.exists(x, x > 2)", 2, 6),
        ("x > 2", 3, 8),
    ]


def test_every_value_of_a_branch_is_told() -> None:
    told = seen("l.all(x, x < 3) || u.x == 1 || 1 / 0 == 1", l=[1, 2, 3, 4], u=GONE)
    assert told["x < 3"] == [True, True, False]
    assert told["l.all(x, x < 3)"] == [False]
    assert told["u.x == 1"] == [GONE]
    assert isinstance(told["1 / 0 == 1"][0], EvaluationError)


def test_what_an_earlier_term_made_needless_is_not_told() -> None:
    assert seen("a && b", a=False, b=True) == {"a": [False], "a && b": [False]}
    assert "b" not in seen("a ? 1 > 0 : b", a=True, b=True)


def test_a_traced_program_passes_for_a_program_and_its_copies_tell_nothing() -> None:
    ordinary = compile_expression("a == 1")
    told: list[tuple[int, object]] = []
    made = traced(ordinary, lambda index, value: told.append((index, value)))
    assert isinstance(made, Program)
    assert (made.source, made.tree, made.names) == (ordinary.source, ordinary.tree, ordinary.names)
    assert ordinary.run({"a": 1}) is True
    assert pickle.loads(pickle.dumps(made)).run({"a": 1}) is True
    assert told == []
    assert made.run({"a": 2}) is False
    assert told == [(0, False)]


@given(
    expressions(own=True) | expressions("list", own=True) | expressions("num", own=True),
    EVIDENCE,
    st.integers(0, 60) | st.just(100_000),
)
def test_a_traced_program_comes_to_the_very_same(source: str, evidence: dict[str, Any], budget: int) -> None:
    try:
        program = compile_expression(source)
    except ExpressionError:
        return
    told: list[tuple[int, object]] = []
    made = traced(program, lambda index, value: told.append((index, value)))
    for bindings in ({"e": evidence, "now": NOW}, {"e": GONE, "now": NOW}, {"e": {**evidence, "x": GONE}, "now": NOW}):
        assert repr(made.run_counted(bindings, budget=budget)) == repr(program.run_counted(bindings, budget=budget))
    assert {index for index, _ in told} <= {branch.index for branch in branches(program)}
