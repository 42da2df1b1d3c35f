"""Progress: on a terminal, on standard error, and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

from tests.cli.conftest import Project


def test_collecting_shows_progress_on_a_terminal(project: Project) -> None:
    leader, follower = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "gatekeeper", "collect", "demo"],
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=follower,
        env={**os.environ, "TERM": "xterm"},
        timeout=60,
        check=False,
    )
    os.close(follower)
    shown = os.read(leader, 65536).decode()
    os.close(leader)
    assert done.returncode == 0
    assert "0/1" in shown
    assert "metrics" in shown
    assert b"0/1" not in done.stdout


def test_without_a_terminal_no_progress_is_written(project: Project) -> None:
    assert "0/1" not in project.run("collect", "demo").err
