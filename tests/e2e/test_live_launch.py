"""The launch on live evidence, done as its README says: a world in a process of its own, and gatekeeper beside it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.lacking import needs

README = (ROOT / "examples" / "live-launch" / "README.md").read_text(encoding="utf-8")
SHELL = shutil.which("bash")
STATE = Path("examples/live-launch/.gatekeeper")
TODAY = Path("examples/live-launch/evidence/rgl8r/today")

pytestmark = needs(SHELL, "the README's commands are for bash")


def _commands() -> list[list[str]]:
    """The command lines of each console block: to start the world, to ask, to sign."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [re.findall(r"^\$ (.+)$", block, re.MULTILINE) for block in blocks]


def _faults() -> dict[str, tuple[str, str, int, list[str]]]:
    """Fault → the command that starts the world, verdict, exit code, and the words in code that give the cause."""
    rows = re.findall(r"^\| `(.+ --fault (\S+))` \| ([A-Z-]+), (\d) \| (.+) \|$", README, re.MULTILINE)
    return {
        fault: (start, verdict, int(code), re.findall("`(.+?)`", cause)) for start, fault, verdict, code, cause in rows
    }


START, ASK, SIGN = _commands()
FAULTS = _faults()
(TOKEN,) = {line.partition("LIVE_LAUNCH_TOKEN=")[2] for line in START + ASK if "LIVE_LAUNCH_TOKEN=" in line}


@dataclass
class Launch:
    """A copy of the project in which the README is followed."""

    root: Path
    port: int
    environment: dict[str, str]
    said: str = ""
    asked: subprocess.CompletedProcess[str] | None = None
    signed: subprocess.CompletedProcess[str] | None = None

    def here(self, command: str) -> str:
        """A command of the README, for the port of this copy."""
        assert SHELL is not None
        return command.replace("world.py", f"world.py --port {self.port}")

    def run(self, *commands: str) -> subprocess.CompletedProcess[str]:
        """Commands in one shell, after the README's exports; the exit code is that of the last one."""
        exports = [line for line in ASK if line.startswith("export ")]
        lines = "\n".join([*exports, *commands])
        ran = subprocess.run(
            [SHELL or "", "-c", lines],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.said += ran.stdout + ran.stderr
        return ran

    @contextmanager
    def world(self, command: str = START[-1]) -> Iterator[None]:
        """The world, until the block ends; then it is interrupted, as with Ctrl-C."""
        (export,) = START[:-1]
        process = subprocess.Popen(
            [SHELL or "", "-c", f"{export}\nexec {self.here(command)}"],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        try:
            first = process.stdout.readline()
            assert f":{self.port}" in first, first
            yield
        finally:
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=30)
            self.said += first + out + errors
        assert (process.returncode, errors) == (0, "")

    def leaks(self) -> list[str]:
        """Where the token, or eight characters of it, can be read that nobody should see there."""
        parts = {TOKEN[at : at + 8] for at in range(len(TOKEN) - 7)}
        written = {str(path): path.read_text(encoding="utf-8") for path in _files(self.root / STATE, self.root / TODAY)}
        return [name for name, text in {"output": self.said, **written}.items() if any(part in text for part in parts)]


def _files(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def launch(tmp_path: Path) -> Launch:
    """A copy in which nobody has signed."""
    return _copy(tmp_path)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Launch:
    """A copy in which the README was followed up to the signatures."""
    launch = _copy(tmp_path_factory.mktemp("live-launch"))
    with launch.world():
        launch.asked = launch.run(*ASK)
        launch.signed = launch.run(*SIGN)
    return launch


def _copy(tmp_path: Path) -> Launch:
    """The project's policies and evidence, and the example, on a port of its own."""
    root = tmp_path / "project"
    left_out = shutil.ignore_patterns(".gatekeeper", "today", "__pycache__")
    for folder in ("policies", "evidence", "examples/live-launch"):
        shutil.copytree(ROOT / folder, root / folder, ignore=left_out)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    sources = root / "examples/live-launch/evidence/rgl8r/sources.staging.yaml"
    text = sources.read_text(encoding="utf-8")
    assert "127.0.0.1:8717" in text
    sources.write_text(text.replace("127.0.0.1:8717", f"127.0.0.1:{port}"), encoding="utf-8")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, rest in {"python": "", "gatekeeper": " -m gatekeeper"}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{rest} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    kept = {key: text for key, text in os.environ.items() if not key.startswith(("GATEKEEPER_", "LIVE_LAUNCH_"))}
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return Launch(root, port, {**kept, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"})


def test_the_launch_is_read_live_and_lacks_only_the_signatures(signed: Launch) -> None:
    asked = signed.asked
    assert asked is not None
    assert asked.returncode == 1, asked.stdout + asked.stderr
    assert "13 of 13 sources can be had" in asked.stdout
    board = asked.stdout
    assert "3 rules fail (approval-record-complete, no-open-blocker, sign-offs-hold)" in board
    assert re.search(r"COMPLETE +8 d", board)
    assert "385 clean samples" in board
    for rule in ("canary-clean-run", "tenant-isolation-verified", "tenant-isolation-fresh", "no-open-incident"):
        assert re.search(rf"✓ +{rule}\b", board), rule
    for rule in ("no-degraded-mode", "runbooks-and-tabletop", "on-call-named"):
        assert re.search(rf"✓ +{rule}\b", board), rule
    for name in ("canary", "rls", "runbook", "tabletop", "incidents", "mode", "record"):
        assert re.search(rf"^  {name} .* usable ", board, re.MULTILINE), name


def test_the_signed_launch_has_the_verdict_of_the_readme(signed: Launch) -> None:
    decided = signed.signed
    assert decided is not None
    assert "signed by Dan, Marta Kowalska, Priya Raman" in decided.stdout
    assert decided.returncode == 0, decided.stdout + decided.stderr
    assert "GO  p11-h  Broad public launch" in decided.stdout


def test_no_part_of_the_token_is_in_an_output_or_a_snapshot(signed: Launch) -> None:
    assert len(_files(signed.root / STATE)) >= 2
    assert signed.leaks() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_the_verdict_and_the_cause_that_the_readme_promises(fault: str, signed: Launch) -> None:
    start, verdict, code, words = FAULTS[fault]
    with signed.world(start):
        asked = signed.run(*(line for line in ASK if "doctor" not in line))
        doctored = signed.run("gatekeeper doctor rgl8r")
    assert asked.returncode == code, asked.stdout + asked.stderr
    assert re.search(rf"^{verdict}  p11-h  ", asked.stdout, re.MULTILINE)
    said = " ".join((asked.stdout + asked.stderr).split())
    assert all(word in said for word in words), (words, said)
    assert doctored.returncode == (0 if fault == "canary-failure" else 3)
    assert signed.leaks() == []


def test_a_run_that_failed_and_was_run_again_is_found_behind_a_green_list(launch: Launch) -> None:
    with launch.world(FAULTS["canary-failure"][0]):
        board = launch.run(ASK[-1]).stdout
    assert re.search(r"✗ FAIL +seven-clean-days ", board)
    assert re.search(r"after run 289 of \S+ \(failure\)", " ".join(board.replace("│", "").split()))


def test_where_evidence_is_lost_every_rule_on_it_is_unknown_and_the_rest_is_still_read(launch: Launch) -> None:
    with launch.world(FAULTS["no-token"][0]):
        board = launch.run(ASK[-1]).stdout
    for name in ("canary", "rls", "runbook", "tabletop"):
        assert re.search(rf"^\? {name}  could not be collected", board, re.MULTILINE), name
    for name in ("incidents", "mode", "record"):
        assert re.search(rf"^  {name} .* usable ", board, re.MULTILINE), name


def test_a_wrong_token_is_refused_and_not_told(launch: Launch) -> None:
    wrong = "Zz9-wrong-one-8Yy"
    with launch.world():
        asked = launch.run(f"export LIVE_LAUNCH_TOKEN={wrong}", ASK[-1])
    assert asked.returncode == 1
    assert "401 Unauthorized: the token is not accepted" in " ".join((asked.stdout + asked.stderr).split())
    assert wrong not in launch.said
    assert not [path for path in _files(launch.root / STATE) if wrong in path.read_text(encoding="utf-8")]


def test_the_policies_of_the_example_are_those_of_the_project() -> None:
    assert not list((ROOT / "examples" / "live-launch").rglob("policies"))
    assert set(FAULTS) == {"canary-failure", "no-token", "slow", "down"}
    without = {fault for fault, (_start, _verdict, _code, words) in FAULTS.items() if not words}
    assert without == {"canary-failure"}, "each other row names its cause in code; this one has a test of its own"
    assert len(TOKEN) > 8, "a part of it can be looked for"
