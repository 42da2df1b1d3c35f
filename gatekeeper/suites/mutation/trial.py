"""Tries mutants: plays the cases that a policy matters to, until one of them fails.

Only what a mutant can change is played: of a suite the policies that are the mutant or read it, and of a case the looks
at which something is expected of those. A change within a rule of a gate is first judged by that rule alone. Where it
comes to the same finding, everything else that a case can expect is the same too, and nothing more is played.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace

from gatekeeper.errors import GatekeeperError
from gatekeeper.expr import Template
from gatekeeper.model.asked import asked_policies
from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.place import Place
from gatekeeper.model.policy import Gate, Policy, PolicySet
from gatekeeper.model.rule import Each, Enforcement, Expect, Expression, ReadGate
from gatekeeper.model.suite import Case, Suite
from gatekeeper.pipeline import decide
from gatekeeper.suites.compare import compare
from gatekeeper.suites.mutation.mutated_policy import with_policy
from gatekeeper.suites.play import play_looks
from gatekeeper.suites.story import Look, looks

_PARAMETER = re.compile(r"\bparams\b(?:\s*\.\s*([a-z][a-z0-9_]*))?")
_VARIABLE = re.compile(r"\bvariables\b(?:\s*\.\s*([a-z][a-z0-9_]*))?")
_ANY = ""
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
        told: rules → what they alone come to at each look.
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


def can_matter(trial: Trial, mutant: Policy, rules: frozenset[str], policies: PolicySet) -> bool:
    """Whether a mutant within some rules can change anything that a case expects.

    Args:
        rules: the rules within which the change lies; none for a change that may lie anywhere.
        policies: the policies as they are written.
    """
    original = policies.gates.get(mutant.id)
    if not rules or original is None or not isinstance(mutant, Gate):
        return True
    alone, changed = _alone(original, rules), _alone(mutant, rules)
    made = trial.looks(policies)
    if alone is None or changed is None or any(each.computed for each in made):
        return True
    weighing = _weighs(trial.case, original, rules, policies)
    key = ",".join((*sorted(rules), str(weighing)))
    if key not in trial.told:
        before = with_policy(policies, alone)
        trial.told[key] = tuple(_told(trial.case, before, alone.id, each, weighing=weighing) for each in made)
    after = with_policy(policies, changed)
    return any(
        _told(trial.case, after, changed.id, each, weighing=weighing) != was
        for each, was in zip(made, trial.told[key], strict=True)
    )


def rules_of(policy: Policy, parameter: str) -> frozenset[str]:
    """The rules of a gate that read a parameter, also in messages and through variables.

    None where that is not known, or where more than rules reads it.
    """
    if not isinstance(policy, Gate):
        return frozenset()
    variables = {each.name: each.expression.source for each in policy.variables}
    read = {rule.id: _parameters(list(_texts(rule)), variables) for rule in policy.rules}
    beside = _parameters([*_texts(policy.duties), *_texts(policy.review)], variables)
    if parameter in beside or any(_ANY in names for names in (beside, *read.values())):
        return frozenset()
    return frozenset(rule for rule, names in read.items() if parameter in names)


def _parameters(texts: list[str], variables: Mapping[str, str]) -> set[str]:
    """Names behind ``params`` in texts and in the variables that they read; empty for one that is not known."""
    found: set[str] = set()
    seen: set[str] = set()
    while texts:
        text = texts.pop()
        found.update(_PARAMETER.findall(text))
        for name in set(_VARIABLE.findall(text)) - seen:
            seen.add(name)
            if name in variables:
                texts.append(variables[name])
            else:
                found.add(_ANY)
    return found


def _texts(value: object) -> Iterator[str]:
    """Every expression and message of whatever a rule says."""
    if isinstance(value, Expression):
        yield value.source
    elif isinstance(value, Template):
        yield value.text
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value) and not isinstance(value, Place):
        for each in fields(value):
            yield from _texts(getattr(value, each.name))


def _alone(gate: Gate, rules: frozenset[str]) -> Gate | None:
    """The gate with some rules only; None where one of them reads other rules or gates."""
    found = tuple(each for each in gate.rules if each.id in rules)
    bound = any(
        isinstance(each.requirement, ReadGate) or (isinstance(each.requirement, Each) and each.requirement.closed_by)
        for each in found
    )
    return replace(gate, rules=found) if len(found) == len(rules) and not bound else None


def _weighs(case: Case, gate: Gate, rules: frozenset[str], policies: PolicySet) -> bool:
    """Whether it matters how much a rule weighs that passes.

    It does where there are waivers, and where no other rule is sure to apply and to block: without one a gate is not
    GO.
    """
    if case.waivers or any(each.gate == gate.id for each in policies.waivers):
        return True
    others = (each for each in gate.rules if each.id not in rules)
    return not any(
        each.enforcement.blocks and each.applies_when is None and isinstance(each.requirement, Expect)
        for each in others
    )


def _told(case: Case, policies: PolicySet, gate: str, look: Look, *, weighing: bool) -> _Told:
    """What rules come to, but for what only explains it and no case can expect."""
    given = {gate: case.parameters[gate]} if gate in case.parameters else {}
    decision = decide(policies, gate, look.snapshot, as_of=look.at, parameters=given)
    return tuple(_bare(each, weighing=weighing) for each in decision.root.findings)


def _bare(finding: Finding, *, weighing: bool) -> Finding:
    stopping = finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)
    weight = finding.enforcement if weighing or stopping else Enforcement.SHADOW
    return replace(finding, enforcement=weight, observed=(), because=(), expected="", place=_NOWHERE)
