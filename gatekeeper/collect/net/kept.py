"""Answers that are kept between collections, for a server that says whether they still hold (``ETag``).

What is kept becomes evidence once more, so it is believed only under a seal (HMAC-SHA-256) that is made with the secret
that was sent. A file that somebody else puts there, such as with a commit of the repository, has none. The name of an
entry is made with the secret as well: what was asked cannot be told from it, and another secret has other entries.
Nothing in here fails; what cannot be believed or kept is asked anew.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import stat
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from gatekeeper.files import Unreadable, read_bounded

MOST_ENTRIES = 2_000
MOST_BYTES = 64 * 1024 * 1024
"""What all entries together may take, in bytes."""

MOST_OF_ONE = 8 * 1024 * 1024

_FORM = b"gatekeeper kept answer 1"
"""Another form of entries has another text here, and then none of the old ones is found."""

_SEAL = hashlib.sha256().digest_size
_OFTEN = 100
"""After how many new entries the old ones are looked at."""

_NAME = re.compile(r"[0-9a-f]{64}|\.[0-9a-f]{16}\.tmp", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was.

    Attributes:
        etag: what the server called this state of it.
        headers: those that are needed to read it, by name in small letters.
        body: decompressed.
    """

    etag: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class KeptAnswers:
    """The answers to those who know one secret. Close it, so that old entries make room."""

    def __init__(self, folder: Path, secret: str) -> None:
        self._folder = folder
        self._key = hmac.digest(secret.encode("utf-8", "surrogatepass"), _FORM, "sha256")
        self._written = 0

    def find(self, question: Sequence[str], most: int) -> Kept | None:
        """The answer to a question that was kept; None where there is none to be believed.

        Args:
            question: everything that has a say in the answer, but the secret.
            most: the largest body in bytes.
        """
        name = self._name(question)
        path = self._folder / name
        try:
            if not (_private(self._folder, stat.S_ISDIR) and _private(path, stat.S_ISREG)):
                return None
            data = read_bounded(path, MOST_OF_ONE)
        except (OSError, Unreadable):
            return None
        seal, sealed = data[:_SEAL], data[_SEAL:]
        if not hmac.compare_digest(seal, self._seal(name, sealed)):
            return None
        with suppress(OSError):  # what is still of use is not the oldest
            os.utime(path)
        return _opened(sealed, most)

    def keep(self, question: Sequence[str], kept: Kept) -> None:
        """Keep an answer in the place of an older one; where that cannot be, do nothing."""
        name = self._name(question)
        about = json.dumps({"etag": kept.etag, "headers": dict(kept.headers)}).encode()
        sealed = about + b"\n" + zlib.compress(kept.body, 1)
        if len(sealed) + _SEAL > MOST_OF_ONE:
            return
        beside = self._folder / f".{secrets.token_hex(8)}.tmp"
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _private(self._folder, stat.S_ISDIR):
                return
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
                with os.fdopen(os.open(beside, flags, 0o600), "wb") as file:
                    # It is not synced: half of an entry has no seal.
                    file.write(self._seal(name, sealed) + sealed)
                beside.replace(self._folder / name)
            finally:
                beside.unlink(missing_ok=True)
            self._written += 1
            if self._written % _OFTEN == 0:
                self._drop_old()

    def close(self) -> None:
        """Drop the oldest entries beyond what may be kept."""
        if self._written:
            with suppress(OSError):
                self._drop_old()

    def _name(self, question: Sequence[str]) -> str:
        return hmac.digest(self._key, b"name\0" + json.dumps(list(question)).encode(), "sha256").hex()

    def _seal(self, name: str, sealed: bytes) -> bytes:
        # With the name, so that no entry can be taken for the answer to another question.
        return hmac.digest(self._key, b"seal\0" + name.encode() + sealed, "sha256")

    def _drop_old(self) -> None:
        found = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # another collection may drop as well
                    if _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                        about = entry.stat(follow_symlinks=False)
                        found.append((about.st_mtime_ns, about.st_size, entry.path))
        found.sort(reverse=True)
        taken = 0
        for place, (_, size, path) in enumerate(found):
            taken += size
            if place >= MOST_ENTRIES or taken > MOST_BYTES:
                Path(path).unlink(missing_ok=True)


def _opened(sealed: bytes, most: int) -> Kept | None:
    """What stands under a seal that holds; None where its body is larger than wanted."""
    told, _, packed = sealed.partition(b"\n")
    about = json.loads(told)
    unpack = zlib.decompressobj()
    body = unpack.decompress(packed, most + 1)
    if len(body) > most or not unpack.eof:
        return None
    return Kept(about["etag"], about["headers"], body)


def _private(path: Path, kind: Callable[[int], bool]) -> bool:
    """Whether it is of that kind, no link, of this user, and nobody else may read it or write to it."""
    about = path.lstat()
    if not kind(about.st_mode):
        return False
    return not hasattr(os, "getuid") or (about.st_uid == os.getuid() and not about.st_mode & 0o077)
