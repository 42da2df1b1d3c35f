"""How to mend a source that cannot be had: by what was found to be wrong, never by words that stand in a message."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import Project
from gatekeeper.collect.diagnosis import try_sources
from gatekeeper.model.examination import Tried
from gatekeeper.model.snapshot import Subject
from tests.collect.sources import NOW, sources, write
from tests.fakes.certificates import certify
from tests.fakes.github import HEAD, REPOSITORY, FakeGitHub
from tests.fakes.servers import FAULTS, LOOPBACK, Reply, answering, serving
from tests.lacking import library

MORE_BYTES = "ask for less, or allow more with max_bytes"
MORE_TIME = "see why it is slow, or give it more time with timeout and deadline"
REACH = "see that the server runs and that this machine may reach it"
CONTENT = "mend the content, or name the collector that reads it"


def tried(base: Path, environ: Mapping[str, str] | None = None, **config: Any) -> Tried:
    """What came of one source."""
    ((found, _evidence),) = try_sources(
        sources(it=config), lambda: NOW, base, Project(base), lambda *_: None, environ or {}, Subject("demo", "staging")
    )
    return found


def remedy_of(base: Path, **config: Any) -> str:
    """How one source, which has to fail, is mended."""
    found = tried(base, **config)
    assert found.failure is not None
    return found.remedy


def asked(base: Path, reply: Reply, **config: Any) -> str:
    """How a source is mended whose server answers so; JSON over HTTP, unless it says otherwise."""
    usual = {"collector": "http", "as": "json"} if "collector" not in config else {}
    with serving(reply) as server:
        return remedy_of(base, url=server.url, **{**usual, "retries": 0, "allow_addresses": LOOPBACK, **config})


NAMES = ["answered 404.json", "(timeout.json", "permission denied.json", "is too large.json", "collector broke.json"]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_does_not_say_what_is_wrong_with_it(name: str, tmp_path: Path) -> None:
    assert remedy_of(tmp_path, collector="json", file=write(tmp_path, name, "{")) == CONTENT


def test_what_a_server_says_does_not_say_how_to_mend_the_source(tmp_path: Path) -> None:
    told = {"status": "error", "errorType": "execution", "error": "permission denied (max_bytes) answered 401"}
    remedy = asked(tmp_path, answering(told, status="422 x"), collector="prometheus", query="up")
    assert remedy == ""


@pytest.mark.parametrize(
    ("status", "begins"),
    [
        ("401 Unauthorized", "the credential is not accepted"),
        ("403 Forbidden", "the credential may not read this"),
        ("404 Not Found", "see that the URL is right"),
        ("429 Too Many Requests", "it is asked too often"),
        ("503 Service Unavailable", "see why the server fails"),
        ("418 I'm a teapot", ""),
    ],
)
def test_a_status_has_its_remedy_whoever_asks(status: str, begins: str, tmp_path: Path) -> None:
    """Each collector tells of a refusal in words of its own."""
    of_prometheus = {"status": "error", "errorType": "x", "error": "no"}
    for body, config in (
        (b"", {}),
        (b"", {"collector": "http", "as": "health"}),
        (of_prometheus, {"collector": "prometheus", "query": "up"}),
        ({"message": "no"}, {"collector": "alertmanager"}),
    ):
        reply = answering(body, status=status) if isinstance(body, dict) else _bare(status)
        remedy = asked(tmp_path, reply, **config)
        assert remedy.startswith(begins), (config, remedy)
        assert bool(remedy) == bool(begins), config


def _bare(status: str) -> Reply:
    return lambda call: call.answer(b"", status, "text/plain")


@pytest.mark.parametrize(
    ("status", "with_token", "without"),
    [
        ("401 Unauthorized", "the credential is not accepted", "send a token that may read it"),
        ("403 Forbidden", "the credential may not read this", "send a token that may read it"),
        ("404 Not Found", "see that the URL is right", "send a token that may read it"),
        ("500 Internal Server Error", "see why the server fails", "see why the server fails"),
    ],
)
def test_what_github_refuses_is_mended_by_a_token_where_none_was_sent(
    status: str, with_token: str, without: str, tmp_path: Path
) -> None:
    for token, begins in (({"token": "${env:TOKEN}"}, with_token), ({}, without)):
        with serving(_bare(status)) as server:
            asks = {"api": server.url, "repository": REPOSITORY, "read": "releases", "retries": 0, **token}
            given = {"TOKEN": "canary-0123456789-abcdefgh"}
            found = tried(tmp_path, given, collector="github", allow_addresses=LOOPBACK, **asks)
        assert found.remedy.startswith(begins), found.failure


def test_files(tmp_path: Path) -> None:
    gone = "write it, or mend its path, which starts in the folder of the sources file"
    assert remedy_of(tmp_path, collector="json", file="gone.json") == gone
    assert remedy_of(tmp_path, collector="sql", database="sqlite:///gone.db", query="SELECT 1") == gone
    large = write(tmp_path, "large.json", "[1, 2, 3]")
    assert remedy_of(tmp_path, collector="json", file=large, max_bytes=2) == MORE_BYTES


def test_a_file_that_may_not_be_read(tmp_path: Path, bound_by_permissions: None) -> None:
    closed = write(tmp_path, "closed.json", "{}")
    (tmp_path / closed).chmod(0)
    assert remedy_of(tmp_path, collector="json", file=closed) == "let the user that gatekeeper runs as read it"


def test_answers_that_are_too_large_too_slow_or_do_not_come(tmp_path: Path) -> None:
    assert asked(tmp_path, answering([1] * 100), max_bytes=9) == MORE_BYTES
    assert asked(tmp_path, FAULTS["slow drip of the body"][0], timeout="1s") == MORE_TIME
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert remedy_of(tmp_path, collector="http", url=url, retries=0, allow_addresses=LOOPBACK) == REACH
    unknown = remedy_of(tmp_path, collector="http", url="https://gone.invalid/", retries=0)
    assert unknown == "mend the host's name, or see that this machine reaches its resolver"


def test_a_certificate_that_is_not_accepted(tmp_path: Path) -> None:
    made = certify(tmp_path)
    with serving(answering({}), made.server) as server:
        remedy = remedy_of(tmp_path, collector="http", url=server.url, allow_addresses=LOOPBACK)
    assert remedy == "renew it, or name the authority that signed it with ca_file"


def test_a_server_that_speaks_no_http(tmp_path: Path) -> None:
    with serving(lambda call: call.send(b"220 mail.example.com ESMTP\r\n")) as server:
        remedy = remedy_of(tmp_path, collector="http", url=server.url, allow_addresses=LOOPBACK, retries=0)
    assert remedy.startswith("see that what listens there speaks HTTP")


@pytest.mark.parametrize("fault", ["reset", "half a body"])
def test_a_connection_that_breaks(fault: str, tmp_path: Path) -> None:
    with serving(FAULTS[fault][0]) as server:
        remedy = remedy_of(tmp_path, collector="http", url=server.url, allow_addresses=LOOPBACK, retries=0)
    assert remedy.startswith(("collect again; if it goes on", "see that what listens"))


def test_a_database_that_nobody_serves(tmp_path: Path) -> None:
    library("psycopg")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        database = f"postgresql://me@127.0.0.1:{taken.getsockname()[1]}/x?sslmode=disable"
        asks = {"collector": "sql", "query": "SELECT 1", "allow_addresses": LOOPBACK, "retries": 0}
        assert remedy_of(tmp_path, database=database, **asks) == REACH


def test_what_a_secret_is_needed_for_is_mended_by_the_secret(tmp_path: Path) -> None:
    url = "https://127.0.0.1:9/"
    headers = {"X-Key": "${env:ONE}", "X-Other": "${env:TWO}"}
    found = tried(tmp_path, {"TWO": "canary-0123456789"}, collector="http", url=url, headers=headers)
    assert [each.reference for each in found.lacking] == ["${env:ONE}"]
    assert found.remedy == "give what it refers to: ${env:ONE}"


def test_a_source_that_needs_a_commit_is_tried_with_the_one_that_is_judged(tmp_path: Path) -> None:
    with serving(FakeGitHub().reply) as server:
        asks = {"collector": "github", "api": server.url, "repository": REPOSITORY, "read": "check_runs"}
        about = sources(it={**asks, "allow_addresses": LOOPBACK})
        for judged, had in ((None, False), (HEAD, True)):
            subject = Subject("demo", "staging", judged)
            ((found, _),) = try_sources(about, lambda: NOW, tmp_path, Project(tmp_path), lambda *_: None, {}, subject)
            assert found.had is had, found.failure
