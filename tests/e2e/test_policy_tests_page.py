"""The walk through docs/policy-tests.md, done as it is written there: every console prints what the page shows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "policy-tests.md"
REFERENCE = ROOT / "docs" / "suites.md"
FILE = re.compile(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _consoles(text: str) -> list[tuple[str, str]]:
    """Every command of the page, with what it prints."""
    found = []
    for block in CONSOLE.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            found.append((command, printed))
    return found


@pytest.fixture(autouse=True)
def _files_of_the_page(tmp_path: Path) -> None:
    """The folder holds the files whose content the page gives, and nothing else."""
    files = FILE.findall(PAGE.read_text(encoding="utf-8"))
    assert len(files) >= 2
    for name, content in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")


def test_every_console_prints_what_the_page_shows(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    consoles = _consoles(text)
    first_words = ["gatekeeper", "sed", "gatekeeper", "gatekeeper", "sed", "gatekeeper"]
    assert [command.split()[0] for command, _ in consoles] == first_words
    codes = []
    for command, shown in consoles:
        words = shlex.split(command)
        program = [sys.executable, "-m", "gatekeeper"] if words[0] == "gatekeeper" else [words[0]]
        environment = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PATH": "/usr/bin:/bin"}
        ran = subprocess.run(
            [*program, *words[1:]], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert (ran.stdout, ran.stderr) == (shown, ""), command
        codes.append(ran.returncode)
    assert codes == [0, 0, 4, 0, 0, 0]


def test_the_first_example_of_the_reference_holds_for_the_shop_of_this_page(tmp_path: Path) -> None:
    found = re.search(r"^```yaml\n(.*?)^```", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    (tmp_path / "policies/shop/shop_test.yaml").write_text(found[1], encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "gatekeeper", "test"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 case: it holds" in ran.stdout


def test_the_examples_have_no_mistake(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "gatekeeper", "lint"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ": error" not in ran.stdout
