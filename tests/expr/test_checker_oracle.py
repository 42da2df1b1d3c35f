"""Beside the checker of Google's engine: what it refuses for its types we refuse, and what more we refuse is named."""

from __future__ import annotations

from itertools import product

from gatekeeper.expr import ExpressionError, compile_expression
from gatekeeper.expr.checker import check
from gatekeeper.expr.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NUMBERS,
    STRING,
    TIMESTAMP,
    UINT,
    Member,
    Record,
    Type,
    list_of,
    map_of,
)
from tests.expr.google import accepts
from tests.lacking import library

cel = library("cel_expr_python.cel")

FIELDS = {
    "b": (BOOL, cel.Type.BOOL),
    "i": (INT, cel.Type.INT),
    "u": (UINT, cel.Type.UINT),
    "d": (DOUBLE, cel.Type.DOUBLE),
    "s": (STRING, cel.Type.STRING),
    "y": (BYTES, cel.Type.BYTES),
    "at": (TIMESTAMP, cel.Type.TIMESTAMP),
    "span": (DURATION, cel.Type.DURATION),
    "names": (list_of(STRING), cel.Type.List(cel.Type.STRING)),
    "counts": (list_of(INT), cel.Type.List(cel.Type.INT)),
    "labels": (map_of(STRING, STRING), cel.Type.Map(cel.Type.STRING, cel.Type.STRING)),
    "rows": (list_of(map_of(STRING, INT)), cel.Type.List(cel.Type.Map(cel.Type.STRING, cel.Type.INT))),
    "any": (DYN, cel.Type.DYN),
}
OURS = {"e": Type((Record("object", {name: Member(each[0]) for name, each in FIELDS.items()}),)), "now": TIMESTAMP}
THEIRS = cel.NewEnv(variables={f"e.{name}": each[1] for name, each in FIELDS.items()} | {"now": cel.Type.TIMESTAMP})
"""Google's checker knows fields of messages only; names with dots stand for them here."""

OPERANDS = [f"e.{name}" for name in FIELDS]
OPERATORS = ("+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "in", "&&", "||")
GRID = [f"{one} {operator} {other}" for operator in OPERATORS for one, other in product(OPERANDS, OPERANDS)]
FUNCTIONS = ("size", "string", "int", "uint", "double", "bool", "bytes", "timestamp", "duration", "type", "dyn")
METHODS = (
    "size()",
    "startsWith('a')",
    "contains('a')",
    "matches('a')",
    "getHours()",
    "getFullYear()",
    "getHours('UTC')",
)
CALLS = [
    *(f"{name}({one})" for name, one in product(FUNCTIONS, OPERANDS)),
    *(f"{one}.{method}" for method, one in product(METHODS, OPERANDS)),
    *(f"{one}[{other}]" for one, other in product(OPERANDS, OPERANDS)),
    *(
        f"{one}.{macro}(x, {body})"
        for one in OPERANDS
        for macro in ("all", "exists_one", "filter")
        for body in ("true", "x")
    ),
    *(f"{one} ? 1 : 2" for one in OPERANDS),
    *(f"!{one}" for one in OPERANDS),
    *(f"-{one}" for one in OPERANDS),
    *(f"e.b ? {one} : {other}" for one, other in product(OPERANDS, OPERANDS)),
]
WRITTEN = """
e.nothing == 1
e.names.exists(n, n.startsWith("a") && e.i > 2)
e.names.exists(n, n > 2)
e.names.map(n, n + "x") == ["ax"]
e.names.map(n, n + 1) == []
e.names.filter(n, n != "").map(n, size(n)).exists(k, k > e.i)
e.names.map(n, size(n)).exists(k, k == "3")
e.rows.exists(row, row.count > 3)
e.rows.exists(row, row["count"] > "3")
e.rows.map(row, row.count).exists(k, k.startsWith("a"))
e.labels.exists(k, e.labels[k] == "x")
e.labels.exists(k, e.labels[k] == 3)
e.labels.team.startsWith("a")
e.labels.team > 3
has(e.labels.team)
has(e.s.x)
"a" in ["a", "b"]
e.i in [1, 2]
e.i in ["a"]
e.s in {"a": 1}
[1, 2] + [3]
[1] + ["a"] == [1]
{"a": 1}["a"] > 0
{"a": 1}[1] > 0
{1: "a"}[1] == "a"
type(e.i) == int
type(e.i) == type(e.s)
type(e.any) == string
now - e.at > e.span
now - e.span > e.at
now - 5 > e.at
timestamp(e.s) < now
timestamp(e.s) < e.s
duration(e.s) < e.span
e.span * 2 > e.span
e.any.x.y > 3
e.any > 3 && e.any < "a"
e.any + 1 == "a"
-e.any > 3
e.any.all(x, x)
dyn(e.i) == "a"
e.s.size() == e.i
e.s.foo()
size(e.s, e.s)
[e.i, e.s].exists(x, x == e.i)
(e.b ? [1] : []) == [2]
[[1], [2]] == [["a"]]
[].all(x, x > 2)
e.i == null
e.s == null
e.any == null
null == null
[1, null].exists(x, x == null)
"""
EXPRESSIONS = list(dict.fromkeys([*GRID, *CALLS, *WRITTEN.strip().splitlines()]))


def ours(source: str) -> bool:
    try:
        _, faults = check(compile_expression(source), OURS)
    except ExpressionError:
        return False
    return not any(fault.level == "error" for fault in faults)


NUMBER = {name for name, (typed, _) in FIELDS.items() if typed.known and typed.words <= NUMBERS}
MILDER = {
    **{
        f"e.{one} {operator} e.{other}": "numbers of any kind compare"
        for operator in ("<", "<=", ">", ">=", "==", "!=")
        for one, other in product(NUMBER, NUMBER)
        if one != other
    },
    **{f"e.{one} in e.counts": "numbers of any kind compare" for one in ("u", "d")},
    **{f"e.{one}[e.u]": "a uint is a whole number" for one in ("names", "counts", "rows")},
    **{f"e.{one} == null": "a needless test for null is harmless: a warning" for one in ("i", "s")},
}
"""What we accept, or only warn of, where Google's checker refuses."""

STRICTER = {
    "e.i / e.i": "the division of whole numbers drops what is left over",
    "e.u / e.u": "the division of whole numbers drops what is left over",
    "int(e.span)": "the language definition has no such conversion",
    "duration(e.i)": "the language definition has no such conversion",
    "type(e.i) == type(e.s)": "two types that are known to differ are never equal",
    "[].all(x, x > 2)": "an all over nothing says nothing",
}
"""What we refuse where Google's checker accepts."""


def test_both_checkers_agree_but_where_it_is_listed() -> None:
    accepted = {source: (ours(source), accepts(THEIRS, source)) for source in EXPRESSIONS}
    assert {source for source, pair in accepted.items() if pair == (True, False)} == set(MILDER)
    assert {source for source, pair in accepted.items() if pair == (False, True)} == set(STRICTER)


def test_the_oracle_is_asked_much_and_answers_both_ways() -> None:
    answers = [accepts(THEIRS, source) for source in EXPRESSIONS]
    assert len(EXPRESSIONS) > 2500
    assert min(answers.count(True), answers.count(False)) > 400
