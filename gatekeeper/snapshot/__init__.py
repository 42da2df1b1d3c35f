"""Snapshots: the immutable set of evidence that a decision rests on, in canonical form, named by its digest."""

from gatekeeper.snapshot.document import build_snapshot, parse_snapshot, snapshot_bytes
from gatekeeper.snapshot.files import file_name, read_snapshot, write_snapshot
from gatekeeper.snapshot.kept import KeptValues
from gatekeeper.snapshot.store import Recorded, find_newest, list_recorded

__all__ = [
    "KeptValues",
    "Recorded",
    "build_snapshot",
    "file_name",
    "find_newest",
    "list_recorded",
    "parse_snapshot",
    "read_snapshot",
    "snapshot_bytes",
    "write_snapshot",
]
