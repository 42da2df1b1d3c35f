"""The evidence of a project: collected now, or found among the snapshots that are there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.clock import Clock, system_clock
from gatekeeper.errors import UsageError
from gatekeeper.load import find_sources_files, load_sources
from gatekeeper.load.files import environment_of
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.progress import Progress
from gatekeeper.model.snapshot import Snapshot, Subject
from gatekeeper.pipeline.keeping import kept_of
from gatekeeper.snapshot import build_snapshot, find_newest, read_snapshot, write_snapshot

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration
    from gatekeeper.state.store import Store


def collect(
    configuration: Configuration,
    policies: PolicySet,
    system: str,
    environment: str | None,
    progress: Progress,
    clock: Clock = system_clock,
    subject: Subject | None = None,
    store: Store | None = None,
) -> tuple[Snapshot, Path]:
    """Read the sources of a system and write a snapshot.

    Args:
        subject: what is judged, in place of what the sources say; a part that is None is theirs.
        store: the project's store, where it is open; None to open it where a source asks for what it keeps.

    Returns:
        The snapshot, as it is read back, and the file that holds it.

    Raises:
        UsageError: the environment is not known, or there are several and none is named, or the subject is of another.
        InvalidDocuments: the sources file cannot be used.
        OutputError: the snapshot cannot be written.
    """
    snapshot = gather(configuration, policies, system, environment, progress, clock, subject, store)
    return snapshot, write_snapshot(snapshot, configuration.root / configuration.state / "snapshots" / system)


def gather(
    configuration: Configuration,
    policies: PolicySet,
    system: str,
    environment: str | None,
    progress: Progress,
    clock: Clock = system_clock,
    subject: Subject | None = None,
    store: Store | None = None,
) -> Snapshot:
    """As ``collect``, of what these policies read, and writes no file.

    A snapshot of what a few policies read would be the newest one for all others too.
    """
    # Here, since a decision on a recorded snapshot needs no collector and should not pay for importing them.
    from gatekeeper import collect as collectors

    sources = load_sources(sources_file(configuration, system, environment), configuration.root)
    about = sources.about(subject or Subject())
    asking = (policy for policy in policies.every.values() if policy.system == system)
    names = {entry.name for policy in asking for entry in policy.evidence}
    base = configuration.root / configuration.evidence / system
    state = configuration.root / configuration.state
    kept = kept_of(configuration, system, store)
    project = collectors.Project(configuration.root, configuration.allow_commands, state, kept)
    evidence = collectors.collect(sources, names, clock, base, progress, subject=about, project=project)
    return build_snapshot(system, about, evidence)


def sources_file(configuration: Configuration, system: str, environment: str | None) -> Path:
    """The sources file of the named environment, of the configured one, or else the only one.

    Raises:
        UsageError: there are several and none is named, or the system has no such environment.
    """
    folder = configuration.root / configuration.evidence / system
    files = find_sources_files(configuration.root, configuration.evidence, system)
    found = {environment_of(file): file for file in files}
    wanted = environment or configuration.environment
    if wanted is None and len(found) == 1:
        return next(iter(found.values()))
    if wanted is None:
        there = f"there are: {', '.join(found)}" if found else f"write {folder / 'sources.<environment>.yaml'}"
        named = "name one with GATEKEEPER_ENVIRONMENT or --environment"
        raise UsageError(f"which environment of {system}?", f"{named}; {there}")
    if wanted not in found:
        raise UsageError(
            f"{system} has no environment {wanted!r}", f"there are: {', '.join(found) or 'none'} (in {folder})"
        )
    return found[wanted]


def find_snapshot(
    configuration: Configuration, system: str, file: Path | None, environment: str | None, as_of: datetime
) -> Snapshot | None:
    """The snapshot of that file, or the newest of the environment that is not after ``as_of``; None for none.

    Evidence of another environment says nothing about this one, so where there are several one has to be named.

    Raises:
        UsageError: the file is of another system or environment, or the environment is not known.
        InvalidInput: the file is no snapshot, or was changed.
    """
    if file is None:
        wanted = _judged_environment(configuration, system, environment)
        return find_newest(snapshot_folders(configuration, system), system, as_of, wanted)
    snapshot = read_snapshot(file)
    if snapshot.system != system:
        raise UsageError(f"{file} is a snapshot of {snapshot.system}, the policy is about {system}")
    if environment is not None and snapshot.subject.environment != environment:
        found = snapshot.subject.environment or "no environment"
        raise UsageError(f"{file} is a snapshot of {found}, and --environment says {environment}")
    return snapshot


def find_recorded(
    configuration: Configuration, system: str, as_of: datetime, environment: str | None = None
) -> Snapshot | None:
    """The newest snapshot of the environment that the project ships, and that is not after ``as_of``; None for none.

    What was collected on this machine is left out, so that the answer is the same on any other.

    Raises:
        UsageError: there are several environments and none is named or configured, or that one is not known.
        InvalidInput: the file is no snapshot, or was changed.
    """
    wanted = _judged_environment(configuration, system, environment)
    return find_newest((recorded_folder(configuration, system),), system, as_of, wanted)


def _judged_environment(configuration: Configuration, system: str, environment: str | None) -> str | None:
    """Whose evidence is judged; None where nobody says so and there is no other.

    Raises:
        UsageError: there are several and none is named, or the one that is named is not known.
    """
    several = len(find_sources_files(configuration.root, configuration.evidence, system)) > 1
    wanted = environment or configuration.environment
    if wanted is not None or several:
        sources_file(configuration, system, wanted)
    return wanted


def recorded_folder(configuration: Configuration, system: str) -> Path:
    """Where the snapshots of a system are that the project ships."""
    return configuration.root / configuration.evidence / system / "recorded"


def snapshot_folders(configuration: Configuration, system: str) -> tuple[Path, ...]:
    """Where snapshots of a system are: those that the project ships, and those that were collected here."""
    return (
        recorded_folder(configuration, system),
        configuration.root / configuration.state / "snapshots" / system,
    )
