"""Answers that hardly any server gives, and a hostile one may: a line says what is wrong, and half of one is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.collect.sources import refusal_of, value_of
from tests.fakes.github import issue
from tests.fakes.servers import LOOPBACK, Call, answering, head, serving


def _part(call: Call) -> None:
    body = b'{"alerts": []}'
    call.answer(body, "206 Partial Content", Content_Range=f"bytes 0-{len(body) - 1}/90000")


@pytest.mark.parametrize(
    "config",
    [
        {"collector": "http"},
        {"collector": "http", "as": "json"},
        {"collector": "http", "as": "health"},
        {"collector": "http", "method": "HEAD"},
        {"collector": "alertmanager"},
        {"collector": "prometheus", "query": "up"},
        {"collector": "github", "repository": "octo/demo", "read": "issues"},
    ],
    ids=str,
)
def test_a_part_that_nobody_asked_for_is_no_answer(config: dict[str, str], tmp_path: Path) -> None:
    where = "api" if config["collector"] == "github" else "url"
    with serving(_part) as server:
        line = refusal_of(tmp_path, **{**config, where: server.url, "allow_addresses": LOOPBACK, "retries": 0})
    assert line.startswith("truncated: ")
    assert "answered 206 Partial Content: all of it was asked for" in line


@pytest.mark.parametrize(
    "location",
    [
        "http:\\\\169.254.169.254\\",
        "ht\ttp://169.254.169.254/",
        "http://127.0.0.1\\@169.254.169.254/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://exa mple.com/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:-1/",
        "http://xn--/",
        "http://" + "a" * 70_000 + "/",
        "http://\xff\xfe/",
        "\x00",
    ],
)
def test_a_redirect_to_what_is_no_url_is_told_in_a_line(location: str, tmp_path: Path) -> None:
    def redirect(call: Call) -> None:
        lines = head("302 Found", {"Content-Length": "0", "Location": "@"})
        call.send(lines.replace(b"@", location.encode("latin-1")))

    with serving(redirect) as server:
        line = refusal_of(tmp_path, collector="http", url=server.url, allow_addresses=LOOPBACK, retries=0)
    assert line.startswith("failed: ")
    assert "broke: " not in line, line
    assert len(line) < 600


def _listing(link: str, folder: Path) -> str:
    def reply(call: Call) -> None:
        here = f"http://{call.headers['host']}"
        body = json.dumps([issue(call.number, "bug", url=None, repository_url=None)]).encode()
        call.answer(body, Link=link.replace("HOST", call.headers["host"]).replace("HERE", here))

    with serving(reply) as server:
        source = {"collector": "github", "api": server.url, "repository": "octo/demo", "read": "issues"}
        return refusal_of(folder, **source, allow_addresses=LOOPBACK, retries=0)


@pytest.mark.parametrize(
    "link",
    [
        '<HERE/x?page=2; rel="next"',
        'HERE/x?page=2; rel="next"',
        "<HERE/x?page=2>; rel*=UTF-8''next",
        '<HERE/x?page=2>; rel="last next',
        "<HERE/x?page=2> rel=next",
        '<HERE/x?page=2>;; rel="next"',
    ],
)
def test_a_next_page_that_cannot_be_read_is_not_the_end_of_a_list(link: str, tmp_path: Path) -> None:
    assert "cannot be read from its Link header" in _listing(link, tmp_path)


def test_a_next_page_that_names_a_user_is_not_asked_for(tmp_path: Path) -> None:
    line = _listing('<http://me:mine@HOST/x?page=2>; rel="next"', tmp_path)
    assert line == "failed: a next page or a redirect names a user, and is not followed"


@pytest.mark.parametrize("told", [True, "true", 1])
def test_a_part_of_the_series_is_not_all_of_them(told: object, tmp_path: Path) -> None:
    body = {"status": "success", "data": {"resultType": "vector", "result": []}, "isPartial": told}
    with serving(answering(body)) as server:
        source = {"collector": "prometheus", "url": server.url, "query": "up", "allow_addresses": LOOPBACK}
        assert refusal_of(tmp_path, **source).startswith("truncated: the server says that its answer is a part")
    body["isPartial"] = False
    with serving(answering(body)) as server:
        assert value_of(tmp_path, **{**source, "url": server.url})["samples"] == []
