"""Which files judge, and what is judged: two folders from two commits.

All that says what counts comes from the base: policies, shared parts, waivers, calendars and schemas, sources, recorded
evidence, and the configuration. What a pull request changes there is told and has no effect on its own verdict. A
source that is to read a file of the commit that is judged names a path in the folder ``subject`` beside its sources
file; the base says so, and only then are that commit's files laid there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from action.refused import Refused
from action.repository import Repository
from gatekeeper.errors import GatekeeperError
from gatekeeper.load import find_sources_files, load_configuration, load_sources

SUBJECT = "subject"
"""The folder, beside a sources file, with the files of the commit that is judged."""

_OWNERS = frozenset({"CODEOWNERS", "docs/CODEOWNERS"})
_CONFIGURATION = "gatekeeper.yaml"
_PROJECT = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class JudgingChange:
    """A file that judges, or that decides whether anything is judged, and that differs.

    Attributes:
        part: what it is: ``policies``, ``evidence``, ``configuration``, ``workflow`` or ``code owners``.
        how: ``added``, ``changed`` or ``removed``.
    """

    path: PurePosixPath
    part: str
    how: str


@dataclass(frozen=True, slots=True)
class Judging:
    """Where the files that judge are in the repository: the project, its policies, its sources and evidence."""

    root: PurePosixPath
    policies: PurePosixPath
    evidence: PurePosixPath


def lay_base(repository: Repository, commit: str, folder: Path) -> None:
    """Write the files of the base into a folder that is a root of its own.

    Raises:
        Refused: they cannot be written.
    """
    folder.mkdir()
    files = repository.files(commit)
    repository.lay(files, folder)
    # Settings are looked for upwards, up to a `.git`: nothing above this folder may have a say.
    (folder / ".git").mkdir()


def lay_subject(repository: Repository, commit: str, project: Path) -> tuple[str, ...]:
    """Write the files of the commit that is judged beside every sources file that asks for them.

    Args:
        commit: the commit that is judged.
        project: the folder of the project in the files of the base.

    Returns:
        The systems whose sources ask for them.

    Raises:
        Refused: the base has a folder of that name, or the files cannot be written.
    """
    found = []
    for folder in sorted(_folders_that_ask(project)):
        target = folder / SUBJECT
        if target.exists():
            message = f"{folder.name} has a folder `{SUBJECT}` beside its sources, where the judged commit's files go"
            raise Refused(message, "give the folder of the base another name")
        target.mkdir()
        # Nothing of it is to be run: no file of it is executable.
        repository.lay([replace(file, mode="100644") for file in repository.files(commit)], target)
        found.append(folder.name)
    return tuple(found)


def _folders_that_ask(project: Path) -> set[Path]:
    folders = set()
    try:
        configuration = load_configuration(project, {})
        for file in find_sources_files(configuration.root, configuration.evidence):
            entries = load_sources(file, configuration.root).sources.values()
            if any(text.startswith(f"{SUBJECT}/") for entry in entries for text in _texts(entry.config)):
                folders.add(file.parent)
    except GatekeeperError:
        return folders  # gatekeeper itself says what is wrong, with its place, when it is asked next
    return folders


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def judging_changes(repository: Repository, before: str, after: str, judging: Judging) -> list[JudgingChange]:
    """What differs between two commits among the files that judge, and among those that start and guard the gate."""
    found = []
    for change in repository.changed(before, after):
        part = _part(change.path, judging)
        if part == "configuration" and change.path.name == _PROJECT:
            said = [_settings(repository.read(commit, change.path)) for commit in (before, after)]
            if said[0] == said[1]:
                continue
        if part:
            found.append(JudgingChange(change.path, part, change.how))
    return found


def _part(path: PurePosixPath, judging: Judging) -> str:
    if path.is_relative_to(judging.policies):
        return "policies"
    if path.is_relative_to(judging.evidence):
        return "evidence"
    if path.name in {_CONFIGURATION, _PROJECT} and path.parent in {judging.root, *judging.root.parents}:
        return "configuration"
    if path.name == "CODEOWNERS" and (str(path) in _OWNERS or path.parent == PurePosixPath(".github")):
        return "code owners"
    if path.is_relative_to(PurePosixPath(".github")):
        return "workflow"
    return ""


def _settings(content: bytes | None) -> object:
    """What a project file says of gatekeeper; None where it says nothing."""
    if content is None or b"gatekeeper" not in content:
        return None
    try:
        return tomllib.loads(content.decode("utf-8")).get("tool", {}).get("gatekeeper")
    except (ValueError, AttributeError, RecursionError):
        return content  # it cannot be read, so any change of it is told


def judging_of(top: Path, root: PurePosixPath) -> Judging:
    """Where the files that judge are, by the configuration of the base; at the usual places where that is wrong.

    Args:
        top: the folder with the files of the base.
        root: the folder of the project below it.
    """
    try:
        configuration = load_configuration(top / root, {})
    except GatekeeperError:
        return Judging(root, root / "policies", root / "evidence")
    owner = PurePosixPath(configuration.root.relative_to(top.absolute()).as_posix())
    return Judging(root, owner / configuration.policies, owner / configuration.evidence)


def told_parts(changes: Iterable[JudgingChange]) -> str:
    """The parts that changes are about, in words."""
    return ", ".join(sorted({change.part for change in changes}))
