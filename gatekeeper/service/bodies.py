"""What requests and responses hold: OpenAPI is made from these."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    WithJsonSchema,
)

from gatekeeper.collect.alert_payload import LONGEST_TEXT, MAX_ALERTS
from gatekeeper.model.times import parse_instant

Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=200)]
_Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]


def _instant(given: Any) -> Any:
    if not isinstance(given, str):
        raise ValueError("is no instant (RFC 3339 with offset)")  # noqa: TRY004  pydantic tells a ValueError
    return parse_instant(given)


Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
"""An instant as text; a number could mean seconds or milliseconds, and is refused."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Question(_Body):
    """What a decision is to rest on, where it is not what the sources say now."""

    evidence: dict[str, JsonValue] | None = Field(
        default=None, description="name → value in the shape of its kind; what is left out is not known"
    )
    service: Line | None = Field(default=None, description="what is judged, where evidence is given")
    environment: Line | None = Field(default=None, description="whose sources are read")
    parameters: dict[str, str] = Field(default_factory=dict, description="parameter → value, where the policy lets it")
    dry_run: bool = Field(default=False, description="decide, and keep nothing")


class EventBody(_Body):
    """Something that a person did or decided."""

    system: Line
    event: Line = Field(description="a word for it, such as resume")
    by: Line = Field(description="who")
    at: Instant | None = Field(default=None, description="when; left out for now")
    note: Annotated[str, StringConstraints(max_length=2000)] | None = None
    service: Line | None = None
    environment: Line | None = None
    key: Annotated[str, StringConstraints(max_length=200)] = Field(
        default="", description="the same for the same event, so that it is kept once; empty to have one made"
    )


class Recorded(_Body):
    """What became of an event."""

    new: bool = Field(description="false where the same one was kept before")
    looks: list[str] = Field(description="modes that are looked at because of it")
    warnings: list[str] = Field(description="why it may have no effect")


class Received(_Body):
    """What became of a notification."""

    received: int = Field(description="alerts in it")
    new: int = Field(description="those that were not there")
    looks: list[str] = Field(description="modes that are looked at because of it")


class Change(_Body):
    """A change of a mode's state, or of a ladder's level."""

    seq: int
    kind: str = Field(description="mode or ladder")
    system: str
    policy: str
    service: str | None
    environment: str | None
    source: str | None
    target: str | None
    at: datetime
    reasons: list[str]
    decision: Digest | None


class ModeState(_Body):
    """The state of a mode for a subject, as it is kept."""

    mode: str
    title: str
    system: str
    service: str | None
    environment: str | None
    state: str | None = Field(description="unknown where no evidence carries it any more; null where nobody looked yet")
    last_known: str | None
    normal: bool | None
    since: datetime | None
    looked_at: datetime | None
    version: int = Field(description="counts the looks")
    decision: Digest | None = Field(description="of the last decision that was kept")


class ModeStates(_Body):
    """The modes of the project."""

    modes: list[ModeState]


class ModeStory(_Body):
    """A mode, and its last changes."""

    states: list[ModeState]
    changes: list[Change]


class Changes(_Body):
    """The last changes, the oldest of them first."""

    changes: list[Change]


class KeptDecision(_Body):
    """A decision as it was kept."""

    digest: Digest
    at: datetime
    snapshot: Digest | None
    decision: dict[str, Any] = Field(description="the decision; its digest is of its RFC 8785 form")


class Health(_Body):
    """Whether the process answers."""

    status: str


class Readiness(_Body):
    """Whether the service can do its work."""

    ready: bool
    policies: int
    store: str = Field(description="ok, or why not")


class AlertBody(BaseModel):
    """One alert. ``resolved`` needs an ``endsAt`` that does not lie before its ``startsAt``."""

    status: Annotated[str, StringConstraints(pattern="^(firing|resolved)$")]
    labels: dict[_Text, _Text]
    annotations: dict[_Text, _Text] | None = None
    startsAt: AwareDatetime  # noqa: N815  the sender's word
    endsAt: AwareDatetime | Literal[""] | None = None  # noqa: N815
    generatorURL: _Text | None = None  # noqa: N815
    fingerprint: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]


class NotificationBody(BaseModel):
    """What Alertmanager (version 4) or Grafana (version 1) sends to a webhook."""

    version: Annotated[str, StringConstraints(pattern="^[14]$")]
    alerts: Annotated[list[AlertBody], Field(min_length=1, max_length=MAX_ALERTS)]
    receiver: str | None = None
    truncatedAlerts: Annotated[int, Field(ge=0)] = 0  # noqa: N815
