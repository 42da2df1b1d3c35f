"""Tries every source of a sources file, and says for each what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from time import monotonic

from gatekeeper.clock import Clock
from gatekeeper.collect.interface import Project, SourceConfig
from gatekeeper.collect.run import Progress, prepare, read
from gatekeeper.model.canonical import canonical_bytes
from gatekeeper.model.examination import LackingSecret, Tried
from gatekeeper.model.snapshot import Evidence, Failure, Subject
from gatekeeper.model.sources import SourcesDocument
from gatekeeper.secrets import Secrets, references_of


def try_sources(
    sources: SourcesDocument,
    clock: Clock,
    base: Path,
    project: Project,
    progress: Progress,
    environ: Mapping[str, str] | None = None,
    subject: Subject | None = None,
) -> tuple[tuple[Tried, Evidence], ...]:
    """What came of each source, with its evidence, in the order of the sources.

    Args:
        sources: the sources; every one is tried, whoever asks for it.
        clock: tells when each source was read.
        base: the folder of the sources file.
        project: what the sources belong to.
        progress: told of each source that begins and each that has ended.
        environ: the variables that sources and their secrets may ask for; None for those of the process.
        subject: what they are read about, such as the commit that is judged; None for what the sources say.

    Raises:
        InvalidDocuments: a source is configured wrongly; nothing was tried then.
    """
    prepared = prepare(sources, None, environ)
    watch = _Watch(progress)
    found = read(prepared, clock, base, watch.told, subject, project)
    lacking = {name: _lacking(config, prepared.secrets) for name, _collector, config in prepared.ready}
    return tuple((_tried(each, lacking[each.name], watch.took(each.name)), each) for each in found)


class _Watch:
    """Takes the time of each source: the first word of it is its beginning, the last its end."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._heard: dict[str, list[float]] = {}

    def told(self, name: str, done: int, all_: int) -> None:
        """A source has begun or ended."""
        self._heard.setdefault(name, []).append(monotonic())
        self._progress(name, done, all_)

    def took(self, name: str) -> timedelta | None:
        """How long a source took; None for one that never began."""
        heard = self._heard.get(name, [])
        return timedelta(seconds=heard[-1] - heard[0]) if len(heard) > 1 else None


def _lacking(config: SourceConfig, secrets: Secrets) -> tuple[LackingSecret, ...]:
    """The secrets that a source refers to and that were not found, each once, in its order."""
    asked = (each for each in dict.fromkeys(references_of(config)) if each in secrets.lacking)
    return tuple(LackingSecret(str(reference), secrets.lacking[reference]) for reference in asked)


def _tried(evidence: Evidence, lacking: tuple[LackingSecret, ...], took: timedelta | None) -> Tried:
    failure = evidence.failure
    return Tried(
        name=evidence.name,
        collector=evidence.collector,
        kind=evidence.kind,
        source=evidence.source,
        request=evidence.request,
        attempts=evidence.attempts,
        took=took,
        size=None if failure is not None else len(canonical_bytes(evidence.value)),
        redacted=evidence.redacted,
        failure=failure,
        lacking=lacking,
        remedy="" if failure is None else _remedy(failure, lacking),
    )


def _remedy(failure: Failure, lacking: tuple[LackingSecret, ...]) -> str:
    if lacking:
        return "give what it refers to: " + ", ".join(each.reference for each in lacking)
    if failure.remedy or failure.cause != "mistyped":
        return failure.remedy
    return "mend the content, or name the collector that reads it"
