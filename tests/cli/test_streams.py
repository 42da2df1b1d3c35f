"""Streams that are closed, full, without a reader or of another encoding: nothing but a NO-GO ever exits with 1."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import POLICY, Project

GATEKEEPER = f"{sys.executable} -m gatekeeper"


def shell(project: Project, command: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of shell in the project, in which ``gatekeeper`` is the command."""
    line = command.replace("gatekeeper", GATEKEEPER)
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=project.root,
        env={**os.environ, **env},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr
    return done


@pytest.mark.parametrize("lost", ["2>/dev/full", "2>&-"])
@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("evaluate nosuch", 2),
        ("evaluate demo --as-of x", 2),
        ("evaluate", 2),
        ("evaluate demo --snapshot nowhere", 4),
        ("evaluate demo --output json=nowhere/x", 4),
        ("evaluate demo --collect", 0),
        ("collect demo", 0),
        ("lint", 0),
        ("lint nope", 2),
        ("nope", 2),
        ("", 2),
    ],
)
def test_a_refusal_that_cannot_be_told_keeps_its_exit_code(project: Project, call: str, code: int, lost: str) -> None:
    assert shell(project, f"gatekeeper {call} {lost}").returncode == code


def test_a_no_go_that_can_only_be_told_on_one_stream_stays_a_no_go(project: Project) -> None:
    project.measure(0.06)
    assert shell(project, "gatekeeper evaluate demo --collect 2>/dev/full").returncode == 1
    assert shell(project, "gatekeeper evaluate demo --collect 2>&-").returncode == 1


@pytest.mark.parametrize("lost", [">/dev/full", ">&-", ">/dev/full 2>/dev/full", ">&- 2>&-"])
@pytest.mark.parametrize(
    "call",
    [
        "--version",
        "--version lint",
        "--help",
        "evaluate --help",
        "evaluate demo",
        "evaluate demo --format json",
        "explain demo",
        "schema",
        "schema policy",
        "lint --format json",
        "collect demo",
    ],
)
def test_a_result_that_cannot_be_written_exits_with_4(project: Project, call: str, lost: str) -> None:
    done = shell(project, f"gatekeeper {call} {lost}")
    if call == "--version lint" and ">&-" in lost:
        assert done.returncode in (2, 4)  # click may look at the rest of the line first
    else:
        assert done.returncode == 4
    if "2>" not in lost:
        assert done.stderr.startswith(b"error: cannot write to standard output: ") or call == "collect demo"
        assert done.stderr


def test_a_broken_installation_exits_with_70_and_says_so(project: Project) -> None:
    code = "import sys; sys.modules['click'] = None; from gatekeeper.__main__ import main; sys.exit(main(['lint']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=project.root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (70, 1)
    assert "click" in done.stderr


@pytest.mark.parametrize(
    "env", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_what_tools_read_is_utf_8_under_every_locale(project: Project, env: dict[str, str]) -> None:
    project.policy.write_text(POLICY.replace("The demo may go", "Die Vorf\u00fchrung \u2713 \u0639"))
    shell(project, "gatekeeper collect demo")
    at = "2026-01-01T00:00:00Z"
    for name in ("markdown", "json"):
        plain = shell(project, f"gatekeeper evaluate demo --format {name} --as-of {at}", PYTHONUTF8="1")
        told = shell(project, f"gatekeeper evaluate demo --format {name} --as-of {at}", **env)
        assert (told.returncode, told.stdout) == (plain.returncode, plain.stdout)
        assert "Vorf\u00fchrung" in told.stdout.decode("utf-8")
    board = shell(project, f"gatekeeper evaluate demo --as-of {at}", **env)
    assert board.returncode == 3
    assert board.stdout.isascii()
    assert json.loads(shell(project, "gatekeeper schema policy", **env).stdout.decode("utf-8"))


def test_names_that_are_no_utf_8_are_told_and_break_nothing(project: Project) -> None:
    odd = Path(os.fsdecode(os.fsencode(project.root) + b"/o\xff"))
    odd.mkdir()
    for name in ("policies", "evidence", ".git"):
        (project.root / name).rename(odd / name)
    inner = Project(odd)
    assert shell(inner, "gatekeeper evaluate demo --collect").returncode == 0
    for name in ("text", "json", "markdown"):
        assert shell(inner, f"gatekeeper evaluate demo --format {name} --output {name}=out").returncode == 0
    assert shell(inner, "gatekeeper evaluate \"$(printf 'x\\377')\"").returncode == 2


def test_a_current_folder_that_was_removed_is_told_in_one_line(project: Project) -> None:
    for call in ("evaluate demo", "lint", "collect demo"):
        done = shell(
            project, f"mkdir gone; cd gone; rmdir ../gone; gatekeeper {call}", PYTHONPATH=os.pathsep.join(sys.path)
        )
        assert done.returncode == 4
        assert b"the current folder cannot be used" in done.stderr


def test_a_project_file_that_cannot_be_read_is_told_in_one_line(project: Project) -> None:
    # Reading it fails for every user, root too: the first page of a process's memory is not there.
    (project.root / "pyproject.toml").symlink_to("/proc/self/mem")
    done = shell(project, "gatekeeper evaluate demo")
    assert done.returncode == 4
    assert done.stderr.startswith(b"pyproject.toml: cannot be read")
    assert done.stderr.count(b"\n") <= 2
