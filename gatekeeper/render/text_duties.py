"""Duties on a board, of a ladder or of a gate: what asks for an act first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gatekeeper.model.decision import Decision, EvidenceNote, GateDecision
from gatekeeper.model.duty import DutyStanding, DutyState
from gatekeeper.render.canvas import APART, Canvas, Span, Tone
from gatekeeper.render.duties import DUTIES, duty_figures, in_order
from gatekeeper.render.wording import listing, with_age

_DUTY = {
    DutyState.OVERDUE: ("!", Tone.BAD),
    DutyState.OPEN: ("○", Tone.STRONG),
    DutyState.UNKNOWN: ("?", Tone.DOUBT),
    DutyState.WAITING: ("·", Tone.QUIET),
    DutyState.DONE: ("✓", Tone.GOOD),
    DutyState.NOT_APPLICABLE: ("–", Tone.QUIET),
}


def duties_block(
    canvas: Canvas,
    duties: Sequence[DutyStanding],
    evidence: Iterable[EvidenceNote],
    *,
    explain: bool,
    gate: str = "",
    all_told: bool = True,
) -> None:
    """What is owed: what asks for an act in full, what does not apply or is told elsewhere by name only.

    Args:
        evidence: how the evidence stood that they read.
        explain: whether all is told in full, with evidence and places.
        gate: the gate that the duties are of, where there are several.
        all_told: whether the report tells elsewhere of everything that lacks, and not only of evidence.
    """
    if not duties:
        return
    every, notes = in_order(duties), tuple(evidence)
    canvas.heading("DUTIES", ": ".join(part for part in (gate, duty_figures(every)) if part))
    named = [] if explain else [each for each in every if _is_named(each, all_told=all_told)]
    for duty in every:
        if duty not in named:
            _duty(canvas, duty, notes, explain=explain)
    for state in (DutyState.UNKNOWN, DutyState.NOT_APPLICABLE):
        names = listing([each.id for each in named if each.state is state])
        canvas.labelled(DUTIES[state], names, Tone.DOUBT if state is DutyState.UNKNOWN else Tone.QUIET)


def _is_named(duty: DutyStanding, *, all_told: bool) -> bool:
    """Whether the name of a duty says enough."""
    unknown = duty.state is DutyState.UNKNOWN and (all_told or all(lack.evidence for lack in duty.lacks))
    return unknown or duty.state is DutyState.NOT_APPLICABLE


def _duty(canvas: Canvas, duty: DutyStanding, evidence: Iterable[EvidenceNote], *, explain: bool) -> None:
    sign, tone = _DUTY[duty.state]
    words = DUTIES[duty.state].upper() if duty.state is DutyState.OVERDUE else DUTIES[duty.state]
    advised = [("(recommended, never owed)", Tone.QUIET)] if duty.recommended else []
    head: list[Span] = [(f"{sign} {words}", tone), APART, (duty.id, Tone.STRONG), APART, (duty.title, Tone.PLAIN)]
    canvas.spans([*head, *advised], hang=2)
    if duty.state is not DutyState.DONE or explain:
        told = (duty.told, Tone.DOUBT if duty.state is DutyState.UNKNOWN else Tone.PLAIN)
        canvas.spans([(f"{duty.who}:" if duty.who else "", Tone.QUIET), told], indent=2, hang=2)
    if explain:
        canvas.labelled("evidence", with_ages(duty.evidence, evidence), Tone.QUIET)
        canvas.labelled("duty", str(duty.place), Tone.QUIET)


def with_ages(names: Iterable[str], evidence: Iterable[EvidenceNote]) -> str:
    """Names of evidence, each with how old it was."""
    ages = {note.name: note.age for note in evidence}
    return listing([with_age(name, ages.get(name)) for name in names])


def gate_duties_block(canvas: Canvas, decision: Decision, *, explain: bool, only: str | None = None) -> None:
    """What the gates of a decision say is owed, or the one duty that is asked for."""
    for gate in decision.gates:
        notes = [each for each in decision.evidence if each.gate == gate.gate]
        whose = gate.gate if gate is not decision.root else ""
        duties_block(canvas, gate_duties(gate, only), notes, explain=explain, gate=whose, all_told=False)


def gate_duties(gate: GateDecision, only: str | None) -> tuple[DutyStanding, ...]:
    """The duties of a gate, or those that are called so: ``duty``, with ``gate/`` before it or without."""
    return tuple(each for each in gate.duties if only in (None, each.id, f"{gate.gate}/{each.id}"))
