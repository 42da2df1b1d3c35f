"""Variables of a policy: they mean what they would mean in place, and are computed once."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from gatekeeper.expr import (
    EvaluationError,
    ExpressionError,
    Program,
    Timestamp,
    Unknown,
    compile_expression,
    compile_template,
    deciding,
    observe,
    with_variables,
)
from gatekeeper.load.alike import form_of
from gatekeeper.model.finding import Deciding, Lack
from tests.builders import NOW
from tests.expr.generated import EVIDENCE, expressions

STALE = Unknown((Lack("e", "stale", "two days old"),))
GONE = Unknown((Lack("f", "missing", "not collected"),))
TIMELESS = Unknown((Lack("now", "failed", "no clock"),))
SPENT = "[1, 2].map(a, [1, 2].map(b, [1, 2].map(c, [1, 2].map(d, a + b + c + d))))"


def compiled(source: str, **variables: str) -> tuple[Program, dict[str, Program]]:
    """An expression with its variables, each of which may read those before it."""
    known: dict[str, Program] = {}
    for name, written in variables.items():
        known[name] = compile_expression(written, variables=known)
    return compile_expression(source, variables=known), known


def bound(bindings: Mapping[str, object], variables: Mapping[str, Program]) -> dict[str, object]:
    return with_variables(bindings, variables.items())


def run(source: str, bindings: Mapping[str, object], **variables: str) -> object:
    program, known = compiled(source, **variables)
    return program.run(bound(bindings, known))


def in_place(source: str, **variables: str) -> str:
    """The expression with its variables written in place, in brackets."""
    known: dict[str, str] = {}
    for name, written in (*variables.items(), ("", source)):
        known[name] = re.sub(r"variables\.(\w+)", lambda found: f"({known[found[1]]})", written)
    return known[""]


# ---------------------------------------------------------------- the same as in place


@st.composite
def with_parts_named(draw: st.DrawFn, wanted: str = "bool") -> tuple[str, dict[str, str]]:
    """An expression that reads ``one`` and ``two`` in some places, and what they are: ``two`` may read ``one``."""
    one = re.sub(r"\be\.", "f.", draw(expressions(depth=2)))
    two = draw(expressions(draw(st.sampled_from(["bool", "num", "list", "any"])), depth=2))
    two = re.sub(r"\be\.b\b", "variables.one", two)
    body = draw(expressions(wanted, depth=3))
    for atom, name in (("b", "one"), ("x", "two")):
        body = re.sub(rf"\be\.{atom}\b", f"variables.{name}", body)
    assume("variables." in body)
    return body, {"one": one, "two": two}


@given(with_parts_named(), EVIDENCE, EVIDENCE, st.sets(st.sampled_from(["e", "f", "now"])))
def test_a_variable_means_what_it_means_in_place(
    written: tuple[str, dict[str, str]], e: dict[str, Any], f: dict[str, Any], hidden: set[str]
) -> None:
    source, variables = written
    lacking = {"e": STALE, "f": GONE, "now": TIMELESS}
    bindings = {"e": e, "f": f, "now": Timestamp.of(NOW)} | {name: lacking[name] for name in hidden}
    named, plain = run(source, bindings, **variables), compile_expression(in_place(source, **variables)).run(bindings)
    event(type(plain).__name__)
    if isinstance(plain, EvaluationError):
        assert isinstance(named, EvaluationError)
        assert named.cause == plain.cause
    elif isinstance(plain, Unknown):
        assert named == plain  # with the same lacks, in the same order
    else:
        assert repr(named) == repr(plain)  # which tells 1 from 1.0 and true


@given(with_parts_named())
def test_the_form_and_the_names_that_it_reads_are_those_in_place(written: tuple[str, dict[str, str]]) -> None:
    source, variables = written
    named, _ = compiled(source, **variables)
    plain = compile_expression(in_place(source, **variables))
    assert form_of(named.tree) == form_of(plain.tree)
    assert set(named.free_names) == set(plain.free_names)


@given(
    st.sampled_from(["variables.v && e.b", "!variables.v", "!(e.b || variables.v)", "variables.v ? e.b : e.i > 0"]),
    expressions(depth=3),
    EVIDENCE,
)
def test_what_decided_is_told_as_if_it_stood_in_place(source: str, variable: str, e: dict[str, Any]) -> None:
    bindings = {"e": e, "now": Timestamp.of(NOW)}
    program, known = compiled(source, v=variable)
    plain = compile_expression(in_place(source, v=variable))
    if not isinstance(plain.run(bindings), bool):
        return
    told = _without_brackets(deciding(program, bound(bindings, known)))
    assert told == _without_brackets(deciding(plain, bindings)) or "…" in "".join(told)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("l.all(i, x, x < 1)", "l.all(n, each, each < 1)", True),
        ("l.all(i, x, x < 1)", "l.all(i, x, i < 1)", False),
        ("l.all(i, x, i < 1)", "l.all(x, x < 1)", False),
        ("l.all(i, x, x < 1)", "l.all(x, x < 1)", False),
        ("l.exists(i, x, k.all(y, y < x))", "l.exists(a, b, k.all(c, c < b))", True),
        ("l.exists(i, x, k.all(y, y < x))", "l.exists(i, x, k.all(y, y < i))", False),
        ("m.?a.orValue(1)", "m.?b.orValue(1)", False),
        ("m.?a.orValue(1)", "m[?'a'].orValue(1)", True),
    ],
)
def test_expressions_have_one_form_where_they_say_the_same(one: str, other: str, alike: bool) -> None:
    forms = [form_of(compile_expression(each).tree) for each in (one, other)]
    assert (forms[0] == forms[1]) is alike


def _without_brackets(parts: Iterable[Deciding]) -> list[str]:
    """The lines, each once: in brackets, what stands twice is told twice."""
    return list(dict.fromkeys(re.sub("[()]", "", part.told) for part in parts))


def test_a_figure_is_told_by_its_name() -> None:
    program, known = compiled("variables.rate <= 0.05", rate="m.failed / m.all")
    bindings = bound({"m": {"failed": 63.0, "all": 1000.0}}, known)
    assert [part.told for part in deciding(program, bindings)] == ["variables.rate = 0.063, needs <= 0.05"]
    assert [tuple(each) for each in observe(program, bindings)] == [
        ("variables.rate", 0.063),
        ("m.failed", 63.0),
        ("m.all", 1000.0),
    ]


def test_what_is_asked_for_stands_on_the_right_also_where_it_is_a_variable() -> None:
    program, known = compiled("variables.limit < m.rate", limit="params.limit * 2.0")
    bindings = bound({"m": {"rate": 0.1}, "params": {"limit": 0.1}}, known)
    assert [part.told for part in deciding(program, bindings)] == ["m.rate = 0.1, needs > 0.2 (variables.limit)"]


def test_messages_read_variables() -> None:
    _, known = compiled("true", rate="m.failed / m.all")
    template = compile_template("the rate is {variables.rate}", known)
    assert template.free_names == ("m",)
    assert template.render(bound({"m": {"failed": 1.0, "all": 4.0}}, known)) == "the rate is 0.25"
    assert template.render(bound({"m": STALE}, known)) == "the rate is ‹unknown: e›"


# ---------------------------------------------------------------- once, and when it is needed


class Counting:
    """A program that counts its runs."""

    def __init__(self, value: object) -> None:
        self.value, self.runs = value, 0

    def run(self, bindings: Mapping[str, object], *, budget: int = 0) -> object:
        self.runs += 1
        return self.value


@pytest.mark.parametrize("value", [7, None, STALE, EvaluationError("broken", "x", 1, 1)])
def test_it_is_computed_once_for_all_that_read_it(value: object) -> None:
    program = compile_expression("[1, 2].map(i, variables.v)", variables={"v": None})
    counting = Counting(value)
    bindings = with_variables({}, [("v", counting)])
    for _ in range(3):
        program.run({**bindings, "row": 1})
    assert counting.runs == 1


def test_what_nobody_needs_is_not_computed() -> None:
    counting = Counting(True)
    bindings = with_variables({"a": True}, [("v", counting)])
    assert compile_expression("a || variables.v", variables={"v": None}).run(bindings) is True
    assert counting.runs == 0


def test_each_has_a_budget_of_its_own_and_costs_its_readers_nothing() -> None:
    program, known = compiled("variables.two.size() + variables.one.size()", one=SPENT, two=SPENT)
    alone = compile_expression(SPENT).run_counted({})[1]
    bindings = bound({}, known)
    assert program.run(bindings) == 4
    assert program.run_counted(bindings)[1] < 10 < alone


def test_a_spent_budget_is_an_error_of_those_that_need_it() -> None:
    program, known = compiled("variables.v || e", v="l.all(a, l.all(b, a + b > 0))")
    many = {"l": [*range(1, 2001)]}
    assert program.run(bound(many | {"e": True}, known)) is True
    spent = program.run(bound(many | {"e": False}, known))
    assert isinstance(spent, EvaluationError)
    assert spent.cause == "budget"


def test_it_does_not_see_the_row_of_its_reader() -> None:
    _, known = compiled("true", v="row > 1")
    program = compile_expression("variables.v", variables=known)
    bindings = bound({"row": 5}, known)
    assert program.run({**bindings, "row": 0}) is True


def test_a_program_with_variables_survives_pickling() -> None:
    program, known = compiled("variables.v + 1", v="e + 1")
    copy, copies = pickle.loads(pickle.dumps((program, known)))
    assert copy.run(bound({"e": 1}, copies)) == 3
    assert copy.free_names == ("e",)


# ---------------------------------------------------------------- limits


def test_depth_counts_with_the_variables_in_place() -> None:
    deep = "!" * 60 + "e"
    with pytest.raises(ExpressionError, match="with its variables written in place, this is more than 100 levels deep"):
        compiled("!" * 60 + "variables.v", v=deep)


def test_size_counts_with_the_variables_in_place() -> None:
    sources = {f"v{n}": f"variables.v{n - 1} && variables.v{n - 1}" for n in range(1, 40)}
    with pytest.raises(ExpressionError, match="more than 20000 parts large") as refused:
        compiled("true", v0="e && e", **sources)
    assert (refused.value.line, refused.value.column) == (1, 1)


# ---------------------------------------------------------------- forms


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a.b==1", "( a . b ) == 1", True),
        ("l.exists(x, x == 1)", "l.exists(y, y == 1)", True),
        ("l.exists(x, m.exists(y, x == y))", "l.exists(x, m.exists(y, y == x))", False),
        ('a == "x y"', 'a == "xy"', False),
        ("a == 1", "a == 1.0", False),
        ("a == 1", "a == true", False),
        ("l.map(x, x > 1, x)", "l.filter(x, x > 1)", False),
        ("a.f", "a['f']", False),
        ("has(a.f)", "a.f", False),
        ("a && b", "a || b", False),
        ("size(a)", "a.size()", False),
    ],
)
def test_two_expressions_of_one_form_say_the_same(one: str, other: str, same: bool) -> None:
    assert (form_of(compile_expression(one).tree) == form_of(compile_expression(other).tree)) is same
