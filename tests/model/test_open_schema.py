"""Documents that a policy's own JSON Schema types."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.model.decode import typed
from gatekeeper.model.open_schema import pattern_problem

OBJECT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "rate": {"type": "number"},
        "count": {"type": "integer"},
        "at": {"type": "string", "format": "date-time"},
    },
    "required": ["rate"],
    "additionalProperties": False,
}


def told(value: Any, schema: Any) -> str:
    (line,) = typed("json", value, schema)[1]
    return line


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "number"}, 1, 1.0),
        ({"type": ["number", "null"]}, 1, 1.0),
        ({"type": ["number", "integer"]}, 1, 1),
        ({"type": "integer"}, 1.0, 1),
        ({"type": ["integer", "string"]}, 2.0, 2),
        ({"type": "number"}, True, None),
        ({}, 1, 1),
        (True, 1, None),
        ({"type": "array", "items": {"type": "number"}}, [1, 2], [1.0, 2.0]),
        ({"prefixItems": [{"type": "integer"}], "items": {"type": "number"}}, [1, 2], [1, 2.0]),
        ({"properties": {"a": {"type": "number"}}}, {"a": 1, "b": 1}, {"a": 1.0, "b": 1}),
        ({"additionalProperties": {"type": "number"}}, {"a": 1}, {"a": 1.0}),
        ({"patternProperties": {"x": {}}, "additionalProperties": {"type": "number"}}, {"a": 1}, {"a": 1}),
        ({"allOf": [{"type": "number"}, {"minimum": 0}]}, 1, 1.0),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, 1, 1.0),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, None, None),
        ({"anyOf": [{"type": "number"}, {"type": "integer"}]}, 1, 1),
        ({"anyOf": [{"type": ["string", "object"]}, {"type": "number"}, False]}, 1, 1.0),
        ({"oneOf": [{"items": {"type": "number"}, "type": "array"}, {"type": "object"}]}, [1], [1.0]),
        ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "number"}}}, 1, 1.0),
        ({"properties": {"a": {"$ref": "#"}}, "items": {"type": "number"}}, {"a": {"a": [1]}}, {"a": {"a": [1.0]}}),
        ({"$defs": {"n": {"type": "number"}}, "items": {"$ref": "#/$defs/n"}}, [1], [1.0]),
        ({"$defs": {"n": {"type": "number", "$anchor": "n"}}, "items": {"$ref": "#n"}}, [1], [1]),
    ],
)
def test_numbers_are_typed_where_the_schema_says_so(schema: Any, value: Any, expected: Any) -> None:
    if schema is True or value is True:
        return
    found, wrong = typed("json", value, schema)
    assert wrong == ()
    assert repr(found) == repr(expected)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "the value: a list of 0 is not of type object"),
        ({}, "the value: has no field rate"),
        ({"rate": "x" * 99}, 'rate: "' + "x" * 39 + '…" is not of type number'),
        ({"rate": 1, "rat": 1}, 'the value: has fields that its schema does not have: "rat"'),
        (
            {"rate": 1, "at": "2026-01-01T00:00:00"},
            'at: "2026-01-01T00:00:00" is no date-time (an instant needs its offset)',
        ),
        ({"rate": 1, "count": 1.5}, "count: 1.5 is not of type integer"),
        ({"rate": True}, "rate: true is not of type number"),
    ],
)
def test_what_the_schema_refuses_is_told_in_one_line(value: Any, said: str) -> None:
    assert told(value, OBJECT) == said


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"enum": ["a", "b"]}, "c", 'the value: "c" is none of "a", "b"'),
        ({"minimum": 3}, 2, "the value: 2 fails the schema's minimum 3"),
        ({"items": {"minLength": 3}}, ["x"], '[0]: "x" fails the schema\'s minLength 3'),
        ({"anyOf": [{"type": "null"}]}, {"a": {}}, "the value: an object with 1 fields fails the schema's anyOf"),
        ({"type": ["null", "string"]}, 7, "the value: 7 is not of type null or string"),
        ({"$ref": "https://example.org/schema"}, 1, "the value: cannot be checked by its schema ("),
        ({"$ref": "#/$defs/gone"}, 1, "the value: cannot be checked by its schema ("),
        ({"$ref": "#"}, 1, "the value: its schema refers to itself without end"),
        ({"type": "nuber"}, 1, "the value: cannot be checked by its schema (UnknownType)"),
        ({"items": 7}, [1], "the value: cannot be checked by its schema ("),
    ],
)
def test_other_refusals_are_told_in_one_line_too(schema: Any, value: Any, said: str) -> None:
    assert told(value, schema).startswith(said)


HOSTILE = "^(a+)+$"


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": HOSTILE},
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "items": {"$ref": "#"}, "pattern": HOSTILE},
        {"patternProperties": {HOSTILE: False}},
        {"patternProperties": {HOSTILE: True}, "additionalProperties": False},
        {"patternProperties": {HOSTILE: True}, "additionalProperties": {"type": "null"}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"pattern": HOSTILE}}},
    ],
)
def test_no_value_makes_a_pattern_take_for_ever(schema: dict[str, Any]) -> None:
    hostile = "a" * 5000 + "!"
    started = time.monotonic()
    values: list[Any] = [hostile, {hostile: 1}, [hostile]]
    for value in values:
        typed("json", value, schema)
    assert time.monotonic() - started < 5


def test_patterns_decide_as_the_draft_says() -> None:
    schema: dict[str, Any] = {
        "properties": {"id": {"pattern": "^[a-z]+$"}},
        "patternProperties": {"^x-": {"type": "integer"}},
        "additionalProperties": {"type": "boolean"},
    }
    assert typed("json", {"id": "ab", "x-a": 1, "other": True, "n": False}, schema)[1] == ()
    assert told({"id": "A1"}, schema) == 'id: "A1" fails the schema\'s pattern "^[a-z]+$"'
    assert told({"x-a": "no"}, schema) == '["x-a"]: "no" is not of type integer'
    assert told({"other": 1}, schema) == "other: 1 is not of type boolean"
    closed = {**schema, "additionalProperties": False}
    assert told({"id": "a", "x-a": 1, "y": 1}, closed) == 'the value: has fields that its schema does not have: "y"'
    assert typed("json", 7, {**closed, "pattern": "x"})[1] == ()


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"pattern": "^(a+)+$", "properties": {"pattern": {"type": "string"}, "patternProperties": {}}}, ""),
        ({"pattern": "(?=a)"}, 'has the pattern "(?=a)", which is no RE2 pattern'),
        ({"allOf": [{"patternProperties": {"(a)\\1": True}}]}, 'has the pattern "(a)\\\\1", which is no RE2 pattern'),
        ({"pattern": "a" * 1001}, "which is longer than 1000 characters"),
        ({"items": {"$schema": "https://json-schema.org/draft/2020-12/schema"}}, "has a `$schema` below its top"),
        ({"patternProperties": {"a": {}}, "unevaluatedProperties": False}, "has both `patternProperties`"),
    ],
)
def test_a_schema_says_which_of_its_patterns_cannot_be_used(schema: Any, said: str) -> None:
    problem = pattern_problem(schema)
    assert said in problem
    assert bool(problem) == bool(said)


def test_a_value_without_a_schema_stays_as_it_is() -> None:
    assert repr(typed("json", {"a": [1, 1.0, True]})[0]) == "{'a': [1, 1.0, True]}"


def test_an_instant_with_its_offset_is_taken() -> None:
    assert typed("yaml", {"rate": 1, "at": "2026-01-01T00:00:00+01:00"}, OBJECT)[1] == ()
    assert typed("yaml", 7, {"format": "date-time"})[1] == ()


def test_a_chain_of_references_is_followed_only_so_far() -> None:
    chain: dict[str, Any] = {str(n): {"$ref": f"#/$defs/{n + 1}"} for n in range(40)}
    schema: dict[str, Any] = {"$defs": {**chain, "40": {"type": "number"}}, "$ref": "#/$defs/0"}
    assert repr(typed("json", 1, schema)) == "(1, ())"
    assert repr(typed("json", 1, {**schema, "$ref": "#/$defs/20"})) == "(1.0, ())"


def test_references_that_go_around_type_nothing() -> None:
    around: dict[str, Any] = {
        "anyOf": [{"$ref": "#/$defs/a"}, {"type": "integer"}],
        "$defs": {"a": {"$ref": "#/$defs/a"}},
    }
    _, wrong = typed("json", 1, around)
    assert wrong == ("the value: its schema refers to itself without end",)


@given(
    st.recursive(
        st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=3) | st.none() | st.booleans(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        max_leaves=8,
    )
)
def test_typing_changes_no_value_only_its_type(value: Any) -> None:
    schema: dict[str, Any] = {
        "$defs": {
            "n": {
                "type": ["number", "null", "string", "boolean", "array", "object"],
                "items": {"$ref": "#/$defs/n"},
                "additionalProperties": {"$ref": "#/$defs/n"},
            }
        },
        "$ref": "#/$defs/n",
    }
    found, wrong = typed("json", value, schema)
    assert wrong == ()
    assert found == value
