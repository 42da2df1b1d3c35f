"""Writes the board that the README shows anew, from what ``gatekeeper evaluate`` prints of the first recorded day.

Run it from the root of the repository, after a change of the board or of the sample::

    .venv/bin/python -m scripts.readme_board

The README shows a part of the board. What is left out stands as ``…``; what is shown is shown as it is printed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
FIRST_DAY = "2026-02-24T12:00:00Z"
LEFT_OUT = "…"
BLOCK = re.compile(r"(?<=<!-- board -->\n```text\n).*?(?=```\n<!-- /board -->)", re.DOTALL)

FINDINGS_SHOWN = 2
PARTS_SHOWN = ("WHAT BLOCKS", "CLEAN WINDOW")


def printed_board() -> str:
    """What the command prints; a NO-GO."""
    arguments = [sys.executable, "-m", "gatekeeper", "evaluate", "p11-h", "--as-of", FIRST_DAY]
    plain = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "FORCE_COLOR"}}
    ran = subprocess.run(arguments, cwd=README.parent, env=plain, capture_output=True, text=True, check=False)
    return ran.stdout


def excerpt(board: str) -> str:
    """The head, the first findings that block, the window and the last lines of a board."""
    board = "\n".join(line.rstrip() for line in board.splitlines()) + "\n"
    head, *parts = re.split(r"^(?=── )", board, flags=re.MULTILINE)
    shown = [head]
    for part in parts:
        if part.startswith(tuple(f"── {title} " for title in PARTS_SHOWN)):
            shown.append(_shortened(part))
        elif shown[-1] != f"{LEFT_OUT}\n\n":
            shown.append(f"{LEFT_OUT}\n\n")
    last = re.split(r"\n\n", parts[-1].rstrip("\n"))[-1]
    return "".join(shown) + last + "\n"


def _shortened(part: str) -> str:
    """A part with its first findings only."""
    title, *findings = re.split(r"^(?=[✗?] )", part, flags=re.MULTILINE)
    more = [f"{LEFT_OUT}\n\n"] if len(findings) > FINDINGS_SHOWN else []
    return title + "".join(findings[:FINDINGS_SHOWN] + more)


def main() -> None:
    """Rewrite the README."""
    text = README.read_text(encoding="utf-8")
    board = excerpt(printed_board())
    README.write_text(BLOCK.sub(lambda _: board, text), encoding="utf-8")


if __name__ == "__main__":
    main()
