"""Evidence and parameters in the packet of a gate or a ladder."""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.model.times import instant_text
from gatekeeper.render.markup import Page, code, joined, said, strong
from gatekeeper.render.terms import EvidenceRow, Parameter
from gatekeeper.render.wording import age, duration, short_value


def evidence_section(page: Page, rows: Sequence[EvidenceRow]) -> None:
    """Each piece of evidence: where it was read, when it was true, when it was read, age and bound, digest.

    Below stands what is wrong with those that cannot be used.
    """
    if not rows:
        return
    page.heading(2, said("Evidence"))
    gates = any(each for _, each in rows)
    page.table(
        (
            *("Name", "Kind", "State", "Source", "Observed", "Collected", "Age", "May be", "Digest"),
            *(["For"] if gates else []),
        ),
        [
            (
                code(note.name),
                said(note.kind),
                said("usable") if note.state == "usable" else strong(said(note.state)),
                said(note.source),
                said(instant_text(note.observed_at) if note.observed_at else "not said"),
                said(instant_text(note.collected_at) if note.collected_at else "never"),
                said(age(note.age) if note.age is not None else "none"),
                said(duration(note.max_age) if note.max_age is not None else "any age"),
                code(note.digest) if note.digest else said("none"),
                *([joined([code(gate) for gate in for_gates])] if gates else []),
            )
            for note, for_gates in rows
        ],
    )
    for note, _ in rows:
        if note.state != "usable":
            since = f" since {instant_text(note.stale_since)}" if note.stale_since else ""
            page.points([(f"{code(note.name)} is {said(note.state + since)}", said(note.detail or "no detail"))])


def parameters_section(page: Page, parameters: Sequence[Parameter]) -> None:
    """Every parameter with the value that was used; the ones that the caller gave are marked."""
    if not parameters:
        return
    gates = any(each.gate for each in parameters)
    page.heading(2, said("Parameters"))
    page.table(
        (*(["Gate"] if gates else []), "Name", "Value", "From"),
        [
            (
                *([code(each.gate)] if gates else []),
                code(each.name),
                code(short_value(each.value)),
                strong(said("overridden")) if each.overridden else said("as the policy says"),
            )
            for each in parameters
        ],
    )
