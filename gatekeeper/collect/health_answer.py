"""The answer of a health endpoint, shallow, deep, or as ``application/health+json``, in the shape of its kind.

The last is an expired draft (https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06) that services
follow loosely: fields that are not known here are passed over, and a status stays the word that the service says, in
whichever letters.
"""

from __future__ import annotations

from typing import Any

from gatekeeper.model.values import Json


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
