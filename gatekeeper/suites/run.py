"""Runs suites: finds the files, loads what they ask, plays every case, compares, and counts what was seen."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.errors import GatekeeperError, InvalidInput, UsageError
from gatekeeper.load import find_policy_files, find_suite_files, load_policies
from gatekeeper.load.diagnostics import did_you_mean
from gatekeeper.load.files import from_root
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.progress import Progress
from gatekeeper.model.suite import Case, Suite
from gatekeeper.model.suite_run import CaseRun, SuiteRun, SuitesReport
from gatekeeper.pipeline import load_suites_of
from gatekeeper.suites.compare import compare
from gatekeeper.suites.coverage import Sightings, coverage
from gatekeeper.suites.play import play
from gatekeeper.suites.traced import traced_policies

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration


@dataclass(frozen=True, slots=True)
class SuitesRequest:
    """What one run of ``test`` is asked for.

    Attributes:
        paths: files of suites, or folders that hold some, from the current folder or else from the root; none means
            every suite of the project.
        cases: patterns, such as ``resets-*``, of the ids of the cases that are played; none means all.
        list_unseen: whether the report names what was never seen.
        fail_under: the least percentage of outcomes that has to be seen; None for none.
        environment: whose recorded snapshots suites begin with; None for the configured or only one.
    """

    paths: tuple[Path, ...] = ()
    cases: tuple[str, ...] = ()
    list_unseen: bool = False
    fail_under: float | None = None
    environment: str | None = None


def run_suites(configuration: Configuration, request: SuitesRequest, progress: Progress) -> SuitesReport:
    """Play every case that is asked for, and tell what came of it.

    Raises:
        UsageError: there is no case that a pattern means.
        InvalidInput: there is no such file or no suite, or a suite, a policy or a recorded snapshot cannot be used.
    """
    project = load_project_suites(configuration, request.paths, request.environment)
    chosen = choose_cases(project.suites, request.cases)
    copies, traces = traced_policies(project.policies)
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
            project.policies,
            (suite for suite, _ in chosen),
            sightings,
            traces,
            whole=project.whole if not request.cases else (),
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


@dataclass(frozen=True, slots=True)
class ProjectSuites:
    """Suites of a project.

    Attributes:
        policies: every policy of the systems that the suites stand in, and of those that are whole.
        whole: systems of which every suite is here.
    """

    suites: tuple[Suite, ...]
    policies: PolicySet
    whole: frozenset[str]


def load_project_suites(
    configuration: Configuration, paths: Sequence[Path], environment: str | None = None
) -> ProjectSuites:
    """The suites of a project, or those at some paths.

    Raises:
        InvalidInput: there is no such file or no suite, a path lies outside of the policies, or a suite, a policy or a
            recorded snapshot cannot be used.
    """
    root, folder = configuration.root, configuration.policies
    files = find_suite_files(root, folder, paths)
    if not files:
        # Nothing was tested, and that must not look as if all were well.
        where = ", ".join(str(each) for each in paths) or str(root / folder)
        raise InvalidInput(f"there is no suite in {where}", "a suite lies in policies/<system>/<name>_test.yaml")
    every = find_policy_files(root, folder)
    whole = _whole_systems(configuration, paths, files, every)
    systems = {_system_of(file, root / folder) for file in files} | whole
    beside = [each for each in every if _system_of(each, root / folder) in systems]
    policies, _warnings = load_policies(beside or every, root, folder)
    return ProjectSuites(load_suites_of(configuration, files, policies, environment), policies, whole)


def _whole_systems(
    configuration: Configuration, paths: Sequence[Path], files: Sequence[Path], policies: Sequence[Path]
) -> frozenset[str]:
    """Systems of which every suite is played; one without any suite where a path is a folder that holds it.

    Args:
        files: the suites that are played: those at the paths.
        policies: every file of policies.
    """
    root, base = configuration.root, configuration.root / configuration.policies
    played = {os.path.realpath(each) for each in files}
    suites: dict[str, set[str]] = {}
    for each in find_suite_files(root, configuration.policies):
        suites.setdefault(_system_of(each, base), set()).add(os.path.realpath(each))
    named = [os.path.realpath(from_root(each, root)) for each in paths or (base,)]
    found = {_system_of(each, base) for each in policies}
    return frozenset(
        system
        for system in found
        if suites.get(system, set()) <= played
        and (system in suites or any(Path(os.path.realpath(base / system)).is_relative_to(each) for each in named))
    )


def _system_of(file: Path, base: Path) -> str:
    """The folder below that of the policies in which a file stands; empty for one that stands in none."""
    # os.path, since a link in a circle has no way to its end; who reads it says so
    folder = Path(os.path.realpath(file.parent))
    home = Path(os.path.realpath(base))
    parts = folder.relative_to(home).parts if folder.is_relative_to(home) else ()
    return parts[0] if parts else ""


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
