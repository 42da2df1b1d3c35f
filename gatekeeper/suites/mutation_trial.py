"""Tries mutants: plays the cases that a policy matters to, until one of them fails.

Only what a mutant can change is played: of a suite the policies that are the mutant or read it, and of a case the looks
at which something is expected of those. A change within one rule of a gate is first judged by that rule alone. Where it
comes to the same finding, everything else that a case can expect is the same too, and nothing more is played.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from gatekeeper.errors import GatekeeperError
from gatekeeper.model.asked import asked_policies
from gatekeeper.model.finding import Finding
from gatekeeper.model.place import Place
from gatekeeper.model.policy import Gate, Policy, PolicySet
from gatekeeper.model.rule import Each, ReadGate
from gatekeeper.model.suite import Case, Suite
from gatekeeper.pipeline import decide
from gatekeeper.suites.compare import compare
from gatekeeper.suites.mutated_policy import with_policy
from gatekeeper.suites.play import play_looks
from gatekeeper.suites.story import Look, looks

_NOWHERE = Place("", 0, 0)
_Told = tuple[Finding, ...]


@dataclass(slots=True, eq=False)
class Trial:
    """A case, cut down to what one policy can change in it.

    Attributes:
        whole: the suite as it is written, by which the evidence of a look is made.
        story: the case as it is written, which says when there are looks.
        case: the case with only those expectations that the policy can change.
        suite: the suite with only the policies that these are about, and the modes that they read.
        every_look: whether every look has to be played, since a mode goes on from its own state.
        made: the looks of the case, once they were made.
        told: rule → what it alone comes to at each look.
    """

    whole: Suite
    story: Case
    case: Case
    suite: Suite
    every_look: bool
    made: tuple[Look, ...] = ()
    told: dict[str, tuple[_Told, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How a report names it."""
        return f"{self.suite.file}: {self.case.id}"

    @property
    def names(self) -> frozenset[str]:
        """Rules, triggers, duties and conditions that something is expected of."""
        wanted = [each for expectation in self.case.expectations for each in expectation.wanted]
        listed = (word for each in wanted if isinstance(each.value, list) for word in each.value)
        found = {each.name for each in wanted} | {word for word in listed if isinstance(word, str)}
        return frozenset(word.partition("[")[0] for word in found)

    def looks(self, policies: PolicySet, *, anew: bool = False) -> tuple[Look, ...]:
        """The looks that are played; ``anew`` where the policies need other evidence than they are written to need."""
        if anew:
            return self._cut(looks(self.story, policies, self.whole))
        if not self.made:
            self.made = self._cut(looks(self.story, policies, self.whole))
        return self.made

    def _cut(self, found: Iterable[Look]) -> tuple[Look, ...]:
        wanted = {each.at for each in self.case.expectations}
        return tuple(each for each in found if self.every_look or each.offset in wanted)

    def fails(self, policies: PolicySet, *, anew: bool = False) -> bool:
        """Whether the case does not hold for these policies, or cannot be played."""
        try:
            played = play_looks(self.case, self.suite, policies, self.looks(policies, anew=anew))
        except GatekeeperError:
            return True
        return any(not each.holds for each in compare(played))


def trials_of(policy: str, policies: PolicySet, chosen: Iterable[tuple[Suite, tuple[Case, ...]]]) -> tuple[Trial, ...]:
    """Every case in which a policy matters; those of its own suites first, and among them the shortest."""
    found = [trial for suite, cases in chosen for trial in _of_suite(policy, policies, suite, cases)]
    return tuple(
        sorted(found, key=lambda each: (policy not in each.whole.policies, len(each.suite.policies), each.case.length))
    )


def _of_suite(policy: str, policies: PolicySet, suite: Suite, cases: Sequence[Case]) -> Iterator[Trial]:
    readers = _readers(policy, policies, suite)
    modes = {each for each in suite.policies if each in policies.modes}
    needed = {entry.of for each in asked_policies(policies, readers) for entry in each.evidence} & modes
    # a mode that is needed may itself read another one: where any is, all of them are played
    kept = tuple(each for each in suite.policies if each in readers or (needed and each in modes))
    every_look = any(each in modes for each in kept)
    for case in cases:
        expected = tuple(each for each in case.expectations if each.policy in readers)
        if expected:
            cut = replace(case, expectations=expected)
            yield Trial(suite, case, cut, replace(suite, policies=kept), every_look)


def _readers(policy: str, policies: PolicySet, suite: Suite) -> tuple[str, ...]:
    """The policies of a suite that are this one, or read it."""
    reached = {each: asked_policies(policies, (each,)) for each in suite.policies}
    found = {each for each, below in reached.items() if policy in {one.id for one in below}}
    if policy in policies.modes:
        found |= {policy} & set(suite.policies)
        while True:
            more = {
                each
                for each, below in reached.items()
                if any(entry.of in found | {policy} for one in below for entry in one.evidence)
            }
            if more <= found:
                break
            found |= more
    return tuple(each for each in suite.policies if each in found)


def can_matter(trial: Trial, mutant: Policy, rule: str | None, policies: PolicySet) -> bool:
    """Whether a mutant within one rule can change anything that a case expects.

    Args:
        rule: the rule within which the change lies; None for a change that lies elsewhere.
        policies: the policies as they are written.
    """
    original = policies.gates.get(mutant.id)
    if rule is None or original is None or not isinstance(mutant, Gate):
        return True
    alone, changed = _alone(original, rule), _alone(mutant, rule)
    made = trial.looks(policies)
    if alone is None or changed is None or any(each.computed for each in made):
        return True
    if rule not in trial.told:
        trial.told[rule] = tuple(_told(trial.case, with_policy(policies, alone), alone.id, each) for each in made)
    before, others = trial.told[rule], with_policy(policies, changed)
    return any(_told(trial.case, others, changed.id, each) != was for each, was in zip(made, before, strict=True))


def _alone(gate: Gate, rule: str) -> Gate | None:
    """The gate with one rule only; None where that rule reads other rules or gates."""
    found = tuple(each for each in gate.rules if each.id == rule)
    bound = any(
        isinstance(each.requirement, ReadGate) or (isinstance(each.requirement, Each) and each.requirement.closed_by)
        for each in found
    )
    return replace(gate, rules=found) if found and not bound else None


def _told(case: Case, policies: PolicySet, gate: str, look: Look) -> _Told:
    """What one rule comes to, but for what only explains it and no case can expect."""
    given = {gate: case.parameters[gate]} if gate in case.parameters else {}
    decision = decide(policies, gate, look.snapshot, as_of=look.at, parameters=given)
    return tuple(replace(each, observed=(), because=(), expected="", place=_NOWHERE) for each in decision.root.findings)
