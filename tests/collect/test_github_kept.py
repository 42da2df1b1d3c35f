"""Answers of GitHub that are kept: what they save, and that they never change what is judged."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect.net import kept as store
from gatekeeper.collect.net.kept import Kept, KeptAnswers
from tests.collect.github_answers import TOKEN, asked_at, refused, runs
from tests.fakes.github import (
    HEAD,
    REPOSITORY,
    FakeGitHub,
    check_run,
    github,
    issue,
    pull_request,
    release,
    review,
)
from tests.fakes.servers import Call, Server, head
from tests.lacking import lack

WITH: dict[str, Any] = {"token": "${env:GITHUB_TOKEN}"}
READINGS: dict[str, dict[str, Any]] = {
    "workflow_runs": {"workflow": "canary.yml"},
    "pull_request": {"number": 12},
    "check_runs": {"ref": "main"},
    "issues": {"labels": ["launch"]},
    "releases": {"limit": 1},
    "file": {"path": "a.json", "as": "json", "ref": "main"},
}


def filled() -> FakeGitHub:
    """A repository with several pages of what has pages."""
    again = {**runs(1, first=151)[0], "run_attempt": 2}
    return FakeGitHub(
        runs=[*runs(150), again],
        attempts={again["id"]: [{**again, "run_attempt": 1}]},
        pulls=[pull_request()],
        reviews=[review(3, "APPROVED")],
        checks=[check_run(number, f"test {number}") for number in range(130)],
        issues=[issue(number, "launch") for number in range(1, 251)],
        labels=["launch"],
        releases=[release("v2"), release("v1")],
        refs={"main": HEAD, "tags/v2": HEAD},
        files={"a.json": b'{"open": true}'},
        token=TOKEN,
    )


@pytest.fixture
def fake() -> FakeGitHub:
    return filled()


@pytest.fixture
def server(fake: FakeGitHub) -> Iterator[Server]:
    with github(fake) as at:
        yield at


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """The folder of what is kept."""
    return tmp_path / "answers"


@pytest.mark.parametrize("read", READINGS)
@pytest.mark.parametrize("links_again", [True, False])
def test_what_did_not_change_is_not_sent_again_and_the_evidence_is_the_same(
    tmp_path: Path, fake: FakeGitHub, server: Server, read: str, links_again: bool
) -> None:
    fake.links_again = links_again
    plain = asked_at(server.url, read, **READINGS[read], **WITH)
    assert fake.unchanged == 0
    assert plain.failure is None
    first = asked_at(server.url, read, kept=tmp_path, **READINGS[read], **WITH)
    before, asked = fake.unchanged, len(server.calls)
    second = asked_at(server.url, read, kept=tmp_path, **READINGS[read], **WITH)
    if links_again and read != "releases":
        assert fake.unchanged - before == len(server.calls) - asked > 0, "every answer was 304"
    assert first.value == second.value == plain.value
    assert (first.digest, second.digest) == (plain.digest, plain.digest)
    if links_again:
        assert first == second == plain


def test_what_changed_is_sent_and_takes_the_place_of_the_old(tmp_path: Path, fake: FakeGitHub, server: Server) -> None:
    def numbers() -> list[Any]:
        value: Any = asked_at(server.url, "pull_request", kept=tmp_path, number=12, **WITH).value
        return [each["state"] for each in value["reviews"]]

    assert numbers() == ["APPROVED"]
    fake.reviews.append(review(3, "CHANGES_REQUESTED"))
    assert numbers() == ["CHANGES_REQUESTED"]
    asked, before = len(server.calls), fake.unchanged
    assert numbers() == ["CHANGES_REQUESTED"]
    assert fake.unchanged - before == len(server.calls) - asked == 3


def test_a_record_on_a_new_page_is_seen_although_the_page_before_did_not_change(
    tmp_path: Path, fake: FakeGitHub, server: Server
) -> None:
    """An ETag names the body, and where the next page is stands in a header."""
    fake.links_again = False
    fake.issues = [issue(number) for number in range(1, 101)]
    for count in (100, 101, 102, 101, 100):
        fake.issues = [issue(number) for number in range(1, count + 1)]
        value: Any = asked_at(server.url, "issues", kept=tmp_path, **WITH).value
        assert len(value["issues"]) == count


def test_whether_there_are_more_releases_is_that_of_now(tmp_path: Path, fake: FakeGitHub, server: Server) -> None:
    fake.links_again = False
    for releases in ([release("v2"), release("v1")], [release("v2")], [release("v2"), release("v1")]):
        fake.releases = releases
        value: Any = asked_at(server.url, "releases", kept=tmp_path, limit=1, **WITH).value
        assert value["more"] == (len(releases) > 1)


def test_only_this_user_may_read_it_and_nothing_tells_the_token(tmp_path: Path, server: Server, answers: Path) -> None:
    asked_at(server.url, "workflow_runs", kept=tmp_path, workflow="canary.yml", **WITH)
    assert answers.stat().st_mode & 0o777 == 0o700
    entries = sorted(answers.iterdir())
    assert len(entries) == 3, "two pages and an earlier attempt"
    for entry in entries:
        assert entry.stat().st_mode & 0o777 == 0o600
        assert len(entry.name) == 64
        assert TOKEN.encode() not in entry.read_bytes()


@pytest.mark.parametrize(
    "config",
    [
        {"secret": "ghs_another0123456789abcdef", **WITH},
        {"max_bytes": 15_000_000, "headers": {"X-Proxy": "a"}, **WITH},
        {"kept": None, **WITH},
    ],
    ids=["another token", "headers of its own", "no folder"],
)
def test_another_asker_is_told_anew(tmp_path: Path, fake: FakeGitHub, server: Server, config: dict[str, Any]) -> None:
    fake.token = None
    asked_at(server.url, "issues", kept=tmp_path, **WITH)
    before = len(server.calls), fake.unchanged
    asked_at(server.url, "issues", **{"kept": tmp_path, **config})
    first = server.calls[before[0]]
    assert "if-none-match" not in first.headers


@pytest.mark.parametrize("config", [{}, {"secret": "0123456789abcdef", **WITH}], ids=["none", "one that is short"])
def test_without_a_token_to_seal_it_with_nothing_is_kept(
    tmp_path: Path, fake: FakeGitHub, server: Server, answers: Path, config: dict[str, Any]
) -> None:
    fake.token = None
    assert asked_at(server.url, "issues", kept=tmp_path, **config).failure is None
    assert not answers.exists()


def _turn(entry: Path) -> None:
    data = bytearray(entry.read_bytes())
    data[-1] ^= 1
    entry.write_bytes(data)


def _link(entry: Path) -> None:
    there = entry.parent.parent / f"{entry.name}.there"
    entry.rename(there)
    entry.symlink_to(there)


def _grow(entry: Path) -> None:
    with entry.open("ab") as file:
        file.truncate(store.MOST_OF_ONE + 1)


def _another(entry: Path) -> None:
    others = [each for each in entry.parent.iterdir() if each != entry]
    entry.write_bytes(others[0].read_bytes())


def _folder(entry: Path) -> None:
    entry.unlink()
    entry.mkdir()


def _foreign(entry: Path) -> None:
    os.chown(entry, 12345, 12345)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "one bit": _turn,
    "cut": lambda entry: entry.write_bytes(entry.read_bytes()[:-9]),
    "empty": lambda entry: entry.write_bytes(b""),
    "a link": _link,
    "too large": _grow,
    "the entry of another question": _another,
    "a folder": _folder,
    "readable by others": lambda entry: entry.chmod(0o644),
    "of another user": _foreign,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_an_entry_that_cannot_be_believed_is_asked_anew(
    tmp_path: Path, fake: FakeGitHub, server: Server, answers: Path, damage: str
) -> None:
    if damage == "of another user" and os.getuid() != 0:
        lack("only root gives files away")
    first = asked_at(server.url, "pull_request", kept=tmp_path, number=12, **WITH)
    for entry in sorted(answers.iterdir())[: 1 if damage.endswith("question") else None]:
        DAMAGE[damage](entry)
    asked = len(server.calls)
    second = asked_at(server.url, "pull_request", kept=tmp_path, number=12, **WITH)
    assert second == first
    anew = [call for call in server.calls[asked:] if "if-none-match" not in call.headers]
    assert anew


@pytest.mark.parametrize("place", ["a link", "open to others", "of another user"])
def test_a_folder_that_is_not_this_users_own_holds_nothing(
    tmp_path: Path, server: Server, answers: Path, place: str
) -> None:
    there = tmp_path / "there"
    there.mkdir(mode=0o700)
    if place == "a link":
        answers.symlink_to(there)
    else:
        answers.mkdir(mode=0o700)
    if place == "open to others":
        answers.chmod(0o770)
    if place == "of another user":
        if os.getuid() != 0:
            lack("only root gives folders away")
        os.chown(answers, 12345, 12345)
    failure = asked_at(server.url, "issues", kept=tmp_path, **WITH).failure
    if place == "of another user":
        os.chown(answers, 0, 0)  # permissions may bind this root too, and nobody could remove the folder
    assert failure is None
    assert list(there.iterdir()) == []
    assert list(answers.iterdir()) == []


def test_where_nothing_can_be_written_the_evidence_is_the_same(tmp_path: Path, server: Server) -> None:
    (tmp_path / "state").write_text("a file")
    plain = asked_at(server.url, "issues", **WITH)
    assert asked_at(server.url, "issues", kept=tmp_path / "state", **WITH) == plain


def test_304_for_what_was_not_kept_is_no_answer(tmp_path: Path) -> None:
    def before(call: Call, _github: FakeGitHub) -> bool:
        call.send(head("304 Not Modified", {"ETag": '"a"'}))
        return True

    with github(FakeGitHub(before=before)) as server:
        line = refused(asked_at(server.url, "issues", kept=tmp_path, **WITH))
    assert "answered 304 Not Modified" in line


def test_304_with_another_etag_means_another_answer(tmp_path: Path, fake: FakeGitHub, server: Server) -> None:
    first: Any = asked_at(server.url, "pull_request", kept=tmp_path, number=12, **WITH).value
    assert first["state"] == "open"

    def before(call: Call, _github: FakeGitHub) -> bool:
        if "if-none-match" in call.headers:
            call.send(head("304 Not Modified", {"ETag": '"another"'}))
        return "if-none-match" in call.headers

    fake.before = before
    fake.pulls[0]["state"] = "closed"
    second: Any = asked_at(server.url, "pull_request", kept=tmp_path, number=12, **WITH).value
    assert second["state"] == "closed"


@pytest.mark.parametrize(
    "written", [TOKEN, "".join(f"\\u{ord(letter):04x}" for letter in TOKEN)], ids=["plain", "escaped"]
)
def test_an_answer_that_holds_a_secret_is_not_kept(tmp_path: Path, answers: Path, written: str) -> None:
    body = f'[{{"number": 1, "title": "see {written}", "assignees": [], "labels": []}}]'.encode()

    def before(call: Call, _github: FakeGitHub) -> bool:
        call.answer(body, ETag='"a"')
        return True

    with github(FakeGitHub(before=before)) as server:
        asked_at(server.url, "issues", kept=tmp_path, **WITH)
    assert not answers.exists()


@pytest.mark.parametrize(
    "headers", [{"ETag": "a"}, {"ETag": '"a", "b"'}, {}, {"ETag": '"a"', "Cache_Control": "private, no-store"}]
)
def test_an_answer_that_may_not_be_kept_is_not(tmp_path: Path, answers: Path, headers: dict[str, str]) -> None:
    def before(call: Call, _github: FakeGitHub) -> bool:
        call.answer(b"[]", "200 OK", "application/json", None, **headers)
        return True

    with github(FakeGitHub(before=before)) as server:
        assert asked_at(server.url, "issues", kept=tmp_path, **WITH).failure is None
    assert not answers.exists()


def test_a_smaller_max_bytes_holds_for_what_was_kept_too(tmp_path: Path, server: Server) -> None:
    asked_at(server.url, "pull_request", kept=tmp_path, number=12, **WITH)
    line = refused(asked_at(server.url, "pull_request", kept=tmp_path, number=12, max_bytes=100, **WITH))
    assert "is too large" in line


def _keep(folder: Path, names: range, size: int = 1) -> None:
    kept = KeptAnswers(folder, TOKEN)
    for number in names:
        kept.keep([str(number)], Kept('"a"', {}, os.urandom(size)))
        (entry,) = (each for each in folder.iterdir() if each.name == kept._name([str(number)]))
        os.utime(entry, (number, number))
    kept.close()


def _there(folder: Path, names: range) -> list[int]:
    kept = KeptAnswers(folder, TOKEN)
    return [number for number in names if kept.find([str(number)], 1_000_000) is not None]


def test_the_oldest_entries_go_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch, answers: Path) -> None:
    monkeypatch.setattr(store, "MOST_ENTRIES", 5)
    _keep(answers, range(1, 9))
    assert _there(answers, range(1, 9)) == [4, 5, 6, 7, 8]


def test_the_oldest_entries_go_where_they_take_too_much(monkeypatch: pytest.MonkeyPatch, answers: Path) -> None:
    monkeypatch.setattr(store, "MOST_BYTES", 35_000)
    _keep(answers, range(1, 9), size=10_000)
    assert _there(answers, range(1, 9)) == [6, 7, 8]


def test_what_is_larger_than_an_entry_may_be_is_not_kept(monkeypatch: pytest.MonkeyPatch, answers: Path) -> None:
    monkeypatch.setattr(store, "MOST_OF_ONE", 5_000)
    KeptAnswers(answers, TOKEN).keep(["a"], Kept('"a"', {}, os.urandom(10_000)))
    assert not answers.exists()


GATE = """\
apiVersion: gatekeeper/v1
kind: Gate
id: blockers
title: Gate
owner: platform-oncall
evidence:
  blockers: {type: issues, max_age: 1h}
rules:
  - id: no-blockers
    title: No blocker is open
    enforcement: blocking
    severity: high
    expect: size(blockers.issues) == 0
"""
SOURCES = """\
apiVersion: gatekeeper/v1
kind: Sources
system: demo
environment: staging
subject: {{service: demo, environment: staging}}
sources:
  blockers:
    collector: github
    repository: {repository}
    read: issues
    api: {url}
    allow_addresses: [127.0.0.0/8]
    token: ${{env:GITHUB_TOKEN}}
"""


def test_the_command_keeps_them_below_the_projects_state_and_doctor_does_not(
    tmp_path: Path, fake: FakeGitHub, server: Server
) -> None:
    policies, evidence = tmp_path / "policies" / "demo", tmp_path / "evidence" / "demo"
    policies.mkdir(parents=True)
    evidence.mkdir(parents=True)
    (policies / "blockers.yaml").write_text(GATE)
    (evidence / "sources.staging.yaml").write_text(SOURCES.format(repository=REPOSITORY, url=server.url))

    def gatekeeper(*words: str) -> None:
        environ = {**os.environ, "GITHUB_TOKEN": TOKEN}
        ran = subprocess.run(
            [sys.executable, "-m", "gatekeeper", *words], cwd=tmp_path, env=environ, capture_output=True, check=False
        )
        assert ran.returncode == 0, ran

    gatekeeper("doctor")
    assert server.calls
    assert fake.unchanged == 0
    assert not (tmp_path / ".gatekeeper").exists()
    gatekeeper("collect", "blockers")
    assert len(list((tmp_path / ".gatekeeper" / "answers").iterdir())) == 3
    before, asked = fake.unchanged, len(server.calls)
    gatekeeper("collect", "blockers")
    assert fake.unchanged - before == len(server.calls) - asked == 6
