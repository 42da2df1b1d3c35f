"""Dealix: its policies, and what was collected there on one day.

Run it after a change of its evidence, to write the recorded snapshot anew::

    python -m tests.sample.dealix
"""

from __future__ import annotations

import sys
from pathlib import Path

from gatekeeper.collect.run import collect
from gatekeeper.load import find_policy_files, load_policies, load_sources
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.times import parse_instant
from gatekeeper.snapshot import build_snapshot, write_snapshot

SYSTEM = "dealix"
COLLECTED_AT = parse_instant("2026-05-04T11:58:00Z")
AS_OF = parse_instant("2026-05-04T12:00:00Z")


def dealix_policies(root: Path) -> PolicySet:
    """The policies of Dealix."""
    policies, _warnings = load_policies([file for file in find_policy_files(root) if file.parent.name == SYSTEM], root)
    return policies


def collected(evidence: Path) -> Snapshot:
    """What its sources give, read from the files of the folder ``evidence`` as on that day."""
    sources = load_sources(evidence / "sources.production.yaml", evidence)
    return build_snapshot(SYSTEM, sources.subject, collect(sources, None, lambda: COLLECTED_AT, evidence))


def record(root: Path) -> Path:
    """Write the snapshot of that day anew under ``root``, and say where it is."""
    evidence = root / "evidence" / SYSTEM
    for old in (evidence / "recorded").glob("*.json"):
        old.unlink()
    return write_snapshot(collected(evidence), evidence / "recorded")


if __name__ == "__main__":
    sys.stdout.write(f"{record(Path(__file__).resolve().parent.parent.parent)}\n")
