"""Running the service: from settings to a process that listens, is told to stop, and stops."""

from __future__ import annotations

import asyncio
import ipaddress
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial

import uvicorn

from gatekeeper.clock import Clock, system_clock
from gatekeeper.errors import UsageError
from gatekeeper.load.configuration import Configuration
from gatekeeper.pipeline.keeping import open_project_store
from gatekeeper.service.app import create_app
from gatekeeper.service.connections import Limits, connections_within
from gatekeeper.service.log import log, log_as
from gatekeeper.service.parts import Parts
from gatekeeper.service.project import Loaded, load_project

_FILES = 4096
"""How many files and connections may be open, where the system lets us."""

_BACKLOG = 2048


def serve(
    configuration: Configuration,
    environ: dict[str, str],
    host: str | None = None,
    port: int | None = None,
    clock: Clock = system_clock,
    *,
    ticks: bool = True,
    listening: Callable[[str], None] = lambda _url: None,
) -> None:
    """Serve until told to stop by SIGTERM or SIGINT.

    Args:
        environ: the variables that secrets may be in.
        host: where to listen, in place of what the configuration says.
        port: as ``host``.
        clock: tells the present instant.
        ticks: whether modes are looked at by themselves.
        listening: told the address once connections are taken.

    Raises:
        UsageError: it would listen to everybody without a token, or cannot listen there.
        InvalidInput: the project or its store cannot be used.
    """
    loaded = load_project(configuration, environ)
    given = {"host": host, "port": port}
    settings = loaded.settings.model_copy(update={key: value for key, value in given.items() if value is not None})
    loaded = replace(loaded, settings=settings)
    _refuse_open_door(loaded)
    log_as(settings.log)
    with open_project_store(configuration) as store, _listening(settings.host, settings.port) as listener:
        app, parts = create_app(loaded, store, clock, ticks=ticks)
        limits = Limits(
            settings.connections,
            settings.head_timeout.total_seconds(),
            settings.body_timeout.total_seconds(),
            settings.answer_timeout.total_seconds(),
        )
        parts.metrics.cut.set_function(lambda: limits.cut)
        config = uvicorn.Config(
            app,
            http=connections_within(limits),
            ws="none",
            lifespan="on",
            loop="asyncio",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=_BACKLOG,
            timeout_keep_alive=int(settings.head_timeout.total_seconds()),
            timeout_graceful_shutdown=int(settings.stop_timeout.total_seconds()),
            h11_max_incomplete_event_size=16 * 1024,
        )
        name, bound = listener.getsockname()[:2]
        url = f"http://{f'[{name}]' if ':' in name else name}:{bound}"
        log("info", "serves", url=url, policies=len(loaded.policies.every), store=store.name)
        _Server(config, parts, partial(listening, url)).run(sockets=[listener])
    log("info", "stopped")


class _Server(uvicorn.Server):
    """uvicorn's server, with our way of being told to stop."""

    def __init__(self, config: uvicorn.Config, parts: Parts, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._parts = parts
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections."""
        await super().startup(sockets)
        self._listening()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen to signals for as long as the block lasts."""
        loop = asyncio.get_running_loop()
        handlers = {signal.SIGTERM: self._stop, signal.SIGINT: self._stop, signal.SIGHUP: self._reload}
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
        try:
            yield
        finally:
            for number in handlers:
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        """Say that we are not ready, answer a while longer, then stop; told twice, stop at once."""
        if self._parts.stopping:
            self.should_exit = True
            return
        self._parts.stopping = True
        drain = self._parts.project.loaded.settings.drain.total_seconds()
        log("info", "was told to stop", drains=f"{drain:g}s")
        asyncio.get_running_loop().call_later(drain, setattr, self, "should_exit", True)

    def _reload(self) -> None:
        asyncio.get_running_loop().run_in_executor(None, self._parts.project.reload)


def _refuse_open_door(loaded: Loaded) -> None:
    """Whoever can reach a service without tokens may do everything; so nobody else may be able to."""
    if loaded.tokens.any or _is_loopback(loaded.settings.host):
        return
    raise UsageError(
        f"to listen on {loaded.settings.host} without a token would let anybody in",
        "name tokens under serve.tokens in gatekeeper.yaml, or listen on 127.0.0.1",
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that is bound; uvicorn listens on it."""
    with suppress(ValueError, OSError):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        told = f"cannot listen on {host}:{port}: {error.strerror or error}"
        raise UsageError(told, "choose another --host or --port") from None
    try:
        yield listener
    finally:
        listener.close()
