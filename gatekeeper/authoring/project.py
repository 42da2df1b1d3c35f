"""The files of a project that is about to begin: made first, and written only where nothing is in the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from gatekeeper.authoring.proposal import is_word
from gatekeeper.errors import OutputError, UsageError
from gatekeeper.files import write_atomically

ENVIRONMENT = "production"
"""The environment of the first sources file."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,50}")
_SCHEMAS = ("policy", "sources", "suite", "waivers")


def system_name(given: str | None, folder: Path) -> str:
    """What the system is called: as it is given, else after the folder.

    Raises:
        UsageError: what is given cannot be the name of a system.
    """
    if given is None:
        slug = re.sub(r"[^a-z0-9]+", "-", folder.absolute().name.lower()).strip("-")[:40].strip("-")
        return slug if slug and is_word(slug) else f"service-{slug}".rstrip("-")
    if not _ID.fullmatch(given) or not is_word(given):
        raise UsageError(
            f"--system {given[:80]!r} cannot name a system",
            "small letters, digits and hyphens, and no number, such as my-service",
        )
    return given


def editor_schemas() -> dict[str, bytes]:
    """The schemas that the modelines name, so that editors find them without gatekeeper and without a network."""
    folder = resources.files("gatekeeper.schemas")
    return {f"schemas/{name}.v1.json": folder.joinpath(f"{name}.v1.json").read_bytes() for name in _SCHEMAS}


def refuse_what_is_there(folder: Path, files: Mapping[str, bytes], folders: tuple[str, ...]) -> None:
    """Refuses a folder in which something is in the way.

    Args:
        files: path below the folder → content; a file that is there with this very content is not in the way.
        folders: folders below it that may hold nothing yet.

    Raises:
        UsageError: naming what is in the way.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder", "name a new or an empty one")
    taken = [name for name in files if _is_other(folder / name, files[name])]
    taken += [f"{name}/" for name in folders if _holds_anything(folder / name)]
    if taken:
        shown = ", ".join(taken[:5]) + (f" and {len(taken) - 5} more" if len(taken) > 5 else "")
        raise UsageError(
            f"in {folder} is in the way: {shown}; nothing was written",
            "choose another folder, another --system, or move it away",
        )


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes every file.

    Raises:
        OutputError: one cannot be written.
    """
    for name, content in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"{path.parent} cannot be made: {error.strerror or error}", "choose another place"
            ) from error
        write_atomically(path, content)


def _is_other(path: Path, content: bytes) -> bool:
    try:
        return path.is_symlink() or (path.exists() and (not path.is_file() or path.read_bytes() != content))
    except OSError:
        return True


def _holds_anything(path: Path) -> bool:
    try:
        return path.is_symlink() or (path.exists() and (not path.is_dir() or any(path.iterdir())))
    except OSError:
        return True
