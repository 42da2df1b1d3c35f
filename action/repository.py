"""The repository, as git objects alone: what is in a commit, read without running or trusting anything of it.

Nothing is checked out. A checkout would follow the repository's attributes (filters, line ends, LFS) and its symbolic
links, and one of the commits is by whoever opened the pull request. The workspace of the job is looked at only where
the action itself lies in it, for whether it stands at the base.
"""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from action.refused import Refused
from gatekeeper.collect.git_program import git_variables

FETCH_SECONDS = 600
"""The longest that one fetch may take."""

_REGULAR = frozenset({"100644", "100755"})
_SETTINGS = (
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.fsmonitor=false",
    "-c", "gc.auto=0",
    "-c", "protocol.version=2",
    "-c", "safe.bareRepository=explicit",
    "-c", "safe.directory=*",
)  # fmt: skip

_WAY = (
    *("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"),
)
"""Variables of the runner's network: its proxies, and whose certificates it trusts."""


@dataclass(frozen=True, slots=True)
class TreeFile:
    """A file of a commit: its path, its mode and its object."""

    path: PurePosixPath
    mode: str
    id: str


@dataclass(frozen=True, slots=True)
class Change:
    """A path that differs between two commits: ``added``, ``changed`` or ``removed``."""

    path: PurePosixPath
    how: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of our own in a folder, into which single commits are fetched.

    Attributes:
        folder: where it is; an empty folder at first.
        remote: where it fetches from.
        token: what it fetches with; empty for none.
    """

    folder: Path
    remote: str
    token: str

    def begin(self) -> None:
        """Make it, without the templates of the machine.

        Raises:
            Refused: git cannot be run, or the folder not be written.
        """
        self._git(["init", "--quiet", "--template=", str(self.folder)])

    def fetch(self, what: str, depth: int = 1) -> str:
        """Fetch a branch (``refs/heads/main``) or a commit, and say which commit it is.

        Raises:
            Refused: it cannot be fetched.
        """
        arguments = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"]
        target = "refs/gate/fetched"
        try:
            self._git([*arguments, f"--depth={depth}", self.remote, f"+{what}:{target}"], self._credentials())
        except Refused as refused:
            hint = (
                "the job needs `permissions: contents: read`, or the input `token` a token that reads this repository; "
                "no checkout and no fetch-depth is needed"
            )
            if not what.startswith("refs/"):
                hint = f"it may be gone, and a newer push has a run of its own; else {hint}"
            raise Refused(f"{what} cannot be fetched from {self.remote}: {refused.message}", hint) from None
        try:
            return self._git(["rev-parse", "--verify", f"{target}^{{commit}}"]).decode("ascii").strip()
        except Refused:
            raise Refused(f"{what} is no commit") from None

    def parents(self, commit: str) -> tuple[str, ...]:
        """The commits that a commit builds on, as far as they were fetched."""
        line = self._git(["rev-list", "--max-count=1", "--parents", commit]).decode("ascii").split()
        return tuple(line[1:])

    def files(self, commit: str) -> list[TreeFile]:
        """Every regular file of a commit. Symbolic links and submodules are left out.

        Raises:
            Refused: a path that leads out of its folder, or into a folder of git.
        """
        listed = self._git(["ls-tree", "-r", "-z", "--full-tree", commit])
        found = []
        for line in listed.split(b"\0"):
            if line:
                about, _tab, name = line.partition(b"\t")
                mode, _kind, object_id = about.decode("ascii").split()
                path = _path(name)
                if mode in _REGULAR:
                    found.append(TreeFile(path, mode, object_id))
        return found

    def lay(self, files: Sequence[TreeFile], folder: Path) -> None:
        """Write files below a folder, byte by byte as they are in the repository.

        Raises:
            Refused: a file is there already, or cannot be written.
        """
        for file, content in zip(files, self._contents(files), strict=True):
            path = folder.joinpath(*file.path.parts)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as target:
                    target.write(content)
                if file.mode == "100755":
                    path.chmod(0o755)
            except OSError as error:
                raise Refused(f"{str(file.path)!r} cannot be written: {error.strerror or error}") from None

    def read(self, commit: str, path: PurePosixPath) -> bytes | None:
        """The content of a file of a commit; None where there is no such file."""
        for file in self.files(commit):
            if file.path == path:
                return next(self._contents([file]))
        return None

    def changed(self, before: str, after: str) -> list[Change]:
        """Every path that differs between two commits, in order."""
        words = {"A": "added", "D": "removed"}
        arguments = ["diff-tree", "-r", "-z", "--no-renames", "--no-ext-diff", "--name-status", before, after]
        parts = self._git(arguments).split(b"\0")[:-1]
        letters, names = parts[::2], parts[1::2]
        found = [
            Change(_path(name), words.get(letter.decode("ascii"), "changed"))
            for letter, name in zip(letters, names, strict=True)
        ]
        return sorted(found, key=lambda each: each.path)

    def _contents(self, files: Sequence[TreeFile]) -> Iterator[bytes]:
        """The content of each file, in order, from one process."""
        with subprocess.Popen(
            self._command(["cat-file", "--batch"]), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()
        ) as process:
            if process.stdin is None or process.stdout is None:  # cannot be: both are pipes
                raise AssertionError("git was started without pipes")
            for file in files:
                process.stdin.write(file.id.encode("ascii") + b"\n")
                process.stdin.flush()
                head = process.stdout.readline().split()
                if len(head) != 3 or head[1] != b"blob":
                    raise Refused(f"{str(file.path)!r} cannot be read from the repository")
                content = process.stdout.read(int(head[2]))
                if len(content) != int(head[2]) or process.stdout.read(1) != b"\n":
                    raise Refused(f"{str(file.path)!r} cannot be read whole from the repository")
                yield content
            process.stdin.close()

    def _credentials(self) -> dict[str, str]:
        """The token as a setting of git, in the environment: other processes can read a command line."""
        if not self.token:
            return {}
        host = "/".join(self.remote.split("/")[:3])
        said = base64.b64encode(f"x-access-token:{self.token}".encode()).decode("ascii")
        return {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{host}/.extraheader",
            "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {said}",
        }

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return ["git", *_SETTINGS, "-C", str(self.folder), *arguments]

    def _git(self, arguments: Sequence[str], more: dict[str, str] | None = None) -> bytes:
        try:
            ended = subprocess.run(
                self._command(arguments),
                env=_environment() | (more or {}),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=FETCH_SECONDS,
                check=False,
            )
        except OSError as error:
            raise Refused(f"git cannot be run: {error.strerror or error}", "install git on the runner") from None
        except subprocess.TimeoutExpired:
            raise Refused(f"git did not end within {FETCH_SECONDS} seconds") from None
        if ended.returncode:
            told = ended.stderr.decode("utf-8", "replace").strip().splitlines() or [f"git exits {ended.returncode}"]
            raise Refused(told[-1][:300])
        return ended.stdout


def stands_at(commit: str, file: Path) -> bool:
    """Whether a file is in a checkout of that commit, belongs to it, and nothing there is changed or added."""
    checkout = Repository(file.parent, "", "")
    try:
        head = checkout._git(["rev-parse", "--verify", "HEAD"]).decode("ascii").strip()
        checkout._git(["ls-files", "--error-unmatch", "--", file.name])
        changed = checkout._git(["status", "--porcelain", "--untracked-files=all", "--ignore-submodules=none"])
    except Refused:
        return False
    return head == commit and not changed


def _path(name: bytes) -> PurePosixPath:
    """A path of a tree, which stays inside of the folder that it is laid into."""
    text = os.fsdecode(name)
    if any(part in {"", ".", ".."} or part.lower() == ".git" for part in text.split("/")):
        raise Refused(f"the repository has a path that leads elsewhere: {text[:120]!r}")
    return PurePosixPath(text)


def _environment() -> dict[str, str]:
    """The variables of git: those of the collector that asks git, and by which way and how servers are reached."""
    way = {name: os.environ[name] for name in _WAY if name in os.environ}
    return {**git_variables(os.environ), **way, "GIT_ALLOW_PROTOCOL": "https:http:file"}
