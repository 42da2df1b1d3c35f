"""Folders of recorded snapshots. Their names say when they were taken, so that only the chosen file is read whole."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from gatekeeper.errors import InvalidInput
from gatekeeper.model.canonical import canonical_bytes
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.strict_json import JsonRefused, parse_json
from gatekeeper.snapshot.files import parse_name, read_snapshot

_TEXT = rb'"(?:[^"\\]|\\.)*"'
_SNAPSHOT_END = re.compile(rb',"subject":(\{(?:[^"{}]|' + _TEXT + rb')*\}),"system":(' + _TEXT + rb")\}\Z", re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class Recorded:
    """A snapshot file by its name, not read yet.

    Attributes:
        taken_at: when it was taken, cut to the second.
        digest: the digest that its name says.
    """

    taken_at: datetime
    digest: str
    path: Path


def list_recorded(folders: Iterable[Path], system: str, environment: str | None = None) -> tuple[Recorded, ...]:
    """The recorded snapshots of a system, the newest second first; a folder that is not there holds none.

    Args:
        environment: only snapshots whose subject names this environment; None for any.

    Raises:
        InvalidInput: a folder cannot be listed, or what has the name of a snapshot is no regular file.
    """
    return tuple(each for each in _named(folders) if _is_of(each.path, system, environment))


def find_newest(
    folders: Iterable[Path], system: str, not_after: datetime, environment: str | None = None
) -> Snapshot | None:
    """The newest recorded snapshot of a system that was taken no later than an instant; None where there is none.

    A newest snapshot that cannot be used is an error and never passed over: an older one might say GO. Names are cut to
    the second, so all snapshots of the newest second are read.

    Args:
        environment: only snapshots whose subject names this environment; None for any.

    Raises:
        InvalidInput: as ``list_recorded``, or a file of that second was changed or is no snapshot, or two that were
            taken at the same instant differ.
    """
    for taken_at, same in groupby(_named(folders), key=lambda each: each.taken_at):
        if taken_at > not_after:
            continue
        read = [read_snapshot(each.path) for each in same if _is_of(each.path, system)]
        about = (each for each in read if environment is None or each.subject.environment == environment)
        found = sorted((each for each in about if each.taken_at <= not_after), key=lambda each: each.taken_at)
        if len(found) > 1 and found[-1].taken_at == found[-2].taken_at:
            raise InvalidInput(
                f"{found[-2].origin} and {found[-1].origin} were taken at the same instant and differ",
                "move one of them away, or name one with --snapshot",
            )
        if found:
            return found[-1]
    return None


def _named(folders: Iterable[Path]) -> list[Recorded]:
    found: dict[str, Recorded] = {}
    for folder in folders:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise InvalidInput(f"{folder} cannot be searched for snapshots: {error.strerror or error}") from None
        for entry in entries:
            named = parse_name(entry.name)
            if named is None:
                continue
            if not entry.is_file(follow_symlinks=False):
                what = "a symbolic link, which is not followed" if entry.is_symlink() else "not a regular file"
                raise InvalidInput(f"{entry.path} is {what}", "put the file itself there, or move it away")
            found.setdefault(entry.name, Recorded(*named, Path(entry.path)))
    return sorted(found.values(), reverse=True)


def _is_of(path: Path, system: str, environment: str | None = None) -> bool:
    """Whether the file ends as a snapshot of this system, and of this environment, does.

    ``subject`` and ``system`` are the last keys of a canonical snapshot, and no nested object can close the document,
    so its end tells. A file that does not end as any snapshot does is taken for one of them: reading it then says what
    is wrong.
    """
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 4096))
            ended = _SNAPSHOT_END.search(file.read(4096))
    except OSError:
        return True
    if ended is None or ended[2] != canonical_bytes(system):
        return ended is None
    try:
        subject = parse_json(ended[1])
    except JsonRefused:
        return True
    return environment is None or not isinstance(subject, dict) or subject.get("environment") == environment
