"""A repository as GitHub hosts it: a base branch, pull requests with their trial merges, groups of a merge queue."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Files = Mapping[str, "str | None"]
"""Path → content; None takes the file away."""

_AUTHOR = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org"}
_COMMITTER = {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org"}


@dataclass(frozen=True)
class Event:
    """An event of GitHub: its name, its payload, and the commit that GITHUB_SHA has."""

    name: str
    payload: dict[str, Any]
    sha: str
    subject: str


@dataclass
class Hosted:
    """The repository ``owner/name`` of a server, below a folder."""

    server: Path
    _numbers: list[int] = field(default_factory=lambda: [0])

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        # As on GitHub: a commit may be fetched by its id.
        self.git("commit", "--quiet", "--allow-empty", "--message=begin")
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")

    @property
    def folder(self) -> Path:
        return self.server / "owner" / "name"

    def git(self, *arguments: str, feed: str = "") -> str:
        ended = subprocess.run(
            ["git", "-c", "core.quotePath=false", *arguments],
            cwd=self.folder,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.server), **_AUTHOR, **_COMMITTER},
            input=feed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()

    def commit(self, files: Files) -> str:
        """Commit files on the branch that is checked out."""
        for name, content in files.items():
            path = self.folder / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=change")
        return self.git("rev-parse", "HEAD")

    def on_main(self, files: Files) -> str:
        """Commit files on the base branch."""
        self.git("checkout", "--quiet", "main")
        return self.commit(files)

    def pull_request(self, files: Files, title: str = "A change") -> Event:
        """A pull request onto main with these changes, and GitHub's trial merge of it."""
        self._numbers[0] += 1
        number = self._numbers[0]
        base = self.git("rev-parse", "main")
        self.git("checkout", "--quiet", "-B", f"change-{number}", "main")
        head = self.commit(files)
        self.git("checkout", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "--message=trial", head)
        merge = self.git("rev-parse", "HEAD")
        self.git("update-ref", f"refs/pull/{number}/merge", merge)
        self.git("checkout", "--quiet", "main")
        pull = {
            "number": number,
            "title": title,
            "head": {"ref": f"change-{number}", "sha": head},
            "base": {"ref": "main", "sha": base, "repo": {"full_name": "owner/name"}},
        }
        return Event("pull_request", {"action": "synchronize", "pull_request": pull}, merge, head)

    def merge_group(self, files: Files) -> Event:
        """A group of the merge queue with these changes."""
        pull = self.pull_request(files)
        base = self.git("rev-parse", "main")
        group = {"head_sha": pull.sha, "head_ref": "refs/heads/gh-readonly-queue/main/pr-1", "base_sha": base}
        payload = {"action": "checks_requested", "merge_group": {**group, "base_ref": "refs/heads/main"}}
        return Event("merge_group", payload, pull.sha, pull.sha)

    def variables(self, event: Event, folder: Path) -> dict[str, str]:
        """What GitHub sets for a job that runs for the event."""
        file = folder / "event.json"
        file.write_text(json.dumps(event.payload), encoding="utf-8")
        return {
            "GITHUB_EVENT_NAME": event.name,
            "GITHUB_EVENT_PATH": str(file),
            "GITHUB_REPOSITORY": "owner/name",
            "GITHUB_SERVER_URL": f"file://{self.server}",
            "GITHUB_SHA": event.sha,
        }
