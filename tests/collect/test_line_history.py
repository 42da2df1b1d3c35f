"""Who last changed the line of a box, as git knows it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import collect
from gatekeeper.collect.interface import Project
from tests.collect.sources import NOW, sources, write

FIRST = "# T\n\n- [ ] load test\n- [ ] audit\n"
SECOND = FIRST.replace("[ ] audit", "[x] audit")


def git(folder: Path, *arguments: str, who: str = "Ada", at: str = "2026-03-01T10:00:00+01:00") -> str:
    email = f"{who.lower()}@example.org"
    environ = {
        **os.environ,
        "GIT_AUTHOR_NAME": who,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z",
        "GIT_COMMITTER_NAME": "Merge",
        "GIT_COMMITTER_EMAIL": "merge@example.org",
        "GIT_COMMITTER_DATE": at,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    ran = subprocess.run(["git", *arguments], cwd=folder, env=environ, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def commit(folder: Path, text: str | bytes, who: str, at: str) -> str:
    write(folder, "docs/check.md", text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x", who=who, at=at)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, FIRST, "Ada", "2026-03-01T10:00:00+01:00")
    return folder


def read(root: Path, base: Path, environ: Mapping[str, str] | None = None, **config: Any) -> Any:
    entry = {"collector": "markdown", "file": "check.md", "history": True, **config}
    (evidence,) = collect(
        sources(it=entry), None, lambda: NOW, base, project=Project(root), environ=environ or dict(os.environ)
    )
    assert evidence.failure is None, evidence.failure
    return evidence.value


def changed(value: Any) -> list[Any]:
    return [each["changed"] and (each["changed"]["author"], each["changed"]["at"]) for each in value["tasks"]]


def test_a_tick_knows_who_made_it_and_when(repository: Path) -> None:
    head = commit(repository, SECOND, "Grace", "2026-03-02T09:00:00Z")
    value = read(repository, repository / "docs")
    assert value["history"] == "git"
    assert changed(value) == [("Ada", "2026-03-01T09:00:00Z"), ("Grace", "2026-03-02T09:00:00Z")]
    assert value["tasks"][1]["changed"] == {
        "author": "Grace",
        "email": "grace@example.org",
        "at": "2026-03-02T09:00:00Z",
        "commit": head,
    }


def test_a_tick_that_is_not_committed_has_nobody(repository: Path) -> None:
    write(repository, "docs/check.md", SECOND)
    assert changed(read(repository, repository / "docs")) == [("Ada", "2026-03-01T09:00:00Z"), None]


def test_nothing_is_told_unless_it_is_asked_for(repository: Path) -> None:
    value = read(repository, repository / "docs", history=False)
    assert (value["history"], changed(value)) == ("not_asked", [None, None])


def test_a_file_that_git_does_not_have_has_no_history(repository: Path, tmp_path: Path) -> None:
    write(repository, "docs/other.md", SECOND)
    assert read(repository, repository / "docs", file="other.md")["history"] == "no_git"
    write(tmp_path, "alone/check.md", SECOND)
    value = read(tmp_path / "alone", tmp_path / "alone")
    assert (value["history"], changed(value)) == ("no_git", [None, None])


def test_a_repository_around_the_project_is_not_asked(repository: Path) -> None:
    assert read(repository / "docs", repository / "docs")["history"] == "no_git"


def test_a_shallow_clone_does_not_say_that_its_oldest_commit_changed_every_line(
    repository: Path, tmp_path: Path
) -> None:
    commit(repository, SECOND, "Grace", "2026-03-02T09:00:00Z")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", "clone")
    value = read(tmp_path / "clone", tmp_path / "clone" / "docs")
    assert (value["history"], changed(value)) == ("shallow", [None, None])


def test_lines_that_git_shows_otherwise_are_not_attributed(repository: Path) -> None:
    """With this setting git tells the lines with other ends than the file has."""
    commit(repository, SECOND, "Grace", "2026-03-02T09:00:00Z")
    git(repository, "config", "core.autocrlf", "true")
    write(repository, "docs/check.md", SECOND.replace("\n", "\r\n"))
    value = read(repository, repository / "docs")
    assert (value["history"], changed(value)) == ("differs", [None, None])


def test_lines_that_git_does_not_count_as_such_are_not_attributed(repository: Path) -> None:
    commit(repository, SECOND.replace("# T\n\n", "# T\r\r"), "Grace", "2026-03-02T09:00:00Z")
    value = read(repository, repository / "docs")
    assert (value["history"], changed(value)) == ("differs", [None, None])


def test_line_ends_of_windows_are_no_obstacle(repository: Path) -> None:
    commit(repository, SECOND.replace("\n", "\r\n"), "Grace", "2026-03-02T09:00:00Z")
    assert changed(read(repository, repository / "docs")) == [("Grace", "2026-03-02T09:00:00Z")] * 2


def test_without_git_the_boxes_are_read_all_the_same(repository: Path, tmp_path: Path) -> None:
    value = read(repository, repository / "docs", environ={"PATH": str(tmp_path)})
    assert (value["history"], changed(value)) == ("failed", [None, None])


def test_no_setting_or_file_of_the_repository_passes_a_commit_over(repository: Path) -> None:
    forged = commit(repository, SECOND, "Grace", "2026-03-02T09:00:00Z")
    write(repository, "skip", forged)
    git(repository, "config", "blame.ignoreRevsFile", "skip")
    assert changed(read(repository, repository / "docs"))[1] == ("Grace", "2026-03-02T09:00:00Z")


def test_no_program_of_the_repository_is_run(repository: Path) -> None:
    marker = repository / "ran"
    script = repository / "evil"
    script.write_text(f'#!/bin/sh\ntouch {marker}\ncat "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    git(repository, "config", "diff.evil.textconv", str(script))
    git(repository, "config", "filter.evil.clean", str(script))
    write(repository, ".gitattributes", "*.md diff=evil filter=evil\n")
    git(repository, "config", "core.fsmonitor", str(script))
    assert read(repository, repository / "docs")["history"] == "git"
    assert not marker.exists()


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_box_that_looks_like_an_answer_of_git_is_a_line(end: str, repository: Path) -> None:
    text = f"- [ ] a\n{'0' * 40} 1 1 1\nauthor Mallory\n\tauthor Mallory\n- [x] b{end}"
    commit(repository, text, "Grace", "2026-03-02T09:00:00Z")
    assert changed(read(repository, repository / "docs")) == [("Grace", "2026-03-02T09:00:00Z")] * 2
