"""Hooks: alerts from Alertmanager and Grafana, and events from GitHub. What came in is kept before it is answered.

A notification that could not be kept is answered with 503, so that its sender sends it again; one that can never be
read with 4xx, so that it does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from gatekeeper.collect.alert_payload import Notification, read_notification
from gatekeeper.errors import InvalidInput
from gatekeeper.model.kept import ReceivedAlert
from gatekeeper.service.bodies import NotificationBody, Received
from gatekeeper.service.log import log
from gatekeeper.service.parts import MAX_DEPTH, Parts, needs, read_json, refuse_other_media
from gatekeeper.service.problems import Refusal, documented
from gatekeeper.service.project import Loaded
from gatekeeper.service.settings import Scope
from gatekeeper.service.tokens import within

_REFUSED = documented(400, 401, 403, 408, 413, 415, 422, 503)
_GITHUB_SIGNATURE = "x-hub-signature-256"
_GRAFANA_SIGNATURE = "x-grafana-alerting-signature"
_SYSTEM_LABELS = ("system", "service")


def hooks(parts: Parts) -> APIRouter:
    """The routes that senders of alerts and events call."""
    router = APIRouter(prefix="/v1/hooks", tags=["hooks"])
    sent = {"requestBody": {"required": True, "content": {"application/json": {"schema": _ref("NotificationBody")}}}}
    anything = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}

    @router.post(
        "/alertmanager",
        status_code=202,
        response_model=Received,
        responses=_REFUSED,
        summary="Alerts from Alertmanager",
        openapi_extra={**needs(Scope.HOOK), **sent},
    )
    async def alertmanager(request: Request) -> Response:
        return await _take_in(parts, request, "alertmanager")

    @router.post(
        "/grafana",
        status_code=202,
        response_model=Received,
        responses=_REFUSED,
        summary="Alerts from Grafana, signed where a key for it is configured",
        openapi_extra={**needs(Scope.HOOK), **sent},
    )
    async def grafana(request: Request) -> Response:
        await _refuse_unsigned_by_grafana(parts, request)
        return await _take_in(parts, request, "grafana")

    @router.post(
        "/github",
        status_code=202,
        response_model=Received,
        responses=_REFUSED,
        summary="Events from GitHub, signed: what GitHub is asked for is collected again",
        openapi_extra=anything,
    )
    async def github(request: Request) -> Response:
        body = await request.body()
        signer = parts.project.loaded.tokens.github
        scheme, _, signature = request.headers.get(_GITHUB_SIGNATURE, "").partition("=")
        if signer is None or scheme != "sha256" or not signer.signed(body, signature):
            raise Refusal(401, f"{_GITHUB_SIGNATURE} does not sign this body with a key that is known here")
        refuse_other_media(request.headers)
        if not isinstance(read_json(body), dict):
            raise Refusal(422, "the body is no event of GitHub")
        modes = parts.modes_of(asking_github(parts.project.loaded))
        if request.headers.get("x-github-event") == "ping":
            modes = []
        parts.look_soon(modes)
        parts.metrics.alerts.labels("github", "true").inc()
        return _accepted(0, 0, modes)

    return router


async def _take_in(parts: Parts, request: Request, sender: str) -> Response:
    """Keep the alerts of a notification, and have the modes looked at that new ones concern."""
    body = await request.body()
    refuse_other_media(request.headers)
    read_json(body, MAX_DEPTH)
    try:
        notification: Notification = await run_in_threadpool(partial(read_notification, body, "the body"))
    except InvalidInput as wrong:
        log("warning", "notification refused", sender=sender, reason=wrong.message)
        raise Refusal(422, wrong.message, wrong.hint) from None
    if notification.sender != sender:
        raise Refusal(422, f"the body is a notification of {notification.sender}", f"send it to {notification.sender}")
    alerts = notification.alerts
    new: int = await run_in_threadpool(partial(parts.store.alerts.receive, alerts, parts.clock()))
    parts.metrics.alerts.labels(sender, "true").inc(new)
    parts.metrics.alerts.labels(sender, "false").inc(len(alerts) - new)
    modes = parts.modes_of(concerned(alerts, parts.project.loaded)) if new else []
    parts.look_soon(modes)
    return _accepted(len(alerts), new, modes)


async def _refuse_unsigned_by_grafana(parts: Parts, request: Request) -> None:
    """Refuses what Grafana did not sign a moment ago, where a key for it is configured."""
    loaded = parts.project.loaded
    signer, settings = loaded.tokens.grafana, loaded.settings.grafana
    if signer is None or settings is None:
        return
    at = request.headers.get(settings.timestamp_header, "")
    signature = request.headers.get(_GRAFANA_SIGNATURE, "")
    if not signer.signed(at.encode("latin-1") + b":" + await request.body(), signature):
        told = f"{_GRAFANA_SIGNATURE} does not sign {settings.timestamp_header} and this body with a key known here"
        raise Refusal(401, told, "Grafana needs the key and the timestamp header in its contact point")
    if not within(at, parts.clock(), settings.window):
        raise Refusal(
            401, f"{settings.timestamp_header} is not within {settings.window} of now", "see whose clock is wrong"
        )


def concerned(alerts: Iterable[ReceivedAlert], loaded: Loaded) -> list[str] | None:
    """The systems that alerts concern; None for all, where one of them does not say.

    An alert says it by a label ``system``, or by a label ``service`` that is the service of a system's sources.
    """
    services = {each.subject.service: each.system for each in loaded.sources if each.subject.service}
    systems = {each.system for each in loaded.policies.every.values()}
    found = set()
    for alert in alerts:
        named = [alert.labels.get(label, "") for label in _SYSTEM_LABELS]
        system = next((services.get(name, name) for name in named if services.get(name, name) in systems), None)
        if system is None:
            return None
        found.add(system)
    return sorted(found)


def asking_github(loaded: Loaded) -> list[str]:
    """The systems that read something from GitHub."""
    return sorted(
        {each.system for each in loaded.sources if any(entry.collector == "github" for entry in each.sources.values())}
    )


def _accepted(received: int, new: int, modes: list[str]) -> Response:
    return JSONResponse(Received(received=received, new=new, looks=modes).model_dump(), 202)


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS = (NotificationBody,)
"""What the routes refer to and FastAPI does not see."""
