"""A gate over somebody's own JSON: its schema, and a first rule for each figure, switch and word in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from gatekeeper.authoring.proposal import Draft, Proposal, identifier, phrase, quoted
from gatekeeper.errors import InvalidInput
from gatekeeper.load.terms import CEL_RESERVED
from gatekeeper.model.times import parse_instant

MAX_RULES = 12
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORD = re.compile(r"[A-Za-z][A-Za-z_ -]{0,30}")

MORE_IS_BETTER = frozenset(
    {"approvals", "availability", "available", "coverage", "covered", "healthy", "pass", "passed", "passes", "passing"}
    | {"replicas", "score", "succeeded", "success", "successes", "successful", "uptime"}
)
"""Words in a figure's name by which less of it is worse; of any other figure, more is taken to be worse."""

MORE_IS_WORSE = frozenset({"error", "errors", "fail", "failed", "failing", "failures", "missing", "seconds", "skipped"})
"""Words that say so of what stands within something good, such as ``coverage.missing``."""


def sample_draft(gate: str, name: str, value: Any) -> tuple[Draft, dict[str, Any]]:
    """The gate that a document of JSON proposes, and the JSON Schema that types it.

    Args:
        gate: the id of the gate.
        name: the file's name.
        value: the document.

    Raises:
        InvalidInput: it is no object, or it has nothing in it that a rule could ask for.
    """
    if not isinstance(value, dict) or not value:
        raise InvalidInput(f"{phrase(name)} holds no JSON object with something in it", 'wrap it: {"runs": [...]}')
    taken: set[str] = set()
    rules: list[Proposal] = []
    parameters: list[str] = []
    left: list[str] = []
    for way, found in _leaves(value, ()):
        rule, parameter = _rule(name, way, found, taken)
        if rule is None or len(rules) == MAX_RULES:
            full = "" if rule is None else f" (a first gate has {MAX_RULES} rules; write this one yourself)"
            left.append(f"{phrase(name)}: {phrase('.'.join(way))}{full}")
        else:
            rules.append(rule)
            parameters += parameter
    if not rules:
        raise InvalidInput(
            f"{phrase(name)} has no figure, no switch, no word and no list", "a rule needs something to compare"
        )
    draft = Draft(
        id=gate,
        title=f"Is all well by {phrase(name)}?",
        origin=name,
        evidence=(f"  report: {{type: json, max_age: 1h, schema: report.schema.json, description: {quoted(name)}}}",),
        evidence_names=("report",),
        rules=tuple(rules),
        parameters=tuple(parameters),
        left=tuple(left),
    )
    return draft, schema_of([value])


def schema_of(values: Sequence[Any]) -> dict[str, Any]:
    """A JSON Schema (draft 2020-12) that all these values of one place fit. What was never seen is not narrowed."""
    kinds = {_kind(each) for each in values}
    if "number" in kinds:
        kinds.discard("integer")
    if len(kinds) != 1:
        return {"type": sorted(kinds)} if kinds and not kinds & {"object", "array"} else {}
    kind = kinds.pop()
    if kind == "object":
        keys = dict.fromkeys(key for each in values for key in each)
        return {
            "type": "object",
            "properties": {key: schema_of([each[key] for each in values if key in each]) for key in keys},
            "required": [key for key in keys if all(key in each for each in values)],
            "additionalProperties": False,
        }
    if kind == "array":
        items = [item for each in values for item in each]
        return {"type": "array", "items": schema_of(items)} if items else {"type": "array"}
    if kind == "null":
        return {}
    if kind == "string" and all(_is_instant(each) for each in values):
        return {"type": "string", "format": "date-time"}
    return {"type": kind}


def _kind(value: Any) -> str:
    for type_, kind in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (dict, "object")):
        if isinstance(value, type_):
            return kind
    return "array" if isinstance(value, list) else "null"


def _is_instant(text: str) -> bool:
    try:
        parse_instant(text)
    except ValueError:
        return False
    return True


def _leaves(value: dict[str, Any], way: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, each in value.items():
        if isinstance(each, dict) and each:
            yield from _leaves(each, (*way, key))
        else:
            yield (*way, key), each


def _rule(name: str, way: tuple[str, ...], value: Any, taken: set[str]) -> tuple[Proposal | None, list[str]]:
    """The rule for one place, which holds as things are, and the parameter that it needs."""
    place = "report" + "".join(_step(each) for each in way)
    told = ".".join(way)
    edit = "report" + "".join(f".{each}" if _NAME.fullmatch(each) else f"[{quoted(each)}]" for each in way)
    parameter: list[str] = []
    breaks: dict[str, Any] = {}
    doubt, shown = "it holds as things are today", place
    if isinstance(value, bool):
        own = identifier(told, taken, "switch")
        expect, breaks = f"{place} == {quoted(value)}", {edit: not value}
    elif isinstance(value, int | float | list):
        least = not isinstance(value, list) and more_is_better(way)
        end, sign, other = ("least", ">=", "less") if least else ("most", "<=", "more")
        own = identifier(f"{end} {told}", taken, end)
        word = own.replace("-", "_")
        bound: int | float
        if isinstance(value, list):
            bound, shown = len(value), f"size({place})"
            breaks = {edit: [value[0] if value else None] * (len(value) + 1)}
        else:
            bound, breaks = value, {edit: value - 1 if least else value + 1}
        kind = "number" if isinstance(bound, float) else "int"
        parameter = [f"  {word}: {{type: {kind}, default: {bound!r}, description: {quoted(f'the {end} of {told}')}}}"]
        doubt += f"; where {other} is better, turn the {sign} round"
        expect = f"{shown} {sign} params.{word}"
    elif isinstance(value, str) and _WORD.fullmatch(value):
        own = identifier(told, taken, "word")
        expect, breaks = f"{place} == {quoted(value)}", {edit: f"not {value}"}
    else:
        return None, []
    rule = Proposal(
        id=own,
        title=f"{phrase(told)} is as it should be",
        enforcement="blocking",
        severity="high",
        grounds=f"{phrase(name)}: {phrase(told)} is {phrase(quoted(value), 30)}",
        body=("expect: >-", f"  {expect}"),
        message=f"{_plain(told)} is {{{shown}}}",
        remedy="say here what to do about it",
        breaks=breaks,
        doubt=doubt,
    )
    return rule, parameter


def more_is_better(way: Sequence[str]) -> bool:
    """Whether a figure's name says that less of it is worse, as ``tests.passed`` and ``lineCoverage.percent`` do."""
    words = [set(re.findall(r"[a-z]+", re.sub(r"(?=[A-Z])", " ", each).lower())) for each in way]
    return words[-1].isdisjoint(MORE_IS_WORSE) and not MORE_IS_BETTER.isdisjoint(set().union(*words))


def _step(key: str) -> str:
    return f".{key}" if _NAME.fullmatch(key) and key not in CEL_RESERVED else f"[{quoted(key)}]"


def _plain(text: str) -> str:
    """A text without the braces that a message would take for an expression."""
    return phrase(re.sub(r"[{}]", "", text))
