"""A forked run of the command ends as a process of its own does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Project
from tests.warm import gatekeeper


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("lint",),
        ("test", "--format", "json"),
        ("evaluate", "demo", "--as-of", "2026-03-03T09:00:00Z"),
        ("evaluate", "dmo"),
        ("nonsense",),
        ("test", "--output", "json=nowhere/at/all.json"),
    ],
)
def test_it_says_the_same_and_ends_alike(project: Project, suite: Path, arguments: tuple[str, ...]) -> None:
    cold = subprocess.run(
        [sys.executable, "-m", "gatekeeper", *arguments], cwd=project.root, capture_output=True, text=True, check=False
    )
    warm = gatekeeper(*arguments, cwd=project.root)
    assert (warm.returncode, warm.stdout, warm.stderr) == (cold.returncode, cold.stdout, cold.stderr)


def test_a_run_leaves_nothing_to_the_next_one(project: Project, suite: Path) -> None:
    before = dict(os.environ)
    first = gatekeeper("lint", cwd=project.root, env={"GATEKEEPER_FORMAT": "json", "FORCE_COLOR": "1"})
    assert gatekeeper("lint", cwd=project.root).stderr == "3 files: 0 errors, 0 warnings\n"
    assert dict(os.environ) == before
    assert first.returncode == 0


def test_what_only_a_new_interpreter_reads_gets_one(project: Project, suite: Path) -> None:
    assert gatekeeper("test", cwd=project.root, env={"PYTHONIOENCODING": "ascii"}).stdout.isascii()
    assert not gatekeeper("test", cwd=project.root).stdout.isascii()
