"""Snapshots one after the other that share most of their content, such as the looks of a story.

Each is what ``build_snapshot`` makes of the same evidence, and a value that has been seen before is not written, read
and digested again; all else of an item is checked each time. Values are known again by their identity, so nobody may
change them in place.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC

from gatekeeper.errors import InvalidInput
from gatekeeper.model.canonical import NotCanonical, canonical_bytes, digest_of
from gatekeeper.model.decode import checked
from gatekeeper.model.snapshot import Evidence, Snapshot, Subject
from gatekeeper.model.strict_json import JsonRefused, parse_json
from gatekeeper.model.typed_values import TypedValues
from gatekeeper.model.values import Json
from gatekeeper.snapshot.document import FORMAT, MAX_BYTES, VALUE_DEPTH, SnapshotRecord, build_snapshot, record_of

_MOST = 512
"""Values that are kept; of more, those that were not used for the longest time are forgotten."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A value that was seen.

    Attributes:
        value: itself, so that its identity stays its own.
        data: its canonical form.
        read: what is read back from that.
        digest: of the kind and the value.
    """

    value: Json
    data: bytes
    read: Json
    digest: str


@dataclass(frozen=True, slots=True)
class _Value:
    """As in the record of an item."""

    value: Json


@dataclass(frozen=True, slots=True)
class KeptValues:
    """Values that snapshots were built of, as they are and as they were typed."""

    known: OrderedDict[tuple[int, str], _Kept] = field(default_factory=OrderedDict)
    typed: TypedValues = field(default_factory=TypedValues)

    def build(self, system: str, subject: Subject, evidence: Iterable[Evidence]) -> Snapshot:
        """The snapshot that ``build_snapshot`` makes.

        Raises:
            InvalidInput: as ``build_snapshot``.
        """
        items = sorted(evidence, key=lambda each: each.name)
        names = [each.name for each in items]
        if not items or len(set(names)) < len(names) or not all(name.isascii() for name in names):
            return build_snapshot(system, subject, items)
        kept = [self._kept(each) for each in items]
        data = _bytes(system, subject, items, kept)
        if data is None:
            return build_snapshot(system, subject, items)  # which says what is wrong
        return Snapshot(
            system=system,
            subject=subject,
            items={each.name: _read_back(each, its) for each, its in zip(items, kept, strict=True)},
            digest=digest_of(data),
            taken_at=max(each.collected_at for each in items).astimezone(UTC),
            origin="",
            typed=self.typed,
        )

    def _kept(self, item: Evidence) -> _Kept:
        key = id(item.value), item.kind
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = _read(item)
            if len(self.known) > _MOST:
                self.known.popitem(last=False)
        self.known.move_to_end(key)
        return found


def _read(item: Evidence) -> _Kept:
    """A value with what is read back from its canonical form."""
    try:
        data = canonical_bytes(item.value)
        read = parse_json(data, max_bytes=MAX_BYTES, max_depth=VALUE_DEPTH)
        whole = b'{"kind":' + canonical_bytes(item.kind) + b',"value":' + data + b"}"
    except (NotCanonical, JsonRefused) as error:
        raise InvalidInput(f"the evidence {item.name} cannot be kept: it {error}") from None
    _, defects = checked(_Value, {"value": read})
    if defects:
        raise InvalidInput(f"the evidence {item.name} cannot be kept: {defects[0]}")
    return _Kept(item.value, data, read, digest_of(whole))


def _bytes(system: str, subject: Subject, items: list[Evidence], kept: list[_Kept]) -> bytes | None:
    """The canonical form of the snapshot; None where a snapshot refuses something beside the values, or its size."""
    records = {item.name: record_of(item, its.digest) for item, its in zip(items, kept, strict=True)}
    around: dict[str, Json] = {"subject": dict(subject.as_json()), "system": system}
    without_values: Json = {name: {**record, "value": None} for name, record in records.items()}
    _, defects = checked(SnapshotRecord, {**around, "format": FORMAT, "items": without_values})
    if defects:
        return None
    try:
        named = [_named(name, record, its) for (name, record), its in zip(records.items(), kept, strict=True)]
        head, tail = canonical_bytes({"format": FORMAT})[:-1], canonical_bytes(around)[1:]
    except NotCanonical:
        return None
    data = head + b',"items":{' + b",".join(named) + b"}," + tail
    return data if len(data) <= MAX_BYTES else None


def _named(name: str, record: dict[str, Json], kept: _Kept) -> bytes:
    """The name of an item and its record, in canonical form: ``value`` is the last of its keys."""
    return canonical_bytes(name) + b":" + canonical_bytes(record)[:-1] + b',"value":' + kept.data + b"}"


def _read_back(item: Evidence, kept: _Kept) -> Evidence:
    return replace(
        item,
        observed_at=None if item.observed_at is None else item.observed_at.astimezone(UTC),
        collected_at=item.collected_at.astimezone(UTC),
        value=kept.read,
        digest=kept.digest,
    )
