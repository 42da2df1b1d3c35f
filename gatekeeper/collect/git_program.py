"""Asks git about a repository in a way in which the repository can neither run anything nor be changed.

A repository has a say in what git does: hooks, a monitor of files, filters of contents, programs that verify
signatures, transports that fetch what is missing. Each of them is switched off here, in a scope that the repository's
own settings do not reach, and no setting of the user or the machine is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gatekeeper.collect.child import Ran, run_program, search_path
from gatekeeper.deadline import Deadline
from gatekeeper.model.shown import shown
from gatekeeper.refused import Refused

_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.untrackedCache": "false",
    "gpg.openpgp.program": "gpg",
    "gpg.program": "gpg",
    "gpg.ssh.allowedSignersFile": os.devnull,
    "gpg.ssh.program": "ssh-keygen",
    "gpg.ssh.revocationFile": os.devnull,
    "gpg.x509.program": "false",
    "i18n.logOutputEncoding": "UTF-8",
    "log.showSignature": "false",
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",
    "status.submoduleSummary": "false",
}

_VARIABLES = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_GRAFT_FILE": f"{os.devnull}/none",  # git says things of a file that is there
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}


@dataclass(frozen=True, slots=True)
class GitProgram:
    """git, asked about one repository.

    Attributes:
        folder: the top of its working tree.
        shown: the folder, for people.
        settings: what git is told in place of what the repository says.
        environ: the variables that git gets.
        deadline: when every answer must be there.
        most: how many bytes one answer may have.
    """

    folder: Path
    shown: str
    settings: Mapping[str, str]
    environ: Mapping[str, str]
    deadline: Deadline
    most: int

    def ask(self, *arguments: str, settings: Mapping[str, str] | None = None) -> Ran:
        """How git ends with these arguments, whatever it says.

        Raises:
            Refused: it cannot be run, does not end in time, or says too much.
        """
        told = {**self.settings, **(settings or {})}
        environ = {**self.environ, "GIT_CONFIG_COUNT": str(len(told))}
        for number, (key, value) in enumerate(told.items()):
            environ[f"GIT_CONFIG_KEY_{number}"] = key
            environ[f"GIT_CONFIG_VALUE_{number}"] = value
        return run_program(["git", "--no-pager", *arguments], self.folder, environ, self.deadline, self.most)

    def text(self, *arguments: str) -> str:
        """What git says, without the line end behind it; what is not UTF-8 in it is replaced.

        Raises:
            Refused: as ``ask``, or git says that it cannot.
        """
        ran = self.ask(*arguments)
        if ran.exit_code:
            raise Refused("failed", _complaint(self.shown, arguments[0], ran))
        return ran.out.decode("utf-8", "replace").removesuffix("\n")


def git_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """All the variables that git gets: nothing of this process but where programs are.

    With them git reads no setting of the user or the machine, follows no protocol and asks nobody. Whoever lets git
    fetch names the protocols in ``GIT_ALLOW_PROTOCOL``, and settings in ``GIT_CONFIG_COUNT`` and its kin.

    Args:
        environ: the variables of this process; ``PATH`` is taken from them.
    """
    return {"PATH": search_path(environ), **_VARIABLES}


def git_in(
    folder: Path, shown_as: str, environ: Mapping[str, str], deadline: Deadline, most: int, any_owner: bool
) -> GitProgram:
    """What asks git about the repository whose working tree has that folder as its top.

    Args:
        folder: the folder.
        shown_as: the folder as people call it.
        environ: the variables of this process; ``PATH`` is taken from them.
        deadline: when every answer must be there.
        most: how many bytes one answer may have.
        any_owner: whether the repository may belong to another user.

    Raises:
        Refused: it is no such repository, or git cannot be asked.
    """
    top = os.path.realpath(folder)
    variables = {**git_variables(environ), "GIT_CEILING_DIRECTORIES": str(Path(top).parent)}
    settings = {**_SETTINGS, "safe.directory": top} if any_owner else _SETTINGS
    git = GitProgram(folder, shown_as, settings, variables, deadline, most)
    found = git.text("rev-parse", "--show-toplevel")
    if os.path.realpath(found) != top:
        raise Refused("failed", f"the working tree of {shown(shown_as, 120)} lies in another folder (core.worktree)")
    return replace(git, settings={**settings, **_without_filters(git)})


def _without_filters(git: GitProgram) -> Mapping[str, str]:
    """Settings that take away the programs through which the repository would have contents go."""
    names = git.text("config", "--list", "--name-only", "-z").split("\0")
    filters = {name.rpartition(".")[0] for name in names if name.startswith("filter.") and name.count(".") > 1}
    return {f"{each}.{key}": value for each in sorted(filters) for key, value in _NO_FILTER}


_NO_FILTER = (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))

_COMPLAINTS: Iterable[tuple[bytes, str]] = (
    (b"dubious ownership", "belongs to another user; any_owner: true says that this is fine"),
    (b"not a git repository", "is no repository with a working tree"),
    (b"must be run in a work tree", "is no repository with a working tree"),
    (b"cannot use bare repository", "is no repository with a working tree"),
    (b"ambiguous argument 'HEAD'", "has no commit yet"),
    (b"bad revision 'HEAD'", "has no commit yet"),
    (b"does not have any commits yet", "has no commit yet"),
    (b"Needed a single revision", "has no commit yet"),
)


def _complaint(folder: str, verb: str, ran: Ran) -> str:
    """Why git refused, in our words: its own may hold anything."""
    for sign, told in _COMPLAINTS:
        if sign in ran.err:
            return f"{shown(folder, 120)} {told}"
    how = f"exit code {ran.exit_code}" if ran.exit_code > 0 else f"signal {-ran.exit_code}"
    return f"git {verb} in {shown(folder, 120)} ended with {how}"
