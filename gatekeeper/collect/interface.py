"""What every collector is given, and what it gives back.

A collector reads and never judges. What it cannot read it refuses with ``Refused``; the runner makes failed evidence of
that, so that one bad source never stops the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gatekeeper.clock import Clock
from gatekeeper.model.canonical import content_digest
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence, Failure, Subject
from gatekeeper.model.times import parse_instant
from gatekeeper.model.values import Json

MAX_BYTES = 16 * 1024 * 1024

Cause = Literal["failed", "mistyped", "truncated"]


class Refused(Exception):
    """A source that cannot become evidence.

    Args:
        cause: ``failed`` where it cannot be read, ``mistyped`` where it is not what it should be,
            ``truncated`` where a part of it is not there.
        detail: one line for a person; it never prints the document.
    """

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause
        self.detail = detail


def _instant(text: str) -> str:
    parse_instant(text)
    return text


def _file(text: str) -> str:
    if not text or len(text) > 1024 or not text.isprintable():
        raise ValueError(f"{shown(text)} is no path of a file")
    return text


InstantText = Annotated[str, AfterValidator(_instant)]
FileText = Annotated[str, AfterValidator(_file)]


class SubjectConfig(BaseModel):
    """What a source is about, where it does not say so itself."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    service: str | None = None
    environment: str | None = None
    commit: str | None = None


class SourceConfig(BaseModel):
    """What every source may say.

    Attributes:
        observed_at: when the content was true, where that is not when it was read.
        subject: what the content is about.
        max_bytes: the largest file that is read, in bytes.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    observed_at: InstantText | None = None
    subject: SubjectConfig | None = None
    max_bytes: int = Field(default=MAX_BYTES, ge=1, le=MAX_BYTES * 4)


class FileConfig(SourceConfig):
    """A source that is one file.

    Attributes:
        file: path relative to the folder of the sources file.
    """

    file: FileText


Config = TypeVar("Config", bound=SourceConfig)


@dataclass(frozen=True, slots=True)
class CollectRequest(Generic[Config]):
    """One source to read.

    Attributes:
        name: how policies call the evidence.
        config: the validated configuration of the source.
        base: the folder of the sources file; nothing outside of it is read.
        clock: tells when the source was read.
    """

    name: str
    config: Config
    base: Path
    clock: Clock


class Collector(Protocol[Config]):
    """Reads one kind of source.

    Attributes:
        kind: the word in sources files, the name of the module and of its page in the docs.
        gives: the evidence kind that it brings.
        config: what a source may say, validated before anything is read.
    """

    kind: str
    gives: str
    config: type[Config]

    def collect(self, request: CollectRequest[Config]) -> Evidence:
        """The evidence.

        Raises:
            Refused: the source cannot become evidence.
        """
        ...


def brought(collector: Collector[Any], request: CollectRequest[Any], source: str, value: Json) -> Evidence:
    """Evidence with a value, collected now. The runner checks the value, types its numbers and adds the digest."""
    return _evidence(collector, request, source, value, None, "")


def failed(collector: Collector[Any], request: CollectRequest[Any], failure: Failure) -> Evidence:
    """Evidence that could not be had, tried now."""
    digest = content_digest(collector.gives, None)
    return _evidence(collector, request, source_text(request.config), None, failure, digest)


def source_text(config: SourceConfig) -> str:
    """Where a source is read, for people: the same on every machine."""
    named = getattr(config, "file", None) or ", ".join(getattr(config, "files", None) or ())
    return str(named)


def _evidence(
    collector: Collector[Any],
    request: CollectRequest[Any],
    source: str,
    value: Json,
    failure: Failure | None,
    digest: str,
) -> Evidence:
    config: SourceConfig = request.config
    return Evidence(
        name=request.name,
        kind=collector.gives,
        source=source,
        collector=collector.kind,
        observed_at=None if config.observed_at is None else parse_instant(config.observed_at),
        collected_at=request.clock(),
        value=value,
        failure=failure,
        subject=None if config.subject is None else Subject(**config.subject.model_dump()),
        digest=digest,
    )
