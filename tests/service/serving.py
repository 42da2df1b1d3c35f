"""Real processes of the service on loopback, and small projects for them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from gatekeeper.state import open_store
from gatekeeper.state.store import Store
from tests.conftest import ROOT

Document = dict[str, Any]

MODE = """\
apiVersion: gatekeeper/v1
kind: Mode
id: shop-mode
title: Does the shop run degraded?
owner: shop-oncall
source: the shop's runbook
max_gap: 5m
hold_last: 15m
evidence:
  metrics: {type: json, max_age: 1h, schema: metrics.schema.json, description: what the shop measures}
states:
  normal:
    title: The shop sells
  degraded:
    title: The shop sells slowly
    enter:
      - {id: errors, when: metrics.error_rate > 0.05}
    exit: {when: metrics.error_rate <= 0.05}
"""

GATE = """\
apiVersion: gatekeeper/v1
kind: Gate
id: shop-launch
title: May the shop open?
owner: shop-oncall
source: the shop's runbook
evidence:
  metrics: {type: json, max_age: 1h, schema: metrics.schema.json, description: what the shop measures}
rules:
  - id: few-errors
    title: Few errors
    enforcement: blocking
    severity: high
    expect: metrics.error_rate <= 0.05
"""

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["error_rate"],
    "properties": {"error_rate": {"type": "number"}},
}

SOURCES = """\
apiVersion: gatekeeper/v1
kind: Sources
system: shop
environment: production
subject: {service: shop-api, environment: production}
sources:
  metrics: {collector: json, file: metrics.json}
"""


def shop(folder: Path, serve: str = "", error_rate: float = 0.01) -> Path:
    """A project with one mode and one gate, which read a figure from a file."""
    policies, evidence = folder / "policies" / "shop", folder / "evidence" / "shop"
    policies.mkdir(parents=True)
    evidence.mkdir(parents=True)
    (policies / "shop-mode.yaml").write_text(MODE)
    (policies / "shop-launch.yaml").write_text(GATE)
    (policies / "metrics.schema.json").write_text(json.dumps(SCHEMA))
    (evidence / "sources.production.yaml").write_text(SOURCES)
    measure(folder, error_rate)
    (folder / "gatekeeper.yaml").write_text(f"serve:\n{serve or '  drain: 0s'}\n")
    return folder


def measure(root: Path, error_rate: float) -> None:
    """What the shop measures from now on."""
    file = root / "evidence" / "shop" / "metrics.json"
    new = file.with_suffix(".new")
    new.write_text(json.dumps({"error_rate": error_rate}))
    new.replace(file)


@dataclass
class Served:
    """A service that runs."""

    process: subprocess.Popen[str]
    root: Path
    url: str = ""
    log: list[str] = field(default_factory=list)
    clock: Path | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])

    def set(self, at: datetime) -> None:
        """Turn its clock."""
        assert self.clock is not None
        new = self.clock.with_suffix(".new")
        new.write_text(at.isoformat())
        new.replace(self.clock)

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Ask for something."""
        return httpx.get(self.url + path, timeout=30, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """Send JSON."""
        return httpx.post(self.url + path, json=body, timeout=60, **more)

    def raw(self, data: bytes) -> socket.socket:
        """A connection on which these bytes were sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(data)
        return connection

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def end(self) -> int:
        """Wait for it to end."""
        return self.process.wait(30)

    def said(self, text: str, within: float = 10) -> bool:
        """Whether its log says something within some seconds."""
        return until(lambda: any(text in line for line in self.log), within)

    def resident(self) -> int:
        """How much memory it has, in KiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0])

    def store(self) -> Any:
        """Its store."""
        return open_store(f"sqlite:///{self.root}/.gatekeeper/gatekeeper.db", create=False)

    def changes(self, policy: str) -> list[tuple[str | None, str | None, datetime]]:
        """The changes of a mode or ladder, as they are kept."""
        with self.store() as store:
            return changes(store, policy)


def changes(store: Store, policy: str) -> list[tuple[str | None, str | None, datetime]]:
    """The changes of a mode or ladder in a store."""
    found = store.states.transitions()
    return [(each.source, each.target, each.at) for each in found if each.key.policy == policy]


def until(holds: Any, within: float = 10) -> bool:
    """Whether something holds within some seconds."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return bool(holds())


@contextmanager
def serving(root: Path, environ: Mapping[str, str] | None = None, at: datetime | None = None) -> Iterator[Served]:
    """The service of a project.

    Args:
        environ: variables to add.
        at: what its clock says; None for the real one. With a clock of a test nothing is looked at by itself.
    """
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **(environ or {})}
    clock = None if at is None else root / "clock"
    if clock is None or at is None:
        arguments = ["-m", "gatekeeper", "serve", "--port", "0", "--root", str(root)]
    else:
        clock.write_text(at.isoformat())
        arguments = ["-m", "tests.service.played", str(root), str(clock)]
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=root,
        env=variables,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    served = Served(process, root, clock=clock)
    reader = Thread(target=_read, args=(served,), daemon=True)
    reader.start()
    try:
        if not until(lambda: served.url or process.poll() is not None, 60) or not served.url:
            raise AssertionError("the service did not start: " + "".join(served.log))
        yield served
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        reader.join(10)
        assert process.stderr is not None
        process.stderr.close()


def _read(served: Served) -> None:
    assert served.process.stderr is not None
    for line in served.process.stderr:
        served.log.append(line)
        if line.startswith("listening on "):
            served.url = line.split()[-1]


def sample(folder: Path, system: str, serve: str = "  drain: 0s") -> Path:
    """A system of the sample, in a project of its own."""
    shutil.copytree(ROOT / "policies" / system, folder / "policies" / system)
    shutil.copytree(ROOT / "evidence" / system, folder / "evidence" / system)
    (folder / "gatekeeper.yaml").write_text(f"serve:\n{serve}\n")
    return folder


def alert(number: int = 0, status: str = "firing", at: str = "2026-11-21T18:00:00Z", **labels: str) -> Document:
    """An alert as Alertmanager sends it."""
    return {
        "status": status,
        "labels": {"alertname": "ErrorRate", **labels},
        "annotations": {"summary": "too many errors"},
        "startsAt": at,
        "endsAt": "0001-01-01T00:00:00Z" if status == "firing" else "2026-11-21T18:30:00Z",
        "generatorURL": "",
        "fingerprint": f"{number:016x}",
    }


def notification(*alerts: Document, version: str = "4") -> Document:
    """What Alertmanager (4) or Grafana (1) sends to a webhook."""
    return {
        "version": version,
        "groupKey": "{}:{}",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "gatekeeper",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "",
        "alerts": list(alerts),
    }
