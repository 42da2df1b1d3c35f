"""What every collector is given, and what it gives back.

A collector reads and never judges. What it cannot read it refuses with ``Refused``; the runner makes failed evidence of
that, so that one bad source never stops the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Protocol, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from gatekeeper.clock import Clock
from gatekeeper.deadline import Deadline
from gatekeeper.model.canonical import content_digest
from gatekeeper.model.kept import ReceivedAlert, RecordedEvent
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence, Failure, Subject
from gatekeeper.model.times import parse_instant, parse_span
from gatekeeper.model.values import Json
from gatekeeper.refused import Cause, Refused
from gatekeeper.secrets import Secrets

if TYPE_CHECKING:
    from gatekeeper.collect.net.client import HttpClient
    from gatekeeper.collect.net.settings import NetConfig

__all__ = [
    "Cause",
    "CollectRequest",
    "Collector",
    "FileConfig",
    "FileText",
    "FilesConfig",
    "InstantText",
    "Kept",
    "Project",
    "Refused",
    "SourceConfig",
    "Span",
    "SubjectConfig",
    "Trace",
    "brought",
    "failed",
]

MAX_BYTES = 16 * 1024 * 1024

TIMEOUT = timedelta(seconds=20)
LONGEST_TIMEOUT = timedelta(minutes=10)


def _instant(text: str) -> str:
    parse_instant(text)
    return text


def _file(text: str) -> str:
    if not text or len(text) > 1024 or not text.isprintable():
        raise ValueError(f"{shown(text)} is no path of a file")
    return text


def _span(text: Any) -> timedelta:
    if isinstance(text, timedelta):
        return text
    if not isinstance(text, str):
        raise ValueError("is no span of time, such as 20s")  # noqa: TRY004  pydantic tells a ValueError
    return parse_span(text)


InstantText = Annotated[str, AfterValidator(_instant)]
FileText = Annotated[str, AfterValidator(_file)]
Span = Annotated[timedelta, BeforeValidator(_span)]


class SubjectConfig(BaseModel):
    """What a source is about, where it does not say so itself."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    service: str | None = None
    environment: str | None = None
    commit: str | None = None


class SourceConfig(BaseModel):
    """What every source may say.

    Attributes:
        observed_at: when the content was true, where that is not when it was read. It is told; ages are counted from
            when it was read.
        subject: what the content is about.
        max_bytes: the largest file or answer that is read, in bytes.
        timeout: how long the source may take, with every attempt.
        names_in: settings whose keys are names that others gave, such as those of variables.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    names_in: ClassVar[frozenset[str]] = frozenset()

    observed_at: InstantText | None = None
    subject: SubjectConfig | None = None
    max_bytes: int = Field(default=MAX_BYTES, ge=1, le=MAX_BYTES * 4)
    timeout: Span = Field(default=TIMEOUT, gt=timedelta(0), le=LONGEST_TIMEOUT)

    def source_line(self) -> str:
        """Where the source is read, for people: the same on every machine, and without secrets."""
        return ""

    def kind_given(self) -> str | None:
        """The evidence kind that this source brings, where the collector can bring several; None for its usual one."""
        return None


class FileConfig(SourceConfig):
    """A source that is one file.

    Attributes:
        file: path relative to the folder of the sources file.
    """

    file: FileText

    def source_line(self) -> str:
        """The file."""
        return self.file


class FilesConfig(SourceConfig):
    """A source that is one file, or several of them.

    Attributes:
        file: path relative to the folder of the sources file.
        files: several such paths.
    """

    file: FileText | None = None
    files: list[FileText] | None = Field(default=None, min_length=1, max_length=1000)

    @model_validator(mode="after")
    def _one_or_several(self) -> Self:
        if (self.file is None) == (self.files is None):
            raise ValueError("give either file or files")
        return self

    @property
    def names(self) -> list[str]:
        """The paths; at least one."""
        return [str(self.file)] if self.files is None else self.files

    def source_line(self) -> str:
        """The files."""
        return ", ".join(self.names)


Config = TypeVar("Config", bound=SourceConfig)
OnNetwork = TypeVar("OnNetwork", bound="NetConfig")


@dataclass(slots=True)
class Trace:
    """What a collector notes while it reads; the evidence carries it, also where the reading fails.

    Attributes:
        request: what was asked, without secrets: method and URL, or the digest of a statement. None for a file.
        attempts: how many times it was asked; 0 where it came to none.
    """

    request: str | None = None
    attempts: int = 0

    def asking(self, request: str) -> None:
        """Note what is asked; the first question of several names the evidence."""
        if self.request is None:
            self.request = request

    def tried(self) -> None:
        """Note one attempt."""
        self.attempts += 1


class Kept(Protocol):
    """What the project's store keeps of the system that sources belong to. It may be asked from several threads."""

    @property
    def system(self) -> str:
        """The system."""
        ...

    def events(self, subject: Subject, since: datetime | None, most: int) -> tuple[RecordedEvent, ...]:
        """What people did that is about the subject: the latest, the oldest of them first.

        Args:
            since: only what they did at or after this instant.
            most: how many at most.

        Raises:
            StoreError: the store cannot be read.
        """
        ...

    def alerts(self, at: datetime) -> tuple[ReceivedAlert, ...]:
        """The alerts that were received and go on at an instant, of every system, by when they began.

        Raises:
            StoreError: the store cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Project:
    """The project that sources belong to, as far as it concerns collectors.

    Attributes:
        root: the folder below which repositories and working folders lie.
        allow_commands: whether the operator lets sources run programs.
        state: the folder that gatekeeper itself writes to; None to keep nothing between collections.
        kept: what the store keeps; None where there is no store.
    """

    root: Path
    allow_commands: bool = False
    state: Path | None = None
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class CollectRequest(Generic[Config]):
    """One source to read.

    Attributes:
        name: how policies call the evidence.
        config: the validated configuration of the source.
        base: the folder of the sources file; no file outside of it is read.
        clock: tells when the source was read.
        deadline: when the reading must be over; after that nobody waits for it.
        secrets: puts secrets into the texts of the configuration that refer to them.
        trace: what was asked, and how often.
        subject: what the collection is about, such as the commit that is judged.
        project: the project that the source belongs to; None where there is none, so that nothing of it is reached.
        environ: the variables of the environment.
    """

    name: str
    config: Config
    base: Path
    clock: Clock
    deadline: Deadline = field(default_factory=lambda: Deadline.after(TIMEOUT.total_seconds()))
    secrets: Secrets = field(default_factory=Secrets)
    trace: Trace = field(default_factory=Trace)
    subject: Subject = field(default_factory=Subject)
    project: Project | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)

    def client(self: CollectRequest[OnNetwork]) -> HttpClient:
        """A client that reaches what the source allows, until its deadline, and counts its attempts. Close it."""
        # Here, since httpx takes a quarter of a second, and most sources are files.
        from gatekeeper.collect.net.client import HttpClient

        return HttpClient(self)


class Collector(Protocol[Config]):
    """Reads one kind of source.

    Attributes:
        kind: the word in sources files, the name of the module and of its page in the docs.
        gives: the evidence kind that it brings, unless the configuration names another (``kind_given``).
        config: what a source may say, validated before anything is read.
    """

    kind: str
    gives: str
    config: type[Config]

    def collect(self, request: CollectRequest[Config]) -> Evidence:
        """The evidence. Called in a thread of its own.

        Raises:
            Refused: the source cannot become evidence.
        """
        ...


def brought(
    collector: Collector[Any],
    request: CollectRequest[Any],
    source: str,
    value: Json,
    *,
    observed_at: datetime | None = None,
    subject: Subject | None = None,
) -> Evidence:
    """Evidence with a value, collected now. The runner checks the value, types its numbers and adds the digest.

    Args:
        collector: the collector that brings it.
        request: what it was given.
        source: where it was read, for people.
        value: the content in the shape of its kind.
        observed_at: when it was true, as the source says; the configuration's word goes before it.
        subject: what it is about, as the source says; the configuration's word goes before it.
    """
    return _evidence(collector, request, source, value, None, "", observed_at, subject)


def failed(collector: Collector[Any], request: CollectRequest[Any], failure: Failure) -> Evidence:
    """Evidence that could not be had, tried now."""
    digest = content_digest(kind_of(collector, request.config), None)
    return _evidence(collector, request, request.config.source_line(), None, failure, digest, None, None)


def kind_of(collector: Collector[Any], config: SourceConfig) -> str:
    """The evidence kind that a source brings."""
    return config.kind_given() or collector.gives


def _evidence(
    collector: Collector[Any],
    request: CollectRequest[Any],
    source: str,
    value: Json,
    failure: Failure | None,
    digest: str,
    observed_at: datetime | None,
    subject: Subject | None,
) -> Evidence:
    config: SourceConfig = request.config
    trace = request.trace
    return Evidence(
        name=request.name,
        kind=kind_of(collector, config),
        source=source,
        collector=collector.kind,
        observed_at=observed_at if config.observed_at is None else parse_instant(config.observed_at),
        collected_at=request.clock(),
        value=value,
        failure=failure,
        subject=subject if config.subject is None else Subject(**config.subject.model_dump()),
        digest=digest,
        request=trace.request,
        attempts=1 if trace.request is None else trace.attempts,
    )
