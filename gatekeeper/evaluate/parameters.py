"""The parameters of a policy: defaults, and what a caller may give instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from gatekeeper.errors import UsageError
from gatekeeper.expr import Duration, Timestamp
from gatekeeper.model.policy import Parameter, ParamValue, Policy
from gatekeeper.model.times import instant_text, parse_instant, parse_span
from gatekeeper.model.values import Json


def resolve_parameters(policy: Policy, given: Mapping[str, str]) -> dict[str, ParamValue]:
    """Every parameter of a policy with its value.

    Args:
        given: what the caller gives, as text.

    Raises:
        UsageError: a parameter that the policy does not have or does not let anybody override, or a bad value.
    """
    known = {parameter.name: parameter for parameter in policy.params}
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"it has: {', '.join(sorted(known)) or 'none'}"
            raise UsageError(f"{policy.id} has no parameter {name}", hint)
    return {
        name: _override(policy, parameter, given[name]) if name in given else parameter.default
        for name, parameter in sorted(known.items())
    }


def _override(policy: Policy, parameter: Parameter, text: str) -> ParamValue:
    where = f"parameter {parameter.name} of {policy.id}"
    if not parameter.overridable:
        raise UsageError(f"{where} cannot be overridden", f"it stands in {parameter.place}")
    try:
        value = parse_parameter(parameter.type, text)
    except ValueError as error:
        raise UsageError(f"{where} takes a value of type {parameter.type}: {error}") from None
    wrong = out_of_bounds(parameter, value)
    if wrong:
        raise UsageError(f"{where}: {text} {wrong}")
    return value


def out_of_bounds(parameter: Parameter, value: ParamValue) -> str:
    """Why a value lies outside a parameter's bounds; an empty string where it does not."""
    if parameter.choices is not None and value not in parameter.choices:
        return f"is none of {', '.join(parameter_text(each) for each in parameter.choices)}"
    if parameter.minimum is not None and value < parameter.minimum:  # type: ignore[operator]
        return f"is below the smallest value {parameter_text(parameter.minimum)}"
    if parameter.maximum is not None and value > parameter.maximum:  # type: ignore[operator]
        return f"is above the largest value {parameter_text(parameter.maximum)}"
    return ""


def parse_parameter(kind: str, text: str) -> ParamValue:
    """A parameter's value from the text that a caller gives.

    Raises:
        ValueError: the text is no value of that type.
    """
    if kind == "string":
        return text
    if kind == "strings":
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if kind == "duration":
        return parse_span(text)
    if kind == "timestamp":
        return parse_instant(text)
    if kind == "bool":
        if text not in ("true", "false"):
            raise ValueError(f"{text[:40]!r} is neither true nor false")
        return text == "true"
    if kind == "int":
        if not re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
            raise ValueError(f"{text[:40]!r} is no whole number")
        return int(text)
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text, re.ASCII):
        raise ValueError(f"{text[:40]!r} is no number")
    return float(text)


def parameter_text(value: ParamValue) -> str:
    """A parameter's value for people."""
    return str(parameter_json(value))


def parameter_json(value: ParamValue) -> Json:
    """A parameter's value for a decision: a span as ``90m`` would be written, an instant as RFC 3339."""
    if isinstance(value, timedelta):
        return Duration.of(value).readable()
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, tuple):
        return list(value)
    return value


def cel_value(value: ParamValue) -> object:
    """A parameter's value as expressions see it."""
    if isinstance(value, timedelta):
        return Duration.of(value)
    if isinstance(value, datetime):
        return Timestamp.of(value)
    if isinstance(value, tuple):
        return list(value)
    return value
