"""The application: its parts put together, from the guard outside to the routes inside."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import resources
from time import monotonic
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatekeeper import __version__
from gatekeeper.clock import Clock, system_clock
from gatekeeper.pipeline.notifying import worded
from gatekeeper.service.answers import answers
from gatekeeper.service.bodies import NotificationBody
from gatekeeper.service.bounds import LOOPBACK_NAMES, Bounds
from gatekeeper.service.delivering import Delivering
from gatekeeper.service.guard import Guard
from gatekeeper.service.health import health
from gatekeeper.service.hooks import hooks
from gatekeeper.service.looking import Looks
from gatekeeper.service.metrics import Metrics
from gatekeeper.service.page import page
from gatekeeper.service.parts import Parts
from gatekeeper.service.problems import Problem, tell_problems
from gatekeeper.service.project import Loaded, ServedProject
from gatekeeper.service.questions import questions
from gatekeeper.service.ticker import Ticker
from gatekeeper.state.store import Store

_DOCUMENTS = {"ModeDecision": "mode-decision.v1.json", "Decision": "decision.v1.json", "Standing": "standing.v1.json"}
"""Name in OpenAPI → the published schema."""

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]


def create_app(
    loaded: Loaded,
    store: Store,
    clock: Clock = system_clock,
    *,
    ticks: bool = True,
    sends: bool = True,
) -> tuple[ASGIApp, Parts]:
    """The application of a service, and its parts.

    Args:
        loaded: the project, as ``load_project`` read it.
        store: where states are kept; it stays open for as long as the application is used.
        clock: tells the present instant.
        ticks: whether modes are looked at by themselves.
        sends: whether messages about changes are sent; they are kept in any case.
    """
    metrics = Metrics()
    project = ServedProject(loaded, metrics)
    looks = Looks(project, store, clock, metrics, lambda *told: worded(project.loaded.channels, *told))
    parts = Parts(project, store, looks, metrics, clock)
    holder = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
    delivering = Delivering(project, store, clock, metrics)
    ticker = Ticker(project, looks, store, clock, metrics, holder)

    @asynccontextmanager
    async def living(_app: FastAPI) -> AsyncIterator[None]:
        ticking = asyncio.create_task(ticker.run()) if ticks else None
        sending = asyncio.create_task(delivering.run()) if sends else None
        try:
            yield
        finally:
            delivering.stop()
            if ticking is not None:
                ticking.cancel()
                with suppress(asyncio.CancelledError):
                    await ticking
            await looks.stop()
            if sending is not None:
                await sending

    app = FastAPI(
        title="gatekeeper",
        version=__version__,
        description="May we go? Decides from policies and evidence, and says why.",
        lifespan=living,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    tell_problems(app)
    for routes in (health, hooks, questions, answers, page):
        app.include_router(routes(parts))
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # as FastAPI has it done
    settings = loaded.settings
    bounded = Bounds(
        app,
        settings.requests,
        settings.body_timeout.total_seconds(),
        settings.answer_timeout.total_seconds(),
        hosts=None if project.loaded.tokens.any else LOOPBACK_NAMES,
    )
    guarded = Guard(bounded, lambda: project.loaded.tokens, settings.open)
    return _Counted(guarded, app, metrics), parts


class _Counted:
    """Counts and measures requests, and adds what every answer says to browsers."""

    def __init__(self, inner: ASGIApp, app: FastAPI, metrics: Metrics) -> None:
        self._inner = inner
        self._metrics = metrics
        self._routes = ("/openapi.json", *app.openapi()["paths"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        begun = monotonic()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
                route = self._name(scope)
                self._metrics.requests.labels(route, str(message["status"])).inc()
                self._metrics.seconds.labels(route).observe(monotonic() - begun)
            await send(message)

        await self._inner(scope, receive, sending)

    def _name(self, scope: Scope) -> str:
        """The route of a request without what its sender made up."""
        path: str = scope["path"]
        if path in self._routes:
            return path
        begin = "/".join(path.split("/")[:3])
        return next((route for route in self._routes if "{" in route and route.startswith(f"{begin}/")), "other")


def _openapi(app: FastAPI) -> dict[str, Any]:
    """OpenAPI of the routes, with the published schemas of decisions in it."""
    if app.openapi_schema:
        return app.openapi_schema
    made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for model in (Problem, NotificationBody):
        shape = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(shape.pop("$defs", {}))
        schemas[model.__name__] = shape
    for name, file in _DOCUMENTS.items():
        schemas.update(_hoisted(name, file))
    schemas["Answer"] = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Decision", "Standing")]}
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "a token of the configuration, by its scopes"}
    }
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    app.openapi_schema = made
    return made


def _hoisted(name: str, file: str) -> dict[str, Any]:
    """A published schema with its definitions beside it, since OpenAPI has one place for all of them."""
    text = resources.files("gatekeeper.schemas").joinpath(file).read_text(encoding="utf-8")
    schema = json.loads(text.replace('"#/$defs/', f'"#/components/schemas/{name}_'))
    definitions = schema.pop("$defs", {})
    for key in ("$schema", "$id"):
        schema.pop(key, None)
    return {name: schema, **{f"{name}_{each}": about for each, about in definitions.items()}}
