"""Values typed once, known again by their identity."""

from __future__ import annotations

import copy
import pickle
from typing import Any

from gatekeeper.model.decode import typed
from gatekeeper.model.typed_values import TypedValues
from gatekeeper.model.values import Json

SCHEMA: dict[str, Json] = {"type": "object", "properties": {"rate": {"type": "number"}}}
OTHER: dict[str, Json] = {"type": "object", "properties": {"rate": {"type": "string"}}}


def test_a_value_is_typed_once_and_another_one_that_is_equal_anew() -> None:
    values = TypedValues()
    value: dict[str, Json] = {"rate": 1}
    assert values.of("json", value, SCHEMA) is values.of("json", value, SCHEMA)
    assert values.of("json", value, SCHEMA) is not values.of("json", dict(value), SCHEMA)


def test_the_same_value_is_another_one_to_another_kind_and_another_schema() -> None:
    values = TypedValues()
    value: Any = {"rate": 1}
    for _ in range(2):
        for kind, schema in (("json", SCHEMA), ("json", None), ("json", OTHER), ("mode_state", None)):
            found, wrong = values.of(kind, value, schema)
            assert (found, wrong) == typed(kind, value, schema)
            assert isinstance(found, dict)
            assert type(found["rate"]) is (float if schema is SCHEMA else int)


def test_what_was_forgotten_is_typed_again() -> None:
    values = TypedValues()
    kept: list[Json] = [{"rate": number} for number in range(2000)]
    for _ in range(2):
        for each in kept:
            assert values.of("json", each, SCHEMA) == typed("json", each, SCHEMA)


def test_a_copy_knows_nothing_of_another_one_s_values() -> None:
    values = TypedValues()
    value: Json = {"rate": 1}
    first = values.of("json", value, SCHEMA)
    for again in (pickle.loads(pickle.dumps(values)), copy.deepcopy(values)):
        assert again.of("json", value, SCHEMA) is not first
        assert again.of("json", value, SCHEMA) == first
