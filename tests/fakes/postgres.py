"""A real PostgreSQL server on loopback, with a folder, a port and a password of its own.

Nothing is shared with a server that may run on the machine. The server refuses to be run by root, so root runs it as
another user.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lacking import lack

PASSWORD = "correct horse battery staple"
_ROLES = f"""
CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}';
GRANT pg_read_all_data TO reader;
CREATE ROLE writer LOGIN PASSWORD '{PASSWORD}';
GRANT CREATE ON SCHEMA public TO writer;
"""
_OTHERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Postgres:
    """A server that runs.

    Attributes:
        programs: the folder of its programs.
        folder: where everything of it lies.
        prefix: what has to stand before its programs.
        user: the superuser, who makes what a test needs. Every role has the same password.
        reader: a role that may read every table and own nothing.
        writer: a role that may make tables and own them, and is no superuser.
    """

    port: int
    programs: Path
    folder: Path
    prefix: tuple[str, ...]
    user: str = "tester"
    reader: str = "reader"
    writer: str = "writer"
    password: str = PASSWORD

    def url(self, database: str = "postgres", user: str | None = None, more: str = "?sslmode=disable") -> str:
        """The address for a sources file, for the role that reads; ``DATABASE_PASSWORD`` is to hold the password."""
        return f"postgresql://{user or self.reader}:${{env:DATABASE_PASSWORD}}@127.0.0.1:{self.port}/{database}{more}"

    def run(self, script: str, database: str = "postgres") -> str:
        """What psql prints for a script, without heads and lines."""
        ran = subprocess.run(
            [self.programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database],
            input=script,
            env={
                "PGHOST": "127.0.0.1",
                "PGPORT": str(self.port),
                "PGUSER": self.user,
                "PGPASSWORD": self.password,
                "PATH": os.environ["PATH"],
                "LC_ALL": "C.UTF-8",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert ran.returncode == 0, ran.stderr
        return str(ran.stdout).strip()

    @contextmanager
    def secured(self, certificate: str) -> Iterator[None]:
        """With TLS for as long as the block lasts.

        Args:
            certificate: with its private key, in PEM.
        """
        data = self.folder / "data"
        for name in ("server.crt", "server.key"):
            self._write(data / name, certificate)
        try:
            self._set("ssl = on")
            yield
        finally:
            self._set("ssl = off")

    def _set(self, line: str) -> None:
        self._write(self.folder / "data" / "postgresql.auto.conf", f"{line}\n")
        _run([*self.prefix, self.programs / "pg_ctl", "-D", self.folder / "data", "reload"])
        wanted = line.rpartition(" ")[2]
        for _ in range(100):
            if self.run("SHOW ssl") == wanted:
                return
            time.sleep(0.05)
        raise AssertionError(f"the server did not take {line}")

    def _write(self, path: Path, text: str) -> None:
        _run([*self.prefix, "sh", "-c", 'umask 077 && printf %s "$1" > "$2"', "sh", text, path])

    @contextmanager
    def replica(self) -> Iterator[Postgres]:
        """A server that follows this one, for as long as the block lasts."""
        data = self.folder / "replica"
        source = f"host=127.0.0.1 port={self.port} user={self.user} password='{self.password}'"
        _run(
            [
                *self.prefix,
                self.programs / "pg_basebackup",
                "-d",
                source,
                "-D",
                data,
                "-R",
                "-X",
                "stream",
                "-c",
                "fast",
            ]
        )
        with _started(self.programs, list(self.prefix), data) as port:
            yield Postgres(port, self.programs, self.folder, self.prefix)


def find_programs() -> Path | None:
    """The folder with initdb and its kin; the newest where there are several."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda path: float(path.parent.name), default=None)


@contextmanager
def serving_postgres() -> Iterator[Postgres]:
    """A server for as long as the block lasts. The test is skipped where there is no PostgreSQL; on CI it fails."""
    programs = find_programs()
    if programs is None:
        lack("there is no PostgreSQL (initdb) here; scripts/services installs it where it can")
    folder = Path(tempfile.mkdtemp(prefix="gatekeeper-postgres-"))
    prefix = _as_another(folder)
    data = folder / "data"
    try:
        _make(programs, prefix, folder, data)
        with _started(programs, prefix, data) as port:
            server = Postgres(port, programs, folder, tuple(prefix))
            server.run(_ROLES)
            yield server
    finally:
        # As the other user: root without its rights over files could not remove what is not root's.
        subprocess.run(
            [*prefix, "find", folder, "-mindepth", "1", "-delete"], cwd="/", check=False, capture_output=True
        )
        os.chown(folder, os.getuid(), os.getgid())
        folder.rmdir()


@contextmanager
def _started(programs: Path, prefix: list[str], data: Path) -> Iterator[int]:
    """The port of a server that runs on this folder for as long as the block lasts."""
    port = _free_port()
    control: list[str | Path] = [*prefix, programs / "pg_ctl", "-D", data, "-w", "-t", "60"]
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=30"
    _run([*control, "-l", data.with_suffix(".log"), "-o", settings, "start"])
    try:
        yield port
    finally:
        _run([*control, "-m", "immediate", "stop"])


def _as_another(folder: Path) -> list[str]:
    """What has to stand before a command so that it does not run as root."""
    if os.getuid() != 0:
        return []
    for name in _OTHERS:
        try:
            other = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, other.pw_uid, other.pw_gid)
        return ["setpriv", f"--reuid={other.pw_uid}", f"--regid={other.pw_gid}", "--clear-groups"]
    raise AssertionError("no user but root to run PostgreSQL as")


def _make(programs: Path, prefix: list[str], folder: Path, data: Path) -> None:
    secret = folder / "password"
    _run([*prefix, "sh", "-c", 'printf %s "$1" > "$2"', "sh", PASSWORD, secret])
    options = ["--auth=scram-sha-256", "--username=tester", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C"]
    _run([*prefix, programs / "initdb", "-D", data, "--no-sync", *options])


def _run(command: Sequence[str | Path]) -> None:
    """Without pipes, since the server would hold them open."""
    with tempfile.TemporaryFile() as said:
        ran = subprocess.run(command, cwd="/", stdout=said, stderr=said, check=False, timeout=120)
        said.seek(0)
        assert ran.returncode == 0, said.read().decode(errors="replace")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
