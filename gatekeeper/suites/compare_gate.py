"""Compares what a case expects of a gate with its decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from gatekeeper.model.decision import Decision
from gatekeeper.model.finding import Finding
from gatekeeper.model.suite import NO_REVIEW, Wanted
from gatekeeper.suites.compared import (
    DUTY_ASPECTS,
    Compared,
    Row,
    duties_compared,
    graded,
    instants,
    listed,
    name_of,
    named,
    one,
    parts_of,
    texts,
    told_in,
    with_lacks,
)


def _verdict(wanted: Wanted, decision: Decision) -> Iterator[Compared]:
    yield one("verdict", wanted.value, decision.verdict.value, decision.root.reason)


def _finding(wanted: Wanted, decision: Decision) -> Iterator[Compared]:
    findings = decision.root.findings
    rows = [_row(each) for each in findings if named(wanted.name, each.rule, each.key)]
    rule = wanted.name.partition("[")[0]
    there = [name_of(each.rule, each.key) for each in findings if each.rule == rule]
    yield from graded(wanted, rows, there or [name_of(each.rule, each.key) for each in findings])


def _stops(wanted: Wanted, decision: Decision) -> Iterator[Compared]:
    yield _names("stops", wanted, decision, [each for each in decision.root.findings if each.stops])


def _waived(wanted: Wanted, decision: Decision) -> Iterator[Compared]:
    yield _names("waived", wanted, decision, [each for each in decision.root.findings if each.waiver is not None])


def _waiver(wanted: Wanted, decision: Decision) -> Iterator[Compared]:
    notes = decision.root.waivers
    rows = [Row(each.waiver.id, each.use.value, each.reason) for each in notes if each.waiver.id == wanted.name]
    yield from graded(wanted, rows, [each.waiver.id for each in notes])


def _names(what: str, wanted: Wanted, decision: Decision, found: list[Finding]) -> Compared:
    """Compares names exactly; a rule without a key stands for those of its rows that are there."""
    words = texts(wanted.value)
    lacking = [word for word in words if not any(named(word, each.rule, each.key) for each in found)]
    beyond = [each for each in found if not any(named(word, each.rule, each.key) for word in words)]
    others = [each for each in decision.root.findings for word in lacking if named(word, each.rule, each.key)]
    why = "; ".join(
        f"{name_of(each.rule, each.key)} is {each.outcome}: {_row(each).why('')}" for each in (*beyond, *others)
    )
    return Compared(
        what, listed(words), listed(name_of(each.rule, each.key) for each in found), why, not lacking and not beyond
    )


def _duty(wanted: Wanted, decision: Decision) -> Iterator[Compared]:
    yield from duties_compared(wanted, decision.root.duties)


def _review(wanted: Wanted, decision: Decision) -> Iterator[Compared]:
    review = decision.root.review
    if wanted.aspect == "review_says":
        yield told_in("says of review", wanted.value, review.told if review is not None else "", "")
    elif wanted.aspect == "review_at":
        yield one("at of review", wanted.value, review.at_text if review is not None else None, _why_review(decision))
    else:
        found = review.state.value if review is not None else NO_REVIEW
        yield one("review", wanted.value, found, _why_review(decision))


def _why_review(decision: Decision) -> str:
    review = decision.root.review
    return review.told if review is not None else f"{decision.verdict}: {decision.root.reason}"


def _earliest_go(wanted: Wanted, decision: Decision) -> Iterator[Compared]:
    yield instants("earliest_go", wanted.value, decision.earliest_go, _windows(decision) or decision.root.reason)


def _windows(decision: Decision) -> str:
    """How the clean windows stand, which alone make an earliest GO."""
    found: Iterable[Finding] = (each for gate in decision.gates for each in gate.findings)
    return "; ".join(f"{each.rule}: {each.message}" for each in found if each.window is not None)


def _row(finding: Finding) -> Row:
    told = with_lacks(finding.message, finding.lacks)
    return Row(name_of(finding.rule, finding.key), finding.outcome.value, told, finding.because, finding.observed)


GATE_ASPECTS: Mapping[str, Callable[[Wanted, Decision], Iterator[Compared]]] = {
    "verdict": _verdict,
    **dict.fromkeys(parts_of("finding"), _finding),
    "stops": _stops,
    "waived": _waived,
    **dict.fromkeys(parts_of("waiver"), _waiver),
    "earliest_go": _earliest_go,
    **dict.fromkeys(DUTY_ASPECTS, _duty),
    **dict.fromkeys(parts_of("review", "at"), _review),
}
"""Aspect → how it is compared."""
