"""Where the built parser tables are kept between runs.

The tables are JSON, so reading them can run no code, whoever wrote them; a wrong table could still
read an expression wrongly, so only a file and a folder that are ours, and that nobody else may write
to, are believed. Nothing in here fails: without a usable cache the tables are built anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any, Final

ENVIRONMENT: Final = "GATEKEEPER_CACHE_DIR"
_LARGEST_BYTES: Final = 4 * 1024 * 1024


def cache_folder() -> Path:
    """``$GATEKEEPER_CACHE_DIR``, or the platform's folder for caches of this user."""
    if chosen := os.environ.get(ENVIRONMENT):
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("gatekeeper")


def read_tables(folder: Path, key: str) -> Any | None:
    """The tables under ``key``, or None where there are none to be trusted."""
    try:
        if not ours(folder.stat()):
            return None
        handle = os.open(folder / f"cel-{key}.json", os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as file:
            about = os.fstat(handle)
            if not ours(about) or about.st_size > _LARGEST_BYTES:
                return None
            return json.load(file)
    except (OSError, ValueError, RecursionError):
        return None


def write_tables(folder: Path, key: str, tables: Any) -> None:
    """Keep the tables under ``key``, all or nothing; without a folder to write to, do nothing."""
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not ours(folder.stat()):
            return
        handle, name = tempfile.mkstemp(prefix=".cel-", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(tables, file, separators=(",", ":"))
            Path(name).replace(folder / f"cel-{key}.json")
        except OSError:
            Path(name).unlink()
            raise


def ours(about: os.stat_result) -> bool:
    """Whether it belongs to this user and nobody else may write to it."""
    if not hasattr(os, "getuid"):
        return True
    return about.st_uid == os.getuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
