"""What one rule came to, on which evidence, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gatekeeper.model.place import Place
from gatekeeper.model.rule import Enforcement
from gatekeeper.model.shown import cut, value_text
from gatekeeper.model.values import Json
from gatekeeper.model.window import WindowState


class Outcome(StrEnum):
    """What a rule came to. Anything but a strict ``true`` or ``false`` is ``UNKNOWN``."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, order=True)
class Lack:
    """Why something is not known.

    Attributes:
        evidence: the name of the evidence that lacks, or an empty string where none is to blame.
        cause: a stable word: missing, failed, stale, future, mistyped, truncated, incomplete,
            other_subject, error, budget, empty, undecided.
        detail: one line for a person; it never prints the document.
    """

    evidence: str
    cause: str
    detail: str


WHETHER_IT_APPLIES = Lack("", "undecided", "whether the rule applies")
"""What is not known, beside what that hangs on, of a rule whose ``applies_when`` is not known."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A value that a rule saw.

    Attributes:
        path: the sub-expression that was read, as the policy writes it.
        value: what stood there, shortened where it is long.
        line: the line of the source document that it came from, where that is known.
        summary: whether ``value`` only says what is there, such as ``3 entries``.
    """

    path: str
    value: Json
    line: int | None = None
    summary: bool = False

    @property
    def is_demand(self) -> bool:
        """Whether it is a parameter: what the policy asks for, and nothing that was observed."""
        return self.path.startswith("params.")

    def told(self, longest: int = 160) -> str:
        """``path = value``, the value as JSON, or in plain words where it is too large to be shown."""
        plain = self.summary and isinstance(self.value, str)
        text = str(self.value) if plain else value_text(self.value)
        return f"{self.path} = {cut(text, longest)}"


@dataclass(frozen=True, slots=True)
class Deciding:
    """A part of an expression that decided what the whole came to.

    Attributes:
        part: the sub-expression as the policy writes it, on one line, its end cut off where it is long.
        value: what it came to; None where that is not known or it has no value.
        told: one line for a person: what was seen and, where the whole is false, what it needs.
        observed: the values that the part read.
        depth: 0, and one more within each list that the part is about an entry of.
    """

    part: str
    value: bool | None
    told: str
    observed: tuple[Observation, ...] = ()
    depth: int = 0


@dataclass(frozen=True, slots=True)
class SignOff:
    """How one required role of a quorum stands.

    Attributes:
        role: the role that has to sign.
        person: who signed, or None.
        signed_at: when, or None.
        accepted: whether this sign-off counts.
        reasons: why it does not count; empty where it does.
    """

    role: str
    person: str | None
    signed_at: datetime | None
    accepted: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuorumState:
    """What a quorum came to.

    Attributes:
        basis: the digest that is to be signed; None where it is not known.
        sign_offs: how each required role stands, in the order of the rule.
        unasked: entries of the record in roles that the rule does not ask for; they never count.
    """

    basis: str | None
    binds: tuple[str, ...]
    distinct_needed: int
    distinct_found: int
    sign_offs: tuple[SignOff, ...]
    unasked: tuple[SignOff, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's outcome (for an ``each`` rule: one row's outcome).

    Attributes:
        rule: the rule's id.
        key: the row's key for an ``each`` rule, else None.
        message: one line that says what is.
        expected: one line that says what the rule wants.
        observed: the values that the rule saw.
        because: the parts of its expression that decided the outcome, and nothing else; it and ``observed`` may be
            computed when they are first read.
        lacks: what is not known, where the outcome is unknown.
        evidence: names of the evidence that the rule reads, sorted.
        due: the instant by which this is owed, if the rule or the row names one.
        due_text: that date as the document writes it.
        overdue: whether ``due`` has passed at the decision.
        through_hard: whether a hard rule below, in another gate, is the reason.
        waiver: id of the waiver that accepts this finding, or None.
        gate: id of the other gate, for a rule that reads one.
        closed_by: id of the rule that closes this row, for a row that a rule closes.
        unclosed: whether rules close the rows, and none closes this one.
        line: the line of the source document that the row came from, where that is known.
    """

    rule: str
    key: str | None
    title: str
    enforcement: Enforcement
    severity: str
    outcome: Outcome
    message: str
    expected: str
    place: Place
    observed: Sequence[Observation] = ()
    lacks: tuple[Lack, ...] = ()
    evidence: tuple[str, ...] = ()
    owner: str | None = None
    due: datetime | None = None
    due_text: str | None = None
    overdue: bool = False
    remedy: str | None = None
    line: int | None = None
    through_hard: bool = False
    waiver: str | None = None
    gate: str | None = None
    closed_by: str | None = None
    unclosed: bool = False
    window: WindowState | None = None
    quorum: QuorumState | None = None
    because: Sequence[Deciding] = ()

    @property
    def shows(self) -> bool:
        """Whether it says something of a requirement that applies; one that may not apply says nothing."""
        return self.outcome is not Outcome.NOT_APPLICABLE and WHETHER_IT_APPLIES not in self.lacks

    @property
    def counts(self) -> bool:
        """Whether this finding weighs on the verdict: hard or blocking, and not waived."""
        return self.enforcement.blocks and self.waiver is None

    @property
    def stops(self) -> bool:
        """Whether this finding by itself keeps the gate from GO."""
        return self.counts and self.outcome in (Outcome.FAIL, Outcome.UNKNOWN)

    @property
    def order(self) -> tuple[str, str, str]:
        """Sort key that does not depend on the order of rules or rows; rows without a key differ by their message."""
        return (self.rule, self.key or "", "" if self.key is not None else self.message)
