"""What changed at a gate from one look to the next."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from gatekeeper.model.decision import Decision, GateDecision, Verdict
from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.review import ReviewStanding, ReviewState
from gatekeeper.render.outline import REVIEWS, label
from gatekeeper.render.timeline_duties import duty_changes
from gatekeeper.render.timeline_parts import Change, Weight
from gatekeeper.render.wording import OUTCOMES, moment

_WORDS = {**OUTCOMES, Outcome.UNKNOWN: "not known"}

_VERDICTS = {Verdict.GO: Weight.GOOD, Verdict.NO_GO: Weight.BAD, Verdict.INCONCLUSIVE: Weight.DOUBT}

_WEIGHTS = {
    Outcome.PASS: Weight.GOOD,
    Outcome.FAIL: Weight.BAD,
    Outcome.UNKNOWN: Weight.DOUBT,
    Outcome.NOT_APPLICABLE: Weight.QUIET,
}

_RESETS_AT_FIRST = 3
"""So many resets, the latest ones, are told where there is no look before."""


def gate_changes(before: Decision | None, now: Decision) -> tuple[Change, ...]:
    """The verdict, findings that came to something else, resets of windows, duties, reviews, and the earliest GO."""
    found: list[Change] = []
    earlier = before.word if before is not None else ""
    if earlier != now.word:
        found.append(Change("verdict", "", earlier, now.word, _VERDICTS[now.verdict], now.root.reason))
    gates = {gate.gate: gate for gate in before.gates} if before is not None else {}
    old = {(name, *same): each for name, gate in gates.items() for same, each in _named(gate)}
    for gate in now.gates:
        whose = "" if gate is now.root else f"{gate.gate}/"
        for same, finding in _named(gate):
            found += _finding(whose, old.get((gate.gate, *same)), finding)
        earlier_gate = gates.get(gate.gate)
        found += duty_changes(earlier_gate.duties if earlier_gate is not None else (), gate.duties, whose)
        found += _review(whose, earlier_gate.review if earlier_gate is not None else None, gate.review)
    if now.earliest_go is not None and (before is None or before.earliest_go != now.earliest_go):
        told = "not before that, even if all goes well"
        was = moment(before.earliest_go) if before is not None and before.earliest_go is not None else ""
        found.append(Change("earliest-go", "", was, moment(now.earliest_go), Weight.QUIET, told))
    return tuple(found)


_REVIEWS = {
    ReviewState.SET: Weight.NEWS,
    ReviewState.PASSED: Weight.ALARM,
    ReviewState.NOT_SET: Weight.DOUBT,
    ReviewState.UNKNOWN: Weight.DOUBT,
}


def _review(whose: str, before: ReviewStanding | None, now: ReviewStanding | None) -> list[Change]:
    """A review that is told for the first time, or otherwise; that none is told any more shows in the verdict."""
    if now is None or (before is not None and before.told == now.told):
        return []
    was = REVIEWS[before.state] if before is not None and before.state is not now.state else ""
    return [Change("review", f"{whose}review", was, REVIEWS[now.state], _REVIEWS[now.state], now.told)]


def _named(gate: GateDecision) -> Iterator[tuple[tuple[str, ...], Finding]]:
    """The findings under names that stay the same from look to look; rows without a key have only their message."""
    for rows in (list(same) for _, same in groupby(gate.findings, key=lambda each: (each.rule, each.key))):
        for each in rows:
            yield (each.order if len(rows) > 1 else (each.rule, each.key or "")), each


def _finding(whose: str, before: Finding | None, now: Finding) -> list[Change]:
    name = f"{whose}{label(now)}"
    found = []
    # What was not there before is news only where it stops.
    if (before is None and now.stops) or (before is not None and before.outcome is not now.outcome):
        was = _WORDS[before.outcome] if before is not None else ""
        found.append(Change("finding", name, was, _WORDS[now.outcome], _WEIGHTS[now.outcome], now.message))
    if now.window is not None:
        old = before.window.resets if before is not None and before.window is not None else ()
        new = [each for each in now.window.resets if each not in old]
        found += [
            Change("reset", name, "", "reset", Weight.BAD, f"{each.sample} of {moment(each.at)}: {each.cause}")
            for each in (new if before is not None else new[-_RESETS_AT_FIRST:])
        ]
    return found
