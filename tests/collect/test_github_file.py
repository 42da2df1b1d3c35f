"""A file of a repository, compared with its digest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.model.snapshot import Subject
from tests.collect.github_answers import ask, asked_at, refusal_of, refused, value_of
from tests.fakes.github import (
    HEAD,
    REPOSITORY,
    FakeGitHub,
    blob,
    github,
)
from tests.fakes.servers import serving


def test_a_file_is_read_at_one_commit_and_named_by_its_digest() -> None:
    data = b'{"ready": true}'
    with github(FakeGitHub(files={"docs/ready.json": data})) as server:
        evidence = asked_at(server.url, "file", path="docs/ready.json", ref="main", **{"as": "json"})
        assert server.calls[-1].target.endswith(f"/contents/docs/ready.json?ref={HEAD}")
    assert (evidence.kind, evidence.value, evidence.subject) == ("json", {"ready": True}, None)
    assert evidence.request == (
        f"GET {server.url}/repos/{REPOSITORY}/contents/docs/ready.json?ref={HEAD} (blob {blob(data)})"
    )


def test_a_file_of_the_judged_commit_is_about_it() -> None:
    fake = FakeGitHub(files={"a.yaml": b"ready: yes\n"})
    evidence = ask(fake, "file", HEAD[:12], path="a.yaml", **{"as": "yaml"})
    assert (evidence.kind, evidence.value) == ("yaml", {"ready": "yes"})
    assert evidence.subject == Subject(commit=HEAD[:12])


def test_a_runbook_is_taken_apart_as_that_of_a_folder(tmp_path: Path) -> None:
    from tests.collect.sources import value_of as recorded
    from tests.collect.sources import write

    text = "# Runbook\n\n**Owner:** Robin\n\n## Steps\n\n- [x] one\n\n[up](#steps) [no](#gone) [out](https://example.com)\n"
    value = value_of(FakeGitHub(files={"a.md": text.encode()}), "file", path="a.md", ref=HEAD, **{"as": "markdown"})
    assert value == recorded(tmp_path, collector="markdown", file=write(tmp_path, "a.md", text))


def test_links_to_other_files_are_not_tried() -> None:
    fake = FakeGitHub(files={"a.md": b"# A\n\n[b](b.md)\n"})
    (link,) = value_of(fake, "file", path="a.md", ref=HEAD, **{"as": "markdown"})["links"]
    assert (link["kind"], link["resolves"]) == ("file", None)


def test_a_large_file_is_asked_for_by_its_digest() -> None:
    data = json.dumps({"text": "x" * 1_100_000}).encode()
    value = value_of(
        FakeGitHub(files={"a.json": data}, large={"a.json"}), "file", HEAD, path="a.json", **{"as": "json"}
    )
    assert len(value["text"]) == 1_100_000


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"content": "W10=\n"}, 'failed: "a.json" is not what its digest says: it was changed on the way'),
        ({"content": "e30=\n", "size": 3}, "is not what its digest says"),
        ({"content": "???"}, "has content that is no base64"),
        ({"content": None}, "has no content in base64"),
        ({"encoding": "utf-8"}, "has no content in base64"),
        ({"sha": "x"}, "does not say the size and the digest"),
        ({"size": None}, "does not say the size and the digest"),
        ({"size": 99_000_000}, "is too large: 99,000,000 bytes; at most 16,777,216 are read (max_bytes)"),
        ({"type": "submodule"}, 'mistyped: "a.json" is "submodule", not a file'),
        ({"type": "symlink"}, 'mistyped: "a.json" is "symlink", not a file'),
    ],
)
def test_a_file_that_did_not_come_as_it_is_is_refused(changes: dict[str, Any], said: str) -> None:
    good = {"type": "file", "encoding": "base64", "content": "e30=\n", "size": 2, "sha": blob(b"{}")}
    body = json.dumps({**good, **changes}).encode()
    with serving(lambda call: call.answer(body)) as server:
        assert said in refused(asked_at(server.url, "file", path="a.json", ref=HEAD, **{"as": "json"}))


def test_a_folder_is_no_file_and_neither_is_what_is_not_there() -> None:
    fake = FakeGitHub(files={"docs/a.json": b"{"})
    assert refusal_of(fake, "file", HEAD, path="docs", **{"as": "json"}) == 'mistyped: "docs" is a folder, not a file'
    assert "answered 404 Not Found" in refusal_of(fake, "file", HEAD, path="gone", **{"as": "json"})
    assert '"docs/a.json" is no JSON' in refusal_of(fake, "file", HEAD, path="docs/a.json", **{"as": "json"})
