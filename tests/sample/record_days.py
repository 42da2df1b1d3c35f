"""Writes what is made of the sample's evidence: lists of runs, the signed basis, and the recorded snapshots.

Run it after a change of the sample's policies or evidence::

    python -m tests.sample.record_days

It is always the same: the clock is frozen at each day's instant, and nothing is random.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from gatekeeper.collect.run import collect
from gatekeeper.load import load_sources
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.sources import SourcesDocument
from gatekeeper.model.times import parse_instant
from gatekeeper.model.values import Json
from gatekeeper.snapshot import build_snapshot
from tests.sample import runs
from tests.sample.recording import policies_of, record_and_tell, sign, write_anew
from tests.sample.signing import basis_of

SYSTEM = "rgl8r"
SINCE = parse_instant("2026-02-24T00:00:00Z")


@dataclass(frozen=True, slots=True)
class Day:
    """One recorded day.

    Attributes:
        folder: its folder under ``days``.
        collected_at: when everything was read.
        as_of: the instant for which the board of that day is shown.
        runbook: the version of the runbook on that day.
        commit: the head of main.
    """

    folder: str
    collected_at: datetime
    as_of: datetime
    runbook: str
    commit: str


FIRST = Day(
    folder="2026-02-24",
    collected_at=parse_instant("2026-02-24T11:58:00Z"),
    as_of=parse_instant("2026-02-24T12:00:00Z"),
    runbook="launch-runbook-2026-02-24.md",
    commit=runs.COMMITS["2026-02-23"],
)
EVE = Day(
    folder="2026-03-02",
    collected_at=parse_instant("2026-03-02T22:58:00Z"),
    as_of=parse_instant("2026-03-02T23:00:00Z"),
    runbook="launch-runbook-2026-03-02.md",
    commit=runs.LAUNCHED,
)
LAUNCH = Day(
    folder="2026-03-03",
    collected_at=parse_instant("2026-03-03T08:58:00Z"),
    as_of=parse_instant("2026-03-03T09:00:00Z"),
    runbook="launch-runbook-2026-03-02.md",
    commit=runs.LAUNCHED,
)
DAYS = (FIRST, EVE, LAUNCH)


def load_sample_policies(root: Path) -> PolicySet:
    """The policies of the sample system."""
    return policies_of(SYSTEM, root)


def record_all(root: Path) -> tuple[Path, ...]:
    """Write everything anew under ``root``, and say where the snapshots are."""
    evidence = root / "evidence" / SYSTEM
    policies = load_sample_policies(root)
    for day in DAYS:
        _write_runs(evidence, day)
    record = evidence / "days" / LAUNCH.folder / "approvals.yaml"
    sign(record, basis_of(policies, snapshot_of(evidence, LAUNCH)))
    return write_anew(evidence / "recorded", (snapshot_of(evidence, day) for day in DAYS))


def snapshot_of(evidence: Path, day: Day) -> Snapshot:
    """What was collected on that day, read from the files of the sample."""
    sources = _of_day(load_sources(evidence / "sources.staging.yaml", evidence), evidence, day)
    return build_snapshot(SYSTEM, sources.subject, collect(sources, None, lambda: day.collected_at, evidence))


def _of_day(sources: SourcesDocument, evidence: Path, day: Day) -> SourcesDocument:
    """The sources of the launch day, bound to the files of another day."""
    pages = sorted(path.name for path in (evidence / "days" / day.folder).glob("canary-runs-*.json"))
    bound: dict[str, dict[str, Json]] = {
        "runbook": {"file": f"documents/{day.runbook}"},
        "canary": {"files": [f"days/{day.folder}/{name}" for name in pages]},
    }
    entries = {}
    for name, entry in sources.sources.items():
        old = {key: _moved(value, day) for key, value in entry.config.items()}
        entries[name] = replace(entry, config={**old, **bound.get(name, {})})
    return replace(sources, subject=replace(sources.subject, commit=day.commit), sources=entries)


def _moved(value: Json, day: Day) -> Json:
    return value.replace(f"days/{LAUNCH.folder}/", f"days/{day.folder}/") if isinstance(value, str) else value


def _write_runs(evidence: Path, day: Day) -> None:
    folder = evidence / "days" / day.folder
    for old in folder.glob("*-runs*.json"):
        old.unlink()
    ended = day.collected_at - timedelta(minutes=5)
    for number, text in enumerate(runs.pages(runs.canary_runs(SINCE, ended)), start=1):
        _write(folder / f"canary-runs-{number}.json", text)
    (force_rls,) = runs.pages(runs.force_rls_runs(SINCE, ended))
    _write(folder / "force-rls-runs.json", force_rls)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    record_and_tell(record_all)
