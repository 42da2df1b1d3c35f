"""Optional values, macros with two variables, names for values, and the functions of the extensions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.expr import EvaluationError, compile_expression, compile_template, observation, to_json
from gatekeeper.expr.shown import brief
from gatekeeper.expr.values import NONE, OptionalValue

E: dict[str, Any] = {
    "a": {"b": 1, "n": None, "in": 2, "x-y": 3},
    "l": [3, 1, 2],
    "m": {"x": 1, "y": 2},
    "rows": [{"k": "b", "n": 2}, {"k": "a", "n": 2}, {"k": "c"}],
    "s": "text",
}


def run(expression: str, **more: object) -> object:
    return compile_expression(expression).run({**E, **more})


def message(expression: str, **more: object) -> str:
    error = run(expression, **more)
    assert isinstance(error, EvaluationError), error
    return error.message


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        # lists, as cel-go documents them
        ("[1, 2, 3, 4].slice(1, 3)", [2, 3]),
        ("[1, 2, 3, 4].slice(2, 4)", [3, 4]),
        ("[1, 2].slice(2, 2)", []),
        ("[1, [2, 3], [4]].flatten()", [1, 2, 3, 4]),
        ("[1, [2, [3, 4]]].flatten()", [1, 2, [3, 4]]),
        ("[1, 2, [], [], [3, 4]].flatten()", [1, 2, 3, 4]),
        ("[1, [2, [3, [4]]]].flatten(2)", [1, 2, 3, [4]]),
        ("[1, [2]].flatten(0)", [1, [2]]),
        ("[1, [2]].flatten(9223372036854775807)", [1, 2]),
        ("lists.range(5)", [0, 1, 2, 3, 4]),
        ("lists.range(0)", []),
        ("[1, 2, 2, 3, 3, 3].distinct()", [1, 2, 3]),
        ("['b', 'b', 'c', 'a', 'c'].distinct()", ["b", "c", "a"]),
        ("[1, 'b', 2, 'b'].distinct()", [1, "b", 2]),
        ("[1, 1u, 1.0, true, 2.0, 2].distinct()", [1, True, 2.0]),
        ("[[1], [1.0], {'a': 1}, {'a': 1u}, null, null].distinct()", [[1], {"a": 1}, None]),
        ("[3, 2, 1].sort()", [1, 2, 3]),
        ("['b', 'c', 'a'].sort()", ["a", "b", "c"]),
        ("[true, false].sort()", [False, True]),
        ("[].sort()", []),
        ("[duration('2h'), duration('1h')].sort() == [duration('1h'), duration('2h')]", True),
        ("['ä', 'z', 'Z'].sort()", ["Z", "z", "ä"]),
        ("rows.slice(0, 2).sortBy(r, r.k).map(r, r.k)", ["a", "b"]),
        ("rows.sortBy(r, r.?n.orValue(0)).map(r, r.k)", ["c", "b", "a"]),
        ("[].sortBy(r, r.nothing)", []),
        ("[5, 3, 1, 2].reverse()", [2, 1, 3, 5]),
        ("l.first().value() + l.last().value()", 5),
        # macros with two variables
        ("l.all(i, v, i < 3 && v > 0)", True),
        ("m.exists(k, v, k == 'y' && v == 2)", True),
        ("m.existsOne(k, v, v > 1)", True),
        ("m.existsOne(k, k == 'x')", True),
        ("l.exists_one(i, v, i == v)", False),
        ("l.transformList(i, v, i * 10 + v)", [3, 11, 22]),
        ("m.transformList(k, v, v > 1, k)", ["y"]),
        ("l.transformMap(i, v, v > 1, v).size()", 2),
        ("l.transformMap(i, v, v)[2]", 2),
        ("m.transformMap(k, v, v * 2)", {"x": 2, "y": 4}),
        ("m.transformMapEntry(k, v, {string(v): k})", {"1": "x", "2": "y"}),
        ("rows.transformMapEntry(i, r, has(r.n), {r.k: i})", {"b": 0, "a": 1}),
        ("[].transformMapEntry(i, r, {r: i})", {}),
        ("l.all(i, v, l.all(j, w, i != j || v == w))", True),
        ("l.exists(i, v, [10, 20].exists(j, w, j == 1 && w == 20 && i == 2 && v == 2))", True),
        # names for values
        ("cel.bind(x, l.size(), x * x)", 9),
        ("cel.bind(x, 1 / 0, true)", True),
        ("cel.bind(a, 1, cel.bind(b, 2, a + b)) + a.b", 4),
        # optionals
        ("a.?b.value()", 1),
        ("a.?n.orValue(7)", None),
        ("a.?`x-y`.orValue(0)", 3),
        ("a[?'in'].orValue(0)", 2),
        ("a.?c.d.e.orValue(7)", 7),
        ("rows.map(r, r.?n.orValue(0))", [2, 2, 0]),
        ("optional.of(a).b.orValue(0)", 1),
        ("optional.of(l)[5].hasValue()", False),
        ("has(optional.of(a).b) && !has(optional.of(a).z) && !has(optional.none().z)", True),
        ("[?a.?b, ?a.?c, 9]", [1, 9]),
        ("{?'b': a.?b, ?'c': a.?c, 'd': 9}", {"b": 1, "d": 9}),
        ("{?1: a.?b, ?true: a.?c}.size()", 1),
        ("a.?b.optMap(x, x + 1).orValue(0)", 2),
        ("a.?b.optMap(a, a + 1).value() + a.b", 3),
        ("a.?c.optFlatMap(x, 1 / 0).hasValue()", False),
        # numbers, texts, bytes
        ("math.least(3, l.size(), 2.5)", 2.5),
        ("math.round(-0.4)", -0.0),
        ("'%s: %.1f %%'.format([s, 12.345])", "text: 12.3 %"),
        ("'%s'.format([[1u, b'x', {'k': null}]])", "[1, x, {k: null}]"),
        ("['x', 'y'].join(', ')", "x, y"),
        ("base64.encode(b'\\xff\\xfe')", "//4="),
    ],
)
def test_what_it_comes_to(expression: str, value: object) -> None:
    result = run(expression)
    assert result == value
    assert type(result) is type(value)
    assert repr(result) == repr(value)


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("s.?x", "string has no fields"),
        ("l.?x", "the index of a list is a whole number, not string"),
        ("a.?n.x", "null has no fields"),
        ("a[?null]", "null is no key of a map"),
        ("a[?[1]]", "list is no key of a map"),
        ("l[?1.0]", "the index of a list is a whole number, not double"),
        ("s[?0]", "string has no elements"),
        ("a.?c.value()", "the optional has no value"),
        ("a.?c.or(1)", "or does not take optional, int"),
        ("s.orValue(1)", "orValue does not take string"),
        ("s.optMap(x, x)", "optMap looks into an optional, not string"),
        ("a.?b.optFlatMap(x, x)", "optFlatMap gives an optional, not int"),
        ("[?s]", 'an entry with "?" is an optional, not string'),
        ("{?'a': s}", 'an entry with "?" is an optional, not string'),
        ("{?'a': a.?b, 'a': 1}", "a key of the map occurs twice"),
        ("{?1.5: a.?b}", "the keys of a map are bools, ints, uints or strings"),
        ("a.?b < a.?b", 'no "<" between optional and optional'),
        ("a.?b + 1", 'no "+" between optional and int'),
        ("s.all(k, v, true)", "all visits a list or a map, not string"),
        ("m.sortBy(x, x)", "sortBy visits a list, not map"),
        ("m.transformMapEntry(k, v, k)", "transformMapEntry gathers maps, not string"),
        ("m.transformMapEntry(k, v, {'same': v})", "a key of the map occurs twice"),
        ("l.transformMapEntry(i, v, {1.5: v})", "the keys of a map are bools, ints, uints or strings"),
        ("[1, 'b'].sort()", "what is sorted has several types; convert it to one"),
        ("[1, 1.0].sort()", "what is sorted has several types; convert it to one"),
        ("[[1]].sort()", "list has no order"),
        ("[null, null].sort()", "null has no order"),
        ("[0.0 / 0.0, 1.0].sort()", "NaN has no order"),
        ("rows.sortBy(r, r)", "map has no order"),
        ("[1, 2].slice(1, 3)", "the part is outside of the list, or ends before it begins"),
        ("[1, 2].slice(-1, 1)", "the part is outside of the list, or ends before it begins"),
        ("[1, 2].slice(2, 1)", "the part is outside of the list, or ends before it begins"),
        ("[1].flatten(-1)", "the depth is below 0"),
        ("lists.range(-1)", "the length of a range is below 0"),
        ("s.charAt(5)", "the offset is outside of the string"),
        ("s.substring(3, 2)", "the part of the string ends before it begins"),
        ("[1].join()", "[1] is not a list of strings"),
        ("math.greatest([])", "[] is empty"),
        ("math.greatest(1, s)", "1, s is not a list of numbers"),
        ("math.abs(-9223372036854775808)", "the result does not fit into 64 bits"),
        ("math.bitShiftLeft(1, -1)", "bits are moved by less than 0"),
        ("base64.decode('Y')", "the string is no base64"),
        ("'%d'.format(['1'])", '"%d" does not write string'),
        ("'%d'.format([1.5])", '"%d" does not write double'),
        ("'%s'.format([[a.?b]])", '"%s" does not write list'),
        ("'%s'.format([b'\\xff'])", "the bytes are no UTF-8 text"),
        ("'%y'.format([1])", "'%y' has a % that begins no verb; %% stands for a percent sign"),
        ("'%s %s'.format([1])", "'%s %s' has more verbs than there are values"),
        ("'%.1001f'.format([1.0])", "'%.1001f' asks for more than 1000 digits"),
    ],
)
def test_what_has_no_value(expression: str, told: str) -> None:
    assert message(expression) == told


def test_no_value_of_the_evidence_is_in_an_error() -> None:
    for expression in ("s.format([])", "s.charAt(9)", "[s].sort().first().value().join()", "math.least(s)", "s.?x"):
        assert "secret" not in str(run(expression, s="secret %"))


def test_an_optional_is_shown_as_what_it_holds() -> None:
    assert (brief(OptionalValue((1,))), brief(NONE)) == ("optional.of(1)", "optional.none()")
    assert (to_json([OptionalValue(("x",)), NONE])) == ["x", None]
    assert observation("a.?b", OptionalValue(("x",))).value == "x"
    assert compile_template("{a.?b} and {a.?c}").render(E) == "1 and none"


def test_an_optional_is_no_truth() -> None:
    assert message("a.?b && true") == "a condition is a bool, not optional"
    assert message("[true].all(x, optional.of(x))") == "a condition is a bool, not optional"


@given(st.lists(st.integers(-3, 3) | st.sampled_from([1.0, -2.0, "a", True, None, float("nan")]), max_size=8))
def test_distinct_keeps_the_first_of_each_that_are_equal(values: list[Any]) -> None:
    result: Any = run("v.distinct()", v=values)
    kept = run("v.transformList(i, x, !v.exists(j, y, j < i && x == y), x)", v=values)
    assert repr(result) == repr(kept)


@given(st.lists(st.text("abc", max_size=3), max_size=6), st.integers(-1, 4))
def test_join_turns_split_back(parts: list[str], most: int) -> None:
    text = "-".join(parts)
    assert run("t.split('-', n).join('-') == t || n == 0", t=text, n=most) is True


@given(st.text('aAzZ09 äΩß\n"\\', max_size=20))
def test_texts_keep_their_length_where_they_should(text: str) -> None:
    same = "t.reverse().reverse() == t && t.lowerAscii().size() == t.size() && t.upperAscii().size() == t.size()"
    assert run(same, t=text) is True
    assert compile_expression(str(run("strings.quote(t)", t=text))).run({}) == text


@given(st.binary(max_size=20))
def test_base64_turns_back(value: bytes) -> None:
    assert run("base64.decode(base64.encode(b))", b=value) == value
