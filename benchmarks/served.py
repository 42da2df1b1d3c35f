"""Decisions a second over HTTP, and how long one takes: a gate of 30 rules, and the sample's mode.

Run it in the environment that ``scripts/check setup`` makes::

    .venv/bin/python benchmarks/served.py --seconds 10

The service is a process of its own; this one sends requests over eight connections that stay open, each the next one as
soon as the last was answered. Every answer is looked at. Evidence is in the request, and nothing is kept
(``dry_run``), so that decisions are measured and not the disk. For comparison: Cerbos 0.55 with 30 CEL rules a request
answered about 850 requests a second, p50 9 ms, on two cores that were shared with its client.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = 8
RULES = 30

FINE = {
    "error_rate": 0.001,
    "auth_s": 0.4,
    "enqueue_s": 0.9,
    "completion_s": 21.0,
    "jobs_pending": 2,
    "completions_10m": 14,
    "probes": 2,
    "probes_failed": 0,
    "requests_succeeded": 90,
}


@dataclass(frozen=True, slots=True)
class Contender:
    """A request that is sent again and again.

    Attributes:
        says: what every answer has to hold.
    """

    name: str
    path: str
    evidence: dict[str, Any]
    says: bytes

    def request(self) -> bytes:
        """The request as it is sent."""
        body = json.dumps({"evidence": self.evidence, "dry_run": True}).encode()
        head = f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def project(folder: Path) -> None:
    """The sample's mode, and a gate of 30 rules."""
    shutil.copytree(ROOT / "policies" / "rgl8r", folder / "policies" / "rgl8r")
    gates = folder / "policies" / "bench"
    gates.mkdir(parents=True)
    schema = {"type": "object", "required": ["n"], "properties": {"n": {"type": "array", "items": {"type": "number"}}}}
    (gates / "figures.schema.json").write_text(json.dumps(schema))
    rules = "".join(
        f"  - {{id: rule-{n}, title: Figure {n}, enforcement: blocking, severity: high, "
        f"expect: 'figures.n[{n}] >= {n}.0 && figures.n[{n}] < {n + 1}.0'}}\n"
        for n in range(RULES)
    )
    (gates / "bench-30.yaml").write_text(
        "apiVersion: gatekeeper/v1\nkind: Gate\nid: bench-30\ntitle: Thirty rules\nowner: nobody\nsource: a benchmark\n"
        "evidence:\n  figures: {type: json, max_age: 1h, schema: figures.schema.json, description: figures}\n"
        f"rules:\n{rules}"
    )
    (folder / "gatekeeper.yaml").write_text("serve: {tick: 1h, drain: 0s, requests: 64}\n")


async def drive(port: int, contender: Contender, seconds: float) -> list[float]:
    """How long each answer took, in seconds."""
    request = contender.request()
    end = time.monotonic() + seconds

    async def one() -> list[float]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        found = []
        while time.monotonic() < end:
            begun = time.monotonic()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            found.append(time.monotonic() - begun)
            if not head.startswith(b"HTTP/1.1 200 ") or contender.says not in body:
                raise SystemExit(f"{contender.name}: {head.decode()}{body.decode()[:500]}")
        writer.close()
        return found

    every = await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return sorted(each for found in every for each in found)


def processor_time(process: int) -> float:
    """Seconds that a process has computed: what a busy machine changes least."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each request is sent again and again")
    seconds = parser.parse_args().seconds
    contenders = (
        Contender(
            "gate of 30 rules", "/v1/evaluate/bench-30", {"figures": {"n": [n + 0.5 for n in range(RULES)]}}, b'"GO"'
        ),
        Contender("rgl8r-degraded", "/v1/decide/rgl8r-degraded", {"metrics": FINE}, b'"state":"normal"'),
    )
    with tempfile.TemporaryDirectory() as folder:
        project(Path(folder))
        command = [sys.executable, "-m", "gatekeeper", "serve", "--port", "0", "--root", folder]
        service = subprocess.Popen(
            command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True
        )
        assert service.stderr is not None
        try:
            line = next(each for each in service.stderr if each.startswith("listening on "))
            port = int(line.rpartition(":")[2])
            print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
            for contender in contenders:
                asyncio.run(drive(port, contender, min(2.0, seconds)))
                before = processor_time(service.pid)
                took = asyncio.run(drive(port, contender, seconds))
                own = (processor_time(service.pid) - before) / len(took)
                p50, p99 = statistics.median(took), took[int(len(took) * 0.99)]
                rate = len(took) / seconds
                told = f"p50 {p50 * 1000:6.1f} ms  p99 {p99 * 1000:6.1f} ms  processor {own * 1000:5.2f} ms each"
                print(f"{contender.name:18} {rate:7.0f}/s  {told}")
        finally:
            service.terminate()
            service.wait(20)


if __name__ == "__main__":
    main()
