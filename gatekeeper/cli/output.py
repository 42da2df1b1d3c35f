"""Writing results to files: whole or not at all, and never at the cost of what stood there."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.errors import OutputError, UsageError


@dataclass(frozen=True, slots=True)
class Output:
    """One ``FORMAT=PATH`` of the command line."""

    format: str
    path: Path


def parse_outputs(given: tuple[str, ...]) -> tuple[Output, ...]:
    """What ``--output`` asks for.

    Raises:
        UsageError: not of the form ``FORMAT=PATH``, an unknown format, or the same path twice.
    """
    from gatekeeper.render.registry import renderer_for

    outputs = []
    for text in given:
        name, found, path = text.partition("=")
        if not found or not name or not path:
            raise UsageError(
                f"--output {text!r} is not of the form FORMAT=PATH", "for example --output json=decision.json"
            )
        renderer_for(name)
        outputs.append(Output(name, Path(path)))
    paths = [os.path.abspath(output.path) for output in outputs]
    for output, path in zip(outputs, paths, strict=True):
        if paths.count(path) > 1:
            raise UsageError(f"--output names {output.path} more than once")
    return tuple(outputs)


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old content or the new, never a part.

    A pipe or a device is written to as it is. A symbolic link is followed, and its target replaced.

    Raises:
        OutputError: it cannot be written; what stood there still stands.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            if target.is_dir():
                raise OutputError(f"cannot write {path}: it is a directory", "name a file in it")
            target.write_text(text, encoding="utf-8")
            return
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, mode)
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current


def echo(text: str) -> None:
    """Write a result on standard output, whole.

    Raises:
        OutputError: the reader went away, or the disk is full. What was not read is no verdict.
    """
    try:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
    except OSError as error:
        # What is left in the buffer would be tried again when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(f"cannot write to standard output: {error.strerror or error}") from error
