"""An action that lies in the workspace judges only as the base has it: a pull request brings no judge."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.gated import Gate, no_decision
from tests.e2e.hosted import Event, Hosted
from tests.e2e.runner import Ran

NOT_OF_THE_BASE = "the action's own code is not that of the base"
Judge = Callable[..., Ran]


@pytest.fixture
def own(hosted: Hosted) -> Event:
    """A pull request to a repository that holds the action itself."""
    _lay_action(hosted.folder)
    hosted.on_main({".gitignore": "build/\n"})
    return hosted.pull_request({"app.py": ""})


@pytest.fixture
def judge(gate: Gate, hosted: Hosted) -> Judge:
    """Checks a commit out into the workspace, as a step before does, and uses the action that lies there."""

    def used(event: Event, commit: str, folder: str = ".", env: dict[str, str] | None = None) -> Ran:
        workspace = gate.runner.workspace
        if not (workspace / ".git").exists():
            _git(workspace, "clone", "--quiet", str(hosted.folder), ".")
        _git(workspace, "fetch", "--quiet", "origin", commit)
        _git(workspace, "checkout", "--quiet", "--detach", "FETCH_HEAD")
        gate.runner.action = workspace / folder
        return gate.judge(event, env)

    return used


def _lay_action(folder: Path) -> None:
    for name in ("action", "requirements"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "action.yml", folder)


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull})


def test_the_base_judges_with_its_own_action_and_leaves_nothing_behind(own: Event, judge: Judge) -> None:
    for _time in range(2):
        ran = judge(own, "main")
        assert ran.code == 0, ran.log


def test_the_pull_request_and_its_trial_merge_do_not(own: Event, judge: Judge) -> None:
    for commit in (own.sha, own.subject):
        no_decision(judge(own, commit), 2, NOT_OF_THE_BASE)


def test_an_earlier_commit_of_the_pull_request_does_not(own: Event, hosted: Hosted, judge: Judge) -> None:
    changed = hosted.pull_request({"action/refused.py": (ROOT / "action/refused.py").read_text() + "# changed\n"})
    later = hosted.git("commit-tree", f"{changed.subject}^{{tree}}", "-p", changed.subject, "-m", "later")
    changed.payload["pull_request"]["head"]["sha"] = later
    no_decision(judge(changed, changed.subject), 2, NOT_OF_THE_BASE)


def test_no_event_lets_other_code_judge(own: Event, judge: Judge, gate: Gate) -> None:
    gate.given["base-ref"] = "main"
    event = Event("workflow_dispatch", {"inputs": {}}, own.subject, own.subject)
    no_decision(judge(event, own.subject), 2, NOT_OF_THE_BASE)
    assert judge(event, "main").code == 0


@pytest.mark.parametrize("name", ["action/summary.py", "action/extra.py", "gatekeeper/__init__.py"])
def test_a_file_that_was_changed_or_added_since_the_checkout_is_seen(
    own: Event, judge: Judge, gate: Gate, name: str
) -> None:
    assert judge(own, "main").code == 0
    file = gate.runner.workspace / name
    file.parent.mkdir(exist_ok=True)
    with file.open("a") as stream:
        stream.write("# changed\n")
    no_decision(gate.judge(own), 2, NOT_OF_THE_BASE)


def test_a_folder_that_git_does_not_look_at_is_none_of_the_base(own: Event, judge: Judge, gate: Gate) -> None:
    assert judge(own, "main").code == 0
    _lay_action(gate.runner.workspace / "build")
    gate.runner.action = gate.runner.workspace / "build"
    no_decision(gate.judge(own), 2, NOT_OF_THE_BASE)


def test_a_workspace_without_git_tells_nothing_of_its_code(own: Event, judge: Judge, gate: Gate) -> None:
    assert judge(own, "main").code == 0
    shutil.rmtree(gate.runner.workspace / ".git")
    no_decision(gate.judge(own), 2, NOT_OF_THE_BASE)


@pytest.mark.parametrize("workspace", ["", "workspace", "/"])
def test_where_the_workspace_is_has_to_be_said(own: Event, judge: Judge, workspace: str) -> None:
    no_decision(judge(own, own.subject, env={"GITHUB_WORKSPACE": workspace}), 2)


def test_an_action_from_elsewhere_is_asked_nothing(gate: Gate, hosted: Hosted) -> None:
    assert gate.judge(hosted.pull_request({"app.py": ""})).code == 0, "its checkout is not in the workspace"
