"""Which evidence a policy may rest on, and why it may not rest on the rest.

Evidence that is missing, failed, of another kind or subject, from the future, stale, mistyped, truncated or empty where
the policy requires content is admitted as ``Unknown``, which carries the cause into every rule that needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gatekeeper.expr import Unknown
from gatekeeper.model.completeness import defects
from gatekeeper.model.decision import EvidenceNote
from gatekeeper.model.finding import Lack
from gatekeeper.model.policy import EvidenceEntry, Policy
from gatekeeper.model.snapshot import Evidence, Snapshot, Subject
from gatekeeper.model.times import exact_span_text, instant_text, later
from gatekeeper.model.typed_values import TypedValues
from gatekeeper.model.values import Json

SKEW = timedelta(seconds=60)
"""How far in the future evidence may seem to be, for clocks that disagree."""

USABLE = "usable"


@dataclass(frozen=True, slots=True)
class Admitted:
    """The evidence of one policy, ready for its expressions.

    Attributes:
        values: evidence name → its typed value, or an ``Unknown``.
        items: evidence name → the item, where the snapshot has it.
        notes: how each entry stands, by name.
    """

    values: Mapping[str, object]
    items: Mapping[str, Evidence]
    notes: tuple[EvidenceNote, ...]


def lies_ahead(at: datetime, as_of: datetime) -> bool:
    """Whether an instant is later than what clocks that disagree make of ``as_of``."""
    return at - as_of > SKEW  # a difference, since the sum could lie after the last day of the calendar


def admit(policy: Policy, snapshot: Snapshot | None, as_of: datetime) -> Admitted:
    """What of a snapshot the policy may read at ``as_of``."""
    values: dict[str, object] = {}
    items: dict[str, Evidence] = {}
    notes = []
    subject = snapshot.subject if snapshot is not None else Subject()
    typed = snapshot.typed if snapshot is not None else TypedValues()
    for entry in sorted(policy.evidence, key=lambda each: each.name):
        item = snapshot.items.get(entry.name) if snapshot is not None else None
        value, lack = _read(entry, item, subject, typed, as_of)
        values[entry.name] = value if lack is None else Unknown((lack,))
        if item is not None:
            items[entry.name] = item
        notes.append(_note(policy.id, entry, item, lack, as_of))
    return Admitted(values, items, tuple(notes))


def _read(
    entry: EvidenceEntry, item: Evidence | None, subject: Subject, typed: TypedValues, as_of: datetime
) -> tuple[Json, Lack | None]:
    """The typed value of an item, or why it cannot be used."""
    if item is None:
        return None, Lack(entry.name, "missing", f"no evidence called {entry.name} was collected")
    cause = _not_arrived(entry, item) or _of_another(item, subject) or _out_of_time(entry, item, as_of)
    if cause is not None:
        return None, Lack(entry.name, *cause)
    value, wrong = typed.of(entry.kind, item.value, entry.schema)
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        return None, Lack(entry.name, "mistyped", f"{wrong[0]}{more}")
    holes = defects(entry.kind, value, later(item.collected_at, SKEW))
    if holes:
        more = f" (and {len(holes) - 1} more)" if len(holes) > 1 else ""
        return None, Lack(entry.name, holes[0][0], f"{holes[0][1]}{more}")
    if entry.of is not None and (not isinstance(value, dict) or value.get("mode") != entry.of):
        return None, Lack(entry.name, "other_subject", f"it is the state of another mode, not of {entry.of}")
    for path in entry.required:
        if _is_empty(value, path):
            return None, Lack(entry.name, "empty", f"{path} is absent or empty")
    return value, None


def _not_arrived(entry: EvidenceEntry, item: Evidence) -> tuple[str, str] | None:
    if item.failure is not None:
        return item.failure.cause, item.failure.detail
    if item.kind != entry.kind:
        return "mistyped", f"it is of kind {item.kind}, the policy needs {entry.kind}"
    return None


def _of_another(item: Evidence, subject: Subject) -> tuple[str, str] | None:
    if item.subject is None:
        return None
    for part, said in item.subject.as_json().items():
        wanted = subject.as_json()[part]
        if said is not None and wanted is not None and said != wanted:
            return "other_subject", f"it is about {part} {said}, not {wanted}"
    return None


def _out_of_time(entry: EvidenceEntry, item: Evidence, as_of: datetime) -> tuple[str, str] | None:
    latest = max(item.collected_at, item.observed_at or item.collected_at)
    if lies_ahead(latest, as_of):
        return "future", f"it is of {instant_text(latest)}, after the decision"
    if entry.max_age is not None and as_of - item.collected_at > entry.max_age:
        since = item.collected_at + entry.max_age
        return "stale", (
            f"collected {instant_text(item.collected_at)}, "
            f"stale since {instant_text(since)} (may be {exact_span_text(entry.max_age)} old)"
        )
    return None


def _is_empty(value: Json, path: str) -> bool:
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return True
        value = value[part]
    return value is None or value in ("", [], {})


def _note(gate: str, entry: EvidenceEntry, item: Evidence | None, lack: Lack | None, as_of: datetime) -> EvidenceNote:
    stale = lack is not None and lack.cause == "stale"
    return EvidenceNote(
        gate=gate,
        name=entry.name,
        kind=entry.kind,
        source=item.source if item is not None else "",
        digest=item.digest if item is not None else None,
        observed_at=item.observed_at if item is not None else None,
        collected_at=item.collected_at if item is not None else None,
        state=USABLE if lack is None else lack.cause,
        detail="" if lack is None else lack.detail,
        age=as_of - item.collected_at if item is not None else None,
        max_age=entry.max_age,
        stale_since=item.collected_at + entry.max_age if stale and item and entry.max_age is not None else None,
    )
