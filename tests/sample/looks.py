"""A system of the sample on disk with a store of its own, and looks at its modes through the command."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from gatekeeper.__main__ import main
from gatekeeper.model.canonical import content_digest
from gatekeeper.model.snapshot import Snapshot, Subject
from gatekeeper.model.times import instant_text
from gatekeeper.snapshot import build_snapshot, read_snapshot, snapshot_bytes
from gatekeeper.state import open_store
from gatekeeper.state.store import Store
from tests.conftest import ROOT

Document = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a run of the command said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Document:
        """The decision, as JSON."""
        found: Document = json.loads(self.out)
        return found


def run(*arguments: str | Path, stdin: bytes = b"") -> Answer:
    """The command in this process; nothing but what is on disk is there for the next one."""
    written, err = io.BytesIO(), io.StringIO()
    out = io.TextIOWrapper(written, "utf-8")
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = main([str(each) for each in arguments])
    finally:
        sys.stdin = before
    out.flush()
    return Answer(code, written.getvalue().decode(), err.getvalue())


@dataclass(frozen=True)
class Desk:
    """A project with one system."""

    root: Path
    system: str
    subject: Subject

    @classmethod
    def of(cls, folder: Path, system: str, subject: Subject) -> Desk:
        """The policies of a system of the sample, in a folder of their own."""
        (folder / ".git").mkdir(parents=True)
        shutil.copytree(ROOT / "policies" / system, folder / "policies" / system)
        (folder / "evidence" / system).mkdir(parents=True)
        return cls(folder, system, subject)

    def write(self, snapshot: Snapshot, name: str = "look") -> Path:
        """The evidence of one look as a file."""
        about = build_snapshot(self.system, self.subject, snapshot.items.values())
        path = self.root / f"{name}.json"
        path.write_bytes(snapshot_bytes(about))
        return path

    def look(self, mode: str, snapshot: Snapshot, at: datetime, *more: str | Path, stdin: bytes = b"") -> Answer:
        """One look through the command, for an instant."""
        path = self.write(snapshot)
        options = ("--snapshot", path, "--as-of", instant_text(at), "--root", self.root)
        return run("decide", mode, *options, *(more or ("--format", "json")), stdin=stdin)

    def store(self) -> Any:
        """The project's store."""
        return open_store(f"sqlite:///{self.root}/.gatekeeper/gatekeeper.db", create=False)


def transitions(store: Store, policy: str) -> list[tuple[str | None, str | None, datetime]]:
    """The changes of a mode or a ladder, as they are kept."""
    found = store.states.transitions()
    return [(each.source, each.target, each.at) for each in found if each.key.policy == policy]


INGESTION = Subject("ingestion", "production", None)


def launched() -> Snapshot:
    """The evidence of an hour after the launch of ingestion, as it is recorded."""
    (path,) = (ROOT / "evidence/ingestion/recorded").glob("20260310T095800Z-*.json")
    return read_snapshot(path)


def ingestion(at: datetime, **values: Any) -> Snapshot:
    """The same evidence collected at an instant, some of it with another value."""
    recorded = launched()
    items = []
    for name, item in recorded.items.items():
        value = values.get(name, item.value)
        digest = content_digest(item.kind, value)
        items.append(replace(item, collected_at=at, observed_at=None, value=value, digest=digest, subject=None))
    return build_snapshot(recorded.system, INGESTION, items)


def hour(since: datetime, failed: int, uploads: int = 100) -> Document:
    """Uploads and failed uploads since an instant, in the shape of rows."""
    columns = [{"name": "since", "type": "timestamp"}]
    columns += [{"name": name, "type": "int"} for name in ("uploads", "failed")]
    rows = [{"since": instant_text(since), "uploads": uploads, "failed": failed}]
    return {"columns": columns, "rows": rows, "row_count": 1}


def desk(events: Mapping[str, datetime]) -> Document:
    """What people did: event → when."""
    told = [
        {"event": event.rstrip("+"), "by": "Ines Roth", "at": instant_text(at), "note": ""}
        for event, at in events.items()
    ]
    return {"record": "ingestion, what people did", "events": sorted(told, key=lambda each: each["at"])}


def switch(*, off: bool) -> Document:
    """The kill-switch."""
    return {"variables": {"INGESTION_ENABLED": {"present": True, "empty": False, "matches": off}}}
