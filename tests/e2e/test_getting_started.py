"""The walk through docs/getting-started.md, done as it is written there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]
FILE = re.compile(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEALTH = Path("evidence/shop/health.json")
POLICY = Path("policies/shop/deploy.yaml")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run gatekeeper in a folder that holds the files of the page and nothing else."""
    files = FILE.findall((ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8"))
    assert len(files) == 3
    for name, content in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gatekeeper", *arguments], capture_output=True, text=True, check=False
        )

    return call


def _edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def _decide_anew(run: Run) -> subprocess.CompletedProcess[str]:
    collected = run("collect", "deploy")
    assert collected.returncode == 0, collected.stderr
    return run("evaluate", "deploy")


def test_the_gate_of_the_page_has_no_mistake_and_says_no_go(run: Run) -> None:
    linted = run("lint")
    assert (linted.returncode, linted.stdout) == (0, "")
    assert "0 errors, 0 warnings" in linted.stderr
    decided = _decide_anew(run)
    assert decided.returncode == 1, decided.stdout + decided.stderr
    assert "migrations that are pending: 1" in decided.stdout


def test_with_no_migration_pending_it_says_go(run: Run) -> None:
    _edit(HEALTH, '"pending": 1', '"pending": 0')
    decided = _decide_anew(run)
    assert decided.returncode == 0, decided.stdout + decided.stderr


def test_without_the_figure_nobody_knows(run: Run) -> None:
    _edit(HEALTH, ' "pending": 1,', "")
    decided = _decide_anew(run)
    assert decided.returncode == 3, decided.stdout + decided.stderr
    assert "INCONCLUSIVE" in decided.stdout


def test_a_misspelt_name_is_pointed_at_with_a_suggestion(run: Run) -> None:
    _edit(POLICY, 'health.status == "ok"', 'helth.status == "ok"')
    linted = run("lint")
    told = linted.stdout + linted.stderr
    assert linted.returncode == 4
    lines = POLICY.read_text(encoding="utf-8").splitlines()
    line = lines.index('    expect: helth.status == "ok"')
    assert f"deploy.yaml:{line + 1}:{lines[line].index('helth') + 1}: " in told
    assert "^^^^^" in told
    assert "did you mean health?" in told.replace("`", "")
