"""What the README and the first page show is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache

import pytest

from scripts.readme_board import BLOCK, LEFT_OUT, excerpt, printed_board
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
VERDICTS = {"GO": 0, "NO-GO": 1}


@cache
def _evaluate(as_of: str) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-m", "gatekeeper", "evaluate", "p11-h", "--as-of", as_of]
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)


def _shown() -> list[tuple[str, str]]:
    """The recorded days of the README, with the verdict that it promises."""
    return re.findall(r"evaluate p11-h --as-of (\S+) +# .*?\b(NO-GO|GO)\b", README)


def test_the_readme_shows_a_day_of_each_verdict() -> None:
    assert {verdict for _, verdict in _shown()} == set(VERDICTS)


@pytest.mark.parametrize(("as_of", "verdict"), _shown())
def test_a_recorded_day_of_the_readme_has_the_verdict_that_it_promises(as_of: str, verdict: str) -> None:
    ran = _evaluate(as_of)
    assert ran.stdout.startswith(f"{verdict}  p11-h"), ran.stdout + ran.stderr
    assert ran.returncode == VERDICTS[verdict]


def test_the_board_of_the_readme_is_the_one_that_is_printed() -> None:
    (shown,) = BLOCK.findall(README)
    assert shown == excerpt(printed_board()), "python -m scripts.readme_board writes it anew"


def test_the_excerpt_leaves_out_but_changes_nothing() -> None:
    board = printed_board()
    printed = {line.rstrip() for line in board.splitlines()}
    lines = excerpt(board).splitlines()
    assert set(lines) - printed == {LEFT_OUT}
    assert len(lines) < len(board.splitlines()) / 2


def test_the_first_page_explains_every_part_of_the_board() -> None:
    page = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([A-Z -]+)` \|", page, re.MULTILINE))
    printed = {
        part for day, _ in _shown() for part in re.findall(r"^── ([A-Z -]+)[ (]", _evaluate(day).stdout, re.MULTILINE)
    }
    assert {part.rstrip(" ─") for part in printed} <= explained
    written = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "gatekeeper" / "render").glob("text*.py"))
    assert not [part for part in explained if f'"{part}' not in written], "no board has such a part"


def test_the_commands_of_the_readme_set_up_from_the_clone() -> None:
    """The two command lines: one that sets up and decides, one that sets up and proves."""
    lines = re.findall(r"^\$ (.+)$", README, re.MULTILINE)
    assert lines[0].endswith("pip install --quiet . && .venv/bin/gatekeeper evaluate p11-h")
    assert "scripts/check" in lines
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("\nexec scripts/check")
