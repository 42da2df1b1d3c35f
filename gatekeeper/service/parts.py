"""What the routes of one service share."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from gatekeeper.clock import Clock
from gatekeeper.model.strict_json import JsonRefused, parse_json
from gatekeeper.model.values import Json
from gatekeeper.service.bounds import MOST_BYTES
from gatekeeper.service.looking import Looks
from gatekeeper.service.metrics import Metrics
from gatekeeper.service.problems import Refusal
from gatekeeper.service.project import ServedProject
from gatekeeper.service.settings import Scope
from gatekeeper.state.store import Store

MAX_DEPTH = 64
"""How deeply the JSON of a body may be nested."""


@dataclass(slots=True)
class Parts:
    """What a service consists of.

    Attributes:
        stopping: whether it was told to stop; it answers a while longer, and says that it is not ready.
    """

    project: ServedProject
    store: Store
    looks: Looks
    metrics: Metrics
    clock: Clock
    stopping: bool = False

    def modes_of(self, systems: Sequence[str] | None) -> list[str]:
        """The modes of some systems, or of all."""
        modes = self.project.loaded.policies.modes.values()
        return sorted(each.id for each in modes if systems is None or each.system in systems)

    def look_soon(self, modes: Sequence[str]) -> None:
        """Have modes looked at."""
        for mode in modes:
            self.looks.soon(mode)


class _StrictRequest(Request):
    """A request whose JSON was read strictly."""

    read: Json = None

    async def json(self) -> Any:
        """What its body holds."""
        return self.read


class StrictRoute(APIRoute):
    """A route whose body is read strictly: what two readers could understand differently is refused."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request to this route."""
        answer = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            strict = _StrictRequest(request.scope, request.receive)
            body = await strict.body()
            if body:
                refuse_other_media(request.headers)
                strict.read = read_json(body)
            return await answer(strict)

        return strictly


def refuse_other_media(headers: Mapping[str, str]) -> None:
    """Refuses a body that does not say that it is JSON.

    A page that a browser shows may have it send anything anywhere, but not as JSON without asking first.

    Raises:
        Refusal: 415.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal(415, "the body has to be JSON", "send Content-Type: application/json")


def read_json(body: bytes, max_depth: int = MAX_DEPTH) -> Json:
    """The JSON of a body.

    Raises:
        Refusal: 400 where it is none that means the same to every reader, or is nested too deeply.
    """
    try:
        return parse_json(body, max_bytes=MOST_BYTES, max_depth=max_depth)
    except JsonRefused as refused:
        raise Refusal(400, f"the body {refused}") from None


def needs(scope: Scope) -> dict[str, Any]:
    """What OpenAPI says of the token that a route needs; the guard asks for it."""
    return {"security": [{"bearer": []}], "x-scope": str(scope)}
