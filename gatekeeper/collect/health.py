"""A recorded answer of a health endpoint, shallow, deep, or as ``application/health+json``.

The last is an expired draft (https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06) that services
follow loosely, so fields that are not known here are passed over, and the status stays the word that the service says.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from gatekeeper.collect.documents import read_json
from gatekeeper.collect.interface import CollectRequest, FileConfig, Refused, brought
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence
from gatekeeper.model.values import Json


class HealthConfig(FileConfig):
    """A recorded answer.

    Attributes:
        http_status: the HTTP status that came with it, where that was recorded.
    """

    http_status: int | None = Field(default=None, ge=100, le=599)


class HealthCollector:
    """Reads the body of a health answer."""

    kind = "health"
    gives = "health"
    config = HealthConfig

    def collect(self, request: CollectRequest[HealthConfig]) -> Evidence:
        """The answer in the shape of its kind."""
        config = request.config
        answer = read_json(request.base, config.file, config.max_bytes)
        if not isinstance(answer, dict):
            raise Refused(
                "mistyped", f"{shown(config.file)} holds {shown(answer)}, not the answer of a health endpoint"
            )
        value = health_of(answer, config.http_status)
        return brought(self, request, config.file, value)


def health_of(answer: dict[str, Json], http_status: int | None) -> Json:
    """An answer's known fields; one that is absent and may not be null stays absent, for the kind to name it."""
    checks = answer.get("checks")
    parts: Json = {"db": None, "migrations": None}
    if isinstance(checks, dict):
        parts = {
            "db": _renamed(checks.get("db"), {"status": "status", "latencyMs": "latency_ms"}, nullable="latency_ms"),
            "migrations": _renamed(checks.get("migrations"), _MIGRATIONS),
        }
    elif checks is not None:
        parts = checks
    value: dict[str, Json] = {
        "service": answer.get("service", answer.get("serviceId")),
        "timestamp": answer.get("timestamp", answer.get("time")),
        "http_status": http_status,
        "checks": parts,
    }
    return {**value, "status": answer["status"]} if "status" in answer else value


_MIGRATIONS = {
    "status": "status",
    "applied": "applied",
    "filesystem": "filesystem",
    "pending": "pending",
    "pendingNames": "pending_names",
}


def _renamed(part: Any, names: dict[str, str], nullable: str | None = None) -> Json:
    if not isinstance(part, dict):
        return None if isinstance(part, list) else part  # a list is the draft's "checks", which have other fields
    renamed: dict[str, Json] = {ours: part[theirs] for theirs, ours in names.items() if theirs in part}
    if nullable is not None:
        renamed.setdefault(nullable, None)
    return renamed
