"""Writes what is made of Capliquify's evidence: the signed basis, and the recorded snapshots.

Run it after a change of its readiness gate or of what stands in ``evidence/capliquify``::

    python -m tests.sample.record_capliquify

It is always the same: the clock is frozen at each day's instant.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from gatekeeper.collect.run import collect
from gatekeeper.evaluate.quorum import sign_off_basis
from gatekeeper.load import find_policy_files, load_policies, load_sources
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.rule import Quorum
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.times import parse_instant
from gatekeeper.snapshot import build_snapshot, write_snapshot

SYSTEM = "capliquify"
GATE = "capliquify-readiness"
FIRST = parse_instant("2025-10-24T09:00:00Z")
LAUNCH = parse_instant("2025-10-30T09:00:00Z")
BASIS = re.compile(r"(?<=basis: )\S+")


def load_capliquify_policies(root: Path) -> PolicySet:
    """The policies of Capliquify alone."""
    files = [file for file in find_policy_files(root) if file.parent.name == SYSTEM]
    return load_policies(files, root)[0]


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


def basis_of(policies: PolicySet, snapshot: Snapshot) -> str:
    """What the quorum wants to be signed on this evidence."""
    gate = policies.gates[GATE]
    (quorum,) = [rule.requirement for rule in gate.rules if isinstance(rule.requirement, Quorum)]
    assert snapshot.subject.commit is not None
    bound = {name: snapshot.items[name].digest for name in quorum.binds}
    return sign_off_basis({GATE: gate.digest}, snapshot.subject.commit, bound)


def record_all(root: Path) -> tuple[Path, ...]:
    """Sign the launch, write the snapshots anew under ``root``, and say where they are."""
    evidence = root / "evidence" / SYSTEM
    basis = basis_of(load_capliquify_policies(root), snapshot_of(evidence, LAUNCH))
    signed = evidence / "days" / f"{LAUNCH:%Y-%m-%d}" / "approvals.yaml"
    signed.write_text(BASIS.sub(basis, signed.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    recorded = evidence / "recorded"
    for old in recorded.glob("*.json"):
        old.unlink()
    return tuple(write_snapshot(snapshot_of(evidence, day), recorded) for day in (FIRST, LAUNCH))


if __name__ == "__main__":
    home = Path(__file__).resolve().parent.parent.parent
    for path in record_all(home):
        sys.stdout.write(f"{path.relative_to(home).as_posix()}\n")
