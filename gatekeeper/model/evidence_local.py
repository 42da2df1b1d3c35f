"""Evidence kinds of the machine that gatekeeper runs on: a repository, variables, a program.

As those of ``gatekeeper.model.evidence``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gatekeeper.model.evidence import Instant
from gatekeeper.model.values import Json

Signature = Literal["good", "bad", "unknown", "none"]


@dataclass(frozen=True, slots=True)
class GitTag:
    """A tag.

    Attributes:
        name: without ``refs/tags/``.
        annotated: whether it is an object of its own, with a tagger and a date, and not a mere name of a commit.
        tagged_at: when it was made, as it says itself; None for a mere name.
        signature: ``good`` where one of the given keys signed it under this name, ``bad`` where the signature does not
            fit or the key was revoked, ``unknown`` where it cannot be told, ``none`` where there is no signature.
    """

    name: str
    annotated: bool
    tagged_at: Instant | None
    signature: Signature


@dataclass(frozen=True, slots=True)
class Git:
    """The commit that a repository stands on.

    Attributes:
        commit: its full id.
        signature: of the commit, in the words of tags.
        author: as the commit names its author; git verifies no name.
        author_email: as the commit names it.
        committed_at: when it was committed, as it says itself.
        branch: the branch's plain name; None where the commit was checked out without one.
        shallow: whether the clone lacks older commits.
        dirty: whether a file that is tracked differs from the commit.
        untracked: whether there is a file that is neither tracked nor ignored.
        tags: the tags of the commit, by name.
        latest_tag: the tag that was made last of those on the commit and before it; None where there is none, or where
            the clone is shallow.
        commits_since_tag: how many commits came after the latest tag; None where that is None.
        upstream: the branch that the branch follows, such as ``origin/main``; None where it follows none.
        ahead: how many commits the upstream did not have when it was last fetched; None where it is not known.
        behind: how many commits of the upstream, as it was last fetched, are not here; None where it is not known.
    """

    commit: str
    signature: Signature
    author: str
    author_email: str
    committed_at: Instant
    branch: str | None
    shallow: bool
    dirty: bool
    untracked: bool
    tags: list[GitTag]
    latest_tag: GitTag | None
    commits_since_tag: int | None
    upstream: str | None
    ahead: int | None
    behind: int | None


@dataclass(frozen=True, slots=True)
class Variable:
    """What may be said of a variable of the environment: nothing that its value could be guessed from.

    Attributes:
        present: whether it is set, be it to nothing.
        empty: whether it is set to nothing; None where it is not set.
        matches: whether its value has the pattern that the source names; None where it names none, or where the
            variable is not set.
    """

    present: bool
    empty: bool | None
    matches: bool | None


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables that a source asks about.

    Attributes:
        variables: name → what may be said of it.
    """

    variables: dict[str, Variable]


@dataclass(frozen=True, slots=True)
class Command:
    """How a program ended, and what it wrote to standard output.

    Attributes:
        command: the program and its arguments, as the source names them.
        exit_code: one of those that the source takes for an answer.
        json: what it wrote, where the source says that this is JSON; else None.
        text: what it wrote, where the source says that this is text; else None.
    """

    command: list[str]
    exit_code: int
    json: Json
    text: str | None
