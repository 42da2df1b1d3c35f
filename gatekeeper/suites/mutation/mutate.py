"""Mutation testing of policies: changes one thing after the other, and sees whether any case notices it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from gatekeeper.errors import InvalidInput
from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.model.mutation import Equivalent, Mutant, MutantRun, MutantState, MutationReport
from gatekeeper.model.policy import Policy, PolicySet
from gatekeeper.model.progress import Progress
from gatekeeper.model.suite import Case, Suite
from gatekeeper.suites.mutation.equivalence import why_equivalent
from gatekeeper.suites.mutation.mutated_policy import changes_of_policy, load_change, with_policy
from gatekeeper.suites.mutation.site import Change
from gatekeeper.suites.mutation.trial import Trial, can_matter, rules_of, trials_of
from gatekeeper.suites.run import SuitesRequest, choose_cases, load_project_suites

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration

Group = tuple[str, str]
"""Policy and part: mutants of one part are tried one after the other, since what killed one likely kills the next."""


@dataclass(frozen=True, slots=True)
class MutationRequest:
    """What one run of ``test --mutate`` is asked for.

    Attributes:
        suites: which suites and cases there are to kill mutants; the policies that these suites ask are mutated.
        jobs: how many processes work at it; None for as many as there are cores.
        seconds: after so long no further mutant is begun; None for no limit.
        fail_under: the least mutation score in percent; None for none.
    """

    suites: SuitesRequest
    jobs: int | None = None
    seconds: float | None = None
    fail_under: float | None = None


def run_mutations(configuration: Configuration, request: MutationRequest, progress: Progress) -> MutationReport:
    """Make every mutant of the policies that the suites ask, and try each. All cases have to hold as it is.

    Raises:
        UsageError: there is no case that a pattern means.
        InvalidInput: a suite or a policy cannot be used; a mutant that a suite calls equivalent is not there, or a case
            notices it.
    """
    until = None if request.seconds is None else monotonic() + request.seconds
    workshop = Workshop.of(configuration, request.suites)
    workshop.check_declared()
    groups = workshop.groups
    total = sum(len(each) for each in groups.values())
    jobs = min(request.jobs or os.cpu_count() or 1, max(1, len(groups)))
    found: dict[Group, tuple[MutantRun, ...]] = {}
    tried = _alone(workshop, until) if jobs == 1 else _together(workshop, configuration, request, jobs, until)
    done = 0
    for group, runs in tried:
        found[group] = runs
        done += len(runs)
        progress(" ".join(group), done, total)
    runs = tuple(run for group, changes in groups.items() for run in found.get(group) or not_run(changes))
    for each in runs:
        _check_killed(each, workshop.declared)
    return MutationReport(runs, len(workshop.cases), request.fail_under)


def not_run(changes: Sequence[Change]) -> tuple[MutantRun, ...]:
    """Mutants for which there was no time left."""
    return tuple(MutantRun(each.mutant, MutantState.NOT_RUN) for each in changes)


def _alone(workshop: Workshop, until: float | None) -> Iterator[tuple[Group, tuple[MutantRun, ...]]]:
    for group in workshop.groups:
        yield group, workshop.try_group(group, until)


def _together(
    workshop: Workshop, configuration: Configuration, request: MutationRequest, jobs: int, until: float | None
) -> Iterator[tuple[Group, tuple[MutantRun, ...]]]:
    """The same by several processes, each with its own copy of everything; groups come as they are ready."""
    pool = ProcessPoolExecutor(jobs, initializer=_set_up, initargs=(configuration, request.suites))
    try:
        waiting = {pool.submit(_try_group, group, until) for group in workshop.groups}
        while waiting:
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (each.result() for each in _in_order(ready))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _in_order(
    ready: set[Future[tuple[Group, tuple[MutantRun, ...]]]],
) -> list[Future[tuple[Group, tuple[MutantRun, ...]]]]:
    return sorted(ready, key=lambda each: each.result()[0])


_OWN: list[Workshop] = []
"""What a process of a pool works with, from its set-up on."""


def _set_up(configuration: Configuration, suites: SuitesRequest) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who interrupts means the whole run, and that ends this process too
    _OWN[:] = [Workshop.of(configuration, suites)]


def _try_group(group: Group, until: float | None) -> tuple[Group, tuple[MutantRun, ...]]:
    return group, _OWN[0].try_group(group, until)


@dataclass(slots=True)
class Workshop:
    """What mutants are made of and tried with.

    Attributes:
        groups: the mutants by policy and part, in the order of the files.
        declared: what the suites call equivalent.
    """

    root: Path
    policies: PolicySet
    cases: tuple[tuple[Suite, Case], ...]
    groups: dict[Group, tuple[Change, ...]]
    declared: tuple[Equivalent, ...]
    trials: dict[str, tuple[Trial, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, configuration: Configuration, request: SuitesRequest) -> Workshop:
        """Read suites and policies, and make every mutant."""
        loaded = load_project_suites(configuration, request.paths, request.environment)
        suites, policies = loaded.suites, loaded.policies
        chosen = choose_cases(suites, request.cases)
        names = dict.fromkeys(name for suite, _ in chosen for name in suite.policies)
        found = [policies.every[name] for name in names if name in policies.every]
        groups: dict[Group, tuple[Change, ...]] = {}
        for policy in sorted(found, key=lambda each: each.place):
            changes = sorted(changes_of_policy(policy, configuration.root), key=lambda each: each.mutant.part)
            by_part = {part: tuple(of) for part, of in groupby(changes, key=lambda each: each.mutant.part)}
            first = sorted(by_part, key=lambda part: by_part[part][0].mutant.place)
            groups |= {(policy.id, part): by_part[part] for part in first}
        return cls(
            root=configuration.root,
            policies=policies,
            cases=tuple((suite, case) for suite, cases in chosen for case in cases),
            groups=groups,
            declared=tuple(each for suite in suites for each in suite.equivalent),
            trials={each.id: trials_of(each.id, policies, chosen) for each in found},
        )

    def check_declared(self) -> None:
        """Refuse what a suite calls equivalent and is no mutant.

        Raises:
            InvalidInput: naming the first.
        """
        known: dict[str, list[Mutant]] = {}
        for changes in self.groups.values():
            for each in changes:
                known.setdefault(each.mutant.policy, []).append(each.mutant)
        for said in self.declared:
            mutants = known.get(said.policy, [])
            if mutants and not any(each.is_meant_by(said) for each in mutants):
                wanted = shown(f"{said.before} → {said.after}", 200)
                raise InvalidInput(f"{said.place}: no mutant of {said.part} is `{wanted}`", _nearest(said, mutants))

    def try_group(self, group: Group, until: float | None) -> tuple[MutantRun, ...]:
        """Try the mutants of one part, one after the other, as long as there is time."""
        changes = self.groups[group]
        part = group[1].split(".")
        trials = sorted(self.trials[group[0]], key=lambda each: each.names.isdisjoint(part))
        runs: list[MutantRun] = []
        for index, change in enumerate(changes):
            if until is not None and monotonic() >= until:
                return (*runs, *not_run(changes[index:]))
            run, killer = self._try(change, trials)
            runs.append(run)
            if killer is not None:
                trials.remove(killer)
                trials.insert(0, killer)
        return tuple(runs)

    def _try(self, change: Change, trials: Sequence[Trial]) -> tuple[MutantRun, Trial | None]:
        """What becomes of one mutant, and the case that kills it."""
        mutant = change.mutant
        made = load_change(change, self.policies, self.root)
        if isinstance(made, str):
            return MutantRun(mutant, MutantState.REFUSED, made), None
        original = self.policies.every.get(mutant.policy)
        if original is not None and (why := why_equivalent(original, made, self.policies)):
            return MutantRun(mutant, MutantState.EQUIVALENT, why), None
        changed, anew = with_policy(self.policies, made), change.path[0] == "evidence"
        rules = _touched(change, original) if original is not None else frozenset()
        if _is_bound(change):  # it matters to those who override something
            trials = [each for each in trials if mutant.policy in each.case.parameters]
        for count, trial in enumerate(trials):
            if can_matter(trial, made, rules, self.policies) and trial.fails(changed, anew=anew):
                return MutantRun(mutant, MutantState.KILLED, trial.name, count + 1), trial
        said = next((each for each in self.declared if mutant.is_meant_by(each)), None)
        if said is not None:
            return MutantRun(mutant, MutantState.EQUIVALENT, said.reason, len(trials)), None
        return MutantRun(mutant, MutantState.SURVIVED, "", len(trials)), None


def _touched(change: Change, policy: Policy) -> frozenset[str]:
    """The rules within which a change lies; none where it may lie anywhere."""
    words = change.mutant.part.split(".")
    if change.path[0] == "rules" and len(change.path) > 2:
        return frozenset(words[1:2])
    if change.path[0] == "params" and not _is_bound(change):
        return rules_of(policy, words[1])
    return frozenset()


def _is_bound(change: Change) -> bool:
    """Whether a change is of what a parameter may be overridden with."""
    return change.path[0] == "params" and change.path[2:3] in (("min",), ("max",), ("overridable",))


def _nearest(said: Equivalent, mutants: Sequence[Mutant]) -> str:
    """What a declaration that is about no mutant was probably meant to say."""
    of_part = [each for each in mutants if each.part == said.part]
    if not of_part:
        return did_you_mean(said.part, {each.part for each in mutants}, "the parts are")
    of_text = [each.after for each in of_part if each.before == said.before]
    if not of_text:
        return did_you_mean(said.before, {each.before for each in of_part}, "before can be")
    return did_you_mean(said.after, of_text, "after can be")


def _check_killed(run: MutantRun, declared: Sequence[Equivalent]) -> None:
    """A mutant that a case kills is not equivalent, whatever a suite says."""
    for said in declared:
        if run.state is MutantState.KILLED and run.mutant.is_meant_by(said):
            message = f"{said.place}: this mutant of {said.part} is not equivalent: {run.why} notices it"
            raise InvalidInput(message, "take it out of `equivalent`")
