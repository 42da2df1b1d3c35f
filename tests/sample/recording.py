"""What the recorders of every system do alike: load its policies, sign, write the snapshots anew, and name them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from gatekeeper.load import find_policy_files, load_policies
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.snapshot import write_snapshot

_ROOT = Path(__file__).resolve().parent.parent.parent
_BASIS = re.compile(r"(?<=basis: )\S+")


def policies_of(system: str, root: Path) -> PolicySet:
    """The policies of one system."""
    files = [file for file in find_policy_files(root) if file.parent.name == system]
    policies, _warnings = load_policies(files, root)
    return policies


def sign(record: Path, basis: str) -> None:
    """Put the basis into every entry of a record of approvals or votes."""
    record.write_text(_BASIS.sub(basis, record.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


def write_anew(recorded: Path, snapshots: Iterable[Snapshot]) -> tuple[Path, ...]:
    """Write snapshots in place of those that lie in the folder, and say where they are."""
    for old in recorded.glob("*.json"):
        old.unlink()
    return tuple(write_snapshot(each, recorded) for each in snapshots)


def record_and_tell(record_all: Callable[[Path], tuple[Path, ...]]) -> None:
    """Record everything anew in this clone, and print where the snapshots are, one a line."""
    for path in record_all(_ROOT):
        sys.stdout.write(f"{path.relative_to(_ROOT).as_posix()}\n")
