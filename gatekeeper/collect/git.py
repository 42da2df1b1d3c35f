"""The commit that a repository stands on: its tags, who signed them, and what was changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from gatekeeper.collect.files import locate, read_file
from gatekeeper.collect.interface import CollectRequest, FileText, Refused, SourceConfig, brought
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence, Subject
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json

if TYPE_CHECKING:
    from gatekeeper.collect.git_program import GitProgram
    from gatekeeper.collect.git_signature import Verifier

MOST_TAGS = 100
"""How many tags of one commit are looked at."""

TagsText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_*?][A-Za-z0-9._/*?+-]*$", max_length=200)]

_TAG_FORMAT = "%(refname:strip=2)%00%(objecttype)%00%(objectname)%00%(taggerdate:unix)"


class GitConfig(SourceConfig):
    """A repository.

    Attributes:
        repository: the top of its working tree, from the root of the project.
        tags: which tags count, such as ``v*``; all where it is not said.
        allow_shallow: whether a clone without its older commits will do.
        any_owner: whether the repository may belong to another user than the one that gatekeeper runs as.
        signers: SSH keys that may sign, as ``ssh-keygen`` reads them (allowed signers), beside the sources file.
        keys: OpenPGP public keys that may sign, beside the sources file.
    """

    repository: FileText = "."
    tags: TagsText = "*"
    allow_shallow: bool = False
    any_owner: bool = False
    signers: FileText | None = Field(default=None)
    keys: FileText | None = Field(default=None)

    def source_line(self) -> str:
        """The folder of the repository."""
        return f"git {self.repository}"


class GitCollector:
    """Asks git about the commit that is checked out. Nothing of the repository is run, nothing in it is changed."""

    kind = "git"
    gives = "git"
    config = GitConfig

    def collect(self, request: CollectRequest[GitConfig]) -> Evidence:
        """The commit, its tags and the state of the working tree."""
        from gatekeeper.collect.git_program import git_in  # here: most sources run no program
        from gatekeeper.collect.git_signature import verifying

        config = request.config
        if request.project is None:
            raise Refused("failed", "there is no project whose repository could be read")
        folder = _folder(request.project.root, config.repository)
        request.trace.asking(f"git HEAD of {config.repository}")
        request.trace.tried()
        git = git_in(folder, config.repository, request.environ, request.deadline, config.max_bytes, config.any_owner)
        signers = _file(request.base, config.signers, config.max_bytes)
        keys = _file(request.base, config.keys, config.max_bytes)
        with verifying(git, signers, keys) as verifier:
            commit, value = _stand(git, verifier, config)
        return brought(self, request, config.source_line(), value, subject=Subject(commit=commit))


def _folder(root: Path, name: str) -> Path:
    folder = locate(root, name, "the project's root")
    if not folder.is_dir():
        raise Refused("failed", f"there is no folder {shown(name, 120)}")
    return folder


def _file(base: Path, name: str | None, most: int) -> bytes | None:
    return None if name is None else read_file(base, name, most)


def _stand(git: GitProgram, verifier: Verifier, config: GitConfig) -> tuple[str, Json]:
    """The commit's id, and what is to be said of it."""
    shallow = git.text("rev-parse", "--is-shallow-repository") == "true"
    if shallow and not config.allow_shallow:
        hint = "fetch all of it (fetch-depth: 0), or say allow_shallow: true"
        raise Refused("truncated", f"the clone is shallow, so older commits and their tags are not here; {hint}")
    line = git.text("log", "-1", "--format=%H%x00%ct%x00%an%x00%ae", "HEAD", "--")
    commit, committed, author, email = line.split("\0")
    tree = _tree(git, commit)
    follows = None if shallow or tree.upstream is None else tree.apart
    latest = None if shallow else _latest(git, config.tags, commit)
    here = _tags(git, config.tags, f"--points-at={commit}", f"--count={MOST_TAGS + 1}", "--sort=refname")
    if len(here) > MOST_TAGS:
        raise Refused("truncated", f"the commit has more than {MOST_TAGS} tags; choose some with tags")
    return commit, {
        "commit": commit,
        "signature": verifier.commit(commit),
        "author": author,
        "author_email": email,
        "committed_at": _instant(committed),
        "branch": _branch(git),
        "shallow": shallow,
        "dirty": tree.dirty,
        "untracked": tree.untracked,
        "tags": [_told(each, verifier) for each in here],
        "latest_tag": None if latest is None else _told(latest, verifier),
        "commits_since_tag": None if latest is None else _distance(git, latest, commit),
        "upstream": tree.upstream,
        "ahead": None if follows is None else follows[0],
        "behind": None if follows is None else follows[1],
    }


@dataclass(frozen=True, slots=True)
class _Tree:
    """The state of a working tree.

    Attributes:
        apart: how many commits are here and not upstream, and the other way round; None where the upstream is gone.
    """

    dirty: bool
    untracked: bool
    upstream: str | None
    apart: tuple[int, int] | None


def _tree(git: GitProgram, commit: str) -> _Tree:
    # Into submodules git would go with settings of their own; that one stands on another commit it sees all the same.
    lines = git.text(
        "status", "--porcelain=v2", "--branch", "--ahead-behind", "-z", "--untracked-files=normal",
        "--no-renames", "--ignore-submodules=dirty",
    ).split("\0")  # fmt: skip
    heads = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# branch."))
    if heads.get("branch.oid") != commit:
        raise Refused("failed", "another commit was checked out while the repository was read")
    kinds = {line[:1] for line in lines if line} - {"#"}
    apart = heads.get("branch.ab")
    ahead, behind = apart.split(" ") if apart is not None else ("", "")
    return _Tree(
        dirty=bool(kinds - {"?"}),
        untracked="?" in kinds,
        upstream=heads.get("branch.upstream"),
        apart=None if apart is None else (int(ahead), -int(behind)),
    )


def _branch(git: GitProgram) -> str | None:
    ran = git.ask("symbolic-ref", "--quiet", "HEAD")
    name = ran.out.decode("utf-8", "replace").removesuffix("\n")
    return name.removeprefix("refs/heads/") if ran.exit_code == 0 and name.startswith("refs/heads/") else None


@dataclass(frozen=True, slots=True)
class _Tag:
    """One line of git about a tag."""

    name: str
    kind: str
    id: str
    date: str


def _tags(git: GitProgram, pattern: str, *wanted: str) -> list[_Tag]:
    said = git.text("for-each-ref", f"--format={_TAG_FORMAT}", *wanted, f"refs/tags/{pattern}")
    return [_Tag(*line.split("\0")) for line in said.split("\n") if line]


def _latest(git: GitProgram, pattern: str, commit: str) -> _Tag | None:
    """The tag that was made last; of several of the same second, the one with the highest version."""
    order = ("--sort=-version:refname", "--sort=-creatordate")
    found = _tags(git, pattern, f"--merged={commit}", "--count=1", *order)
    return found[0] if found else None


def _told(tag: _Tag, verifier: Verifier) -> Json:
    annotated = tag.kind == "tag"
    return {
        "name": tag.name,
        "annotated": annotated,
        "tagged_at": _instant(tag.date) if annotated and tag.date else None,
        "signature": verifier.tag(tag.id, tag.name) if annotated else "none",
    }


def _distance(git: GitProgram, tag: _Tag, commit: str) -> int:
    return int(git.text("rev-list", "--count", commit, f"^{tag.id}", "--"))


def _instant(seconds: str) -> str:
    try:
        return instant_text(datetime.fromtimestamp(int(seconds), UTC))
    except (ValueError, OverflowError, OSError):
        raise Refused("mistyped", f"the repository names an instant that there is not: {shown(seconds)}") from None
