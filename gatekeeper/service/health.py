"""Whether the process answers, whether it can do its work, and what it counts."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from gatekeeper.errors import GatekeeperError
from gatekeeper.redaction import redacted
from gatekeeper.service.bodies import Health, Readiness
from gatekeeper.service.metrics import MEDIA_TYPE
from gatekeeper.service.parts import Parts, needs
from gatekeeper.service.problems import documented
from gatekeeper.service.settings import Scope

_PATIENCE = 2.0
"""Seconds that the store may take to say that it can be written to."""

_FRESH = 1.0
"""Seconds for which its word holds, so that a probe costs one write a second at most."""


def health(parts: Parts) -> APIRouter:
    """The routes that orchestrators and Prometheus ask."""
    router = APIRouter(tags=["health"])
    asked: tuple[float, str] = (-_FRESH, "")
    unready: dict[int | str, dict[str, Any]] = {
        503: {"model": Readiness, "description": "It cannot do its work, or was told to stop"}
    }

    async def store() -> str:
        nonlocal asked
        if monotonic() - asked[0] >= _FRESH:
            try:
                async with asyncio.timeout(_PATIENCE):
                    await run_in_threadpool(parts.store.try_writing)
                told = "ok"
            except TimeoutError:
                told = f"it did not answer within {_PATIENCE:g} s"
            except GatekeeperError as refused:
                told = redacted(refused.message)
            asked = (monotonic(), told)
        return asked[1]

    @router.get("/healthz", summary="Whether the process answers")
    async def healthz() -> Health:
        return Health(status="pass")

    @router.get("/readyz", response_model=Readiness, responses=unready, summary="Whether it can do its work")
    async def readyz() -> Response:
        told = "it was told to stop" if parts.stopping else await store()
        ready = told == "ok"
        policies = len(parts.project.loaded.policies.every)
        found = Readiness(ready=ready, policies=policies, store="ok" if parts.stopping else told)
        return JSONResponse(found.model_dump(), 200 if ready else 503)

    @router.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **documented(401, 403)},
        summary="What it counts, for Prometheus",
        openapi_extra=needs(Scope.READ),
    )
    async def metrics() -> Response:
        return Response(parts.metrics.text(), media_type=MEDIA_TYPE)

    return router
