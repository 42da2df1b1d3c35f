"""``action.yml``, its lock, its page and the example workflow keep the rules that make a gate of them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.cli.exit_codes import ExitCode
from tests.conftest import ROOT
from tests.e2e.runner import EXPRESSION, load_yaml

ACTION: dict[str, Any] = load_yaml(ROOT / "action.yml")
EXAMPLE = ROOT / "examples" / "workflows" / "launch-gate.yml"
WORKFLOW: dict[Any, Any] = load_yaml(EXAMPLE)
PAGE = (ROOT / "docs" / "github-action.md").read_text(encoding="utf-8")
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def _steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def _rows(title: str) -> set[str]:
    """The first column of the table below a heading of the page."""
    part = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+)`", part, re.MULTILINE))


@pytest.mark.parametrize("step", ACTION["runs"]["steps"], ids=lambda step: step["id"])
def test_a_script_of_the_action_holds_no_expression_and_stops_at_the_first_error(step: dict[str, Any]) -> None:
    assert "${{" not in step["run"]
    assert step["shell"] == "bash"
    assert step["run"].startswith("set -euo pipefail\n")


def test_every_input_reaches_a_script_through_its_environment() -> None:
    env = [value for step in ACTION["runs"]["steps"] for value in step["env"].values()]
    asked = {found for value in env for found in EXPRESSION.findall(value)}
    assert {name.removeprefix("inputs.") for name in asked if name.startswith("inputs.")} == set(ACTION["inputs"])
    assert all(EXPRESSION.fullmatch(value) for value in env)


def test_the_action_uses_no_other_action() -> None:
    assert not [step for step in ACTION["runs"]["steps"] if "uses" in step]


def test_the_action_never_starts_python_where_the_workspace_could_put_modules_in_front() -> None:
    scripts = "\n".join(step["run"] for step in ACTION["runs"]["steps"])
    starts = re.findall(r'"\$(?:python|GATE_PYTHON)" (?!"\$end")(\S+)', scripts)
    assert len(starts) >= 6
    assert set(starts) == {"-I"}


def test_outputs_without_a_step_that_ran_are_no_verdict() -> None:
    assert "|| 'none'" in ACTION["outputs"]["verdict"]["value"]
    assert f"|| '{ExitCode.BROKEN.value}'" in ACTION["outputs"]["exit-code"]["value"]


def test_the_page_has_every_input_and_every_output() -> None:
    assert _rows("Inputs") == set(ACTION["inputs"])
    assert _rows("Outputs") == set(ACTION["outputs"])


def test_the_page_shows_the_example_as_it_is() -> None:
    (shown,) = re.findall(r"```yaml\n(name: launch gate\n.*?)```", PAGE, re.DOTALL)
    comments = re.compile(r"^ *#.*\n|(?<=\S) +#.*$", re.MULTILINE)
    assert [line for line in shown.splitlines() if line] == [
        line for line in comments.sub("", EXAMPLE.read_text(encoding="utf-8")).splitlines() if line
    ]


def test_the_example_runs_for_every_merge() -> None:
    on = WORKFLOW["on"]
    assert set(on) == {"pull_request", "merge_group"}
    assert not [key for event in on.values() for key in event if key.startswith("paths")]
    assert {"synchronize", "edited"} <= set(on["pull_request"]["types"])
    for job in WORKFLOW["jobs"].values():
        assert job["if"] == "always()", "GitHub counts a skipped job as a success"
        assert not job.get("continue-on-error")
        assert job["timeout-minutes"] <= 30
    assert not [step for step in _steps(WORKFLOW) if step.get("continue-on-error")]


def test_the_example_may_read_and_nothing_else_and_pins_what_it_uses() -> None:
    assert WORKFLOW["permissions"] == {}
    assert [job["permissions"] for job in WORKFLOW["jobs"].values()] == [{"contents": "read"}]
    used = [step["uses"] for step in _steps(WORKFLOW)]
    assert len(used) == 2
    assert all(PINNED.fullmatch(each) for each in used)
    assert not [step for step in _steps(WORKFLOW) if "run" in step or "checkout" in step["uses"]]


def test_the_example_names_inputs_and_outputs_that_there_are() -> None:
    gate = next(step for step in _steps(WORKFLOW) if step.get("id") == "gate")
    assert set(gate["with"]) <= set(ACTION["inputs"])
    text = EXAMPLE.read_text(encoding="utf-8")
    assert set(re.findall(r"steps\.gate\.outputs\.([\w-]+)", text)) <= set(ACTION["outputs"])


def test_the_lock_of_the_action_is_part_of_the_one_that_is_tested() -> None:
    locks = [_locked(ROOT / "requirements" / name) for name in ("action.txt", "test.txt")]
    assert locks[0].items() <= locks[1].items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {re.split(r"[<>=~! ]", each)[0] for each in project["project"]["dependencies"]}
    assert {name.replace(".", "-") for name in wanted} | {"hatchling"} <= set(locks[0]), "run scripts/lock"


def _locked(path: Path) -> dict[str, str]:
    """Name → version, conditions and hashes of each package."""
    entries = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    found = dict(entry.split("==", 1) for entry in entries if entry and not entry.startswith("#"))
    assert all("--hash=sha256:" in entry for entry in found.values())
    return found
