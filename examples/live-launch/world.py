#!/usr/bin/env python3
"""A small world to launch in: a GitHub and a service on 127.0.0.1, as they would be on the day of the launch.

    LIVE_LAUNCH_TOKEN=… python examples/live-launch/world.py [--fault FAULT] [--port PORT]

It answers as GitHub's REST interface does for one repository: the runs of two workflows in pages, and two documents at
the head of ``main``. Its days are counted from now, and the canary goes on while it runs.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import sys
import time
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from sign import COMMIT, TODAY, record

PORT = 8717
FAULTS = ("canary-failure", "no-token", "slow", "down")
SLOW = 8.0
"""Seconds that each answer takes where the fault is ``slow``: more than the sources wait."""
RECORDED = Path(__file__).resolve().parents[2] / "evidence" / "rgl8r"
FILES = {
    "docs/operations/public-api-launch-runbook.md": "launch-runbook-2026-03-02.md",
    "docs/operations/p11-g-tabletop-evidence.md": "tabletop-2026-02-24.md",
}
"""Path in the repository → the document that is served there."""
FIGURES = ("deploys", "incident", "metrics", "shift", "signs")
"""What the service says of itself under ``/figures/``, for the policies that run after the launch."""
WRITTEN_FOR = date(2026, 3, 3)
"""The launch day of the documents."""
LAUNCHED = datetime(2026, 3, 3, 9, tzinfo=UTC)
"""The instant of the launch in the recorded figures."""
REPOSITORY = "/repos/rgl8r/platform/"
BY_ID = "/repositories/731908245/"
"""Where GitHub's links to further pages lead."""
SHOWN_AT_MOST = 1000
"""So many runs GitHub shows of a list that is filtered."""

Record = dict[str, Any]


class Workflow:
    """A workflow that began some days ago and goes on."""

    def __init__(self, number: int, file: str, name: str, began: datetime, every: timedelta) -> None:
        self.number, self.file, self.name, self.began, self.every = number, file, name, began, every
        self.failed_at_first: int | None = None
        """The number of the run whose first attempt failed and whose second one passed."""

    def runs(self, now: datetime) -> list[Record]:
        """Every run until now with its last attempt, the newest first."""
        count = int((now - self.began) / self.every) + 1
        return [self.run(number, now) for number in range(count, 0, -1)]

    def run(self, number: int, now: datetime, attempt: int | None = None) -> Record:
        """One run; of one that was run again also its first attempt."""
        created = self.began + (number - 1) * self.every
        last = 2 if number == self.failed_at_first else 1
        attempt = attempt or last
        started = created + (attempt - 1) * timedelta(minutes=11)
        ended = started + timedelta(minutes=2, seconds=number % 50)
        running = ended > now
        id_ = self.number * 100 + number
        return {
            "id": id_,
            "name": self.name,
            "head_branch": "main",
            "head_sha": COMMIT,
            "path": f".github/workflows/{self.file}",
            "run_number": number,
            "event": "schedule",
            "status": "in_progress" if running else "completed",
            "conclusion": None if running else "success" if attempt == last else "failure",
            "workflow_id": self.number,
            "url": f"https://api.github.com/repos/rgl8r/platform/actions/runs/{id_}",
            "html_url": f"https://github.com/rgl8r/platform/actions/runs/{id_}",
            "created_at": _text(created),
            "updated_at": _text(now if running else ended),
            "run_attempt": attempt,
            "run_started_at": _text(started),
        }


class World:
    """What there is, and what is wrong with it."""

    def __init__(self, token: str, fault: str | None, started: datetime) -> None:
        self.token, self.fault = token, fault
        days, minutes = timedelta(days=1), timedelta(minutes=1)
        canary = Workflow(
            231_884_617, "public-api-canary.yml", "Public API canary", started - 8 * days - 10 * minutes, 30 * minutes
        )
        force_rls = Workflow(
            231_790_402,
            "staging-force-rls-checks.yml",
            "Staging FORCE RLS checks",
            started - 8 * days - 190 * minutes,
            days,
        )
        if fault == "canary-failure":
            canary.failed_at_first = 8 * 48 + 1 - 2 * 48  # two days ago
        self.workflows = {each.file: each for each in (canary, force_rls)}
        self.files = {
            path: _moved((RECORDED / "documents" / name).read_text(encoding="utf-8"), started.date()).encode()
            for path, name in FILES.items()
        }

    def answer(self, path: str, query: dict[str, str], host: str, now: datetime) -> tuple[int, Any, dict[str, str]]:
        """Status, body (text as bytes, else JSON) and headers, of a question by somebody who may ask."""
        begin = next((each for each in (REPOSITORY, BY_ID) if path.startswith(each)), None)
        if begin is None:
            return _not_found()
        asked = path.removeprefix(begin)
        match asked.split("/"):
            case ["actions", "workflows", file, "runs"] if file in self.workflows:
                return _page(self.workflows[file].runs(now), asked, query, host)
            case ["actions", "runs", id_, "attempts", attempt] if id_.isdecimal() and attempt.isdecimal():
                return self._attempt(int(id_), int(attempt), now)
            case ["commits", "main"]:
                return 200, COMMIT.encode(), {"Content-Type": "application/vnd.github.sha; charset=utf-8"}
            case ["contents", *names] if (name := "/".join(names)) in self.files and query.get("ref") == COMMIT:
                return 200, _file(name, self.files[name]), {}
        return _not_found()

    def _attempt(self, id_: int, attempt: int, now: datetime) -> tuple[int, Any, dict[str, str]]:
        for workflow in self.workflows.values():
            for run in workflow.runs(now):
                if run["id"] == id_ and attempt <= run["run_attempt"]:
                    return 200, workflow.run(run["run_number"], now, attempt), {}
        return _not_found()


def _page(runs: list[Record], path: str, query: dict[str, str], host: str) -> tuple[int, Any, dict[str, str]]:
    """A page of a list, with the links to the others."""
    if "created" in query:
        first, _, last = query["created"].removeprefix(">=").partition("..")
        runs = [run for run in runs if first <= run["created_at"] and (not last or run["created_at"] <= last)]
    shown = runs[:SHOWN_AT_MOST] if "created" in query else runs
    size, number = int(query.get("per_page", "30")), int(query.get("page", "1"))
    link = {}
    if number * size < len(shown):
        further = urlencode({**query, "page": number + 1})
        link = {"Link": f'<http://{host}{BY_ID}{path}?{further}>; rel="next"'}
    return 200, {"total_count": len(runs), "workflow_runs": shown[(number - 1) * size : number * size]}, link


def _file(path: str, data: bytes) -> Record:
    digest = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    content = base64.encodebytes(data).decode()
    told = {"type": "file", "path": path, "sha": digest, "size": len(data)}
    return {**told, "encoding": "base64", "content": content}


def _not_found() -> tuple[int, Any, dict[str, str]]:
    return 404, {"message": "Not Found"}, {}


def _health(now: datetime) -> Record:
    checks = {
        "db": {"status": "ok", "latencyMs": 4},
        "migrations": {"status": "ok", "filesystem": 112, "applied": 112, "pending": 0, "pendingNames": []},
    }
    return {"status": "ok", "service": "rgl8r-api", "timestamp": _text(now), "checks": checks}


def _moved(text: str, launch: date) -> str:
    """A document with its days counted from another launch day; days in the names of files stay."""
    return re.sub(
        r"(?<![-\w])2026-\d\d-\d\d",
        lambda each: (date.fromisoformat(str(each[0])) + (launch - WRITTEN_FOR)).isoformat(),
        text,
    )


def _figures(name: str, now: datetime) -> Record:
    """A recorded document with its instants counted from now."""
    text = (RECORDED / "days" / f"{WRITTEN_FOR}" / f"{name}.json").read_text(encoding="utf-8")
    found: Record = json.loads(
        re.sub(
            r"2026-\d\d-\d\dT\d\d:\d\d:\d\dZ",
            lambda each: _text(datetime.fromisoformat(each[0]) + (now - LAUNCHED)),
            text,
        )
    )
    return found


def _text(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _write_today(now: datetime) -> None:
    """What people keep in files: incidents, the mode, and the approval record where there is none yet."""
    TODAY.mkdir(exist_ok=True)
    opened, resolved = now - timedelta(days=7, hours=2), now - timedelta(days=7, hours=1)
    incidents = f"""\
incidents:
  - id: INC-011
    title: Staging answers 503 after a deploy
    severity: HIGH
    environment: staging
    opened_at: "{_text(opened)}"
    resolved_at: "{_text(resolved)}"
    origin: alert
  - id: INC-012
    title: The canary posts each of its messages twice
    severity: LOW
    environment: staging
    opened_at: "{_text(resolved)}"
    origin: alert
"""
    mode = f'mode: rgl8r-degraded\nstate: normal\nsince: "{_text(resolved)}"\n'
    (TODAY / "incidents.yaml").write_text(incidents, encoding="utf-8")
    (TODAY / "mode.yaml").write_text(mode, encoding="utf-8")
    if not (TODAY / "approvals.yaml").exists():
        (TODAY / "approvals.yaml").write_text(record(None, now), encoding="utf-8")


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    world: World

    def do_GET(self) -> None:
        """Answer a question, or do what is wrong with the world."""
        now = datetime.now(UTC)  # noqa: TID251 -- a program beside gatekeeper
        url = urlsplit(self.path)
        if self.world.fault == "slow":
            time.sleep(SLOW)
        if self.world.fault == "down":
            self._say(503, {"message": "Service Unavailable"}, {})
        elif url.path == "/health":
            self._say(200, _health(now), {})
        elif (name := url.path.removeprefix("/figures/")) in FIGURES:
            self._say(200, _figures(name, now), {})
        elif not self._may_ask():
            self._say(401, {"message": "Bad credentials"}, {})
        else:
            host = self.headers.get("Host", "")
            self._say(*self.world.answer(unquote(url.path), dict(parse_qsl(url.query)), host, now))

    def _may_ask(self) -> bool:
        wanted = f"Bearer {self.world.token}".encode()
        given = self.headers.get("Authorization", "").encode("latin-1", "replace")
        return self.world.fault != "no-token" and hmac.compare_digest(given, wanted)

    def _say(self, code: int, told: Any, more: dict[str, str]) -> None:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(body)), **more}
        try:
            self.send_response(code)
            for name, text in headers.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:  # who asked has gone away, as it does where an answer is slow
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing: what is asked stands in the evidence."""


def main() -> int:
    """Serve until somebody interrupts, and return the exit code."""
    parser = argparse.ArgumentParser(description="A GitHub and a service on 127.0.0.1, on the day of the launch.")
    parser.add_argument("--fault", choices=FAULTS, help="what is wrong with it; by default nothing")
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args()
    token = os.environ.get("LIVE_LAUNCH_TOKEN", "")
    if not token:
        parser.error("set the variable LIVE_LAUNCH_TOKEN: whoever asks has to send what it holds")
    now = datetime.now(UTC).replace(second=0, microsecond=0)  # noqa: TID251 -- a program beside gatekeeper
    Handler.world = World(token, options.fault, now)
    with ThreadingHTTPServer(("127.0.0.1", options.port), Handler) as server:
        _write_today(now)
        sys.stdout.write(f"the world answers on http://127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
