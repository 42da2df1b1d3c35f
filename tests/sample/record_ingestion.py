"""Writes what is made of the evidence of ingestion: the signed basis of the votes, and the recorded snapshots.

Run it after a change of the policies or the evidence of ingestion::

    python -m tests.sample.record_ingestion

It is always the same: the clock is frozen at each day's instant, and nothing is random. What people write down is read
by the collectors. What a database, a server or Prometheus would answer stands in ``days/<day>/live.json``, in the shape
of its kind; null is a question that the database could not answer, since it would have to divide by zero.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gatekeeper.collect.run import collect
from gatekeeper.load import load_sources
from gatekeeper.model.canonical import content_digest
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Evidence, Failure, Snapshot
from gatekeeper.model.sources import SourceEntry, SourcesDocument
from gatekeeper.model.times import parse_instant
from gatekeeper.model.values import Json
from gatekeeper.snapshot import build_snapshot
from tests.sample.recording import policies_of, record_and_tell, sign, write_anew
from tests.sample.signing import basis_of

SYSTEM = "ingestion"
GA = "ingestion-ga"
SOURCES_OF = "days/2026-03-10/"
KINDS = {"sql": "rows", "prometheus": "samples", "env": "environment", "http": "http"}


@dataclass(frozen=True, slots=True)
class Day:
    """One recorded instant.

    Attributes:
        folder: its folder under ``days``.
        collected_at: when everything was read.
        runbook: the runbook as it stood then.
    """

    folder: str
    collected_at: datetime
    runbook: str = "documents/runbook-2026-03-10.md"


EVE = Day("2026-03-09", parse_instant("2026-03-09T15:58:00Z"), "documents/runbook-2026-03-09.md")
MORNING = Day("2026-03-10", parse_instant("2026-03-10T08:48:00Z"))
LAUNCHED = Day("2026-03-10-launched", parse_instant("2026-03-10T09:58:00Z"))
GENERAL = Day("2026-05-04", parse_instant("2026-05-04T13:58:00Z"), "documents/runbook-2026-05-04.md")
DAYS = (EVE, MORNING, LAUNCHED, GENERAL)


def load_ingestion_policies(root: Path) -> PolicySet:
    """The policies of ingestion."""
    return policies_of(SYSTEM, root)


def snapshot_of(evidence: Path, day: Day, only: frozenset[str] | None = None) -> Snapshot:
    """What was collected then.

    Args:
        evidence: the folder of the system.
        only: names of the evidence that could be had; None for all.
    """
    sources = _of_day(load_sources(evidence / "sources.production.yaml", evidence), day)
    wanted = [name for name in sources.sources if only is None or name in only]
    written = [name for name in wanted if "file" in sources.sources[name].config]
    read = collect(sources, written, lambda: day.collected_at, evidence)
    answers = json.loads((evidence / "days" / day.folder / "live.json").read_text(encoding="utf-8"))
    live = [_answer(name, sources.sources[name], answers[name], day) for name in wanted if name not in written]
    return build_snapshot(SYSTEM, sources.subject, [*read, *live])


def record_all(root: Path) -> tuple[Path, ...]:
    """Write everything anew under ``root``, and say where the snapshots are."""
    evidence = root / "evidence" / SYSTEM
    basis = basis_of(load_ingestion_policies(root), snapshot_of(evidence, GENERAL), GA)
    sign(evidence / "days" / GENERAL.folder / "votes.yaml", basis)
    return write_anew(evidence / "recorded", (snapshot_of(evidence, day) for day in DAYS))


def _of_day(sources: SourcesDocument, day: Day) -> SourcesDocument:
    """The sources, bound to the files of that day."""
    return replace(sources, sources={name: _bound(name, entry, day) for name, entry in sources.sources.items()})


def _bound(name: str, entry: SourceEntry, day: Day) -> SourceEntry:
    file = entry.config.get("file")
    if not isinstance(file, str):
        return entry
    moved = day.runbook if name == "runbook" else file.replace(SOURCES_OF, f"days/{day.folder}/")
    return replace(entry, config={**entry.config, "file": moved})


def _answer(name: str, source: SourceEntry, value: Json, day: Day) -> Evidence:
    """A live source's answer, as its collector would bring it."""
    kind = str(source.config.get("as", KINDS[source.collector]))
    failure = Failure("failed", "division by zero (SQLSTATE 22012)") if value is None else None
    return Evidence(
        name=name,
        kind=kind,
        source=str(source.config.get("url", source.collector)),
        collector=source.collector,
        observed_at=None,
        collected_at=day.collected_at,
        value=value,
        failure=failure,
        subject=None,
        digest=content_digest(kind, value),
    )


if __name__ == "__main__":
    record_and_tell(record_all)
