"""Tries the sources of a project, and asks whether its policies would get what they need. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.clock import Clock, system_clock
from gatekeeper.errors import Diagnostic, InvalidDocuments, UsageError
from gatekeeper.evaluate.admission import USABLE, admit
from gatekeeper.load import find_policy_files, find_sources_files, load_policies, load_sources
from gatekeeper.model.examination import Examined, Tried, Unmet
from gatekeeper.model.policy import Policy
from gatekeeper.model.progress import Progress
from gatekeeper.model.shown import meant, shown
from gatekeeper.model.snapshot import Evidence, Snapshot, Subject
from gatekeeper.pipeline.evidence import sources_file
from gatekeeper.pipeline.keeping import kept_of
from gatekeeper.snapshot import build_snapshot

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Examination:
    """What came of it.

    Attributes:
        found: for each sources file that can be read, and each system without any.
        invalid: what is wrong in policies and sources files.
    """

    found: tuple[Examined, ...]
    invalid: tuple[Diagnostic, ...]


def examine(
    configuration: Configuration,
    systems: Sequence[str],
    environment: str | None,
    progress: Progress,
    clock: Clock = system_clock,
    subject: Subject | None = None,
) -> Examination:
    """Try every source once. A file that cannot be used keeps none of the others from being tried.

    Args:
        configuration: of the project.
        systems: whose sources are tried; none means those of every system.
        environment: whose sources are tried; None for the configured one, or else for every one that there is.
        progress: told of each source that begins and each that has ended.
        clock: tells when each source was read.
        subject: what is judged, in place of what the sources say; a part that is None is theirs.

    Raises:
        UsageError: a system that there is not, or one without the environment that is named, or the subject is of
            another environment.
        InvalidDocuments: a folder cannot be listed.
    """
    invalid: list[Diagnostic] = []
    policies = _policies(configuration, invalid)
    files = find_sources_files(configuration.root, configuration.evidence)
    there = {file.parent.name for file in files} | {policy.system for policy in policies or ()}
    for system in systems:
        if system not in there:
            hint = meant(system, there).removeprefix("; ") or f"there are: {', '.join(sorted(there)) or 'none'}"
            raise UsageError(f"there is no system {shown(system)}", hint)
    wanted = frozenset(systems) or there
    chosen = [file for file in files if file.parent.name in wanted]
    if (environment or configuration.environment) is not None:
        named = {file.parent.name for file in chosen}
        chosen = [sources_file(configuration, system, environment) for system in sorted(named)]
    found: list[Examined] = []
    for file in chosen:
        try:
            found.append(_examine_file(configuration, file, policies, progress, clock, subject or Subject()))
        except InvalidDocuments as refused:
            invalid += refused.diagnostics
    bare = wanted - {file.parent.name for file in files}
    found += [Examined(system, None, None, (), _unmet(policies, system, None, (), clock)) for system in sorted(bare)]
    return Examination(tuple(found), tuple(sorted(invalid, key=lambda each: each.order)))


def _policies(configuration: Configuration, invalid: list[Diagnostic]) -> tuple[Policy, ...] | None:
    """Every policy; None where they cannot be used, so that nothing is said of what they need."""
    try:
        files = find_policy_files(configuration.root, configuration.policies)
        loaded, _warnings = load_policies(files, configuration.root, configuration.policies)
    except InvalidDocuments as refused:
        invalid += refused.diagnostics
        return None
    return tuple(loaded.every.values())


def _examine_file(
    configuration: Configuration,
    file: Path,
    policies: tuple[Policy, ...] | None,
    progress: Progress,
    clock: Clock,
    subject: Subject,
) -> Examined:
    from gatekeeper.collect import Project
    from gatekeeper.collect.diagnosis import try_sources

    sources = load_sources(file, configuration.root)
    project = Project(configuration.root, configuration.allow_commands, kept=kept_of(configuration, sources.system))
    about = sources.about(subject)
    outcome = try_sources(sources, clock, file.parent, project, progress, subject=about)
    tried = tuple(each for each, _evidence in outcome)
    evidence: Iterable[Evidence] = [each for _tried, each in outcome]
    snapshot = build_snapshot(sources.system, about, evidence) if outcome else None
    return Examined(
        sources.system,
        sources.environment,
        file.relative_to(configuration.root).as_posix(),
        tried,
        _unmet(policies, sources.system, snapshot, tried, clock),
    )


def _unmet(
    policies: tuple[Policy, ...] | None,
    system: str,
    snapshot: Snapshot | None,
    tried: Sequence[Tried],
    clock: Clock,
) -> tuple[Unmet, ...]:
    """What policies would not get. Evidence whose source failed is left out: that is told with the source."""
    failed = {each.name for each in tried if not each.had}
    asking = [policy for policy in policies or () if policy.system == system]
    now = clock()
    lacks = [
        Unmet(
            note.gate, note.name, note.state, *_told(note.state, note.detail, [each.name for each in tried], note.name)
        )
        for policy in asking
        for note in admit(policy, snapshot, now).notes
        if note.state != USABLE and note.name not in failed
    ]
    return tuple(sorted(lacks, key=lambda each: (each.name, each.policy)))


_REMEDIES = {
    "mistyped": "bind it to a source of the kind that the policy asks for, or mend the content",
    "empty": "see why the source brings nothing there",
    "other_subject": "collect about what is judged: mend the subject of the sources, or of this source",
    "future": "see whose clock is wrong",
}


def _told(cause: str, detail: str, bound: Sequence[str], name: str) -> tuple[str, str]:
    """The detail, and how to mend it."""
    if cause != "missing":
        return detail, _REMEDIES.get(cause, "")
    likely = meant(name, bound).removeprefix("; ")
    return "no source binds it", likely or "bind it under `sources` in the file of sources"
