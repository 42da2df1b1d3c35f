"""What the cases have seen of each policy: of everything that can come to several things, to which of them it came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gatekeeper.model.asked import asked_policies
from gatekeeper.model.duty import DutyStanding, DutyState
from gatekeeper.model.finding import Outcome
from gatekeeper.model.ladder import Ladder
from gatekeeper.model.mode import Mode, ModeReading
from gatekeeper.model.place import Place
from gatekeeper.model.policy import Gate, Policy, PolicySet
from gatekeeper.model.review import ReviewState
from gatekeeper.model.standing import Reach
from gatekeeper.model.suite import Suite
from gatekeeper.model.suite_run import Part, Played, PolicyCoverage
from gatekeeper.suites.traced import Traces

_RULE = ("pass", "fail", "unknown")
_TRIGGER = ("reached", "not reached", "unknown")
_REVIEW = ("set", "not set", "unknown")
_DUTY = ("done", "not done", "unknown")
_CONDITION = ("true", "false", "unknown")
_ADVICE = ("holds", "does not hold", "unknown")

_OF_REACH = {Reach.REACHED: "reached", Reach.NOT_REACHED: "not reached", Reach.UNKNOWN: "unknown"}
_OF_DUTY = {
    DutyState.DONE: "done",
    DutyState.OPEN: "not done",
    DutyState.OVERDUE: "not done",
    DutyState.WAITING: "not done",
    DutyState.UNKNOWN: "unknown",
}
_OF_REVIEW = {
    ReviewState.SET: "set",
    ReviewState.PASSED: "set",
    ReviewState.NOT_SET: "not set",
    ReviewState.UNKNOWN: "unknown",
}
_OF_CONDITION = {Outcome.PASS: "true", Outcome.FAIL: "false", Outcome.UNKNOWN: "unknown"}
_OF_ADVICE = {Outcome.PASS: "holds", Outcome.UNKNOWN: "unknown"}

_Key = tuple[str, str, str]
"""Policy, kind of the part, its id."""


@dataclass(frozen=True, slots=True)
class Sightings:
    """What parts of policies came to so far. It takes in one case after the other."""

    seen: dict[_Key, set[str]] = field(default_factory=lambda: defaultdict(set))

    def take(self, played: Played, policies: PolicySet) -> None:
        """Take in what a case has seen."""
        for moment in played.moments:
            for decision in moment.decisions.values():
                for gate in decision.gates:
                    for finding in gate.findings:
                        self._saw(gate.gate, "rule", finding.rule, finding.outcome.value)
                    self._saw_duties(gate.gate, gate.duties)
                    if gate.review is not None:
                        self._saw(gate.gate, "review", "review", _OF_REVIEW[gate.review.state])
            for standing in moment.standings.values():
                for level in standing.levels:
                    for trigger in level.triggers:
                        self._saw(standing.ladder, "trigger", trigger.id, _OF_REACH[trigger.state])
                self._saw_duties(standing.ladder, standing.duties)
            for reading in moment.readings.values():
                self._look(policies.modes[reading.mode], reading)

    def _saw_duties(self, policy: str, duties: Iterable[DutyStanding]) -> None:
        for duty in duties:
            self._saw(policy, "duty", duty.id, _OF_DUTY.get(duty.state, ""))

    def _look(self, mode: Mode, reading: ModeReading) -> None:
        for each in reading.conditions:
            # What bars a condition says nothing about whether it is true.
            self._saw(mode.id, "condition", each.condition.id, "" if each.barred else _OF_CONDITION[each.outcome])
        told = {each.id: _OF_ADVICE[each.outcome] for each in reading.advice}
        for advice in mode.recommend:
            self._saw(mode.id, "advice", advice.id, told.get(advice.id, "does not hold"))

    def _saw(self, policy: str, kind: str, part: str, word: str) -> None:
        self.seen[policy, kind, part].add(word)


def coverage(
    policies: PolicySet, suites: Iterable[Suite], sightings: Sightings, traces: Traces, *, whole: Collection[str]
) -> tuple[PolicyCoverage, ...]:
    """What was seen of each policy, by id.

    Args:
        whole: systems of which policies that no suite asks are told as well, with nothing seen.
    """
    asked = {policy.id for suite in suites for policy in asked_policies(policies, suite.policies)}
    return tuple(
        PolicyCoverage(
            policy=name,
            kind=_kind(policy),
            asked=name in asked,
            parts=tuple(sorted(_parts(policy, sightings.seen), key=lambda each: (each.place, each.kind, each.id))),
            branches=traces.branches_of(policy),
        )
        for name, policy in sorted(policies.every.items())
        if policy.system in whole or name in asked
    )


def _kind(policy: Policy) -> str:
    return "gate" if isinstance(policy, Gate) else "ladder" if isinstance(policy, Ladder) else "mode"


def _parts(policy: Policy, seen: Mapping[_Key, Collection[str]]) -> Iterator[Part]:
    for kind, name, place, words in _countable(policy):
        there = seen.get((policy.id, kind, name), ())
        yield Part(kind, name, place, words, tuple(word for word in words if word in there))


def _countable(policy: Policy) -> Iterator[tuple[str, str, Place, tuple[str, ...]]]:
    """Kind, id, place and possible outcomes of each part."""
    if isinstance(policy, Gate):
        for rule in policy.rules:
            yield "rule", rule.id, rule.place, _RULE
        if policy.review is not None:
            yield "review", "review", policy.review.place, _REVIEW
    if isinstance(policy, Ladder):
        for level in policy.levels:
            for trigger in level.triggers:
                yield "trigger", trigger.id, trigger.place, _TRIGGER
    if isinstance(policy, Gate | Ladder):
        for duty in policy.owed:
            yield "duty", duty.id, duty.place, _DUTY
    if isinstance(policy, Mode):
        for condition in policy.conditions:
            yield "condition", condition.id, condition.place, _CONDITION
        for advice in policy.recommend:
            yield "advice", advice.id, advice.place, _ADVICE
