"""Documents whose shape a policy gives as a JSON Schema (draft 2020-12): checking, and typing their numbers.

No schema is fetched: a ``$ref`` leads to a place in the same schema or is a defect. Patterns are RE2's
(https://github.com/google/re2/wiki/Syntax), which match in linear time: the values are not ours. Nothing here raises
for a bad value or a bad schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from gatekeeper.model.shown import path_text, shown
from gatekeeper.model.times import parse_instant
from gatekeeper.model.values import Json

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.exceptions import ValidationError

MAX_DEFECTS = 50

_HOPS = 32
"""How many ``$ref`` in a row are followed."""

_LONGEST_PATTERN = 1000
"""In characters, as in expressions."""

_PLAIN = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
}


def by_schema(value: Json, schema: Mapping[str, Json]) -> tuple[Json, tuple[str, ...]]:
    """The value with its numbers typed as the schema says, and what the schema has against it."""
    try:
        errors = islice(_validator(schema).iter_errors(value), MAX_DEFECTS)
        lines = tuple(sorted(_line(error) for error in errors))
    except RecursionError:
        return value, ("the value: its schema refers to itself without end",)
    except Exception as error:  # noqa: BLE001  a schema can be wrong in many ways; each makes the value unusable
        return value, (f"the value: cannot be checked by its schema ({type(error).__name__})",)
    return (value, lines) if lines else (_coerced(value, dict(schema), schema), ())


def pattern_problem(schema: Json) -> str:
    """What in a schema would be matched by Python's patterns, or is no pattern of RE2; empty where nothing is."""
    words: set[str] = set()
    waiting: list[tuple[Json, bool]] = [(schema, True)]
    while waiting:
        each, top = waiting.pop()
        if isinstance(each, list):
            waiting.extend((below, False) for below in each)
        if not isinstance(each, dict):
            continue
        if not top and isinstance(each.get("$schema"), str):
            return "has a `$schema` below its top: it can only be said once"
        words |= each.keys()
        own, fields = each.get("pattern"), each.get("patternProperties")
        for pattern in (*([own] if isinstance(own, str) else ()), *(fields if isinstance(fields, dict) else ())):
            try:
                _compiled(pattern)
            except ValueError as error:
                return f"has the pattern {shown(pattern)}, which {error}"
        waiting.extend((below, False) for below in each.values())
    if {"patternProperties", "unevaluatedProperties"} <= words:
        return "has both `patternProperties` and `unevaluatedProperties`: use `additionalProperties` instead"
    return ""


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    """A pure memo of RE2's automaton; ``ValueError`` where it takes no such pattern. RE2 loads on the first use."""
    import re2

    if len(pattern) > _LONGEST_PATTERN:
        raise ValueError(f"is longer than {_LONGEST_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error:
        raise ValueError("is no RE2 pattern") from None


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    from jsonschema.exceptions import ValidationError

    if validator.is_type(instance, "string") and not _compiled(pattern).search(instance):
        yield ValidationError("does not match")


def _pattern_properties(
    validator: Any, patterns: Mapping[str, Any], instance: Any, schema: Any
) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, below in patterns.items():
        for name, value in instance.items():
            if _compiled(pattern).search(name):
                yield from validator.descend(value, below, path=name, schema_path=pattern)


def _additional_properties(validator: Any, below: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    from jsonschema.exceptions import ValidationError

    if not validator.is_type(instance, "object"):
        return
    patterns = schema.get("patternProperties", {})
    extras = [
        name
        for name in instance
        if name not in schema.get("properties", {}) and not any(_compiled(pattern).search(name) for pattern in patterns)
    ]
    if validator.is_type(below, "object"):
        for name in extras:
            yield from validator.descend(instance[name], below, path=name)
    elif not below and extras:
        yield ValidationError("has additional properties")


@cache
def _kind() -> type[Draft202012Validator]:
    """The draft's validator, without what would match by Python's own patterns: they can take exponential time."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    made: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]  # its stub says nothing of it
        Draft202012Validator,
        {
            "pattern": _pattern,
            "patternProperties": _pattern_properties,
            "additionalProperties": _additional_properties,
        },
    )
    return made


def _validator(schema: Mapping[str, Json]) -> Draft202012Validator:
    from referencing import Registry

    registry: Registry[Any] = Registry()
    # With its `$schema`, a schema that refers to itself would be handed on to the validator of that name.
    bare = {word: each for word, each in schema.items() if word != "$schema"}
    return _kind()(bare, registry=registry, format_checker=_formats())


@cache
def _formats() -> FormatChecker:
    """Only ``date-time`` is checked, and as everywhere an instant needs its offset."""
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=())

    def is_instant(text: object) -> bool:
        return not isinstance(text, str) or bool(parse_instant(text))

    checker.checks("date-time", raises=ValueError)(is_instant)
    return checker


def _line(error: ValidationError) -> str:
    """One line about a defect; the library's own message would print the document."""
    path = path_text(error.absolute_path) or "the value"
    wanted: Any = error.validator_value
    instance: Any = error.instance
    match error.validator:
        case "type":
            words = wanted if isinstance(wanted, list) else [wanted]
            return f"{path}: {shown(instance)} is not of type {' or '.join(map(str, words))}"
        case "required":
            lacking = [name for name in wanted if name not in instance]
            return f"{path}: has no field {', '.join(map(str, lacking))}"
        case "additionalProperties" | "unevaluatedProperties":
            around: Any = error.schema
            known = around.get("properties", {})
            patterns = around.get("patternProperties", {})
            unknown = [
                shown(name)
                for name in instance
                if name not in known and not any(_compiled(pattern).search(name) for pattern in patterns)
            ]
            return f"{path}: has fields that its schema does not have: {', '.join(unknown[:5])}"
        case "enum":
            return f"{path}: {shown(instance)} is none of {', '.join(shown(each) for each in wanted[:10])}"
        case "format":
            return f"{path}: {shown(instance)} is no {wanted} (an instant needs its offset)"
        case _:
            limit = f" {shown(wanted)}" if isinstance(wanted, str | int | float) else ""
            return f"{path}: {shown(instance)} fails the schema's {error.validator}{limit}"


def _coerced(value: Json, schema: Json, root: Mapping[str, Json]) -> Json:
    """The value with doubles where the schema says ``number`` and integers where it says ``integer``."""
    schema = resolved(schema, root)
    if not isinstance(schema, dict):
        return value
    if isinstance(value, float) or type(value) is int:
        value = _number(value, schema.get("type"))
    elif isinstance(value, list):
        value = _coerced_list(value, schema, root)
    elif isinstance(value, dict):
        value = _coerced_object(value, schema, root)
    for part in _parts(schema.get("allOf")):
        value = _coerced(value, part, root)
    for word in ("anyOf", "oneOf"):
        fitting = [part for part in _parts(schema.get(word)) if _may_hold(value, part, root)]
        if len(fitting) == 1:
            value = _coerced(value, fitting[0], root)
    return value


def _coerced_list(value: list[Json], schema: dict[str, Json], root: Mapping[str, Json]) -> list[Json]:
    first = _parts(schema.get("prefixItems"))
    rest = schema.get("items")
    return [_coerced(each, first[index] if index < len(first) else rest, root) for index, each in enumerate(value)]


def _coerced_object(value: dict[str, Json], schema: dict[str, Json], root: Mapping[str, Json]) -> dict[str, Json]:
    named = schema.get("properties")
    properties: dict[str, Json] = named if isinstance(named, dict) else {}
    # Without the patterns spelt out, a field that only a pattern names keeps the type that JSON gave it.
    rest = None if "patternProperties" in schema else schema.get("additionalProperties")
    return {name: _coerced(each, properties.get(name, rest), root) for name, each in value.items()}


def _number(value: float, types: Json) -> Json:
    words = types if isinstance(types, list) else [types]
    if "number" in words and "integer" not in words:
        return float(value)
    if "integer" in words and "number" not in words and value == (whole := int(value)):
        return whole
    return value


def _may_hold(value: Json, schema: Json, root: Mapping[str, Json]) -> bool:
    """Whether a branch is meant for values of this JSON type."""
    schema = resolved(schema, root)
    if not isinstance(schema, dict) or "type" not in schema:
        return schema is not False
    types = schema["type"]
    words = types if isinstance(types, list) else [types]
    if not isinstance(value, float) and type(value) is not int:
        return any(isinstance(value, _PLAIN[word]) for word in words if isinstance(word, str) and word in _PLAIN)
    return "number" in words or ("integer" in words and float(value).is_integer())


def resolved(schema: Json, root: Mapping[str, Json]) -> Json:
    """The schema behind local references; None where they lead nowhere or around in a circle."""
    for _ in range(_HOPS):
        if not isinstance(schema, dict) or "$ref" not in schema:
            return schema
        target = schema["$ref"]
        if not isinstance(target, str) or not (target == "#" or target.startswith("#/")):
            return None
        found: Json = root if isinstance(root, dict) else dict(root)
        for part in target.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, dict) else None
        schema = found
    return None


def _parts(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
