"""What a renderer receives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gatekeeper.model.decision import Decision, EvidenceNote
from gatekeeper.model.ladder import Ladder
from gatekeeper.model.mode import Mode, ModeReading
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.standing import LadderStanding
from gatekeeper.model.values import Json


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """A snapshot that is there: its time, and the file."""

    taken_at: datetime
    origin: str


@dataclass(frozen=True, slots=True)
class Terms:
    """On what a ladder or a mode was asked.

    Attributes:
        snapshot: digest of the snapshot; None where there was none.
        snapshot_at: the snapshot's time.
        replay: whether the instant lay in the past when it was asked.
        parameters: every parameter with the value that was used, as JSON.
        overridden: names of the parameters that the caller gave.
    """

    subject: Subject
    snapshot: str | None
    snapshot_at: datetime | None
    replay: bool
    parameters: Mapping[str, Json]
    overridden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LadderReport:
    """How a ladder stands, with the ladder itself, which names its levers."""

    ladder: Ladder
    standing: LadderStanding
    terms: Terms


@dataclass(frozen=True, slots=True)
class ModeReport:
    """What a mode's conditions say on one snapshot, without a history.

    Attributes:
        readings: state, best first → what the look says if the mode is in it and has just come there.
        evidence: how each piece of evidence stood.
    """

    mode: Mode
    readings: Mapping[str, ModeReading]
    evidence: tuple[EvidenceNote, ...]
    as_of: datetime
    terms: Terms


@dataclass(frozen=True, slots=True)
class Report:
    """The answers of one run, with what helps to read them.

    Attributes:
        decisions: one for each gate that was asked for, in that order.
        recorded: snapshots that the reader could look at instead, the newest first.
        explain: whether passing rules are shown with the values that they saw as well.
        ladders: one for each ladder that was asked for, in that order.
        modes: one for each mode that was asked for, in that order.
    """

    decisions: tuple[Decision, ...]
    recorded: tuple[RecordedDay, ...] = ()
    explain: bool = False
    ladders: tuple[LadderReport, ...] = ()
    modes: tuple[ModeReport, ...] = ()
