"""What a requirement came to, before it is told as a finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gatekeeper.expr import EvaluationError, Program, Unknown, deciding, observation, observe
from gatekeeper.model.finding import Deciding, Lack, Observation, Outcome, QuorumState
from gatekeeper.model.rule import Expression
from gatekeeper.model.when_read import WhenRead
from gatekeeper.model.window import WindowState


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
        unclosed: whether rules close the rows, and none closes this one.
    """

    outcome: Outcome
    told: str
    expected: str
    lacks: tuple[Lack, ...] = ()
    observed: Sequence[Observation] = ()
    evidence: tuple[str, ...] = ()
    key: str | None = None
    row: Mapping[str, object] | None = None
    owner: str | None = None
    due_text: str | None = None
    line: int | None = None
    through_hard: bool = False
    gate: str | None = None
    closed_by: str | None = None
    unclosed: bool = False
    window: WindowState | None = None
    quorum: QuorumState | None = None
    because: Sequence[Deciding] = ()


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


def observations(bindings: Mapping[str, object], *parts: Expression | None) -> Sequence[Observation]:
    """The values that expressions saw, without those that are unknown, each path once; looked up when they are read."""
    return WhenRead(lambda: _observations(bindings, parts))


def _observations(bindings: Mapping[str, object], parts: Iterable[Expression | None]) -> tuple[Observation, ...]:
    seen: dict[str, Observation] = {}
    for part in parts:
        if part is None or not isinstance(part.program, Program):
            continue
        for observed in observe(part.program, bindings):
            if isinstance(observed.value, Unknown | EvaluationError) or observed.text in seen:
                continue
            seen[observed.text] = observation(observed.text, observed.value)
    return tuple(seen.values())


def because(bindings: Mapping[str, object], *parts: Expression | None) -> Sequence[Deciding]:
    """What of each expression decided what it came to; looked for when it is read, since few ask why a rule passes."""
    programs = [part.program for part in parts if part is not None]
    return WhenRead(
        lambda: tuple(each for one in programs if isinstance(one, Program) for each in deciding(one, bindings))
    )


def _type_word(value: object) -> str:
    words = {bool: "a bool", int: "an int", float: "a double", str: "a string", list: "a list", dict: "a map"}
    return "null" if value is None else words.get(type(value), f"a {type(value).__name__.lower()}")
