"""A snapshot as a JSON document, in its canonical form, and back.

A ``Snapshot`` only ever comes from bytes: also a fresh one is written in canonical form and read back, so that a
decision made at once and one made from the file a year later rest on the same values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from gatekeeper.errors import InvalidInput
from gatekeeper.model.canonical import NotCanonical, canonical_bytes, content_digest, digest_of
from gatekeeper.model.decode import MAX_DEPTH, checked
from gatekeeper.model.evidence import Instant
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence, Failure, Snapshot, Subject
from gatekeeper.model.strict_json import JsonRefused, parse_json
from gatekeeper.model.times import instant_text, parse_instant
from gatekeeper.model.values import Json

FORMAT = "gatekeeper/snapshot/v1"
MAX_BYTES = 64 * 1024 * 1024

_AROUND = 4
"""Levels of a snapshot around the value of an item."""
VALUE_DEPTH = MAX_DEPTH + _AROUND - 3
"""How deep the value of an item may be read: it stands in its record, that in the items, those in the snapshot."""


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """What is judged, or what an item is about; null where it is not said.

    Attributes:
        service: such as ``rgl8r-api``.
        environment: such as ``production``.
        commit: the full id.
    """

    service: str | None
    environment: str | None
    commit: str | None


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """Why a collector could not bring its evidence.

    Attributes:
        cause: ``failed`` where it could not be read, ``mistyped`` where it is not as its kind says, ``truncated``
            where it is not whole.
        detail: one line for a person, without secrets.
    """

    cause: Literal["failed", "mistyped", "truncated"]
    detail: str


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One item of evidence.

    Attributes:
        kind: the evidence kind's word.
        source: where it was read, for people.
        collector: the collector's word.
        observed_at: when it was true, where the source says so.
        collected_at: when it was read.
        value: the content in the shape of its kind; null where the collection failed.
        failure: why it failed, or null.
        subject: what the source says it is about, or null.
        digest: sha256 of the canonical form of kind and value.
        request: what was asked of a live source, without secrets; null for a file.
        attempts: how many times it was asked.
        redacted: how many places a secret was taken out of.
    """

    kind: str
    source: str
    collector: str
    observed_at: Instant | None
    collected_at: Instant
    value: Json
    failure: FailureRecord | None
    subject: SubjectRecord | None
    digest: str
    request: str | None
    attempts: int
    redacted: int


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """A snapshot as its file holds it: canonical JSON (RFC 8785) without a newline at the end.

    Attributes:
        format: the version of this format.
        system: which system the evidence is about.
        subject: what is judged.
        items: the evidence by name.
    """

    format: Literal["gatekeeper/snapshot/v1"]
    system: str
    subject: SubjectRecord
    items: dict[str, ItemRecord]


def build_snapshot(system: str, subject: Subject, evidence: Iterable[Evidence]) -> Snapshot:
    """The snapshot of one collection, read back from its canonical form.

    Raises:
        InvalidInput: there is no evidence, two items have the same name, or a value has no canonical form.
    """
    items = tuple(evidence)
    names = [each.name for each in items]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidInput(f"two pieces of evidence are called {shown(twice[0])}", "give each its own name")
    return parse_snapshot(_bytes(system, subject, items))


def snapshot_bytes(snapshot: Snapshot) -> bytes:
    """The canonical bytes of a snapshot, of which its digest is."""
    return _bytes(snapshot.system, snapshot.subject, tuple(snapshot.items.values()))


def parse_snapshot(data: bytes, origin: str = "") -> Snapshot:
    """The snapshot that the bytes hold.

    Args:
        data: canonical JSON.
        origin: the file, for people.

    Raises:
        InvalidInput: the bytes are no snapshot of a version that is known here, or not in canonical form, or an item
            does not have the digest that it names.
    """
    who = origin or "the snapshot"
    try:
        value: Any = parse_json(data, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH + _AROUND)
        canonical = canonical_bytes(value)
    except (JsonRefused, NotCanonical) as error:
        raise InvalidInput(f"{who} is no snapshot: it {error}") from None
    version = value.get("format") if isinstance(value, dict) else None
    if version != FORMAT:
        raise InvalidInput(f"{who} is no snapshot of a known version: format is {shown(version)}, not {FORMAT}")
    if canonical != data:
        raise InvalidInput(f"{who} was changed: it is not in canonical form", "take the file as it was written")
    _, defects = checked(SnapshotRecord, value)
    if defects:
        raise InvalidInput(f"{who} is no snapshot: {defects[0]}")
    items = {name: _item(name, record, who) for name, record in value["items"].items()}
    if not items:
        raise InvalidInput(f"{who} holds no evidence")
    return Snapshot(
        system=value["system"],
        subject=Subject(**value["subject"]),
        items=items,
        digest=digest_of(data),
        taken_at=max(each.collected_at for each in items.values()),
        origin=origin,
    )


def _bytes(system: str, subject: Subject, items: tuple[Evidence, ...]) -> bytes:
    document: Json = {
        "format": FORMAT,
        "system": system,
        "subject": dict(subject.as_json()),
        "items": {each.name: {**record_of(each, _digest(each)), "value": each.value} for each in items},
    }
    try:
        return canonical_bytes(document)
    except NotCanonical as error:
        raise InvalidInput(f"the evidence cannot be kept: {error}") from None


def _digest(item: Evidence) -> str:
    try:
        return content_digest(item.kind, item.value)
    except NotCanonical as error:
        raise InvalidInput(f"the evidence {item.name} cannot be kept: {error}") from None


def record_of(item: Evidence, digest: str) -> dict[str, Json]:
    """What the record of an item holds besides ``value``, which is the last of its keys."""
    failure = item.failure
    return {
        "kind": item.kind,
        "source": item.source,
        "collector": item.collector,
        "observed_at": None if item.observed_at is None else instant_text(item.observed_at),
        "collected_at": instant_text(item.collected_at),
        "failure": None if failure is None else {"cause": failure.cause, "detail": failure.detail},
        "subject": None if item.subject is None else dict(item.subject.as_json()),
        "digest": digest,
        "request": item.request,
        "attempts": item.attempts,
        "redacted": item.redacted,
    }


def _item(name: str, record: dict[str, Any], who: str) -> Evidence:
    digest = content_digest(record["kind"], record["value"])
    if digest != record["digest"]:
        raise InvalidInput(f"{who} was changed: the evidence {name} does not have the digest that it names")
    failure, subject, observed = record["failure"], record["subject"], record["observed_at"]
    return Evidence(
        name=name,
        kind=record["kind"],
        source=record["source"],
        collector=record["collector"],
        observed_at=None if observed is None else _instant(observed, who),
        collected_at=_instant(record["collected_at"], who),
        value=record["value"],
        failure=None if failure is None else Failure(failure["cause"], failure["detail"]),
        subject=None if subject is None else Subject(**subject),
        digest=digest,
        request=record["request"],
        attempts=record["attempts"],
        redacted=record["redacted"],
    )


def _instant(text: str, who: str) -> datetime:
    at = parse_instant(text)
    if instant_text(at) != text:  # else two files with different digests would hold the same evidence
        raise InvalidInput(f"{who} was changed: {shown(text)} should be written {instant_text(at)}")
    return at
