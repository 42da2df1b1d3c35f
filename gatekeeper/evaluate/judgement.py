"""What a requirement came to, before it is told as a finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gatekeeper.expr import Duration, EvaluationError, Program, Unknown, observe, to_json
from gatekeeper.model.finding import Lack, Observation, Outcome, QuorumState
from gatekeeper.model.rule import Expression
from gatekeeper.model.values import Json
from gatekeeper.model.window import WindowState

MAX_SHOWN = 200
"""Characters of a text value that a finding shows."""

MOST_ENTRIES = 8
"""Entries of a list that a finding shows; of a longer one it says how many there are."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a requirement came to.

    Attributes:
        told: one line that says what is, used where the rule has no message of its own, and always where it is unknown.
        expected: one line that says what is wanted.
        key: the row's key, for one row of an ``each``.
        row: the bindings of that row, for the rule's message.
        gate: the other gate, where one was read.
        closed_by: the rule that closes the row, where one does.
    """

    outcome: Outcome
    told: str
    expected: str
    lacks: tuple[Lack, ...] = ()
    observed: tuple[Observation, ...] = ()
    evidence: tuple[str, ...] = ()
    key: str | None = None
    row: Mapping[str, object] | None = None
    owner: str | None = None
    due_text: str | None = None
    line: int | None = None
    through_hard: bool = False
    gate: str | None = None
    closed_by: str | None = None
    window: WindowState | None = None
    quorum: QuorumState | None = None


def run(expression: Expression, bindings: Mapping[str, object]) -> object:
    """The value of an expression, an ``Unknown`` or an ``EvaluationError``."""
    return expression.program.run(bindings)


def lacks_of(value: object, wanted: str) -> tuple[Lack, ...]:
    """Why a value is not what a rule can use.

    Args:
        value: an ``Unknown``, an ``EvaluationError``, or a value of the wrong type.
        wanted: the type that was wanted, in words.
    """
    if isinstance(value, Unknown):
        return tuple(sorted(value.lacks))
    if isinstance(value, EvaluationError):
        return (Lack("", value.cause, str(value)),)
    return (Lack("", "error", f"the expression gives {_type_word(value)}, not {wanted}"),)


def tell_lacks(lacks: Iterable[Lack]) -> str:
    """What is not known, in one line."""
    parts = [f"{lack.evidence}: {lack.detail}" if lack.evidence else lack.detail for lack in lacks]
    return "not known: " + "; ".join(dict.fromkeys(parts))


def truth(value: object) -> Outcome:
    """Only a strict ``true`` passes and only a strict ``false`` fails."""
    if value is True:
        return Outcome.PASS
    if value is False:
        return Outcome.FAIL
    return Outcome.UNKNOWN


def observations(bindings: Mapping[str, object], *parts: Expression | None) -> tuple[Observation, ...]:
    """The values that expressions saw, without those that are unknown, each path once."""
    seen: dict[str, Observation] = {}
    for part in parts:
        if part is None or not isinstance(part.program, Program):
            continue
        for observed in observe(part.program, bindings):
            if isinstance(observed.value, Unknown | EvaluationError) or observed.text in seen:
                continue
            seen[observed.text] = _observation(observed.text, observed.value)
    return tuple(seen.values())


def _observation(path: str, value: object) -> Observation:
    """A value short enough to be told, with the line of the document that it came from."""
    if isinstance(value, Duration):
        return Observation(path, value.readable())
    try:
        told = to_json(value)
    except ValueError:
        return Observation(path, "too large to be shown", summary=True)
    if isinstance(told, list):
        if len(told) <= MOST_ENTRIES and all(not isinstance(each, list | dict) for each in told):
            return Observation(path, [_cut(each) for each in told])
        return Observation(path, f"{len(told)} entries" if len(told) != 1 else "1 entry", summary=True)
    if isinstance(told, dict):
        names = ", ".join(list(told)[:MOST_ENTRIES]) + (", …" if len(told) > MOST_ENTRIES else "")
        line = told.get("line")
        return Observation(path, f"{{{names}}}", line if type(line) is int else None, summary=True)
    return Observation(path, _cut(told))


def _cut(value: Json) -> Json:
    if isinstance(value, str) and len(value) > MAX_SHOWN:
        return value[: MAX_SHOWN - 1] + "…"
    return value


def _type_word(value: object) -> str:
    words = {bool: "a bool", int: "an int", float: "a double", str: "a string", list: "a list", dict: "a map"}
    return "null" if value is None else words.get(type(value), f"a {type(value).__name__.lower()}")
