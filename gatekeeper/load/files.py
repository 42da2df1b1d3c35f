"""Which policy files there are, and which ids they probably hold."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from gatekeeper.errors import Diagnostic, InvalidDocuments
from gatekeeper.load.source import MAX_BYTES, display_path, refusal

_SUFFIXES = (".yaml", ".yml")
_TESTS = ("_test.yaml", "_test.yml")
_ID = re.compile(rb"""^id:[ \t]+["']?([a-z0-9][a-z0-9._-]{0,63})["']?[ \t]*(?:#.*)?\r?$""", re.MULTILINE)
_MOST_FILES = 10_000


def find_policy_files(root: Path, folder: str = "policies") -> tuple[Path, ...]:
    """Every policy file below the root's folder of policies, sorted; files of policy tests are left out.

    Hidden files and folders are left out too. Links are followed to files only, and only if they stay below the root.

    Raises:
        InvalidDocuments: there is no such folder, or a link in it leads out of the root.
    """
    base = root / folder
    if not base.is_dir():
        what = "is no folder" if base.exists() else "there is no such folder"
        raise refusal(display_path(base, root), what, "policies lie in policies/<system>/*.yaml")
    inside = root.resolve()
    found: list[Path] = []
    escaped: list[Path] = []
    for where, folders, names in os.walk(base):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in [*names, *folders]:
            path = Path(where) / name
            if path.is_symlink() and not path.resolve().is_relative_to(inside):
                escaped.append(path)
            elif name in names and name.endswith(_SUFFIXES) and not name.endswith(_TESTS) and not name.startswith("."):
                found.append(path)
        if len(found) > _MOST_FILES:
            raise refusal(display_path(base, root), f"holds more than {_MOST_FILES:,} policy files")
    if escaped:
        message = "is a link that leads out of the project"
        raise InvalidDocuments(
            tuple(Diagnostic(display_path(each, root), 0, 0, message, "copy the file", code="link") for each in escaped)
        )
    return tuple(sorted(found))


def scan_ids(files: Sequence[Path]) -> Mapping[str, Path]:
    """Id → file, by a quick look at the lines that begin with ``id:``.

    It only helps to find the folder that a policy lies in: what cannot be read is left out, of two files with the same
    id the first counts, and what the files really say is for ``load_policies``.
    """
    found: dict[str, Path] = {}
    for file in files:
        try:
            with file.open("rb") as opened:
                text = opened.read(MAX_BYTES)
        except OSError:
            continue
        for each in _ID.findall(text):
            found.setdefault(each.decode("ascii"), file)
    return found
