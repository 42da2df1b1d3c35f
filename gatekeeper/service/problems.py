"""How a request is refused: ``application/problem+json`` (RFC 9457), always in one shape.

4xx means that the same request will be refused again, so that a sender may drop it; 503 means that it should try again,
and says when. A request that came too slowly or too often is no exception: the service was not able to take it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from gatekeeper.errors import GatekeeperError, InvalidInput, OutputError, StoreError, UsageError
from gatekeeper.redaction import redacted
from gatekeeper.service.log import log

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""Seconds after which a request that was put off may succeed."""

_MOST_ERRORS = 20


class Problem(BaseModel):
    """Why a request was refused."""

    type: str = Field(default="about:blank", description="always about:blank: the status says the kind")
    title: str = Field(description="what the status means")
    status: int = Field(description="the status of the response")
    detail: str = Field(description="what is wrong with this request, in one line")
    hint: str = Field(default="", description="how to mend it; empty where the detail says it")
    errors: list[str] = Field(default_factory=list, description="what is wrong in the body, place by place")


class Refusal(Exception):
    """A request is refused.

    Args:
        status: of the response.
        detail: what is wrong, in one line.
        hint: how to mend it.
        headers: to add to the response.
    """

    def __init__(self, status: int, detail: str, hint: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.hint = hint
        self.headers = dict(headers or {})


def try_again(detail: str, after: int = RETRY_AFTER) -> Refusal:
    """The same request may succeed a little later."""
    return Refusal(503, detail, "try again", {"Retry-After": str(after)})


def problem(
    status: int,
    detail: str,
    hint: str = "",
    errors: list[str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response that tells why a request was refused, without secrets."""
    title = HTTPStatus(status).phrase
    told = Problem(title=title, status=status, detail=detail, hint=hint, errors=errors or [])
    content = json.dumps(told.model_dump(), ensure_ascii=False)
    return Response(redacted(content), status, {**(headers or {})}, MEDIA_TYPE)


def refused(refusal: Refusal) -> Response:
    """The response to a refusal."""
    return problem(refusal.status, refusal.detail, refusal.hint, headers=refusal.headers)


def of_error(error: GatekeeperError) -> Refusal:
    """What gatekeeper refuses, as a refusal of a request.

    What is wrong with the project or its store is no fault of the sender, and mended without it: it should try again.
    """
    if isinstance(error, UsageError):
        return Refusal(422, error.message, error.hint)
    if isinstance(error, StoreError):
        return try_again(f"the store cannot be used: {error.message}")
    if isinstance(error, InvalidInput | OutputError):
        return try_again(error.message, 30)
    return Refusal(500, error.message, error.hint)


def tell_problems(app: FastAPI) -> None:
    """Have every failure of an application told as a problem."""

    @app.exception_handler(Refusal)
    async def _refusal(_request: Request, error: Refusal) -> Response:
        return refused(error)

    @app.exception_handler(GatekeeperError)
    async def _gatekeeper(_request: Request, error: GatekeeperError) -> Response:
        found = of_error(error)
        if found.status >= 500:
            log("warning", "request put off", reason=error.message)
        return refused(found)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, error: RequestValidationError) -> Response:
        told = [_place(each) for each in error.errors()[:_MOST_ERRORS]]
        return problem(422, "the request is not of the form that is described in /openapi.json", errors=told)

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> Response:
        return problem(error.status_code, str(error.detail), headers=error.headers)

    @app.exception_handler(Exception)
    async def _broken(_request: Request, error: Exception) -> Response:
        log("error", "gatekeeper broke", error=type(error).__name__)
        return problem(500, "gatekeeper itself broke; this is no verdict")


def _place(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of these refusals."""
    shape = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": shape}}}
        for status in statuses
    }
