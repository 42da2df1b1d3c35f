"""What the checker accepts has the type that it says, or fails in one of the ways that docs/checker.md names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hypothesis import assume, event, given
from hypothesis import strategies as st

from gatekeeper.expr import EvaluationError, ExpressionError, Timestamp, Unknown, compile_expression
from gatekeeper.expr.checker import check
from gatekeeper.expr.declared import schema_type
from gatekeeper.expr.narrowing import facts, narrowed
from gatekeeper.expr.types import TIMESTAMP, ListPart, MapPart, OptionalPart, Part, Record, Simple, Type
from gatekeeper.expr.values import CelType, MapValue, Value, kind
from gatekeeper.model.canonical import canonical_bytes
from gatekeeper.model.decode import typed
from gatekeeper.model.strict_json import parse_json

NOW = Timestamp.parse("2026-03-10T12:00:00Z")
NAMES = ("a", "b", "c", "d", "e", "f")

# ---------------------------------------------------------------- schemas, and values that fit them

LEAVES: tuple[dict[str, Any], ...] = (
    {"type": "integer"},
    {"type": "number"},
    {"type": "string"},
    {"type": "boolean"},
    {"type": "string", "format": "date-time"},
    {"enum": ["ok", "bad", "a"]},
    {"const": "ok"},
    {"type": ["integer", "null"]},
    {"type": ["string", "null"]},
    {"type": ["number", "integer"]},
    {"type": ["boolean", "string"]},
    {"enum": [1, 2.5, None]},
    {"anyOf": [{"type": "integer"}, {"type": "string"}]},
    {"oneOf": [{"type": "number"}, {"type": "null"}]},
    {"anyOf": [{"type": "number"}, {"type": "integer"}]},
    {"type": "number", "allOf": [{"minimum": -5}]},
)


def objects(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda fields, needed: {
            "type": "object",
            "properties": fields,
            "required": sorted(set(fields) & needed),
            "additionalProperties": False,
        },
        st.dictionaries(st.sampled_from(NAMES), inner, min_size=1),
        st.sets(st.sampled_from(NAMES)),
    )


def wider(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        objects(inner),
        st.builds(lambda each: {"type": "array", "items": each}, inner),
        st.builds(lambda each: {"type": "array", "items": each, "minItems": 1}, inner),
        st.builds(lambda each: {"type": "object", "additionalProperties": each}, inner),
        st.builds(lambda each: {"anyOf": [each, {"type": "null"}]}, inner),
        st.builds(lambda one, other: {"anyOf": [one, other]}, inner, inner),
    )


SCHEMAS = objects(st.recursive(st.sampled_from(LEAVES), wider, max_leaves=6))
WHOLE = st.integers(-9, 9)
REAL = st.one_of(st.sampled_from([0.0, 1.0, 2.5, -3.25, 1e9]), st.floats(-9, 9).map(lambda value: round(value, 3)))
TEXT = st.sampled_from(["", "ok", "a", "b", "1", "2.5", "true", "2026-03-01", "3h", "ü"])
INSTANTS = st.sampled_from(["2026-03-01T00:00:00Z", "2026-03-09T23:00:00.5+01:00"])
SIMPLE: dict[str, st.SearchStrategy[Any]] = {
    "integer": WHOLE,
    "number": REAL,
    "string": TEXT,
    "boolean": st.booleans(),
    "null": st.none(),
}


@st.composite
def fitting(draw: st.DrawFn, schema: dict[str, Any]) -> Any:
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return draw(fitting(draw(st.sampled_from(schema[word]))))
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    if "const" in schema:
        return schema["const"]
    kinds = schema["type"]
    word = draw(st.sampled_from(kinds)) if isinstance(kinds, list) else kinds
    if word == "array":
        return draw(st.lists(fitting(schema["items"]), min_size=schema.get("minItems", 0), max_size=3))
    if word == "object" and "properties" in schema:
        needed = set(schema["required"])
        there = [name for name in schema["properties"] if name in needed or draw(st.booleans())]
        return {name: draw(fitting(schema["properties"][name])) for name in there}
    if word == "object":
        return draw(st.dictionaries(st.sampled_from(NAMES), fitting(schema["additionalProperties"]), max_size=3))
    value = draw(INSTANTS if "format" in schema else SIMPLE[word])
    return max(value, -5) if "allOf" in schema else value


# ---------------------------------------------------------------- expressions, grown from what was accepted

ATOMS = ("doc", *(f"doc.{name}" for name in NAMES), "now", "1", "2.5", "0", "3u", '"ok"', '"a"', "true", "null", "[]")
SHAPES = (
    *(f"({{0}} {operator} {{1}})" for operator in ("+", "-", "*", "/", "%", "<", ">=", "==", "!=", "in", "&&", "||")),
    *(f"{name}({{0}})" for name in ("size", "string", "int", "double", "uint", "bool", "type", "timestamp", "bytes")),
    *(f"{name}({{0}})" for name in ("age", "days", "minutes", "is_date", "day_start", "duration", "offset")),
    *(f"{{0}}.{name}({{1}})" for name in ("startsWith", "contains", "matches", "getHours")),
    *(f"{{0}}.{name}()" for name in ("size", "getHours", "getFullYear", "getSeconds")),
    *(f"{{0}}.{name}" for name in NAMES),
    *(f"has({{0}}.{name})" for name in NAMES),
    "!{0}",
    "-{0}",
    "({0} ? {1} : {2})",
    "[{0}, {1}]",
    "[{0}]",
    '{{"a": {0}, "b": {1}}}',
    "{{{0}: {1}}}",
    "{0}[{1}]",
    "{0}[0]",
    "{0}.all(x, x == {1})",
    "{0}.exists(x, x < {1})",
    "{0}.exists_one(x, x in {1})",
    "{0}.filter(x, x != null)",
    "{0}.filter(x, {1})",
    "{0}.map(x, x)",
    "{0}.map(x, x != null, x)",
    "{0}.map(x, [x, {1}])",
    "{0}.map(x, x.a)",
    "{0}.filter(x, x.a != null).map(x, x.a + {1})",
    "({0} != null && {0} < {1})",
    "({0} == null || {0}.a == {1})",
    "({0} < {1} && {0} != null && {1} != null)",
    "(type({0}) == int && {0} + 1 > {1})",
    "(type({0}) != string || {0}.startsWith({1}))",
    "({0} != null ? {0} : {1})",
    "({0} == null ? {1} : {0})",
    *(f"{{0}}.?{name}" for name in NAMES),
    *(f"{{0}}.?{name}.orValue({{1}})" for name in NAMES),
    "{0}[?{1}]",
    "{0}[?0]",
    "{0}.orValue({1})",
    "{0}.or({1})",
    "{0}.value()",
    "{0}.hasValue()",
    "{0}.optMap(x, x)",
    "{0}.optMap(x, [x, {1}])",
    "{0}.optFlatMap(x, x.?a)",
    "optional.of({0})",
    "optional.ofNonZeroValue({0})",
    "[?{0}, {1}]",
    '{{?"a": {0}, "b": {1}}}',
    "{0}.all(i, x, x == {1})",
    "{0}.exists(i, x, i == {1})",
    "{0}.transformList(i, x, [i, x])",
    "{0}.transformList(i, x, x != null, x)",
    "{0}.transformMap(i, x, x)",
    "{0}.transformMapEntry(i, x, {{i: x}})",
    "{0}.sortBy(x, {1})",
    "{0}.sortBy(x, x)",
    "cel.bind(x, {0}, x == {1})",
    "cel.bind(x, {0}, [x, {1}])",
    *(f"{{0}}.{name}()" for name in ("sort", "distinct", "reverse", "flatten", "first", "last", "join", "trim")),
    "{0}.slice(0, 1)",
    "{0}.flatten(2)",
    "{0}.split({1})",
    "{0}.replace({1}, {2})",
    "{0}.substring({1})",
    "{0}.indexOf({1})",
    "math.greatest({0}, {1})",
    "math.least({0})",
    "math.abs({0})",
    "math.round({0})",
    "math.bitAnd({0}, {1})",
    "lists.range({0})",
    "base64.encode({0})",
    "'%s'.format([{0}])",
)
STEPS = st.lists(
    st.tuples(st.sampled_from(SHAPES), st.lists(st.integers(0, 200), min_size=3, max_size=3)), min_size=8, max_size=30
)
TRIES = 6

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "checker.md"
MESSAGES = DOCUMENT.read_text(encoding="utf-8").split("## What may still", 1)[1].partition("Beside these")[0]
ALLOWED = tuple(
    re.escape(message).replace("…", ".*")
    for row in re.findall(r"^\| (`.+`) \|", MESSAGES, re.MULTILINE)
    for message in re.findall(r"`(.+?)`", row.partition(" | ")[0])
)


def is_a(value: Value, expected: Type) -> bool:
    return expected.parts is None or any(fits(value, part) for part in expected.parts)


def fits(value: Any, part: Part) -> bool:
    if kind(value) != part.word:
        return False
    match part:
        case Simple():
            shown = value.name if isinstance(value, CelType) else value
            return part.values is None or shown in part.values
        case ListPart():
            inside = all(is_a(each, part.element) for each in value)
            return inside and not (part.empty and value) and not (part.filled and not value)
        case OptionalPart():
            return all(is_a(each, part.value) for each in value.inside) and (bool(value.inside) or not part.filled)
        case MapPart():
            return all(is_a(key, part.key) and is_a(each, part.value) for key, each in value.items())
        case Record():
            return not isinstance(value, MapValue) and is_record(value, part)


def is_record(value: dict[str, Any], part: Record) -> bool:
    rest = part.rest
    return all(name in value for name, member in part.fields.items() if member.always) and all(
        is_a(each, part.fields[name].type) if name in part.fields else rest is not None and is_a(each, rest)
        for name, each in value.items()
    )


def candidates(shape: str, chosen: list[int], pool: list[str]) -> list[str]:
    """The shape with the chosen operands, and with others for the first one, as few fit any shape."""
    if not pool or shape in ATOMS:
        return [shape]
    turned = [(chosen[0] + turn, *chosen[1:]) for turn in range(0, 3 * TRIES, 3)]
    texts = [shape.format(*(pool[index % len(pool)] for index in operands)) for operands in turned]
    return [text for text in dict.fromkeys(texts) if len(text) < 300]


def assert_kept(result: Value | Unknown | EvaluationError, expected: Type, text: str) -> None:
    assert not isinstance(result, Unknown)
    if isinstance(result, EvaluationError):
        assert result.cause == "budget" or any(re.fullmatch(each, result.message) for each in ALLOWED), (text, result)
    else:
        assert is_a(result, expected), (text, result, expected)


@given(st.data(), SCHEMAS, STEPS)
def test_what_is_accepted_keeps_its_word(data: st.DataObject, schema: dict[str, Any], steps: list[Any]) -> None:
    value, wrong = typed("json", parse_json(canonical_bytes(data.draw(fitting(schema)))), schema)
    assert wrong == ()
    types = {"doc": schema_type(schema), "now": TIMESTAMP}
    bindings = {"doc": value, "now": NOW}
    assert is_a(value, types["doc"])  # type: ignore[arg-type]  # JSON is a value
    pool: list[str] = []
    for shape, chosen in [*((atom, [0, 0, 0]) for atom in ATOMS), *steps]:
        for text in candidates(shape, chosen, pool):
            try:
                program = compile_expression(text)
            except ExpressionError:
                continue
            expected, faults = check(program, types)
            if not faults:
                pool.append(text)
                assert_kept(program.run(bindings), expected, text)
                break
    event(f"accepted {len(pool) // 10 * 10}+")


# ---------------------------------------------------------------- what is only evaluated where a condition holds

INNER = {"type": "object", "properties": {"a": LEAVES[7]}, "required": ["a"], "additionalProperties": False}
UNSURE = (*LEAVES[7:14], {"anyOf": [INNER, {"type": "null"}]}, INNER)
RECORDS = st.fixed_dictionaries({name: st.sampled_from(UNSURE) for name in NAMES}).map(
    lambda chosen: {
        "type": "object",
        "properties": chosen,
        "required": list(NAMES),
        "additionalProperties": False,
    }
)
FIELDS = st.sampled_from([f"doc.{name}{below}" for name in NAMES for below in ("", "", ".a")])
TESTS = st.one_of(
    st.builds("{} != null".format, FIELDS),
    st.builds("null == {}".format, FIELDS),
    st.builds('{} in ["ok", "a", 1]'.format, FIELDS),
    st.builds("type({}) {} {}".format, FIELDS, st.sampled_from(("==", "!=")), st.sampled_from(("int", "string"))),
    st.builds("{} {} {}".format, FIELDS, st.sampled_from(("==", "!=")), st.sampled_from(('"ok"', "1", "true"))),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.builds("!({})".format, inner),
        st.builds("({}) {} ({})".format, inner, st.sampled_from(("&&", "||")), inner),
    ),
    max_leaves=4,
)


@given(st.data(), RECORDS, CONDITIONS, STEPS)
def test_what_is_accepted_where_a_condition_holds_keeps_its_word(
    data: st.DataObject, schema: dict[str, Any], condition: str, steps: list[Any]
) -> None:
    value, wrong = typed("json", parse_json(canonical_bytes(data.draw(fitting(schema)))), schema)
    assert wrong == ()
    bindings = {"doc": value, "now": NOW}
    either = (compile_expression(condition), compile_expression(f"!({condition})"))
    applies = next((each for each in either if each.run(bindings) is True), None)
    assume(applies is not None)
    assert applies is not None
    whole: dict[str, Type] = {"doc": schema_type(schema), "now": TIMESTAMP}
    types = narrowed(whole, facts(applies.tree, truth=True))
    event("something is known better" if types != whole else "nothing is known better")
    assert is_a(value, types["doc"]), applies.source  # type: ignore[arg-type]  # JSON is a value
    pool: list[str] = []
    for shape, chosen in [*((atom, [0, 0, 0]) for atom in ATOMS), *steps]:
        for text in candidates(shape, chosen, pool):
            try:
                program = compile_expression(text)
            except ExpressionError:
                continue
            expected, faults = check(program, types)
            if not faults:
                pool.append(text)
                assert_kept(program.run(bindings), expected, f"where {applies.source}: {text}")
                break
