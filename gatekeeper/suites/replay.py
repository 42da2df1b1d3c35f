"""Replays one case of a suite, to be looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.errors import UsageError
from gatekeeper.load.diagnostics import did_you_mean
from gatekeeper.load.files import from_root
from gatekeeper.model.replay import Replay
from gatekeeper.model.suite import Case, Suite
from gatekeeper.suites.compare import compare
from gatekeeper.suites.play import play
from gatekeeper.suites.run import load_project_suites

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration


def replay(configuration: Configuration, file: Path, case: str | None = None) -> Replay:
    """Play one case of a suite's file.

    Args:
        case: its id; None for the first one of the file.

    Raises:
        UsageError: the file is a folder, or has no such case.
        InvalidInput: there is no such file, or the suite, a policy or a recorded snapshot cannot be used.
    """
    if from_root(file, configuration.root).is_dir():
        raise UsageError(f"{file} is a folder", "name the file of one suite")
    project = load_project_suites(configuration, (file,))
    policies = project.policies
    suite, chosen = _chosen(project.suites, file, case)
    played = play(chosen, suite, policies)
    return Replay(
        suite=suite,
        played=played,
        verified=compare(played),
        ladders={name: policies.ladders[name] for name in suite.policies if name in policies.ladders},
        modes={name: policies.modes[name] for name in suite.policies if name in policies.modes},
    )


def _chosen(suites: tuple[Suite, ...], file: Path, case: str | None) -> tuple[Suite, Case]:
    found = {each.id: (suite, each) for suite in suites for each in suite.cases}
    if case is None:
        return next(iter(found.values()))
    if case not in found:
        raise UsageError(f"{file} has no case {case!r}", did_you_mean(case, found, "there are"))
    return found[case]
