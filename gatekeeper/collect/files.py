"""The one way from a sources file to the files that it names: inside its folder, regular, within bounds."""

from __future__ import annotations

import stat
from pathlib import Path, PurePosixPath

from gatekeeper.files import TooLarge, Unreadable, read_bounded
from gatekeeper.model.shown import shown
from gatekeeper.refused import FEWER_BYTES, NO_SUCH_FILE, Refused


def locate(base: Path, name: str, folder: str = "the sources file's folder") -> Path:
    """The path of a file that a sources file names.

    Args:
        base: the folder that the path starts in, which it may not leave.
        name: a relative path with forward slashes.
        folder: what that folder is, for people.

    Raises:
        Refused: the path is absolute, leaves the folder or leads through a symbolic link.
    """
    relative = PurePosixPath(name)
    if relative.is_absolute() or "\\" in name or ":" in name or "\0" in name:
        raise Refused("failed", f"{shown(name, 120)} is no relative path: name it from {folder}")
    if ".." in relative.parts:
        raise Refused("failed", f"{shown(name, 120)} leads out of {folder}")
    path = base
    for part in relative.parts:
        path = path / part
        try:
            about = path.lstat()
        except (OSError, ValueError):
            break  # opening it says what is wrong
        if stat.S_ISLNK(about.st_mode):
            raise Refused("failed", f"{shown(name, 120)} leads through a symbolic link, which is not followed")
    return base.joinpath(*relative.parts)


def read_file(base: Path, name: str, most: int) -> bytes:
    """The content of a file that a sources file names.

    Raises:
        Refused: as ``locate``, or the file is missing, no regular file, not readable or larger than ``most`` bytes.
    """
    path = locate(base, name)
    try:
        return read_bounded(path, most)
    except TooLarge as error:
        raise Refused("failed", f"{shown(name, 120)} {error} (max_bytes)", FEWER_BYTES) from None
    except Unreadable as error:
        raise Refused("failed", f"{shown(name, 120)} {error}", _remedy(error.__cause__)) from None


def _remedy(error: BaseException | None) -> str:
    match error:
        case FileNotFoundError():
            return NO_SUCH_FILE
        case PermissionError():
            return "let the user that gatekeeper runs as read it"
        case _:
            return ""
