"""Who last changed the lines of a file, as git knows it, and only where that is certain.

git blame is asked once for a file. Its answer holds the lines themselves: where they are not those that were read, or
where older commits lack, nothing is told. A line that was not committed yet has nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from gatekeeper.collect.git_program import GitProgram, git_in
from gatekeeper.deadline import Deadline
from gatekeeper.model.evidence_document import LineChange
from gatekeeper.model.times import instant_text
from gatekeeper.refused import Refused

History = Literal["git", "not_asked", "no_git", "shallow", "differs", "failed"]

MOST = 64 * 1024 * 1024
"""How many bytes git may answer: it says up to a few hundred for each line."""

_HEAD = re.compile(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?) [0-9]+ ([0-9]+)(?: [0-9]+)?")


@dataclass(frozen=True, slots=True)
class LineHistory:
    """Who last changed each line that is committed, by its number; and how that came out."""

    history: History
    changes: Mapping[int, LineChange] = field(default_factory=dict)


NOT_ASKED = LineHistory("not_asked")


def history_of(file: Path, data: bytes, root: Path, environ: Mapping[str, str], deadline: Deadline) -> LineHistory:
    """Who last changed the lines of a file.

    Args:
        file: the file, which was read.
        data: what was read.
        root: the folder that no repository around the file may lie above.
        environ: the variables of this process.
        deadline: when git must have answered.
    """
    found = _repository(file, root)
    if found is None:
        return LineHistory("no_git")
    folder, name = found
    try:
        git = git_in(folder, folder.name, environ, deadline, MOST, any_owner=False)
        if not git.text("ls-files", "-z", "--", f":(literal){name}"):
            return LineHistory("no_git")
        if git.text("rev-parse", "--is-shallow-repository") == "true":
            return LineHistory("shallow")
        return _blamed(git, name, data)
    except (Refused, ValueError, OverflowError, OSError):
        return LineHistory("failed")


def _repository(file: Path, root: Path) -> tuple[Path, str] | None:
    """The top of the working tree that a file lies in, and its path from there."""
    file, root = file.resolve(), root.resolve()
    for folder in file.parents:
        if folder != root and root not in folder.parents:
            return None
        if (folder / ".git").exists():
            return folder, file.relative_to(folder).as_posix()
    return None


def _blamed(git: GitProgram, name: str, data: bytes) -> LineHistory:
    # Programs that make text of files are not run. The empty name on the command line ends the list of files that name
    # commits to pass over; in a setting it would not, as git sorts those.
    settings = {"blame.markIgnoredLines": "false", "blame.markUnblamableLines": "false"}
    ran = git.ask(
        "blame", "--porcelain", "--no-textconv", "--ignore-revs-file=", "--", name, settings=settings
    )  # fmt: skip
    if ran.exit_code:
        return LineHistory("failed")
    lines: list[bytes] = []
    commits: dict[bytes, dict[bytes, bytes]] = {}
    changes: dict[int, LineChange] = {}
    now: bytes = b""
    for line in ran.out.split(b"\n"):
        head = _HEAD.fullmatch(line)
        if line.startswith(b"\t"):
            lines.append(line[1:])
            change = _change(now, commits[now])
            if change is not None:
                changes[len(lines)] = change
        elif head is not None:
            now = head[1]
            commits.setdefault(now, {})
        elif line:
            key, _, value = line.partition(b" ")
            commits[now][key] = value
    # A carriage return alone ends a line for whoever reads the document, and not for git.
    alone = data.count(b"\r") > data.count(b"\r\n")
    same = not alone and data in {b"\n".join(lines), b"\n".join(lines) + b"\n"}
    return LineHistory("git", changes) if same else LineHistory("differs")


def _change(commit: bytes, told: Mapping[bytes, bytes]) -> LineChange | None:
    """The change that a commit made; None for what is not committed."""
    if not commit.strip(b"0"):
        return None
    return LineChange(
        author=told[b"author"].decode("utf-8", "replace"),
        email=told[b"author-mail"].decode("utf-8", "replace").strip("<>"),
        at=instant_text(datetime.fromtimestamp(int(told[b"committer-time"]), UTC)),
        commit=commit.decode(),
    )
