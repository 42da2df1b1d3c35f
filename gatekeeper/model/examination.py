"""What came of trying the sources of a project: which can be had, which cannot, and how that is mended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gatekeeper.model.snapshot import Failure


@dataclass(frozen=True, slots=True)
class LackingSecret:
    """A secret that a source refers to and that is not there.

    Attributes:
        reference: where it should be, such as ``${env:TOKEN}``.
        reason: why it cannot be had.
    """

    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One source that was tried.

    Attributes:
        kind: the evidence kind that it brings.
        source: where it is read, for people, without secrets.
        request: what was asked, as the evidence has it; None for a file.
        attempts: how many times it was asked.
        took: how long that was; None where its turn did not come.
        size: bytes of its value in canonical form; None where there is none.
        redacted: how many places a secret was taken out of.
        failure: why it could not be had; None where it was.
        lacking: the secrets that it refers to and that are not there.
        remedy: how to mend it; empty where nothing is known that the failure does not say.
    """

    name: str
    collector: str
    kind: str
    source: str
    request: str | None
    attempts: int
    took: timedelta | None
    size: int | None
    redacted: int
    failure: Failure | None
    lacking: tuple[LackingSecret, ...]
    remedy: str

    @property
    def asked(self) -> str:
        """What was asked, as people would say it; a mere digest tells them nothing."""
        return self.source if self.request is None or "sha256:" in self.request else self.request

    @property
    def had(self) -> bool:
        """Whether there is evidence from it."""
        return self.failure is None


@dataclass(frozen=True, slots=True)
class Unmet:
    """What a policy needs of a piece of evidence and would not get, although no source failed.

    Attributes:
        policy: its id.
        name: how it calls the evidence.
        cause: the word for it, such as ``missing`` or ``mistyped``.
        detail: one line for a person.
        remedy: how to mend it; may be empty.
    """

    policy: str
    name: str
    cause: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Examined:
    """The sources of one system in one environment.

    Attributes:
        environment: None where the system has no sources file.
        file: the sources file, from the root of the project; None where there is none.
        tried: every source, in the order of the file.
        unmet: what policies would not get, sorted by evidence and policy.
    """

    system: str
    environment: str | None
    file: str | None
    tried: tuple[Tried, ...]
    unmet: tuple[Unmet, ...]

    @property
    def well(self) -> bool:
        """Whether every source was had, and every policy of the system gets what it needs."""
        return not self.unmet and all(each.had for each in self.tried)
