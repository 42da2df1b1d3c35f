"""Snapshots as files. A file holds exactly the canonical bytes, so that ``sha256sum`` prints the digest in its name."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from gatekeeper.errors import InvalidInput, OutputError
from gatekeeper.files import Unreadable, read_bounded, write_atomically
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.snapshot.document import MAX_BYTES, parse_snapshot, snapshot_bytes

_NAME = re.compile(r"(\d{8}T\d{6}Z)-([0-9a-f]{64})\.json", re.ASCII)
_TIME = "%Y%m%dT%H%M%SZ"


def file_name(snapshot: Snapshot) -> str:
    """``<YYYYMMDDTHHMMSSZ>-<64 hexadecimal digits>.json``: when it was taken, cut to the second, and its digest."""
    taken = snapshot.taken_at.astimezone(UTC)
    return f"{taken.strftime(_TIME).rjust(16, '0')}-{snapshot.digest.removeprefix('sha256:')}.json"


def parse_name(name: str) -> tuple[datetime, str] | None:
    """When a snapshot was taken, to the second, and its digest; None where the name is not that of a snapshot."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        taken = datetime.strptime(found[1], _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    return taken, f"sha256:{found[2]}"


def write_snapshot(snapshot: Snapshot, folder: Path) -> Path:
    """Keeps a snapshot in a folder, which is made where it is missing, and says where.

    A snapshot that is there already is left alone.

    Raises:
        OutputError: it could not be written; nothing that existed is lost.
    """
    path = folder / file_name(snapshot)
    data = snapshot_bytes(snapshot)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror or error}", "choose another place") from error
    if path.exists() or path.is_symlink():
        try:
            same = read_bounded(path, MAX_BYTES) == data
        except Unreadable as error:
            raise OutputError(f"{path} is in the way: it {error}", "move it away") from None
        if not same:
            raise OutputError(f"{path} was changed: it does not hold the snapshot that its name says", "move it away")
        return path
    write_atomically(path, data)
    return path


def read_snapshot(path: Path) -> Snapshot:
    """The snapshot in a file.

    Where the name is that of a snapshot, the content must have the digest and the time in it.

    Raises:
        InvalidInput: the file cannot be read, is no snapshot, or was changed.
    """
    try:
        data = read_bounded(path, MAX_BYTES)
    except Unreadable as error:
        raise InvalidInput(f"{path} cannot be read as a snapshot: {error}") from None
    snapshot = parse_snapshot(data, str(path))
    named = parse_name(path.name)
    if named is not None and file_name(snapshot) != path.name:
        what = "digest" if named[1] != snapshot.digest else "time"
        raise InvalidInput(f"{path} was changed: it does not have the {what} in its name", "take the file as written")
    return snapshot
