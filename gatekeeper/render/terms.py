"""On what an answer rests, whatever the policy is: subject, snapshot, evidence and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gatekeeper.model.decision import Decision, EvidenceNote
from gatekeeper.model.report import Terms
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.values import Json

EvidenceRow = tuple[EvidenceNote, tuple[str, ...]]
"""How a piece of evidence stood, and the gates for which it stood so; no gates where a ladder or a mode was asked."""


class Asked(Protocol):
    """What was asked about, and on what: decisions say it, and so do the ``Terms`` of ladders and modes."""

    @property
    def subject(self) -> Subject:
        """What was judged."""
        ...

    @property
    def snapshot(self) -> str | None:
        """Digest of the snapshot; None where there was none."""
        ...

    @property
    def snapshot_at(self) -> datetime | None:
        """The snapshot's time."""
        ...

    @property
    def replay(self) -> bool:
        """Whether the instant lay in the past when it was asked."""
        ...


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter with the value that was used.

    Attributes:
        gate: the gate that declares it; empty for a ladder or a mode.
        overridden: whether the caller gave the value.
    """

    gate: str
    name: str
    value: Json
    overridden: bool


def parameters_of(asked: Decision | Terms) -> tuple[Parameter, ...]:
    """Every parameter: of a decision gate by gate, and by name."""
    parts = (
        [("", asked.parameters, asked.overridden)]
        if isinstance(asked, Terms)
        else [(gate.gate, gate.parameters, gate.overridden) for gate in asked.gates]
    )
    return tuple(
        Parameter(gate, name, value, name in overridden)
        for gate, values, overridden in parts
        for name, value in sorted(values.items())
    )


def given(parameters: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """Those that the caller gave."""
    return tuple(each for each in parameters if each.overridden)


def rows_of(notes: Iterable[EvidenceNote]) -> tuple[EvidenceRow, ...]:
    """The evidence of a ladder or a mode."""
    return tuple((note, ()) for note in notes)


def usable_words(rows: Sequence[EvidenceRow]) -> str:
    """How much of the evidence can be used: ``4, all usable``, ``1 of 4 not usable``."""
    unusable = sum(note.state != "usable" for note, _ in rows)
    return f"{unusable} of {len(rows)} not usable" if unusable else f"{len(rows)}, all usable"
