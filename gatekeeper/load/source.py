"""Reading a text file within limits. What cannot be read is refused in one line, before any parser sees it."""

from __future__ import annotations

import bisect
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from gatekeeper.errors import Diagnostic, InvalidDocuments
from gatekeeper.load.diagnostics import shown
from gatekeeper.model.place import Place

MAX_BYTES = 256 * 1024
"""The largest file that is read, in bytes."""

_BREAK = re.compile("\r\n|\r|\n")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of a file, and what is needed to point into it.

    Attributes:
        name: path relative to the root, with forward slashes: the same on every machine.
        shown: path as somebody in the current directory would write it.
        lines: the lines without their ends.
    """

    path: Path
    name: str
    shown: str
    text: str
    lines: tuple[str, ...]
    starts: tuple[int, ...] = field(repr=False)

    def position(self, index: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character of the text."""
        line = max(1, bisect.bisect_right(self.starts, index))
        return line, index - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line from 1; empty where there is none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def place(self, line: int, column: int) -> Place:
        """A place in this file that means the same on every machine."""
        return Place(self.name, line, column)


def make_source(path: Path, name: str, display: str, text: str) -> SourceText:
    """A source from text that is at hand."""
    starts = (0, *(found.end() for found in _BREAK.finditer(text)))
    return SourceText(path, name, display, text, tuple(_BREAK.split(text)), starts)


def read_source(path: Path, root: Path, most: int = MAX_BYTES) -> SourceText:
    """The text of a file.

    Args:
        path: the file.
        root: the folder that places are relative to.
        most: the largest size in bytes.

    Raises:
        InvalidDocuments: it is missing, no regular file, unreadable, too large, not UTF-8, or holds characters that a
            reader would not see.
    """
    display = display_path(path, root)
    raw = read_bytes(path, display, most)
    name = stable_name(path, root)
    text = _decode(raw, display)
    source = make_source(path, name, display, text)
    for pattern, what, hint, code in (
        (
            _FORBIDDEN,
            "control character",
            "take it out, or write it as an escape in double quotes",
            "control-character",
        ),
        (_BIDI, "invisible direction mark", "take it out: it makes the text read differently than it is", "bidi"),
    ):
        found = pattern.search(text)
        if found:
            line, column = source.position(found.start())
            character = f"U+{ord(found.group()):04X}"
            message = f"{what} {character} in the file"
            raise InvalidDocuments((Diagnostic(display, line, column, message, hint, source.line(line), 1, code),))
    return source


def display_path(path: Path, root: Path) -> str:
    """The path as somebody in the current directory would write it."""
    absolute = Path(os.path.abspath(path))
    here = Path.cwd()
    if absolute.is_relative_to(here):
        return _quoted(absolute.relative_to(here).as_posix())
    if here.is_relative_to(os.path.abspath(root)) and absolute.is_relative_to(os.path.abspath(root)):
        return _quoted(Path(os.path.relpath(absolute, here)).as_posix())
    return _quoted(path.as_posix())


def stable_name(path: Path, root: Path) -> str:
    """The path relative to the root where it lies below it, with forward slashes."""
    absolute, base = Path(os.path.abspath(path)), Path(os.path.abspath(root))
    return (absolute.relative_to(base) if absolute.is_relative_to(base) else absolute).as_posix()


def refusal(display: str, message: str, hint: str = "", code: str = "file") -> InvalidDocuments:
    """One line about a file as a whole."""
    return InvalidDocuments((Diagnostic(display, 0, 0, message, hint, code=code),))


def _quoted(path: str) -> str:
    return shown(path, 4096)


def read_bytes(path: Path, display: str, most: int = MAX_BYTES) -> bytes:
    """The content of a regular file; a link is followed.

    Raises:
        InvalidDocuments: it is missing, no regular file, unreadable or larger than ``most`` bytes.
    """
    try:
        # Opened without waiting, so that a named pipe cannot hold gatekeeper up; looked at before a byte is read.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(descriptor, "rb") as file:
            about = os.fstat(file.fileno())
            if stat.S_ISDIR(about.st_mode):
                raise refusal(display, "is a folder, not a file")
            if not stat.S_ISREG(about.st_mode):
                raise refusal(display, "is not a regular file")
            raw = file.read(most + 1) if about.st_size <= most else b""
    except FileNotFoundError:
        raise refusal(display, "there is no such file") from None
    except (OSError, ValueError) as error:
        raise refusal(display, os_reason(error)) from error
    if about.st_size > most or len(raw) > most:
        size = f"{max(about.st_size, len(raw)):,} bytes"
        raise refusal(
            display, f"is too large: {size}; at most {most:,} are read", "split it into several files", "size"
        )
    return raw


def os_reason(error: OSError | ValueError) -> str:
    """Why a file or folder cannot be read, in words that go on from its path."""
    if isinstance(error, PermissionError):
        return "cannot be read: permission denied"
    if isinstance(error, IsADirectoryError):
        return "is a folder, not a file"
    if isinstance(error, NotADirectoryError):
        return "there is no such file: a part of the path is no folder"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"cannot be read: {shown(reason)}"


def _decode(raw: bytes, display: str) -> str:
    try:
        return raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        hint = "save the file as UTF-8"
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            hint = "it looks like UTF-16: save it as UTF-8"
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"is not UTF-8: byte 0x{raw[error.start]:02X} at byte offset {error.start} (line {line})"
        raise refusal(display, message, hint, "not-utf-8") from None
