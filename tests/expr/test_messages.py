"""Templates and observations: what people read."""

from __future__ import annotations

import pickle

import pytest

from gatekeeper.expr import (
    ExpressionError,
    Name,
    Observed,
    Timestamp,
    Unknown,
    compile_expression,
    compile_template,
    observe,
)
from gatekeeper.expr.outcome import EvaluationError
from gatekeeper.model.finding import Lack

NOW = Timestamp.parse("2026-03-10T12:00:00Z")
RLS = {"latest": {"conclusion": "failure", "updated_at": "2026-03-10T06:30:00Z", "n": 3}}


def rendered(text: str, **bindings: object) -> str:
    return compile_template(text).render({"now": NOW, "rls": RLS, **bindings})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("no slots", "no slots"),
        ("ended {rls.latest.conclusion} at {rls.latest.updated_at}", "ended failure at 2026-03-10T06:30:00Z"),
        ("{{literal}} {rls.latest.n}", "{literal} 3"),
        ("{'}'}{\"{\"}", "}{"),
        ("{ {'a': {'b': 1}}.a.b }", "1"),
        ("{'''it's } '''}", "it's } "),
        ("{r'\\}'}", "\\}"),
        ("age {age(rls.latest.updated_at)}", "age 5h30m"),
        ("at {now}", "at 2026-03-10T12:00:00Z"),
        ("{1.0} {0.25} {2u} {true} {false} {null} {b'ab'} {int}", "1 0.25 2 true false null 2 bytes int"),
        ("{[1, 'a', [2], {'b': 1}]}", "1, a, …, …"),
        ("{rls.latest} {{}} { {1: 2} }", "3 entries {} 1 entries"),
        ("{l}", "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, and 20 more"),
        ("{rls.latest.missing}", "‹no such key 'missing'›"),
        ("{gone.x}", "‹unknown: canary, budget›"),
        ("{multi}", "a b  c�d�"),
        ("{long}", "x" * 199 + "…"),
    ],
)
def test_a_template_renders_for_people_and_never_fails(text: str, shown: str) -> None:
    lacks = (Lack("canary", "missing", ""), Lack("canary", "stale", ""), Lack("", "budget", ""))
    assert rendered(text, gone=Unknown(lacks), l=list(range(30)), multi="a\nb\t\rc\x1bd\u202e", long="x" * 500) == shown


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a {b", 'a "{" is not closed (line 1, column 3); write "{{" for a brace'),
        ("a } b", 'a "}" closes nothing (line 1, column 3); write "}}" for a brace'),
        ("x {}", "the expression ends too early (line 1, column 4)"),
        ("one\ntwo {a = 1}", '"=" is not expected here (line 2, column 8); equality is written "=="'),
        ("one {a\n  = 1}", '"=" is not expected here (line 2, column 3); equality is written "=="'),
        ("{'a}", 'a "{" is not closed (line 1, column 1); write "{{" for a brace'),
    ],
)
def test_a_mistake_in_a_template_has_its_place_in_the_text(text: str, told: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_template(text)
    assert str(refused.value) == told


def test_the_names_of_a_template_have_their_places_in_the_text() -> None:
    template = compile_template("one {b.x}\n{a} {b\n + c}")
    assert template.names == (Name("b", 1, 6), Name("a", 2, 2), Name("c", 3, 4))
    assert template.free_names == ("b", "a", "c")
    assert pickle.loads(pickle.dumps(template)).render({"a": 1, "b": 2, "c": 3}) == template.render(
        {"a": 1, "b": 2, "c": 3}
    )


@pytest.mark.parametrize(
    ("expression", "texts"),
    [
        (
            'rls.latest.conclusion == "success" && age(rls.latest.updated_at) <= hours(24)',
            ["rls.latest.conclusion", "rls.latest.updated_at"],
        ),
        ("size(rls.latest) > 3 || rls.latest.n + rls.latest.n == 2", ["rls.latest", "rls.latest.n"]),
        ("l.all(x, x > n)", ["l"]),
        ("l.filter(x, x > n).size() == 1", ["l.filter(x, x > n).size()"]),
        ("l.map(x, x)[n.a] == m", ["l.map(x, x)[n.a]", "n.a", "m"]),
        ("doc.table(what.title).rows == []", ["doc.table(what.title).rows", "what.title"]),
        ("has(a.b.c) && !a.d", ["a.b", "a.d"]),
        ("now > timestamp(a.t)", ["a.t"]),
        ("a.?b[?c.d].orValue(e) > 1", ["a.?b[?c.d].orValue(e)", "c.d", "e"]),
        ("[?a.?b] == {?'k': c}", ["a.?b", "c"]),
        ("a.transformList(k, v, v > b).size() > c", ["a.transformList(k, v, v > b).size()", "c"]),
        ("a.sortBy(x, x.n).first() == b", ["a.sortBy(x, x.n).first()", "b"]),
        ("a.all(k, v, v > b)", ["a"]),
        ("cel.bind(x, a.b, x.c > d.e && c.filter(y, y > x).size() > 1)", ["a.b", "d.e"]),
        ("now.getHours() > 3", ["now.getHours()"]),
        ("a ? [b] == [c] : {'k': d} == e", ["a", "b", "c", "d", "e"]),
        ("a\n  .b == 1", ["a .b"]),
        ("[1].all(x, x == 1) && 'a'.size() == 1", []),
    ],
)
def test_the_longest_chains_are_observed_in_the_order_of_the_source(expression: str, texts: list[str]) -> None:
    assert [observed.text for observed in observe(compile_expression(expression), {})] == texts


def test_an_observation_has_the_value_or_says_why_there_is_none() -> None:
    program = compile_expression("rls.latest.n == 3 && rls.gone == 1 && u.x == 2 && l.filter(x, x > 0) == []")
    unknown = Unknown((Lack("u", "missing", ""),))
    number, gone, hidden, chosen = observe(program, {"rls": RLS, "u": unknown, "l": [0, 1]})
    assert number == Observed("rls.latest.n", 3)
    assert isinstance(gone.value, EvaluationError)
    assert hidden == Observed("u.x", unknown)
    assert chosen == Observed("l.filter(x, x > 0)", [1])
    assert observe(program, {"rls": RLS, "u": unknown, "l": []})[3].value == []


def test_each_observation_keeps_to_the_budget() -> None:
    (observed,) = observe(compile_expression("l.filter(x, x > 0) == []"), {"l": [1, 2, 3]}, budget=2)
    assert isinstance(observed.value, EvaluationError)
    assert observed.value.cause == "budget"
