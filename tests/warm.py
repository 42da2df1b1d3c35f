"""gatekeeper as a process of its own, forked from one that has imported everything: a run pays for no imports.

Each run has its own working directory, environment, streams and exit code, as if the shell had started it, and nothing
of an earlier run: the process that is forked imports and never runs a command. What the interpreter itself reads when
it starts cannot be given to a fork; ``fits`` says where that matters. How long a cold start takes is a matter of
``tests/house/test_start_up.py``.
"""

from __future__ import annotations

import array
import atexit
import gc
import importlib
import io
import json
import os
import pkgutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

_OF_THE_INTERPRETER = ("PYTHON", "LANG", "LC_", "LD_", "TZ")
_ALSO = ("jsonschema", "markdown_it", "referencing", "rfc8785", "re2", "rich.progress", "ruamel.yaml", "httpx")
_LENGTH = 8


class Ended(NamedTuple):
    """How a run ended, and what it wrote."""

    code: int
    out: bytes
    err: bytes


def gatekeeper(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would: forked where that is the same, else started anew.

    Args:
        env: beside the environment of the tests.
        stdin: what it can read; None for nothing.
    """
    environ = {**os.environ, **(env or {})}
    if not _forge().fits(environ):
        return subprocess.run(
            [sys.executable, "-m", "gatekeeper", *arguments],
            cwd=cwd,
            env=environ,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    code, out, err = _forge().run(arguments, cwd, environ, (stdin or "").encode(), timeout=60)
    return subprocess.CompletedProcess(["gatekeeper", *arguments], code, _text(out), _text(err))


def _text(data: bytes) -> str:
    """As ``subprocess`` reads it."""
    return io.TextIOWrapper(io.BytesIO(data)).read()


class Forge:
    """The process that is forked. One run at a time."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._environ = _told(os.environ)
        self._lock = threading.Lock()
        self._channel = ours
        with theirs:
            command = [sys.executable, "-P", str(Path(__file__)), str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        atexit.register(self._end)

    def fits(self, environ: Mapping[str, str]) -> bool:
        """Whether the interpreter would start in the same way under this environment."""
        return _told(environ) == self._environ and self._process.poll() is None

    def run(
        self, arguments: Sequence[str], cwd: Path, environ: Mapping[str, str], stdin: bytes, timeout: float
    ) -> Ended:
        """Run ``gatekeeper`` with these arguments.

        Raises:
            subprocess.TimeoutExpired: it took too long; it was killed, with what it was forked from.
        """
        request = json.dumps({"arguments": [*arguments], "cwd": str(cwd), "environ": dict(environ)}).encode()
        files = [tempfile.TemporaryFile() for _ in range(3)]  # noqa: SIM115  closed below
        try:
            files[0].write(stdin)
            files[0].seek(0)
            with self._lock:
                self._channel.settimeout(timeout)
                fds = array.array("i", [each.fileno() for each in files])
                control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)]
                self._channel.sendmsg([len(request).to_bytes(_LENGTH, "big")], control)
                self._channel.sendall(request)
                code = int.from_bytes(self._channel.recv(_LENGTH), "big", signed=True)
            out, err = (_whole(each.fileno()) for each in files[1:])
        except TimeoutError:
            self._process.kill()
            raise subprocess.TimeoutExpired(["gatekeeper", *arguments], timeout) from None
        finally:
            for each in files:
                each.close()
        return Ended(code, out, err)

    def _end(self) -> None:
        self._channel.close()  # which ends the process
        self._process.wait()


@cache
def _forge() -> Forge:
    """The one of this process of tests."""
    return Forge()


def _told(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: each for name, each in environ.items() if name.startswith(_OF_THE_INTERPRETER)}


def _whole(fd: int) -> bytes:
    os.lseek(fd, 0, os.SEEK_SET)
    with open(fd, "rb", closefd=False) as file:
        return file.read()


# ---------------------------------------------------------------- in the process that is forked


def _serve(channel: socket.socket) -> None:
    _import_all()
    while True:
        head, fds, _, _ = socket.recv_fds(channel, _LENGTH, 3)
        if not head:
            return
        request = b""
        length = int.from_bytes(head, "big")
        while len(request) < length:
            request += channel.recv(length - len(request))
        child = os.fork()
        if not child:
            channel.close()
            _become(json.loads(request), fds)
        for each in fds:
            os.close(each)
        _, status = os.waitpid(child, 0)
        channel.sendall(os.waitstatus_to_exitcode(status).to_bytes(_LENGTH, "big", signed=True))


def _import_all() -> None:
    import gatekeeper

    found = [each.name for each in pkgutil.walk_packages(gatekeeper.__path__, "gatekeeper.")]
    migrations = "gatekeeper.state.migrations."  # scripts that Alembic runs, and no modules to be imported
    for name in (*(each for each in found if not each.startswith(migrations)), *_ALSO):
        importlib.import_module(name)
    gc.freeze()  # what all runs share is never looked over, and so never copied


def _become(request: dict[str, object], fds: list[int]) -> None:
    """Be the process that the shell would have started; never returns."""
    code = 1
    try:
        for fd, each in enumerate(fds):
            os.dup2(each, fd)
            os.close(each)
        os.environ.clear()
        os.environ.update(request["environ"])  # type: ignore[call-overload]
        os.chdir(str(request["cwd"]))
        time.tzset()
        encoding = sys.stdout.encoding
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding)
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), encoding)
        err = io.BufferedWriter(io.FileIO(2, "w", closefd=False))
        sys.stderr = io.TextIOWrapper(err, encoding, "backslashreplace", line_buffering=True)
        sys.path.insert(0, str(Path.cwd()))  # as ``python -m`` does
        sys.argv = ["gatekeeper", *request["arguments"]]  # type: ignore[misc]
        from gatekeeper.__main__ import main

        code = main()
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    except BaseException:  # noqa: BLE001  as the interpreter does
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
