"""Runs collectors: configurations first, then each source. Whatever breaks becomes failed evidence of that source."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gatekeeper.clock import Clock
from gatekeeper.collect.interface import Collector, CollectRequest, Refused, SourceConfig, failed
from gatekeeper.collect.registry import COLLECTORS
from gatekeeper.errors import Diagnostic, InvalidDocuments
from gatekeeper.model.canonical import NotCanonical, content_digest
from gatekeeper.model.decode import typed
from gatekeeper.model.shown import meant, path_text, shown
from gatekeeper.model.snapshot import Evidence, Failure
from gatekeeper.model.sources import SourceEntry, SourcesDocument

Progress = Callable[[str, int, int], None]
"""Called before each source with its name, how many are done, and how many there are."""

_Ready = tuple[str, Collector[Any], SourceConfig]


def collect(
    sources: SourcesDocument,
    names: Iterable[str] | None,
    clock: Clock,
    base: Path,
    progress: Progress | None = None,
) -> tuple[Evidence, ...]:
    """The evidence that the sources bring, in the order of the sources.

    Args:
        sources: where each piece of evidence comes from.
        names: which pieces to collect; one that no source binds is not in the result. None for all.
        clock: tells when each source was read.
        base: the folder of the sources file; nothing outside of it is read.
        progress: told before each source.

    Raises:
        InvalidDocuments: a source is configured wrongly; nothing was read then. A source that cannot be read never
            raises: its evidence carries the failure.
    """
    ready = check_sources(sources, names)
    found = []
    for index, (name, collector, config) in enumerate(ready):
        if progress is not None:
            progress(name, index, len(ready))
        found.append(_collect_one(collector, CollectRequest(name, config, base, clock)))
    return tuple(found)


def check_sources(sources: SourcesDocument, names: Iterable[str] | None = None) -> tuple[_Ready, ...]:
    """Each source with its collector and its validated configuration; nothing is read.

    Raises:
        InvalidDocuments: a collector that there is not, or a configuration that it does not take: all of them.
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
            ready.append((name, collector, collector.config.model_validate(dict(entry.config))))
        except ValidationError as error:
            wrong.extend(_config_diagnostics(name, entry, collector, error))
    if wrong:
        raise InvalidDocuments(tuple(wrong))
    return tuple(ready)


def _collect_one(collector: Collector[Any], request: CollectRequest[Any]) -> Evidence:
    try:
        return _as_its_kind(collector, request, collector.collect(request))
    except Refused as refused:
        return failed(collector, request, Failure(refused.cause, _line(refused.detail)))
    except NotCanonical as error:
        return failed(collector, request, Failure("mistyped", _line(str(error))))
    except Exception as error:  # noqa: BLE001  one broken collector must not stop the others
        detail = f"the {collector.kind} collector broke: {type(error).__name__}"
        return failed(collector, request, Failure("failed", detail))


def _as_its_kind(collector: Collector[Any], request: CollectRequest[Any], evidence: Evidence) -> Evidence:
    """The evidence with its numbers typed, or a failure that names what is not as its kind says."""
    value, defects = typed(evidence.kind, evidence.value)
    if defects:
        more = f" (and {len(defects) - 1} more)" if len(defects) > 1 else ""
        return failed(collector, request, Failure("mistyped", _line(f"{defects[0]}{more}")))
    return replace(evidence, value=value, digest=content_digest(evidence.kind, value))


def _line(text: str) -> str:
    return " ".join(text.split())[:500]


def _config_diagnostics(
    name: str, entry: SourceEntry, collector: Collector[Any], error: ValidationError
) -> Iterable[Diagnostic]:
    known = collector.config.model_fields
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
    return Diagnostic(place.file, place.line, place.column, message, hint, code=code)
