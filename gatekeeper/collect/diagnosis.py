"""Tries every source of a sources file, and says for each what is wrong and how to mend it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from time import monotonic

from gatekeeper.clock import Clock
from gatekeeper.collect.interface import Project, SourceConfig
from gatekeeper.collect.run import Progress, check_sources, collect
from gatekeeper.collect.secrets import look_up
from gatekeeper.model.canonical import canonical_bytes
from gatekeeper.model.examination import LackingSecret, Tried
from gatekeeper.model.snapshot import Evidence
from gatekeeper.model.sources import SourcesDocument
from gatekeeper.redaction import Redactor


def try_sources(
    sources: SourcesDocument,
    clock: Clock,
    base: Path,
    project: Project,
    progress: Progress,
    environ: Mapping[str, str] | None = None,
) -> tuple[tuple[Tried, Evidence], ...]:
    """What came of each source, with its evidence, in the order of the sources.

    Args:
        sources: the sources; every one is tried, whoever asks for it.
        clock: tells when each source was read.
        base: the folder of the sources file.
        project: what the sources belong to.
        progress: told of each source that begins and each that has ended.
        environ: the variables that sources and their secrets may ask for; None for those of the process.

    Raises:
        InvalidDocuments: a source is configured wrongly; nothing was tried then.
    """
    environ = dict(os.environ) if environ is None else environ
    configs = {name: config for name, _collector, config in check_sources(sources)}
    watch = _Watch(progress)
    found = collect(sources, None, clock, base, watch.told, environ, project=project)
    return tuple((_tried(each, _lacking(configs[each.name], environ), watch.took(each.name)), each) for each in found)


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


def _lacking(config: SourceConfig, environ: Mapping[str, str]) -> tuple[LackingSecret, ...]:
    lacking = look_up([config], environ, Redactor()).lacking
    return tuple(LackingSecret(str(reference), reason) for reference, reason in lacking.items())


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
        remedy="" if failure is None else _remedy(failure.cause, failure.detail, lacking),
    )


_REMEDIES = (
    ("(timeout", "see why it is slow, or give it more time with timeout and deadline"),
    ("(deadline", "give all sources more time with deadline, or read more at once with concurrency"),
    ("(connect_timeout)", "see that the server runs and that this machine may reach it"),
    ("(max_bytes)", "ask for less, or allow more with max_bytes"),
    ("there is no such file or folder", "write it, or mend its path, which starts in the folder of the sources file"),
    ("permission denied", "let the user that gatekeeper runs as read it"),
    ("is too large", "ask for less, or allow more with max_bytes"),
    ("answered 401", "the credential is not accepted: see what its variable or file holds"),
    ("answered 403", "the credential may not read this"),
    ("answered 404", "see that the URL is right; some servers say this to a credential that may not read it"),
    ("answered 429", "it is asked too often: ask more rarely, or with a credential of its own"),
    ("certificate is not accepted", "renew it, or name the authority that signed it with ca_file"),
    ("cannot be resolved", "mend the host's name, or see that this machine reaches its resolver"),
    ("could not be connected to", "see that the server runs and that this machine may reach it"),
    ("collector broke", "this is a fault of gatekeeper: report it"),
)
"""A piece of what a failure says → how to mend it; the first that fits."""


def _remedy(cause: str, detail: str, lacking: tuple[LackingSecret, ...]) -> str:
    if lacking:
        return "give what it refers to: " + ", ".join(each.reference for each in lacking)
    fitting = next((told for piece, told in _REMEDIES if piece in detail), "")
    if fitting or cause != "mistyped":
        return fitting
    return "mend the content, or name the collector that reads it"
