"""Whether commits and tags are signed by one of the keys that a sources file names."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from gatekeeper.collect.child import run_program
from gatekeeper.collect.git_program import GitProgram
from gatekeeper.refused import Refused

Signature = Literal["good", "bad", "unknown", "none"]
Form = Literal["openpgp", "ssh", "other"]

_HEADER = re.compile(rb"^gpgsig(?:-sha256)? (.*)$", re.MULTILINE)
_BEGINNING = re.compile(rb"-----BEGIN ([A-Z ]+)-----")
_FORMS: dict[bytes, Form] = {b"PGP SIGNATURE": "openpgp", b"PGP MESSAGE": "openpgp", b"SSH SIGNATURE": "ssh"}
_SSH_GOOD = re.compile(rb'\AGood "git" signature for .+ with \S+ key \S+$', re.MULTILINE)
_GPG_STATUS = re.compile(rb"^\[GNUPG:\] ([A-Z_]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Verifier:
    """Verifies signatures with given keys and no others.

    Attributes:
        git: how the repository is asked.
        forms: the forms of signatures for which there are keys.
        signers: the file of SSH keys, where there is one.
    """

    git: GitProgram
    forms: frozenset[Form]
    signers: Path | None

    def commit(self, name: str) -> Signature:
        """The signature of a commit, by its id."""
        head = self._object("commit", name).partition(b"\n\n")[0]
        signed = _HEADER.search(head)
        return "none" if signed is None else self._verified("verify-commit", name, _form(signed[1]))

    def tag(self, name: str, called: str) -> Signature:
        """The signature of a tag that is an object, by its id.

        A tag that was signed under another name is a bad one: somebody gave it this name afterwards.
        """
        content = self._object("tag", name)
        head, _, body = content.partition(b"\n\n")
        begins = [found for found in _BEGINNING.finditer(body) if found.start() == 0 or body[found.start() - 1] == 10]
        if not begins:
            return "none"
        verified = self._verified("verify-tag", name, _form(begins[-1][0]))
        named = re.search(rb"^tag (.*)$", head, re.MULTILINE)
        renamed = named is None or named[1] != called.encode("utf-8", "surrogateescape")
        return "bad" if verified == "good" and renamed else verified

    def _object(self, kind: str, name: str) -> bytes:
        ran = self.git.ask("cat-file", kind, name)
        if ran.exit_code:
            raise Refused("truncated", f"the {kind} {name} is not in the repository")
        return ran.out

    def _verified(self, verb: str, name: str, form: Form) -> Signature:
        if form not in self.forms:
            return "unknown"
        settings = {} if self.signers is None else {"gpg.ssh.allowedSignersFile": str(self.signers)}
        ran = self.git.ask(verb, "--raw", name, settings=settings)
        said = ran.err + ran.out
        if form == "ssh":
            if ran.exit_code == 0 and _SSH_GOOD.search(said):
                return "good"
            # A key that nobody named is not known; only a signature that does not fit is bad.
            return "bad" if b"incorrect signature" in said or b"Could not verify signature" in said else "unknown"
        words = set(_GPG_STATUS.findall(said))
        if words & {b"BADSIG", b"REVKEYSIG"}:
            return "bad"
        doubts = words & {b"ERRSIG", b"EXPSIG", b"EXPKEYSIG", b"NO_PUBKEY"}
        return "good" if ran.exit_code == 0 and {b"GOODSIG", b"VALIDSIG"} <= words and not doubts else "unknown"


@contextmanager
def verifying(git: GitProgram, signers: bytes | None, keys: bytes | None) -> Iterator[Verifier]:
    """A verifier with keys of its own, for as long as the block lasts.

    Args:
        git: how the repository is asked.
        signers: a file of allowed signers with SSH keys, as ``ssh-keygen`` reads it; None for none.
        keys: OpenPGP public keys; None for none.

    Raises:
        Refused: the OpenPGP keys cannot be read, or gpg is not there.
    """
    if signers is None and keys is None:
        yield Verifier(git, frozenset(), None)
        return
    with tempfile.TemporaryDirectory(prefix="gatekeeper-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        forms: set[Form] = set()
        if signers is not None:
            (home / "signers").write_bytes(signers)
            forms.add("ssh")
        if keys is not None:
            git = _with_keys(git, home, keys)
            forms.add("openpgp")
        yield Verifier(git, frozenset(forms), home / "signers" if signers is not None else None)


def _with_keys(git: GitProgram, home: Path, keys: bytes) -> GitProgram:
    """The same with a key ring that holds these keys alone."""
    (home / "keys").write_bytes(keys)
    (home / "gpg.conf").write_text("batch\nno-tty\nno-autostart\nno-auto-key-retrieve\nno-auto-check-trustdb\n")
    environ = {**git.environ, "GNUPGHOME": str(home)}
    ran = run_program(["gpg", "--quiet", "--import", "keys"], home, environ, git.deadline, git.most)
    if ran.exit_code:
        raise Refused("mistyped", "the file of keys holds no OpenPGP public keys")
    return replace(git, environ=environ)


def _form(beginning: bytes) -> Form:
    found = _BEGINNING.search(beginning)
    return _FORMS.get(found[1], "other") if found else "other"
