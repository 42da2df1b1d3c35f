"""Sources for tests, as a sources file would give them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gatekeeper.collect import collect
from gatekeeper.model.place import Place
from gatekeeper.model.snapshot import Evidence, Subject
from gatekeeper.model.sources import SourceEntry, SourcesDocument

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
PLACE = Place("evidence/demo/sources.staging.yaml", 7, 3)


def sources(**entries: dict[str, Any]) -> SourcesDocument:
    bound = {
        name: SourceEntry(
            collector=config["collector"],
            config={key: value for key, value in config.items() if key != "collector"},
            place=PLACE,
            places={("file",): Place(PLACE.file, 8, 11)},
        )
        for name, config in entries.items()
    }
    return SourcesDocument("demo", "staging", Subject("demo", "staging", None), bound, PLACE)


def collected(base: Path, **config: Any) -> Evidence:
    """What one source brings."""
    (evidence,) = collect(sources(it=config), None, lambda: NOW, base)
    return evidence


def value_of(base: Path, **config: Any) -> Any:
    """The value that one source brings; it must have one."""
    evidence = collected(base, **config)
    assert evidence.failure is None, evidence.failure
    return evidence.value


def refusal_of(base: Path, **config: Any) -> str:
    """Cause and detail of the failure that one source ends in."""
    evidence = collected(base, **config)
    assert evidence.failure is not None, evidence.value
    assert evidence.value is None
    return f"{evidence.failure.cause}: {evidence.failure.detail}"


def write(folder: Path, name: str, content: Any) -> str:
    """A file with text, bytes or JSON in it; gives its name."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, str | bytes):
        content = json.dumps(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def run(number: int, created: str = "2026-02-24T00:00:00Z", **changes: Any) -> dict[str, Any]:
    """A run as GitHub gives it, with fields that gatekeeper does not read."""
    return {
        "id": 9_000_000_000 + number,
        "name": "Canary",
        "node_id": "WFR_x",
        "path": ".github/workflows/canary.yml",
        "workflow_id": 7,
        "run_number": number,
        "run_attempt": 1,
        "event": "schedule",
        "status": "completed",
        "conclusion": "success",
        "head_branch": "main",
        "head_sha": "a" * 40,
        "created_at": created,
        "updated_at": created,
        "run_started_at": created,
        "html_url": f"https://github.com/o/r/actions/runs/{number}",
        "actor": {"login": "someone"},
        **changes,
    }


def listing(*runs: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    """GitHub's answer with these runs."""
    return {"total_count": len(runs) if total is None else total, "workflow_runs": list(runs)}
