"""Reading files within bounds, and writing them whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from gatekeeper.errors import OutputError


class Unreadable(Exception):
    """A file that cannot be read; the message says why, in words that go on from its path.

    The error of the system that it comes from, where there is one, is its ``__cause__``.
    """


class TooLarge(Unreadable):
    """A file with more bytes than may be read."""


def read_bounded(path: Path, most: int) -> bytes:
    """The content of a regular file, read once.

    The last part of the path may not be a symbolic link; a folder, a pipe or a device is refused before a byte is read,
    so that nothing can hold gatekeeper up.

    Args:
        path: the file.
        most: the largest size in bytes.

    Raises:
        Unreadable: it is missing, no regular file or not readable.
        TooLarge: it is.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        with os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                what = "is a folder, not a file" if stat.S_ISDIR(about.st_mode) else "is not a regular file"
                raise Unreadable(what)
            data = file.read(most + 1) if about.st_size <= most else b""
    except (OSError, ValueError) as error:
        raise Unreadable(_reason(error)) from error
    size = max(about.st_size, len(data))
    if size > most:
        raise TooLarge(f"is too large: {size:,} bytes; at most {most:,} are read")
    return data


def write_atomically(path: Path, data: bytes) -> None:
    """Puts the bytes into a file, whole or not at all; what stood there stays until all of it is written.

    A symbolic link is followed; into a device or a pipe the bytes are written as they are. A file that is replaced
    keeps its permissions; a new one has those that the process gives to files.

    Raises:
        OutputError: they could not be written, the file is read-only, or nobody reads the pipe; nothing that existed is
            lost and no part of the file is left behind.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            _pour(path, data)
        else:
            _replace(Path(os.path.realpath(path)) if path.is_symlink() else path, data)
    except (OSError, ValueError) as error:
        raise OutputError(f"{path} cannot be written: {_reason(error)}", "choose another place") from error


def _pour(path: Path, data: bytes) -> None:
    """Write into a device or a pipe. Opening a pipe that nobody reads would wait, for ever perhaps."""
    flags = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        if hasattr(os, "O_NONBLOCK"):
            os.set_blocking(descriptor, True)
        left = memoryview(data)
        while left:
            left = left[file.write(left) :]


def _mode_of(path: Path) -> int | None:
    """The permissions of the file that is to be replaced; None where there is none."""
    try:
        about = path.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError(errno.EISDIR, "is a folder", str(path))
    # Its own bits, since whoever may write to the folder, or everywhere, could replace it all the same.
    if not about.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise OSError(errno.EROFS, "is read-only")
    return stat.S_IMODE(about.st_mode)


def _replace(path: Path, data: bytes) -> None:
    mode = _mode_of(path)
    # In the same folder, since a file can only be renamed within its file system.
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(beside, flags, 0o666 if mode is None else 0o600), "wb") as file:
            file.write(data)
            if mode is not None:
                beside.chmod(mode)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    with suppress(OSError):  # some file systems cannot sync a folder
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _reason(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file or folder"
        case PermissionError():
            return "permission denied"
        case IsADirectoryError():
            return "is a folder, not a file"
        case NotADirectoryError():
            return "a part of the path is no folder"
        case OSError(errno=errno.ENXIO):
            return "nobody reads it"
        case OSError(errno=errno.ELOOP):
            return "is a symbolic link, which is not followed"
        case OSError(strerror=str() as reason):
            return reason[:1].lower() + reason[1:]
        case _:
            return str(error)[:200]
