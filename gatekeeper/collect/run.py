"""Runs collectors: configurations first, then each source. Whatever breaks becomes failed evidence of that source."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gatekeeper.clock import Clock
from gatekeeper.collect.interface import Collector, CollectRequest, Project, SourceConfig, Trace, failed
from gatekeeper.collect.registry import COLLECTORS
from gatekeeper.collect.running import Task, run_side_by_side
from gatekeeper.deadline import Deadline
from gatekeeper.errors import Diagnostic, InvalidDocuments
from gatekeeper.model.canonical import NotCanonical, content_digest
from gatekeeper.model.decode import typed
from gatekeeper.model.shown import meant, path_text, shown
from gatekeeper.model.snapshot import Evidence, Failure, Subject
from gatekeeper.model.sources import SourceEntry, SourcesDocument
from gatekeeper.model.times import span_text
from gatekeeper.redaction import PROCESS, TooManyEscapes, discreet
from gatekeeper.refused import MORE_TIME, Refused
from gatekeeper.secrets import Secrets, look_up, misplaced_references, plain_credentials

Progress = Callable[[str, int, int], None]
"""Called when a source begins and when it has ended, with its name, how many have ended, and how many there are."""

_Ready = tuple[str, Collector[Any], SourceConfig]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Sources that can be read: their settings are right, and the secrets that they refer to were looked up.

    Attributes:
        sources: where each piece of evidence comes from.
        ready: name, collector and settings of those that are to be read, in the order of the sources.
        environ: the variables that sources may ask for.
        secrets: those that were found, and why others were not.
    """

    sources: SourcesDocument
    ready: tuple[_Ready, ...]
    environ: Mapping[str, str]
    secrets: Secrets


def prepare(sources: SourcesDocument, names: Iterable[str] | None, environ: Mapping[str, str] | None) -> Prepared:
    """The sources, ready to be read, and the secrets of all of them.

    Raises:
        InvalidDocuments: a source is configured wrongly; no secret was looked up then.
    """
    ready = check_sources(sources, names)
    variables = dict(os.environ) if environ is None else environ
    secrets = look_up((config for _, _, config in ready), variables)
    return Prepared(sources, ready, variables, secrets)


def collect(
    sources: SourcesDocument,
    names: Iterable[str] | None,
    clock: Clock,
    base: Path,
    progress: Progress | None = None,
    environ: Mapping[str, str] | None = None,
    subject: Subject | None = None,
    project: Project | None = None,
) -> tuple[Evidence, ...]:
    """The evidence that the sources bring, in the order of the sources.

    Args:
        sources: where each piece of evidence comes from, how many are read at once, and how long it may take.
        names: which pieces to collect; one that no source binds is not in the result. None for all.
        clock: tells when each source was read; several threads ask it.
        base: the folder of the sources file; no file outside of it is read.
        progress: told of each source that begins and each that has ended.
        environ: the variables that sources and their secrets may ask for; None for those of the process.
        subject: what the collection is about; None for what the sources say.
        project: what the sources belong to; without it they reach no repository and run nothing.

    Raises:
        InvalidDocuments: a source is configured wrongly; nothing was read then. A source that cannot be read never
            raises: its evidence carries the failure.
    """
    prepared = prepare(sources, names, environ)
    return read(prepared, clock, base, progress or (lambda _name, _done, _all: None), subject, project)


def read(
    prepared: Prepared, clock: Clock, base: Path, progress: Progress, subject: Subject | None, project: Project | None
) -> tuple[Evidence, ...]:
    """The evidence that prepared sources bring; what is given, and what comes of it, is as with ``collect``."""
    sources = prepared.sources
    whole = Deadline.after(sources.deadline.total_seconds())
    shared: CollectRequest[Any] = CollectRequest(
        "",
        SourceConfig(),
        base,
        clock,
        secrets=prepared.secrets,
        subject=subject or sources.subject,
        project=project,
        environ=prepared.environ,
    )
    tasks = [_task(each, sources, shared) for each in prepared.ready]
    return run_side_by_side(tasks, sources.concurrency, whole, progress)


def check_sources(sources: SourcesDocument, names: Iterable[str] | None = None) -> tuple[_Ready, ...]:
    """Each source with its collector and its validated configuration; nothing is read, no secret is looked up.

    Raises:
        InvalidDocuments: a collector that there is not, a configuration that it does not take, a credential that is
            written out: all of them.
    """
    wanted = None if names is None else frozenset(names)
    ready: list[_Ready] = []
    wrong: list[Diagnostic] = []
    for name, entry in sources.sources.items():
        if wanted is not None and name not in wanted:
            continue
        collector = COLLECTORS.get(entry.collector)
        if collector is None:
            message = f"source {name}: there is no collector {shown(entry.collector)}"
            hint = meant(entry.collector, COLLECTORS).removeprefix("; ") or f"there are {', '.join(COLLECTORS)}"
            wrong.append(_diagnostic(entry, (), message, hint, "unknown-collector"))
            continue
        try:
            config = collector.config.model_validate(dict(entry.config))
        except ValidationError as error:
            wrong.extend(_config_diagnostics(name, entry, collector, error))
        else:
            ready.append((name, collector, config))
            for path, what, hint in misplaced_references(config):
                wrong.append(_diagnostic(entry, path, f"source {name}: {path_text(path)}: {what}", hint, "secret"))
        for path, what, hint in plain_credentials(entry.config, collector.config.names_in):
            wrong.append(_diagnostic(entry, path, f"source {name}: {path_text(path)}: {what}", hint, "secret"))
    if wrong:
        raise InvalidDocuments(tuple(wrong))
    return tuple(ready)


def _task(ready: _Ready, sources: SourcesDocument, shared: CollectRequest[Any]) -> Task[Evidence]:
    """The reading of one source. ``shared`` is what all are given; name, configuration and trace are its own."""
    name, collector, config = ready
    request: CollectRequest[Any] = replace(shared, name=name, config=config, trace=Trace())

    def read(deadline: Deadline) -> Evidence:
        return _clean(_collect_one(collector, replace(request, deadline=deadline)))

    return Task(name, config.timeout.total_seconds(), read, partial(_late, collector, request, sources))


def _late(collector: Collector[Any], request: CollectRequest[Any], sources: SourcesDocument, began: bool) -> Evidence:
    """What a source is that did not end in time."""
    own = min(request.config.timeout, sources.deadline)
    failure = Failure("failed", f"it was not read within {span_text(own)} (timeout, deadline)", MORE_TIME)
    if not began:
        detail = f"its turn did not come within {span_text(sources.deadline)} (deadline, concurrency)"
        remedy = "give all sources more time with deadline, or read more at once with concurrency"
        failure = Failure("failed", detail, remedy)
    # A trace of its own, since the thread that was left behind may still write to the other.
    seen = replace(request, trace=Trace(request.trace.request, request.trace.attempts))
    return _clean(failed(collector, seen, failure))


def _collect_one(collector: Collector[Any], request: CollectRequest[Any]) -> Evidence:
    try:
        return _as_its_kind(collector, request, collector.collect(request))
    except Refused as refused:
        detail = _line(PROCESS.text(refused.detail))
        return failed(collector, request, Failure(refused.cause, detail, refused.remedy))
    except TooManyEscapes as error:
        return failed(collector, request, Failure("failed", str(error), "ask for less of it"))
    except NotCanonical as error:
        return failed(collector, request, Failure("mistyped", _line(str(error))))
    except BaseException as error:  # noqa: BLE001  one broken collector must not stop the others, in a thread of its own
        detail = f"the {collector.kind} collector broke: {type(error).__name__}"
        return failed(collector, request, Failure("failed", detail, "this is a fault of gatekeeper: report it"))


def _as_its_kind(collector: Collector[Any], request: CollectRequest[Any], evidence: Evidence) -> Evidence:
    """The evidence without secrets and with its numbers typed, or a failure that names what is not as its kind says."""
    plain, places = PROCESS.clean(evidence.value)
    value, defects = typed(evidence.kind, plain)
    if defects:
        more = f" (and {len(defects) - 1} more)" if len(defects) > 1 else ""
        return failed(collector, request, Failure("mistyped", _line(f"{defects[0]}{more}")))
    return replace(
        evidence, value=value, digest=content_digest(evidence.kind, value), redacted=evidence.redacted + places
    )


def _clean(evidence: Evidence) -> Evidence:
    """The evidence without secrets in what is said of it; the value has been cleaned."""
    places = 0

    def clean(text: str) -> str:
        nonlocal places
        found, count = PROCESS.counted(text)
        places += count
        return found

    failure, subject = evidence.failure, evidence.subject
    cleaned = replace(
        evidence,
        source=clean(evidence.source),
        request=None if evidence.request is None else clean(evidence.request),
        failure=None if failure is None else replace(failure, detail=clean(failure.detail)),
        subject=None
        if subject is None
        else Subject(*(None if part is None else clean(part) for part in subject.as_json().values())),
    )
    return replace(cleaned, redacted=evidence.redacted + places)


def _line(text: str) -> str:
    return " ".join(text.split())[:500]


def _config_diagnostics(
    name: str, entry: SourceEntry, collector: Collector[Any], error: ValidationError
) -> Iterable[Diagnostic]:
    known = [about.alias or name for name, about in collector.config.model_fields.items()]
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        path = each["loc"]
        key = path_text(path)
        match each["type"]:
            case "extra_forbidden":
                message = f"source {name}: the {collector.kind} collector has no setting {shown(str(path[-1]))}"
                nested = len(path) > 1
                hint = "" if nested else meant(str(path[-1]), known).removeprefix("; ") or f"it has {', '.join(known)}"
            case "missing":
                message = f"source {name}: {key} is missing"
                hint = f"the {collector.kind} collector needs it"
            case _:
                what = each["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
                message = f"source {name}: {key + ': ' if key else ''}{what[:1].lower()}{what[1:]}"
                hint = ""
        yield _diagnostic(entry, path, message, hint, "bad-source")


def _diagnostic(entry: SourceEntry, path: tuple[str | int, ...], message: str, hint: str, code: str) -> Diagnostic:
    place = entry.places.get(path) or entry.places.get(path[:1]) or entry.place
    return discreet(Diagnostic(place.file, place.line, place.column, message, hint, code=code))
