"""A rule: one requirement of a gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from gatekeeper.model.place import Place
from gatekeeper.model.shown import on_one_line


class Enforcement(StrEnum):
    """How much a rule weighs."""

    HARD = "hard"
    BLOCKING = "blocking"
    ADVISORY = "advisory"
    SHADOW = "shadow"

    @property
    def blocks(self) -> bool:
        """Whether a fail or an unknown of such a rule stops the gate."""
        return self in (Enforcement.HARD, Enforcement.BLOCKING)


class Program(Protocol):
    """A compiled expression; ``gatekeeper.expr`` makes them.

    ``run`` never raises: what goes wrong comes back as a value.
    """

    @property
    def source(self) -> str:
        """The text of the expression."""
        ...

    @property
    def free_names(self) -> tuple[str, ...]:
        """The top-level names that the expression reads, each once."""
        ...

    def run(self, bindings: Mapping[str, object], *, budget: int = ...) -> object:
        """The value under these bindings, an ``Unknown`` or an ``EvaluationError``."""
        ...


class Template(Protocol):
    """A compiled message with ``{expression}`` slots; rendering never fails."""

    @property
    def free_names(self) -> tuple[str, ...]:
        """The top-level names that the slots read, each once."""
        ...

    def render(self, bindings: Mapping[str, object], *, absent: str = "") -> str:
        """The message in one line.

        Args:
            absent: stands for each slot without a value, also where that is null; empty to tell why it has none.
        """
        ...


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of a policy: its program, and where it stands."""

    program: Program
    place: Place

    @property
    def source(self) -> str:
        """The text of the expression."""
        return self.program.source

    @property
    def one_line(self) -> str:
        """The text on one line, as reports show it."""
        return on_one_line(self.source)


@dataclass(frozen=True, slots=True)
class Expect:
    """The rule passes when the expression is strictly true."""

    when: Expression


@dataclass(frozen=True, slots=True)
class Each:
    """One finding for each row of a list.

    A row is judged by ``expect``; or, with ``closed_by``, by the rule of the same gate that the row's key
    names (a row without an entry is open, and fails); with neither, each row that is there fails.

    Attributes:
        over: gives the list.
        row: the name that a row has in the other expressions.
        key: gives the row's key, a string or an integer, unique among the rows.
        empty_passes: whether no rows at all is a pass; else it is unknown.
        closed_by: row key → id of a rule of this gate.
        owner: gives who has to act on this row.
        due: gives the date by which, as a timestamp or as text; text that is no date is shown as it is.
    """

    over: Expression
    row: str
    key: Expression
    empty_passes: bool
    expect: Expression | None
    closed_by: Mapping[str, str] | None
    owner: Expression | None
    due: Expression | None


@dataclass(frozen=True, slots=True)
class ReadGate:
    """The rule passes when another gate's verdict is GO.

    A hard rule reads the verdict that the other gate would have without waivers.
    """

    gate: str


@dataclass(frozen=True, slots=True)
class VoidRun:
    """Samples that prove nothing: they neither keep a window clean nor break it.

    Attributes:
        when: true for such a sample.
        because: why, in a few words for the report.
    """

    when: Expression
    because: str


@dataclass(frozen=True, slots=True)
class CleanWindow:
    """A streak of clean samples that has to be ``length`` long and reach up to now.

    Samples are taken in the order of ``at``. One for which ``clean`` is false resets the streak, and the next clean one
    starts it anew. More than ``max_gap`` without a clean sample resets it too: at the head (from ``not_before``), in
    between, and at the tail (up to the collection).

    Attributes:
        over: gives the list of samples.
        sample: the name that a sample has in the other expressions.
        at: gives the sample's instant (a timestamp, or RFC 3339 text).
        clean: true for a clean sample.
        pending: true for a sample that has not ended yet; it is taken both ways, as clean and as broken.
        void: tried in order before ``clean``; the first that is true says why the sample proves nothing.
        label: names a sample in the report.
        cause: says of a sample that resets the streak what it was.
        length: how long the streak must be.
        max_gap: the longest time without a clean sample; None means that gaps do not matter.
        not_before: gives the instant at which the window may start at the earliest.
    """

    over: Expression
    sample: str
    at: Expression
    clean: Expression
    pending: Expression | None
    void: tuple[VoidRun, ...]
    label: Template | None
    length: timedelta | Expression
    max_gap: timedelta | Expression | None
    not_before: Expression | None
    cause: Template | None = None


@dataclass(frozen=True, slots=True)
class Quorum:
    """Sign-offs in roles, each on the same basis.

    The basis is the digest of the policies, the subject's commit and the content of the evidence in ``binds``, never of
    the approvals themselves.

    Attributes:
        of: gives the list of approvals.
        roles: the roles that have to sign, each once.
        distinct: gives how many different people there must be among them.
        binds: names of evidence whose content the sign-off covers.
        holders: role → the people who may sign in it; a role that is not named here is open to any named person.
    """

    of: Expression
    roles: tuple[str, ...]
    distinct: Expression | int
    binds: tuple[str, ...]
    holders: Mapping[str, tuple[str, ...]]


Requirement = Expect | Each | ReadGate | CleanWindow | Quorum


@dataclass(frozen=True, slots=True)
class Rule:
    """One requirement of a gate, with how much it weighs and what to do when it is not met.

    Attributes:
        applies_when: where this is false the rule is not applicable; never on a hard rule.
        message: says what is, with ``{expression}`` slots.
        owner: who has to act; the policy's owner where None.
        due: text of the date by which it is owed, if the rule itself names one.
    """

    id: str
    title: str
    enforcement: Enforcement
    severity: str
    requirement: Requirement
    place: Place
    applies_when: Expression | None = None
    message: Template | None = None
    remedy: Template | None = None
    owner: str | None = None
    due: str | None = None
    source: str | None = None
