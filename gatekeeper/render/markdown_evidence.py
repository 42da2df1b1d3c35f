"""Evidence, parameters and how to check the packet."""

from __future__ import annotations

from gatekeeper.model.decision import Decision
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.render.markup import Markup, Page, code, joined, said, strong
from gatekeeper.render.outline import evidence_rows, overridden
from gatekeeper.render.wording import age, argument, duration, evaluate_command, value_text


def evidence_section(page: Page, decision: Decision) -> None:
    """Each piece of evidence: where it was read, when it was true, when it was read, age and bound, digest."""
    found = evidence_rows(decision)
    if not found:
        return
    page.heading(2, said("Evidence"))
    page.table(
        ("Name", "Kind", "State", "Source", "Observed", "Collected", "Age", "May be", "Digest", "For"),
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
                joined([code(gate) for gate in gates]),
            )
            for note, gates in found
        ],
    )
    for note, _ in found:
        if note.state != "usable":
            since = f" since {instant_text(note.stale_since)}" if note.stale_since else ""
            page.points([(f"{code(note.name)} is {said(note.state + since)}", said(note.detail or "no detail"))])


def parameters_section(page: Page, decision: Decision) -> None:
    """Every parameter with the value that was used; the ones that the caller gave are marked."""
    rows = [
        (
            code(gate.gate),
            code(name),
            code(value_text(value)),
            strong(said("overridden")) if name in gate.overridden else said("as the policy says"),
        )
        for gate in decision.gates
        for name, value in sorted(gate.parameters.items())
    ]
    if rows:
        page.heading(2, said("Parameters"))
        page.table(("Gate", "Name", "Value", "From"), rows)


def how_to_check(page: Page, decision: Decision) -> None:
    """The command that decides again, and what has to come out."""
    page.heading(2, said("How to check this report"))
    given = "".join(
        f" --param {argument(('' if gate is decision.root else f'{gate.gate}.') + f'{name}={_given(value)}')}"
        for gate, name, value in overridden(decision)
    )
    page.paragraph(
        said(
            "It depends on the policies, the snapshot, the waivers and the parameters shown here, on the instant, and "
            f"on the semantics, version {decision.semantics}: what policies mean, not gatekeeper's own version."
        )
    )
    page.paragraph(said("With those policies and waivers in the project, this decides again:"))
    page.command(f"{evaluate_command([decision.policy], decision.as_of)}{given} --format json")
    points = [
        ("Snapshot", said("the digest that it names is the one above, and so is each digest of a policy.")),
        ("Decision", said("the run.digest that it prints is the digest of the decision above.")),
    ]
    if decision.snapshot is not None:
        file = code(f"{decision.snapshot.removeprefix('sha256:')}.json")
        told = f"{code('--snapshot <file>')} names it, where it is not the newest before that instant"
        points.insert(
            0, ("File", Markup(f"the name of the snapshot's file ends in {file}, the digest of its bytes; {told}."))
        )
    page.points(points)


def _given(value: Json) -> str:
    return value if isinstance(value, str) else value_text(value, 10_000)
