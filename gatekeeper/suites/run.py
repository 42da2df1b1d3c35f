"""Runs suites: finds the files, loads what they ask, plays every case, compares, and counts what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.errors import GatekeeperError, InvalidInput, UsageError
from gatekeeper.load import find_policy_files, find_suite_files, load_policies, load_suites
from gatekeeper.load.diagnostics import did_you_mean
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.suite import Case, Suite
from gatekeeper.model.suite_run import CaseRun, SuiteRun, SuitesReport
from gatekeeper.snapshot import find_newest, read_snapshot
from gatekeeper.suites.compare import compare
from gatekeeper.suites.coverage import Sightings, coverage
from gatekeeper.suites.play import play
from gatekeeper.suites.traced import traced_policies

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class SuitesRequest:
    """What one run of ``test`` is asked for.

    Attributes:
        paths: files of suites, or folders that hold some; none means every suite of the project.
        cases: patterns, such as ``resets-*``, of the ids of the cases that are played; none means all.
        list_unseen: whether the report names what was never seen.
        fail_under: the least percentage of outcomes that has to be seen; None for none.
    """

    paths: tuple[Path, ...] = ()
    cases: tuple[str, ...] = ()
    list_unseen: bool = False
    fail_under: float | None = None


def run_suites(configuration: Configuration, request: SuitesRequest, progress: Progress) -> SuitesReport:
    """Play every case that is asked for, and tell what came of it.

    Raises:
        UsageError: there is no such file, or no case that a pattern means.
        InvalidInput: there is no suite, or a suite, a policy or a recorded snapshot cannot be used.
    """
    suites, policies = load_project_suites(configuration, request.paths)
    chosen = choose_cases(suites, request.cases)
    copies, traces = traced_policies(policies)
    sightings = Sightings()
    total, done = sum(len(cases) for _, cases in chosen), 0
    runs: list[SuiteRun] = []
    for suite, cases in chosen:
        found: list[CaseRun] = []
        for case in cases:
            progress(case.id, done, total)
            found.append(run_case(case, suite, copies, sightings))
            done += 1
        runs.append(SuiteRun(suite, tuple(found)))
    return SuitesReport(
        suites=tuple(runs),
        coverage=coverage(
            policies,
            (suite for suite, _ in chosen),
            sightings,
            traces,
            whole=not request.paths and not request.cases,
        ),
        list_unseen=request.list_unseen,
        fail_under=request.fail_under,
    )


def run_case(case: Case, suite: Suite, policies: PolicySet, sightings: Sightings) -> CaseRun:
    """Play one case and compare; a case that cannot be played says why, and the others go on."""
    try:
        played = play(case, suite, policies)
    except GatekeeperError as refused:
        return CaseRun(case, 0, (), str(refused))
    sightings.take(played, policies)
    return CaseRun(case, len(played.moments), compare(played))


def load_project_suites(configuration: Configuration, paths: Sequence[Path]) -> tuple[tuple[Suite, ...], PolicySet]:
    """The suites of a project, or those at some paths, and every policy of the systems that they stand in.

    Raises:
        UsageError: there is no such file.
        InvalidInput: there is no suite, or a suite, a policy or a recorded snapshot cannot be used.
    """
    root, folder = configuration.root, configuration.policies
    files = find_suite_files(root, folder, paths)
    if not files:
        # Nothing was tested, and that must not look as if all were well.
        where = ", ".join(str(each) for each in paths) or str(root / folder)
        raise InvalidInput(f"there is no suite in {where}", "a suite lies in policies/<system>/<name>_test.yaml")
    every = find_policy_files(root, folder)
    systems = {file.resolve().parent for file in files}
    beside = [each for each in every if each.resolve().parent in systems] if paths else []
    policies, _warnings = load_policies(beside or every, root, folder)

    @cache
    def recorded(system: str, at: datetime) -> Snapshot | None:
        return find_newest((root / configuration.evidence / system / "recorded",), system, at)

    return load_suites(files, root, policies, recorded, cache(read_snapshot)), policies


def choose_cases(suites: Sequence[Suite], patterns: Sequence[str]) -> tuple[tuple[Suite, tuple[Case, ...]], ...]:
    """The suites with those of their cases whose id fits one of the patterns; suites without any are left out.

    Raises:
        UsageError: no case fits a pattern.
    """
    ids = [case.id for suite in suites for case in suite.cases]
    for pattern in patterns:
        if not any(fnmatchcase(each, pattern) for each in ids):
            raise UsageError(f"there is no case {pattern!r}", did_you_mean(pattern, ids, "there are"))
    return tuple(_chosen(suites, patterns))


def _chosen(suites: Sequence[Suite], patterns: Sequence[str]) -> Iterator[tuple[Suite, tuple[Case, ...]]]:
    for suite in suites:
        cases = [each for each in suite.cases if not patterns or any(fnmatchcase(each.id, p) for p in patterns)]
        if cases:
            yield suite, tuple(cases)
