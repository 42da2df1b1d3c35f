"""What a server answers to a question that only reads: its status, how long it took, its body, its certificate."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from gatekeeper.collect.health_answer import health_of
from gatekeeper.collect.interface import Cause, CollectRequest, Refused, brought
from gatekeeper.collect.net.settings import NetConfig
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence
from gatekeeper.model.times import instant_text, parse_instant
from gatekeeper.model.values import Json
from gatekeeper.net.answer import Answer, status_remedy, status_text
from gatekeeper.secrets import SecretText

MOST_TEXT = 256 * 1024
"""The longest body in bytes that is kept as text; documents to compute with are JSON."""


class HttpConfig(NetConfig):
    """A URL.

    Attributes:
        method: ``HEAD`` asks for the head alone.
        query: what is put behind the URL; references to secrets may stand in the values.
        kind: which evidence kind the answer is to be.
    """

    method: Literal["GET", "HEAD"] = "GET"
    query: dict[str, SecretText] = Field(default_factory=dict)
    kind: Literal["http", "health", "json"] = Field(default="http", alias="as")

    @field_validator("kind")
    @classmethod
    def _has_a_body(cls, kind: str, info: ValidationInfo) -> str:
        if kind != "http" and info.data.get("method") == "HEAD":
            raise ValueError(f"{kind} needs the body, which the method HEAD does not bring")
        return kind

    def kind_given(self) -> str:
        """The kind that ``as`` names."""
        return self.kind


class HttpCollector:
    """Asks a URL. An answer is evidence whatever its status says; no answer, or half of one, is a failure."""

    kind = "http"
    gives = "http"
    config = HttpConfig

    def collect(self, request: CollectRequest[HttpConfig]) -> Evidence:
        """The answer in the shape of the kind that is asked for."""
        config = request.config
        with request.client() as client:
            answer = client.get(
                method=config.method,
                query=tuple(config.query.items()),
                headers={"Accept": _ACCEPT[config.kind]},
                final=_is_health if config.kind == "health" else None,
            )
        value: Json
        observed = answer.dated
        if config.kind == "health":
            value = _health(answer)
            observed = _named_instant(value) or observed
        elif config.kind == "json":
            value = answer.need_ok().json()
        else:
            value = _whole(answer, config.method)
        return brought(self, request, config.source_line(), value, observed_at=observed)


_ACCEPT = {
    "http": "*/*",
    "health": "application/health+json, application/json",
    "json": "application/json",
}


def _is_health(answer: Answer) -> bool:
    """Whether the service itself answered, and no proxy before it: then 503 is its word, and final."""
    return answer.is_json and answer.status != 429


def _health(answer: Answer) -> Json:
    """The health in the answer; services send it with a status of failure where they are not well."""
    if not answer.ok and not answer.is_json:
        answered = f"{status_text(answer.status)} with {shown(answer.content_type)}"
        told = f"{answer.asked} answered {answered}, which says nothing of its health"
        raise Refused("failed", told, status_remedy(answer.status))
    body = answer.json()
    if not isinstance(body, dict) or "status" not in body:
        cause: Cause = "mistyped" if answer.ok else "failed"
        told = f"{answer.asked} answered {status_text(answer.status)} without a status of its health"
        raise Refused(cause, told, status_remedy(answer.status))
    return health_of(body, answer.status)


def _named_instant(value: Json) -> datetime | None:
    """When the service says that it looked; a text that is no instant is a defect, which the runner tells."""
    told = value.get("timestamp") if isinstance(value, dict) else None
    try:
        return parse_instant(told) if isinstance(told, str) else None
    except ValueError:
        return None


def _whole(answer: Answer, method: Literal["GET", "HEAD"]) -> Json:
    body = method == "GET" and bool(answer.body)
    expires = answer.certificate_expires_at
    return {
        "url": answer.asked.partition(" ")[2],
        "method": method,
        "http_status": answer.status,
        "latency_ms": answer.elapsed_ms,
        "content_type": answer.content_type,
        "certificate_expires_at": None if expires is None else instant_text(expires),
        "json": answer.json() if body and answer.is_json else None,
        "text": _text(answer) if body and (answer.content_type or "").startswith("text/") else None,
    }


def _text(answer: Answer) -> str:
    if len(answer.body) > MOST_TEXT:
        size = f"{len(answer.body):,} bytes of text; at most {MOST_TEXT:,} are kept"
        raise Refused("failed", f"the answer of {answer.asked} has {size}")
    try:
        return answer.body.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("mistyped", f"the answer of {answer.asked} is not UTF-8") from None
