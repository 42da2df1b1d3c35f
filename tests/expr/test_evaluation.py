"""What expressions come to over evidence, and how their errors are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from gatekeeper.expr import Duration, EvaluationError, Timestamp, Uint, compile_expression, to_json
from gatekeeper.expr.values import MapValue, kind

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def run(expression: str, **bindings: object) -> Any:
    return compile_expression(expression).run(bindings)


EVIDENCE: dict[str, Any] = {
    "rls": {"latest": {"conclusion": "secret-value", "n": 7}},
    "l": [1, 2],
    "s": "secret-value",
    "now": NOW,
}


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("rls.latest.conclusio == 'x'", "rls.latest.conclusio: no such key 'conclusio'"),
        ("has(rls.oldest.n)", "rls.oldest: no such key 'oldest'"),
        ("rls.latest.n.deep", "rls.latest.n.deep: int has no fields"),
        ("has(s.x)", "has(s.x): string has no fields"),
        ("nothing.x", 'nothing: there is no "nothing" here'),
        ("l[2]", "l[2]: the index is outside of the list"),
        ("l['a']", "l['a']: the index of a list is a whole number, not string"),
        ("rls['x']", "rls['x']: no such key"),
        ("s[0]", "s[0]: string has no elements"),
        ("rls.latest.conclusion > 3", 'rls.latest.conclusion > 3: no ">" between string and int'),
        ("s + 1", 's + 1: no "+" between string and int'),
        ("l[0] + 1.5", 'l[0] + 1.5: no "+" between int and double; convert one with double(…) or int(…)'),
        ("s < now", 's < now: no "<" between string and timestamp; convert the text with timestamp(…) or duration(…)'),
        ("1 / 0", "1 / 0: division by zero"),
        ("1 % 0", "1 % 0: division by zero"),
        ("-9223372036854775808 % -1", "-9223372036854775808 % -1: the result does not fit into 64 bits"),
        ("5u - 6u", "5u - 6u: the result does not fit into 64 bits"),
        ("-s", '-s: no "-" of string'),
        ("!s", '!s: no "!" of string'),
        ("s && true", "s: a condition is a bool, not string"),
        ("s ? 1 : 2", "s: a condition is a bool, not string"),
        ("l.all(x, s)", "s: a condition is a bool, not string"),
        ("l.filter(x, s)", "s: a condition is a bool, not string"),
        ("l.map(x, s, x)", "s: a condition is a bool, not string"),
        ("l.map(x, x.y)", "x.y: int has no fields"),
        ("s.map(x, x)", "s: map visits a list or a map, not string"),
        ("1 in s", '1 in s: no "in" between int and string'),
        ("size(1)", "size(1): size does not take int"),
        ("s.startsWith(1)", "s.startsWith(1): startsWith does not take string, int"),
        ("timestamp(s)", "timestamp(s): no RFC 3339 timestamp with an offset, such as 2026-01-31T09:30:00Z"),
        ("duration(s)", 'duration(s): no duration with units h, m, s, ms, us or ns, such as "1h30m"'),
        ("int(s)", "int(s): the string is no whole number"),
        ("uint(s)", "uint(s): the string is no whole number"),
        ("double(s)", "double(s): the string is no number"),
        ("bool(s)", "bool(s): the string is neither true nor false"),
        ("s.matches('(')", "s.matches('('): '(' is no RE2 pattern"),
        ("'x'.matches(s + ')')", "'x'.matches(s + ')'): s + ')' is no RE2 pattern"),
        ("now.getHours(s)", "now.getHours(s): there is no time zone s"),
        ("{'a': 1, 'a': 2}", "{'a': 1, 'a': 2}: a key of the map occurs twice"),
        ("{1: 1, 1u: 2}", "{1: 1, 1u: 2}: a key of the map occurs twice"),
        ("{1.5: 1}", "{1.5: 1}: the keys of a map are bools, ints, uints or strings"),
        ("{1: 2}.x", "{1: 2}.x: no such key 'x'"),
    ],
)
def test_an_error_names_the_part_that_failed_and_never_a_value(expression: str, told: str) -> None:
    error = run(expression, **EVIDENCE)
    assert isinstance(error, EvaluationError)
    assert str(error) == told
    assert "secret-value" not in str(error)
    assert error.cause == "error"


def test_an_error_has_the_place_of_the_part_and_cuts_a_long_one() -> None:
    error = run("true &&\n   rls.latest.conclusio == 'x'", **EVIDENCE)
    assert (error.line, error.column) == (2, 4)
    long = run("l[0] == 1 ? [" + "1, " * 100 + "1]['a'] : 0", **EVIDENCE)
    assert len(long.expression) == 80
    assert long.expression.endswith("…")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 == 1.0 && 1u == 1", True),
        ("true == 1 || '1' == 1 || null == false", False),
        ("[true] == [1]", False),
        ("{'a': true} == {'a': 1}", False),
        ("{1: 'a', true: 'b'}[1u] + {1: 'a', true: 'b'}[true]", "ab"),
        ("{1: 'a'} == {1u: 'a'}", True),
        ("{1: 'a'} == {2: 'a'}", False),
        ("{1: 'a'} == {1: 'a', 2: 'b'}", False),
        ("{'a': 1} == {2: 1}", False),
        ("{2: 1} == {'a': 1}", False),
        ("{1: {'a': [1, 2.0]}} == {1: {'a': [1.0, 2]}}", True),
        ("[1, [2, 'x']] == [1, [2, 'y']]", False),
        ("{1: 1, 'a': 2}.a", 2),
        ("has({1: 1, 'a': 2}.a) && !has({1: 1}.a)", True),
        ("1 in {1: 1} && !(2 in {1: 1}) && 1.0 in {1: 1} && !(1.5 in {1: 1})", True),
        ("{1: 2}.map(k, k + 1)", [2]),
        ("{'b': 1}.all(k, k == 'b')", True),
        ("size({1: 2, 'a': 3})", 2),
        ("'é' < 'z'", False),
        ("[1, 2, 3].exists_one(x, x > 2)", True),
        ("[0.0 / 0.0] == [0.0 / 0.0] || (0.0 / 0.0) in [0.0 / 0.0]", False),
        ("-7 / 2 == -3 && -7 % 2 == -1 && 7 / -2 == -3 && 7 % -2 == 1", True),
        ("1.0 / 0.0 > 1.0 && -1.0 / 0.0 < 1.0 && 1.0 / -0.0 < 0.0", True),
        ("0.0 / 0.0 == 1.0", False),
        ("-(-3) - 1 == 2 && -2.5 < 0.0", True),
        ("b'a' + b'b' == b'ab'", True),
        ("(1 == 1 || false) || false", True),
        (".size('ab') == 2 && .big != null", True),
        ("[1, 2].map(a, [1, 2, 3].filter(b, b > a)) == [[2, 3], [3]]", True),
        ("[1, 2].filter(a, [1, 2].map(b, a > 1, b + a) == [3, 4])", [2]),
        ("[1, 2].filter(a, [1, 2].exists_one(b, b > a))", [1]),
        ("[1, 2].map(a, [1, 2].all(b, b >= a) && [a, 5].exists(c, c == a))", [True, False]),
        ("big + 1 == 3", None),
        ("int(big) == 3", None),
    ],
)
def test_values(expression: str, value: object) -> None:
    result = run(expression, big=2**63)
    if value is None:
        assert isinstance(result, EvaluationError)
    else:
        assert result == value
        assert type(result) is type(value)


def test_bindings_of_python_become_values_or_errors() -> None:
    assert run("t - d == timestamp('2026-03-10T11:00:00Z')", t=NOW, d=timedelta(hours=1)) is True
    assert run("t", t=NOW.astimezone(timezone(timedelta(hours=2)))) == Timestamp.of(NOW)
    assert "without an offset" in str(run("t", t=NOW.replace(tzinfo=None)))
    assert "a Decimal is no value" in str(run("x == 1", x=Decimal(1)))
    assert "<Decimal> is no value" in str(run("x.y == 1", x={"y": Decimal(1)}))
    assert "<Decimal> is no value" in str(run("1 == x.y", x={"y": Decimal(1)}))
    given = EvaluationError("cut", "x", 1, 1)
    assert run("x.y", x=given) == given


def test_evidence_is_never_changed() -> None:
    evidence = {"l": [1, 2], "m": {"a": [3]}}
    assert run("l + m.a == [1, 2, 3] && l.map(x, x * 2) == [2, 4]", **evidence) is True
    assert evidence == {"l": [1, 2], "m": {"a": [3]}}


def test_values_become_json() -> None:
    program = compile_expression(
        "[timestamp('2026-01-01T00:00:00.5Z'), duration('36h'), b'a', 3u, int, {true: null, 1: 1.5, 'x': 'y'}]"
    )
    assert to_json(program.run({})) == [
        "2026-01-01T00:00:00.500Z",
        "129600s",
        "YQ==",
        3,
        "int",
        {"true": None, "1": 1.5, "x": "y"},
    ]
    assert type(to_json(Uint(3))) is int


def test_what_is_too_large_or_no_value_does_not_become_json() -> None:
    nested: list[object] = []
    for _ in range(300):
        nested = [nested]
    wide = run("[1]" + ".map(a, [a, a])" * 40)
    for value in (nested, wide):
        with pytest.raises(ValueError, match="too large"):
            to_json(value)
    with pytest.raises(TypeError, match="no value"):
        to_json(EvaluationError("x", "y", 1, 1))
    assert kind(Decimal(1)) == "<Decimal>"


def test_a_map_with_other_keys_keeps_its_order() -> None:
    value = run("{2: 'b', 'a': 1, true: null}")
    assert isinstance(value, MapValue)
    assert (value.keys(), value.items(), len(value)) == ([2, "a", True], [(2, "b"), ("a", 1), (True, None)], 3)


def test_instants_and_stretches_convert_to_pythons_and_sort() -> None:
    assert Timestamp.of(NOW).to_datetime() == NOW
    assert Duration.of(timedelta(days=-1, microseconds=5)).to_timedelta() == timedelta(days=-1, microseconds=5)
    assert Duration(1_999).to_timedelta() == timedelta(microseconds=1)
    assert Timestamp(1) < Timestamp(2)
    assert str(Timestamp.parse("0001-01-01T00:00:00Z")) == "0001-01-01T00:00:00Z"
    assert [Duration(ns).readable() for ns in (0, 1, -90 * 10**9, 7 * 86400 * 10**9, 5_400_500_000_000)] == [
        "0s",
        "0.000000001s",
        "-1m30s",
        "7d",
        "1h30m0.5s",
    ]


def test_the_package_names_what_it_has() -> None:
    import gatekeeper.expr as room

    assert all(hasattr(room, name) for name in room.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = room.nothing
