"""A snapshot: the immutable set of evidence that one decision rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gatekeeper.model.typed_values import TypedValues
from gatekeeper.model.values import Json


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged. Each part may be unknown (None)."""

    service: str | None = None
    environment: str | None = None
    commit: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """The three parts by name."""
        return {"service": self.service, "environment": self.environment, "commit": self.commit}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a collector could not bring its evidence.

    Attributes:
        cause: failed, truncated or mistyped.
        detail: one line for a person.
        remedy: how to mend it, known to whoever collected; snapshots do not keep it. Empty where the detail says all.
    """

    cause: str
    detail: str
    remedy: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One typed item of evidence.

    Attributes:
        name: how policies call it.
        kind: the evidence kind's word.
        source: where it was read, for people: a path or a URL without secrets.
        collector: the collector's word.
        observed_at: when it was true, where the source says so; else None.
        collected_at: when we read it.
        value: the content in the shape of its kind; None where the collection failed.
        failure: why it failed, or None. An item can carry a value and be truncated.
        subject: what the source says it is about; None where it does not say.
        digest: sha256 of kind and value, so that reading the same content again gives the same digest.
        request: what was asked of a live source, without secrets: method and URL, or the digest of a statement.
        attempts: how many times it was asked; 0 where it came to none.
        redacted: how many places a secret was taken out of, in the value and in what is said of it.
    """

    name: str
    kind: str
    source: str
    collector: str
    observed_at: datetime | None
    collected_at: datetime
    value: Json
    failure: Failure | None
    subject: Subject | None
    digest: str
    request: str | None = None
    attempts: int = 1
    redacted: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The evidence of one collection, read back from its canonical form.

    Attributes:
        system: which system the evidence is about.
        digest: ``sha256:…`` of the canonical bytes: the snapshot's name.
        taken_at: the latest ``collected_at`` in it.
        origin: the file that it was read from, for people; not part of the digest.
        typed: its values as they were typed before; snapshots that share values may share it.
    """

    system: str
    subject: Subject
    items: Mapping[str, Evidence]
    digest: str
    taken_at: datetime
    origin: str
    typed: TypedValues = field(default_factory=TypedValues, compare=False, repr=False)
