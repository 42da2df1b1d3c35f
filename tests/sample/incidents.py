"""Evidence of an incident for the ladders of the sample, made up by hand; minutes count from when it began."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gatekeeper.evaluate.ladder import stand
from gatekeeper.model.duty import DutyStanding, DutyState
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Evidence, Snapshot, Subject
from gatekeeper.model.standing import LadderStanding, Reach, TriggerStanding
from gatekeeper.model.times import instant_text
from tests.builders import item, snapshot
from tests.conftest import ROOT

BEGAN = datetime(2026, 2, 24, 14, 0, tzinfo=UTC)
FIRST_RUN = 400

Document = dict[str, Any]

_NUMBERS = (
    "auth_s",
    "enqueue_s",
    "completion_s",
    "error_rate_5m",
    "jobs_pending",
    "completions_10m",
    "refused_tokens_5m",
    "limited_clients_5m",
)


def _empty(name: str, folder: Path = ROOT / "policies" / "rgl8r") -> Document:
    """A document of a schema in which nothing has come to pass and nothing was found."""
    return {
        field: _nothing(about)
        for field, about in json.loads((folder / f"{name}.schema.json").read_text("utf-8"))["properties"].items()
    }


def _nothing(about: Document) -> Any:
    if about["type"] == "object":
        return {field: _nothing(each) for field, each in about["properties"].items()}
    return {"array": [], "boolean": False}.get(about["type"]) if isinstance(about["type"], str) else None


def minute(offset: float) -> datetime:
    """The instant so many minutes after the incident began."""
    return BEGAN + timedelta(minutes=offset)


def text(offset: float | None) -> str | None:
    return None if offset is None else instant_text(minute(offset))


def _timed(document: Document, changes: Mapping[str, Any]) -> Document:
    for name, value in changes.items():
        assert name in document, name
        document[name] = text(value) if name.endswith("_at") else value
    return document


def quiet(**changes: Any) -> Document:
    """No incident."""
    return _timed(_empty("incident"), changes)


def incident(**changes: Any) -> Document:
    """An incident in staging that an alert told of as it began, and that lasts."""
    told = {"id": "INC-7", "title": "API does not answer", "environment": "staging", "detected_by": "alert"}
    return _timed(quiet(), {**told, "started_at": 0, "detected_at": 0, **changes})


def signs(**changes: Any) -> Document:
    """An API that works; what nobody looked for was not found."""
    document = _empty("signs")
    document.update(zip(_NUMBERS, (0.4, 0.9, 21.0, 0.001, 2, 14, 0, 0), strict=True), canary_status="PASS")
    found = dict.fromkeys(document["found"], False)
    for name, value in changes.items():
        assert name in document or name in found, name
        (document if name in document else found)[name] = value
    return {**document, "found": found}


def deploys(*offsets: float, environment: str = "staging") -> Document:
    """Deploys, so many minutes after the incident began (before it: negative)."""
    return {"deploys": [{"at": text(each), "environment": environment, "commit": f"c{each}"} for each in offsets]}


def canary(*conclusions: str | None, last: float = 0.0, every: float = 30.0, **changes: Any) -> Document:
    """Canary runs, the last one so many minutes after the incident began; None for one that has not ended."""
    count = len(conclusions)
    runs = [
        _run(FIRST_RUN + at, last - every * (count - 1 - at), conclusion, changes)
        for at, conclusion in enumerate(conclusions)
    ]
    return listed(runs)


def listed(runs: Sequence[Document]) -> Document:
    return {
        "workflow": "public-api-canary.yml",
        "total_count": len(runs),
        "runs": list(runs),
        "latest": runs[-1] if runs else None,
    }


def _run(number: int, offset: float, conclusion: str | None, changes: Mapping[str, Any]) -> Document:
    return {
        "id": number,
        "run_number": number,
        "run_attempt": 1,
        "event": "schedule",
        "status": "in_progress" if conclusion is None else "completed",
        "conclusion": conclusion,
        "head_branch": "main",
        "head_sha": "c-20",
        "created_at": text(offset),
        "updated_at": text(offset),
        "run_started_at": text(offset),
        "html_url": "https://example.com/runs/1",
        **changes,
    }


def shift(**changes: Any) -> Document:
    """A change of shift that is far away."""
    return _timed(_empty("shift"), {"changes_at": 600, **changes})


def evidence(at: float, without: Sequence[str] = (), **documents: Document | None) -> Snapshot:
    """Everything that the ladders read, collected so many minutes after the incident began.

    Args:
        without: names of what could not be had.
    """
    parts = {
        "incident": quiet(),
        "signs": signs(),
        "deploys": deploys(),
        "canary": canary("success"),
        "shift": shift(),
        **documents,
    }
    kinds = {"canary": "workflow_runs"}
    items: list[Evidence] = [
        item(name, value, kinds.get(name, "json"), collected_at=minute(at))
        for name, value in parts.items()
        if name not in without
    ]
    return snapshot(*items, subject=Subject("rgl8r-api", None, None))


def escalation(policies: PolicySet, at: float, without: Sequence[str] = (), **documents: Document) -> LadderStanding:
    """How the escalation stands so many minutes after the incident began."""
    return stand(policies, "rgl8r-escalation", evidence(at, without, **documents), minute(at))


def severity(policies: PolicySet, at: float, without: Sequence[str] = (), **documents: Document) -> LadderStanding:
    """How severe the incident is so many minutes after it began."""
    return stand(policies, "rgl8r-severity", evidence(at, without, **documents), minute(at))


def trigger(standing: LadderStanding, trigger_id: str) -> TriggerStanding:
    """The trigger of that id."""
    (found,) = [each for level in standing.levels for each in level.triggers if each.id == trigger_id]
    return found


def duty(standing: LadderStanding, duty_id: str) -> DutyStanding:
    """The duty of that id."""
    (found,) = [each for each in standing.duties if each.id == duty_id]
    return found


def state(standing: LadderStanding, duty_id: str) -> DutyState:
    """How the duty of that id stands."""
    return duty(standing, duty_id).state


def advised(standing: LadderStanding, trigger_id: str) -> list[str]:
    """The levers, and the actions without one, that are advised against a mode of failure."""
    remedies = trigger(standing, trigger_id).remedies
    return [each.lever or each.action for each in remedies if each.advised is Reach.REACHED]


def failure(count: int) -> tuple[str, ...]:
    return ("success", *["failure"] * count)
