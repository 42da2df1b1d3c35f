"""An Alertmanager on loopback, in the JSON of its interface v2. Shapes and words are those that version 0.25 sends."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.servers import Call

STATES = {"active": "active", "silenced": "suppressed", "inhibited": "suppressed", "unprocessed": "unprocessed"}


def alert(name: str, state: str = "active", **changes: Any) -> dict[str, Any]:
    """An alert as an Alertmanager gives it; ``state`` is active, silenced, inhibited or unprocessed."""
    return {
        "annotations": {"summary": f"{name} is on"},
        "endsAt": "2026-03-03T09:03:00.000Z",
        "fingerprint": f"{sum(name.encode()):016x}",
        "receivers": [{"name": "on-call"}],
        "startsAt": "2026-03-03T08:40:00.000Z",
        "status": {
            "inhibitedBy": ["00000000000000aa"] if state == "inhibited" else [],
            "silencedBy": ["9f4d3c1e"] if state == "silenced" else [],
            "state": STATES[state],
        },
        "updatedAt": "2026-03-03T08:59:00.000Z",
        "generatorURL": "http://prometheus.test/graph",
        "labels": {"alertname": name, "severity": "critical"},
        **changes,
    }


@dataclass
class Alertmanager:
    """A reply that lists alerts and tells its own state.

    Attributes:
        alerts: all that it knows.
        uptime: since when it runs.
        cluster: ``ready``, ``settling`` or ``disabled``.
    """

    alerts: list[dict[str, Any]] = field(default_factory=list)
    uptime: str = "2026-03-01T00:00:00.000Z"
    cluster: str = "ready"

    def __call__(self, call: Call) -> None:
        """Answer one request."""
        parts = urlsplit(call.target)
        asked = parse_qs(parts.query)
        if parts.path == "/api/v2/status":
            cluster = {"name": "01ARZ3", "peers": [], "status": self.cluster}
            told: Any = {"cluster": cluster, "uptime": self.uptime, "versionInfo": {"version": "0.25.0"}}
        elif parts.path != "/api/v2/alerts":
            told = None
        else:
            told = [each for each in self.alerts if self._wanted(each, asked)]
            odd = [each for each in asked.get("filter", []) if "=" not in each]
            if odd:
                call.answer(json.dumps(f"bad matcher format: {odd[0]}").encode(), "400 Bad Request")
                return
        if told is None:
            call.answer(b'{"code":404,"message":"path /x was not found"}', "404 Not Found")
        else:
            call.answer(json.dumps(told).encode(), Date="Tue, 03 Mar 2026 08:59:58 GMT")

    def _wanted(self, told: dict[str, Any], asked: dict[str, list[str]]) -> bool:
        state = told["status"]
        words = {"silenced": state["silencedBy"], "inhibited": state["inhibitedBy"]}
        hidden = [name for name, by in words.items() if by and asked.get(name) == ["false"]]
        if not any(words.values()) and asked.get(state["state"]) == ["false"]:
            hidden.append(state["state"])
        pairs = (each.split("=", 1) for each in asked.get("filter", []) if "=" in each)
        return not hidden and all(told["labels"].get(name) == value.strip('"') for name, value in pairs)
