"""Runs a program without a shell, within a deadline and a number of bytes, and leaves nothing of it behind."""

from __future__ import annotations

import atexit
import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from gatekeeper.deadline import Deadline
from gatekeeper.model.shown import shown
from gatekeeper.refused import FEWER_BYTES, MORE_TIME, Refused

_MOST_ERROR = 16 * 1024
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended.

    Attributes:
        exit_code: negative for the signal that ended it.
        out: what it wrote to standard output, whole.
        err: how what it wrote to standard error begins; it may hold anything, so it is for no message.
    """

    exit_code: int
    out: bytes
    err: bytes


def search_path(environ: Mapping[str, str]) -> str:
    """The folders in which programs are looked for: those of ``PATH`` that are the same wherever one stands."""
    folders = environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(each for each in folders if Path(each).is_absolute())


def run_program(
    arguments: Sequence[str], folder: Path, environ: Mapping[str, str], deadline: Deadline, most: int
) -> Ran:
    """Run a program with nothing on its standard input, and wait for its end.

    It gets a process group of its own. Whatever is left in that group is ended with it, at the deadline, and when this
    process ends; only a program that leaves its group is out of reach.

    Args:
        arguments: the program and its arguments. One without a slash is looked for on ``PATH``, one with a slash is
            a path from the folder.
        folder: where it runs.
        environ: all the variables that it gets.
        deadline: when it is ended.
        most: how many bytes it may write to standard output.

    Raises:
        Refused: it cannot be started, does not end in time, or writes too much.
    """
    name = shown(arguments[0], 80)
    program = arguments[0] if "/" in arguments[0] else shutil.which(arguments[0], path=environ.get("PATH", ""))
    if program is None:
        raise Refused("failed", f"there is no program {name} on PATH", "install it, or mend PATH")
    if not folder.is_dir():
        raise Refused("failed", f"there is no folder in which {name} could run")
    try:
        process = subprocess.Popen(
            arguments,
            executable=program,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise Refused("failed", f"{name} cannot be started: {_reason(error)}") from None
    with _group_of(process):
        out, err = _read(process, deadline, most, name)
        _await_end(process, deadline, name)
    return Ran(process.returncode, out, err)


_lock = Lock()
_running: set[int] = set()


@contextmanager
def _group_of(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ends the process group behind the block. Only then is its leader waited for: until that, no other has its id."""
    with _lock:
        _running.add(process.pid)
    try:
        yield
    finally:
        with _lock:
            _end_group(process.pid)
            _running.discard(process.pid)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        with suppress(subprocess.TimeoutExpired):  # one that the kernel holds in the middle of something
            process.wait(timeout=1)


def _end_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


@atexit.register
def _end_all() -> None:
    """End what still runs when this process ends, for instance because it was interrupted."""
    with _lock:
        for group in _running:
            _end_group(group)


def _read(process: subprocess.Popen[bytes], deadline: Deadline, most: int, name: str) -> tuple[bytes, bytes]:
    """All of standard output, and the beginning of standard error."""
    out, err = bytearray(), bytearray()
    with selectors.DefaultSelector() as ready:
        for stream, kept in ((process.stdout, out), (process.stderr, err)):
            if stream is not None:
                os.set_blocking(stream.fileno(), False)
                ready.register(stream, selectors.EVENT_READ, kept)
        while ready.get_map():
            if deadline.passed:
                raise _late(name)
            for key, _events in ready.select(deadline.left):
                piece = os.read(key.fd, _PIECE)
                if not piece:
                    ready.unregister(key.fileobj)
                elif key.data is out or len(err) < _MOST_ERROR:
                    key.data.extend(piece)
            if len(out) > most:
                raise Refused("failed", f"{name} wrote more than {most:,} bytes (max_bytes)", FEWER_BYTES)
    return bytes(out), bytes(err[:_MOST_ERROR])


def _await_end(process: subprocess.Popen[bytes], deadline: Deadline, name: str) -> None:
    """Wait for the end without taking note of it, so that the process keeps its id."""
    pause = 0.001
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if deadline.passed:
            raise _late(name)
        time.sleep(min(pause, deadline.left))
        pause = min(pause * 2, 0.05)


def _late(name: str) -> Refused:
    return Refused("failed", f"{name} did not end in time and was ended (timeout)", MORE_TIME)


def _reason(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file"
        case PermissionError():
            return "permission denied"
        case OSError(strerror=str() as reason):
            return reason[:1].lower() + reason[1:]
        case _:
            return "its arguments cannot be handed over"
