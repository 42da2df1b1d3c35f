"""Checked policies kept between runs, so that a decision on known policies starts fast.

An entry is found by the content of every file in the folders of the policies, by the code of gatekeeper, by Python's
version and by the names of everything that is installed beside it, so a change of any of them is another entry. A
library that was changed in place, under the same version, is not noticed. Links to folders are not entered: neither
policies nor their schemas are read through one. What was refused is never kept. Entries are pickles, and
reading a pickle runs what it says: only a file and a folder that belong to this user, and that nobody else may write
to, are believed. Nothing here fails; without a usable cache the policies are loaded anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import gatekeeper
from gatekeeper.errors import Diagnostic
from gatekeeper.expr.grammar_cache import cache_folder, ours
from gatekeeper.model.policy import PolicySet

Loaded = tuple[PolicySet, tuple[Diagnostic, ...]]

_MOST_FILES = 500
_MOST_BYTES = 8 * 1024 * 1024
_MOST_ENTRIES = 8
_ROOMS = ("load", "expr", "model")
"""What decides how policies are read; a change of their code is another entry."""


def entry_of(files: Sequence[Path], root: Path, folder: str) -> Path | None:
    """The file of the cache that would hold these policies; None where they are too large, or cannot all be read."""
    digest = hashlib.sha256()
    read = 0
    try:
        there = sorted({path for file in files for path in file.parent.rglob("*") if path.is_file()})
        if len(there) > _MOST_FILES:
            return None
        for path in there:
            content = path.read_bytes()
            read += len(content)
            if read > _MOST_BYTES:
                return None
            digest.update(_told(f"{path}\0{hashlib.sha256(content).hexdigest()}\0"))
        code = f"{_code()}\0{_installed()}"
        here = Path.cwd()  # mistakes and warnings are told as seen from here
    except OSError:
        return None
    asked = "\0".join(str(file) for file in files)
    versions = f"{sys.version}\0{gatekeeper.__version__}\0{code}"
    digest.update(_told(f"{asked}\0{root}\0{folder}\0{here}\0{versions}"))
    return cache_folder() / f"policies-{digest.hexdigest()}.pickle"


def read_entry(entry: Path) -> Loaded | None:
    """What the cache holds; None where it holds nothing that can be believed."""
    try:
        if not ours(entry.parent.stat()):
            return None
        handle = os.open(entry, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as file:
            about = os.fstat(handle)
            if not ours(about) or about.st_size > _MOST_BYTES:
                return None
            loaded = pickle.load(file)  # noqa: S301  the file is ours, and nobody else may write to it
    except Exception:  # noqa: BLE001  a damaged pickle raises anything; the policies are loaded anew
        return None
    known = isinstance(loaded, tuple) and len(loaded) == 2 and isinstance(loaded[0], PolicySet)
    return loaded if known else None


def write_entry(entry: Path, loaded: Loaded) -> None:
    """Keep what was loaded, all or nothing; without a folder to write to, do nothing."""
    with contextlib.suppress(OSError):
        entry.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not ours(entry.parent.stat()):
            return
        _drop_old(entry.parent)
        handle, name = tempfile.mkstemp(prefix=".policies-", dir=entry.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                pickle.dump(loaded, file, protocol=5)
            Path(name).replace(entry)
        except BaseException:
            Path(name).unlink()
            raise


def _drop_old(folder: Path) -> None:
    """Policies change, and nothing else would ever take their old entries away: the newest few stay."""
    entries = sorted(folder.glob("policies-*.pickle"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in entries[_MOST_ENTRIES - 1 :]:
        old.unlink()


def _told(text: str) -> bytes:
    """The bytes of a text with paths in it, whose names need not be UTF-8."""
    return text.encode("utf-8", "surrogatepass")


def _installed() -> str:
    """The names, which hold the versions, of all distributions that can be imported.

    All of them, since which library has a say in what a policy means is not written anywhere; and by their names alone,
    since asking ``importlib.metadata`` takes a tenth of a cold start.
    """
    told = []
    for folder in dict.fromkeys(sys.path):
        with contextlib.suppress(OSError), os.scandir(folder or ".") as entries:
            told += sorted(each.name for each in entries if each.name.endswith((".dist-info", ".egg-info")))
    return ",".join(told)


def _code() -> str:
    """Names, sizes and times of the modules that read policies."""
    package = Path(gatekeeper.__file__).parent
    told = []
    for room in _ROOMS:
        for path in sorted((package / room).rglob("*.py")):
            about = path.stat()
            told.append(f"{path.name}:{about.st_size}:{about.st_mtime_ns}")
    return ",".join(told)
