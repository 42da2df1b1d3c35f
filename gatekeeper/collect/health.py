"""A recorded answer of a health endpoint."""

from __future__ import annotations

from pydantic import Field

from gatekeeper.collect.data_file import read_json
from gatekeeper.collect.health_answer import health_of
from gatekeeper.collect.interface import CollectRequest, FileConfig, Refused, brought
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence


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
