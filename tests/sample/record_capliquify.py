"""Writes what is made of Capliquify's evidence: the signed basis, and the recorded snapshots.

Run it after a change of its readiness gate or of what stands in ``evidence/capliquify``::

    python -m tests.sample.record_capliquify

It is always the same: the clock is frozen at each day's instant.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from gatekeeper.collect.run import collect
from gatekeeper.load import load_sources
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.times import parse_instant
from gatekeeper.snapshot import build_snapshot
from tests.sample.recording import policies_of, record_and_tell, sign, write_anew
from tests.sample.signing import basis_of

SYSTEM = "capliquify"
GATE = "capliquify-readiness"
FIRST = parse_instant("2025-10-24T09:00:00Z")
LAUNCH = parse_instant("2025-10-30T09:00:00Z")


def load_capliquify_policies(root: Path) -> PolicySet:
    """The policies of Capliquify alone."""
    return policies_of(SYSTEM, root)


def snapshot_of(evidence: Path, as_of: datetime = FIRST) -> Snapshot:
    """What the files say of that day, collected two minutes before the board of the day is shown."""
    sources = load_sources(evidence / "sources.production.yaml", evidence)
    first, day = f"{FIRST:%Y-%m-%d}", f"{as_of:%Y-%m-%d}"
    entries = {
        name: replace(entry, config={**entry.config, "file": str(entry.config["file"]).replace(first, day)})
        for name, entry in sources.sources.items()
    }
    collected_at = as_of - timedelta(minutes=2)
    items = collect(replace(sources, sources=entries), None, lambda: collected_at, evidence)
    return build_snapshot(SYSTEM, sources.subject, items)


def record_all(root: Path) -> tuple[Path, ...]:
    """Sign the launch, write the snapshots anew under ``root``, and say where they are."""
    evidence = root / "evidence" / SYSTEM
    basis = basis_of(load_capliquify_policies(root), snapshot_of(evidence, LAUNCH), GATE)
    sign(evidence / "days" / f"{LAUNCH:%Y-%m-%d}" / "approvals.yaml", basis)
    return write_anew(evidence / "recorded", (snapshot_of(evidence, day) for day in (FIRST, LAUNCH)))


if __name__ == "__main__":
    record_and_tell(record_all)
