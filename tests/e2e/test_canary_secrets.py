"""Fifty secrets go through every collector that takes one, and those whom they are shown to tell them in every way.

Real servers on loopback, a real PostgreSQL, real processes, with the debug log of every library on standard error.
"""

from __future__ import annotations

import html
import json
import os
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.conftest import ROOT
from tests.fakes.alertmanager import Alertmanager, alert
from tests.fakes.canaries import DSN_PASSWORD, HEADER_SAFE, OTHERS, RUN, SECRETS, told_in, writings
from tests.fakes.github import issue
from tests.fakes.postgres import Postgres
from tests.fakes.servers import Call, head, serving

POLICY = """\
apiVersion: gatekeeper/v1
kind: Gate
id: demo
title: The demo may go
owner: demo-team
evidence:
"""
SOURCES = """\
apiVersion: gatekeeper/v1
kind: Sources
system: demo
environment: local
concurrency: 16
deadline: 4m
subject: {service: demo, environment: local}
sources:
"""
LOGGING = """\
import logging, sys
logging.basicConfig(level=logging.NOTSET, stream=sys.stderr, format="%(name)s %(message)s")
logging.getLogger("markdown_it").setLevel(logging.INFO)  # says a line for each line that it reads
"""
TELLS = """\
import json, os
from tests.fakes.canaries import writings
print(json.dumps([writings(os.environ[name]) for name in sorted(os.environ) if name.startswith("CANARY_")]))
"""
ISSUE = issue(1, "bug", url=None, repository_url="https://api.github.com/repos/octo/issues")
BODY = {"Content-Type": "text/plain; charset=utf-8"}


def _told(call: Call) -> str:
    """The secret that the call carries."""
    asked = parse_qs(urlsplit(call.target).query)
    sent = call.headers.get("x-key") or call.headers.get("authorization", "").removeprefix("Bearer ")
    return sent or (asked["t"][0] if "t" in asked else "")


def _text(secret: str) -> bytes:
    return "\n".join(f"{how}: {text}" for how, text in writings(secret).items()).encode()


def _chunks(call: Call, body: bytes) -> None:
    call.send(head("200 OK", {**BODY, "Transfer-Encoding": "chunked"}))
    for at in range(0, len(body), 7):
        part = body[at : at + 7]
        call.send(f"{len(part):x}\r\n".encode() + part + b"\r\n")
    call.send(b"0\r\n\r\n")


def _gzip(call: Call, body: bytes) -> None:
    packer = zlib.compressobj(wbits=31)
    call.answer(packer.compress(body) + packer.flush(), kind="text/plain", Content_Encoding="gzip")


def _json(call: Call, value: Any, status: str = "200 OK") -> None:
    call.answer(json.dumps(value).encode(), status)


WAYS: dict[str, Callable[[Call, str], None]] = {
    "values": lambda call, secret: _json(call, writings(secret)),
    "keys": lambda call, secret: _json(call, {text: {text: [text]} for text in writings(secret).values()}),
    "utf-8": lambda call, secret: call.answer(json.dumps(writings(secret), ensure_ascii=False).encode()),
    "text": lambda call, secret: call.answer(_text(secret), kind="text/plain"),
    "chunks": lambda call, secret: _chunks(call, _text(secret)),
    "gzip": lambda call, secret: _gzip(call, _text(secret)),
    "failure": lambda call, secret: call.answer(_text(secret), "500 Broke", kind="text/html"),
    "reason": lambda call, secret: call.answer(_text(secret), f"403 {quote(secret)[:200]}", kind="text/plain"),
    "headers": lambda call, secret: call.answer(
        b"{}", kind=f"text/{quote(secret, safe='')[:2000]}", ETag=quote(secret)[:2000], X_Told=quote(secret)[:2000]
    ),
    "plain headers": lambda call, secret: call.answer(b"{}", kind=secret[:200], Date=secret[:200], ETag=secret[:200]),
    "encoding": lambda call, secret: call.answer(b"{}", Content_Encoding=secret[:200]),
    "broken": lambda call, secret: call.answer(b'{"a": ' + secret.encode() + b"}"),
    "twice": lambda call, secret: call.answer(f"{{{json.dumps(secret)}: 1, {json.dumps(secret)}: 2}}".encode()),
    "half": lambda call, secret: call.answer(_text(secret), kind="text/plain", length=10**7),
    "elsewhere": lambda call, secret: call.answer(b"", "302 Found", Location=f"http://10.0.0.1/{quote(secret)[:200]}"),
    "a host": lambda call, secret: call.answer(b"", "302 Found", Location=f"http://{quote(secret, safe='')}/"),
    "a raw host": lambda call, secret: call.answer(b"", "302 Found", Location=f"http://{secret[:200]}.invalid/"),
    "a user": lambda call, secret: call.answer(b"", "302 Found", Location=f"http://{quote(secret[:90])}@10.0.0.1/"),
    "back": lambda call, secret: (
        call.answer(_text(secret), kind="text/plain")
        if "seen=" in call.target
        else call.answer(b"", "302 Found", Location=f"{call.target}&seen={quote(secret, safe='')[:2000]}")
    ),
    "wait": lambda call, secret: call.answer(b"{}", "429 Slow", Retry_After=secret[:30]),
}
"""How a server tells what it was sent."""


def reply(call: Call) -> None:
    """Answers as GitHub, Prometheus, Alertmanager or anybody does, and always tells the secret."""
    secret, parts = _told(call), urlsplit(call.target)
    assert secret, call.target
    if parts.path == "/any":
        WAYS[parse_qs(parts.query)["way"][0]](call, secret)
    elif parts.path == "/github/repos/octo/issues/issues":
        _json(call, [{**ISSUE, "title": f"told: {text}"} for text in writings(secret).values()])
    elif parts.path.startswith("/github/"):
        _json(call, {"message": f"no such token: {secret}, {quote(secret)}", "documentation_url": secret}, "401 No")
    elif parts.path == "/prometheus/api/v1/query" and "up" in parts.query:
        result = [{"metric": {"told": text}, "value": [1e9, "1"]} for text in writings(secret).values()]
        _json(call, {"status": "success", "data": {"resultType": "vector", "result": result}})
    elif parts.path.startswith("/prometheus/"):
        _json(call, {"status": "error", "errorType": "bad_data", "error": f"{secret}: {html.escape(secret)}"}, "400 No")
    else:
        call.target = call.target.removeprefix("/alertmanager")
        Alertmanager([alert("Told", annotations=writings(secret))])(call)


@dataclass
class Project:
    """A project whose sources carry every secret, and all that was said and written in it."""

    root: Path
    environment: dict[str, str]
    said: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, python: tuple[str, ...] = ("-X", "dev")) -> subprocess.CompletedProcess[str]:
        process = subprocess.Popen(
            [sys.executable, *python, "-m", "gatekeeper", *words],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        with _watched(process.pid, self.said):
            out, errors = process.communicate(timeout=240)
        ran = subprocess.CompletedProcess(words, process.returncode, out, errors)
        self.said[f"{' '.join(words)}: stdout"] = ran.stdout
        self.said[f"{' '.join(words)}: stderr"] = ran.stderr
        return ran

    def written(self) -> dict[str, str]:
        """Every file of gatekeeper, and the names of all of them."""
        files = [path for path in (self.root / ".gatekeeper").rglob("*") if path.is_file()]
        files += (self.root / "out").iterdir()
        return {str(path): f"{path}\n{path.read_bytes().decode('utf-8', 'replace')}" for path in files}


@contextmanager
def _watched(process: int, said: dict[str, str]) -> Iterator[None]:
    """Notes the arguments of a process and of all that it starts, as any user can see them, until the block ends."""
    over = threading.Event()
    seen: set[str] = set()

    def look() -> None:
        while not over.wait(0.3):
            for path in Path("/proc").glob("[0-9]*"):
                with suppress(OSError, ValueError):
                    if _comes_of(path, process):
                        seen.add((path / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        said["arguments of processes"] = said.get("arguments of processes", "") + "\n".join(sorted(seen))


def _comes_of(path: Path, process: int) -> bool:
    """Whether a process is that one, or one that it started."""
    while path.name not in {str(process), "0", "1"}:
        parent = (path / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
        path = path.with_name(parent)
    return path.name == str(process)


def _sources(url: str, where: str, references: dict[str, str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Source → its evidence kind and its configuration."""
    live = {"allow_addresses": ["127.0.0.0/8"], "retries": 0, "timeout": "120s"}
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for number, name in enumerate(HEADER_SAFE):
        for turn in range(2):
            way = tuple(WAYS)[(number * 2 + turn) % len(WAYS)]
            entry = {"collector": "http", "url": f"{url}/any?way={quote(way)}", **live}
            found[f"h_{name}_{turn}"] = "http", {**entry, "headers": {"X-Key": references[name]}}
        found[f"m_{name}"] = _monitored(number % 5, url, references[name], live)
    for name in OTHERS:
        for way in ("text", "back", "failure"):
            entry = {"collector": "http", "url": f"{url}/any?way={way}", **live, "query": {"t": references[name]}}
            found[f"q_{name}_{way}"] = "http", entry
    given = {f"CANARY_{number}": references[name] for number, name in enumerate(SECRETS)}
    program = {"collector": "command", "command": [sys.executable, "-c", TELLS], "timeout": "120s"}
    found["program"] = "command", {**program, "stdout": "json", "environment": {**given, "PYTHONPATH": str(ROOT)}}
    variables = {name[6:-1]: {"pattern": "^x"} for name in references.values() if name.startswith("${env:")}
    found["settings"] = "environment", {"collector": "env", "variables": variables}
    right = f"postgresql://canary:{references['dsn_password']}@{where}"
    asked = {"collector": "sql", "allow_addresses": ["127.0.0.0/8"], "timeout": "120s", "retries": 0}
    found["rows"] = "rows", {**asked, "database": "${env:DSN}", "query": "SELECT * FROM canary_told"}
    found["rows_of_user"] = "rows", {**asked, "database": right, "query": "SELECT * FROM canary_told"}
    casts = {"query": "SELECT text::int FROM canary_told"}
    found["rows_of_no_number"] = "rows", {**asked, "database": "${env:DSN}", **casts}
    wrong = f"postgresql://canary:{references['base64_two_pads']}@{where}"
    found["rows_of_nobody"] = "rows", {**asked, "query": "SELECT 1 AS one", "database": wrong}
    found["pasted"] = "markdown", {"collector": "markdown", "file": "pasted.md"}
    found["report"] = "test_report", {"collector": "junit", "file": "report.xml"}
    return found


def _monitored(which: int, url: str, reference: str, live: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A question to GitHub, Prometheus or Alertmanager, who answer it or refuse."""
    if which < 2:
        repository = ("octo/issues", "octo/errors")[which]
        asked = {"api": f"{url}/github", "repository": repository, "read": "issues", "token": reference}
        return "issues", {"collector": "github", **asked, **live}
    headers = {"headers": {"Authorization": f"Bearer {reference}"}, **live}
    if which < 4:
        query = ("up", "down")[which - 2]
        return "samples", {"collector": "prometheus", "url": f"{url}/prometheus", "query": query, **headers}
    return "alerts", {"collector": "alertmanager", "url": f"{url}/alertmanager", **headers}


def _pasted() -> str:
    lines = [f"## Told {name}\n\n- [ ] {text}\n" for name in SECRETS for text in writings(SECRETS[name]).values()]
    return "# What somebody pasted\n\n" + "\n".join(lines)


def _report() -> str:
    cases = [
        f'<testcase classname="c" name="{html.escape(text)}"><failure message="{html.escape(text)}"/></testcase>'
        for name, secret in SECRETS.items()
        if name != "controls"  # XML cannot hold them
        for how, text in writings(secret).items()
        if how in {"plain", "url", "json", "repr", "bearer"}
    ]
    return f'<testsuite name="s" tests="{len(cases)}" failures="{len(cases)}">{"".join(cases)}</testsuite>'


@pytest.fixture
def server(postgres: Postgres) -> Iterator[Postgres]:
    """A database with a user whose password is a secret, which tells it."""
    password = DSN_PASSWORD.replace("'", "''")
    rows = ", ".join("('" + text.replace("'", "''") + "')" for text in writings(DSN_PASSWORD).values())
    postgres.run(f"SET standard_conforming_strings = on; CREATE ROLE canary LOGIN PASSWORD '{password}'")
    postgres.run(f"CREATE TABLE canary_told (text text); INSERT INTO canary_told VALUES {rows}")
    postgres.run("GRANT SELECT ON canary_told TO canary")
    yield postgres
    postgres.run("DROP TABLE canary_told; DROP ROLE canary")


@pytest.fixture
def project(tmp_path: Path, server: Postgres) -> Iterator[Project]:
    root, outside = tmp_path / "project", tmp_path / "run" / "secrets"
    for folder in (root / "policies" / "demo", root / "evidence" / "demo", root / "out", outside, tmp_path / "site"):
        folder.mkdir(parents=True)
    references, variables = {}, {}
    for number, (name, secret) in enumerate(SECRETS.items()):
        if number % 2:
            variables[name.upper()] = secret
            references[name] = f"${{env:{name.upper()}}}"
        else:
            (outside / f"f{number}").write_bytes(secret.encode() + (b"\n", b"\r\n", b"")[number % 3])
            references[name] = f"${{file:{outside}/f{number}}}"
    where = f"127.0.0.1:{server.port}/postgres?sslmode=disable"
    variables["DSN"] = f"postgresql://canary:{quote(DSN_PASSWORD, safe='')}@{where}"
    (tmp_path / "site" / "sitecustomize.py").write_text(LOGGING, encoding="utf-8")
    kept = {key: text for key, text in os.environ.items() if not key.startswith("GATEKEEPER_")}
    environment = {
        **kept,
        **variables,
        "PYTHONPATH": f"{tmp_path / 'site'}{os.pathsep}{ROOT}",
        "PYTHONFAULTHANDLER": "1",
        "PYTHONIOENCODING": "utf-8",
        "GATEKEEPER_ALLOW_COMMANDS": "true",
        "GATEKEEPER_TRACEBACK": "1",
        "GATEKEEPER_CACHE_DIR": os.environ["GATEKEEPER_CACHE_DIR"],
        "SSLKEYLOGFILE": str(root / "out" / "keys"),
    }
    with serving(reply) as listening:
        sources = _sources(listening.url, where, references)
        bound = {name: config for name, (_kind, config) in sources.items()}
        lines = [f"  {name}: {json.dumps(config)}\n" for name, config in bound.items()]
        (root / "evidence/demo/sources.local.yaml").write_text(SOURCES + "".join(lines), encoding="utf-8")
        (root / "evidence/demo/pasted.md").write_text(_pasted(), encoding="utf-8")
        (root / "evidence/demo/report.xml").write_text(_report(), encoding="utf-8")
        (root / "policies/demo/demo.yaml").write_text(_policy(sources), encoding="utf-8")
        yield Project(root, environment)


def _policy(sources: dict[str, tuple[str, dict[str, Any]]]) -> str:
    evidence = [f"  {name}: {{type: {kind}, max_age: 1h}}\n" for name, (kind, _config) in sources.items()]
    rules = [
        f"  - {{id: r{number}, title: Rule {number}, enforcement: blocking, severity: high, remedy: none, "
        f'expect: {name}.http_status == 299 && {name}.text == "x", '
        f'message: "{{{name}.text}} {{{name}.content_type}} {{{name}.url}}"}}\n'
        for number, (name, (kind, _config)) in enumerate(sources.items())
        if kind == "http"
    ]
    return POLICY + "".join(evidence) + "rules:\n" + "".join(rules)


def test_no_eight_characters_of_fifty_secrets_are_told(project: Project) -> None:
    written = [f"--output={kind}=out/decision.{kind}" for kind in ("text", "markdown", "json")]
    for words, code in (
        (("lint", "--format", "sarif"), 0),
        (("collect", "demo"), 0),
        (("doctor", "--format", "json"), 3),
        (("evaluate", "demo", "--collect", "--explain", *written), 1),
        (("explain", "demo"), 1),
    ):
        ran = project.run(*words)
        assert ran.returncode == code, ran.stderr[-2000:]
    said = project.said["collect demo: stderr"]
    assert "HTTP Request" in said, "the libraries do log"
    assert "it was not read within" not in said
    assert "-m gatekeeper collect demo" in project.said["arguments of processes"]
    assert not (project.root / "out" / "keys").exists(), "with the keys of TLS all that was sent could be read"
    everything = {**project.said, **project.written()}
    told = {part: (name, how) for name, secret in SECRETS.items() for how, parts in told_in(secret) for part in parts}
    leaks = [
        f"{where}: {told[text[at : at + RUN]]}: {text[at : at + RUN]!r}"
        for where, text in everything.items()
        for at in range(len(text))
        if text[at : at + RUN] in told
    ]
    assert not leaks, "\n".join(leaks[:40])
