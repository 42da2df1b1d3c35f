"""Parameters: their types, defaults and bounds."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from gatekeeper.load.document import ParameterDocument
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape
from gatekeeper.load.terms import NAME_HINT, as_instant, as_span, name_problem
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode
from gatekeeper.model.policy import Parameter, ParamValue
from gatekeeper.model.times import exact_span_text, instant_text

_SPAN = re.compile(r"(?=\d)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*", re.ASCII)
_ORDERED = frozenset({"int", "number", "duration", "timestamp"})
_WORDS = {
    "bool": "true or false",
    "duration": "a span of time, such as 90m or 30d",
    "int": "a whole number",
    "number": "a number",
    "string": "text",
    "strings": "a list of texts",
    "timestamp": "a date and time with an offset, such as 2026-03-03T09:00:00Z",
}


def read_parameters(node: Node | None, problems: Problems) -> tuple[Parameter, ...]:
    """The parameters that a policy declares; those that are wrong are left out and told."""
    if node is None:
        return ()
    if not isinstance(node, MapNode):
        problems.node(node, "`params` must be a mapping of names to values", code="type")
        return ()
    read = (_read(name, node.keys[name], each, problems) for name, each in node.values.items())
    return tuple(each for each in read if each is not None)


def override_problem(parameter: Parameter, node: Node, policy: str, problems: Problems) -> bool:
    """Whether a value cannot be given for a parameter of a policy; it is told why.

    Args:
        policy: its id.
    """
    if not parameter.overridable:
        message = f"the parameter `{parameter.name}` of {policy} cannot be overridden"
        problems.node(node, message, f"it stands in {parameter.place}: `overridable: true` lets it", "parameter")
        return True
    value = _value(parameter.type, node, parameter.name, problems)
    if value is None:
        return True
    wrong = _outside(value, parameter.minimum, parameter.maximum, parameter.choices)
    if wrong:
        bounds = {"`min`": parameter.minimum, "`max`": parameter.maximum}
        limit = next((bound for word, bound in bounds.items() if wrong.endswith(word)), None)
        hint = f"it stands in {parameter.place}" if limit is None else f"that is {_shown(limit)}, in {parameter.place}"
        problems.node(node, f"`{parameter.name}` {wrong} of the parameter", hint, "bounds")
    return bool(wrong)


def _shown(value: ParamValue) -> str:
    if isinstance(value, timedelta):
        return exact_span_text(value)
    return instant_text(value) if isinstance(value, datetime) else str(value)


def _read(name: str, key: ScalarNode, node: Node, problems: Problems) -> Parameter | None:
    problem = name_problem(name)
    if problem:
        problems.node(key, problem, NAME_HINT, "name")
        return None
    if not isinstance(node, MapNode):
        if isinstance(node, ScalarNode) and node.value is None:
            problems.node(key, f"`{name}` has no value", "write one, or take the line out", "empty")
            return None
        kind = _inferred(node, problems)
        value = _value(kind, node, name, problems) if kind else None
        if kind is None or value is None:
            return None
        return Parameter(name, kind, value, None, None, None, False, "", key.place)
    shape = read_shape(ParameterDocument, node, problems)
    if shape is None:
        return None
    kind = shape.type or _inferred(node.values["default"], problems)
    return _bounded(name, key, kind, shape, node, problems) if kind else None


def _bounded(
    name: str, key: ScalarNode, kind: str, shape: ParameterDocument, node: MapNode, problems: Problems
) -> Parameter | None:
    values: dict[str, ParamValue | None] = {}
    for word in ("default", "min", "max"):
        each = node.values.get(word)
        if each is None:
            values[word] = None
            continue
        if word != "default" and kind not in _ORDERED:
            problems.node(node.keys[word], f"a parameter of type {kind} has no `{word}`", "use `choices`", "bounds")
            return None
        values[word] = _value(kind, each, word, problems)
        if values[word] is None:
            return None
    choices = _choices(kind, node, problems)
    default = values["default"]
    if default is None or problems.spoiled(node):
        return None
    low, high = values["min"], values["max"]
    if low is not None and high is not None and low > high:  # type: ignore[operator]  # both are of the same type
        problems.node(node.values["min"], "`min` lies above `max`", code="bounds")
        return None
    outside = _outside(default, low, high, choices)
    if outside:
        problems.node(node.values["default"], f"`default` {outside}", code="bounds")
        return None
    return Parameter(name, kind, default, low, high, choices, shape.overridable, shape.description or "", key.place)


def _outside(
    value: ParamValue, low: ParamValue | None, high: ParamValue | None, choices: tuple[ParamValue, ...] | None
) -> str:
    if low is not None and value < low:  # type: ignore[operator]  # both are of the same type
        return "lies below `min`"
    if high is not None and value > high:  # type: ignore[operator]
        return "lies above `max`"
    return "is none of the `choices`" if choices is not None and value not in choices else ""


def _choices(kind: str, node: MapNode, problems: Problems) -> tuple[ParamValue, ...] | None:
    listed = node.values.get("choices")
    if not isinstance(listed, ListNode):
        return None
    if kind == "strings":
        problems.node(node.keys["choices"], "a parameter of type strings has no `choices`", code="bounds")
        problems.spoil(node)
        return None
    values = [_value(kind, each, "choices", problems) for each in listed.items]
    if any(value is None for value in values):
        problems.spoil(node)
        return None
    return tuple(value for value in values if value is not None)


def _inferred(node: Node, problems: Problems) -> str | None:
    """The type that a value has by its looks."""
    if isinstance(node, ListNode):
        return "strings"
    if isinstance(node, ScalarNode):
        if isinstance(node.value, bool):
            return "bool"
        if isinstance(node.value, int):
            return "int"
        if isinstance(node.value, float):
            return "number"
        if isinstance(node.value, str):
            if _SPAN.fullmatch(node.value):
                return "duration"
            return "timestamp" if _INSTANT.fullmatch(node.value) else "string"
    if not problems.spoiled(node):
        hint = "it is a number, true or false, text, or a list of texts"
        problems.node(node, "this is no value for a parameter", hint, "type")
    return None


def _value(kind: str, node: Node, name: str, problems: Problems) -> ParamValue | None:
    """The value as the type wants it, or None where it is not of the type."""
    try:
        value = _typed(kind, node)
    except ValueError as error:
        if not problems.spoiled(node):
            problems.node(node, f"`{name}`: {error}", code="value")
        return None
    if value is None and not problems.spoiled(node):
        hint = f'quote it: "{node.text}"' if kind == "string" and isinstance(node, ScalarNode) else ""
        problems.node(node, f"`{name}` must be {_WORDS[kind]}", hint, "type")
    return value


def _typed(kind: str, node: Node) -> ParamValue | None:
    if isinstance(node, ListNode):
        texts = [each.value for each in node.items if isinstance(each, ScalarNode) and isinstance(each.value, str)]
        return tuple(texts) if kind == "strings" and len(texts) == len(node.items) else None
    if not isinstance(node, ScalarNode):
        return None
    value = node.value
    if kind == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind == "duration" and isinstance(value, str):
        return as_span(value)
    if kind == "timestamp" and isinstance(value, str):
        return as_instant(value)
    wanted = {"bool": bool, "int": int, "string": str}.get(kind)
    return value if wanted is not None and type(value) is wanted else None  # type: ignore[return-value]
