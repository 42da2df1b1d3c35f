"""What is kept between two looks: states, their changes, what people did, alerts, and messages that are to be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from gatekeeper.model.canonical import canonical_bytes, digest_of
from gatekeeper.model.values import Json


@dataclass(frozen=True, slots=True)
class StateKey:
    """Whose state it is: of one policy, for one service in one environment.

    The commit is no part of it, so that a deployment resets no clock.

    Attributes:
        kind: what the policy is.
        system: the system that the policy belongs to.
        policy: its id.
        service: the service that is judged; None where evidence says none.
        environment: as ``service``.
    """

    kind: Literal["mode", "ladder"]
    system: str
    policy: str
    service: str | None = None
    environment: str | None = None

    @property
    def text(self) -> str:
        """The key as canonical JSON, by which it is found."""
        parts: Json = {
            "system": self.system,
            self.kind: self.policy,
            "service": self.service,
            "environment": self.environment,
        }
        return canonical_bytes(parts).decode()

    @classmethod
    def read(cls, text: str) -> StateKey:
        """The key that ``text`` wrote."""
        parts: dict[str, Any] = json.loads(text)
        kind: Literal["mode", "ladder"] = "mode" if "mode" in parts else "ladder"
        return cls(kind, parts["system"], parts[kind], parts["service"], parts["environment"])


@dataclass(frozen=True, slots=True)
class KeptState:
    """A state as it is kept.

    Attributes:
        version: 1 for the first one of its key, and one more for each that followed.
        state: the state itself; of a mode as ``model.mode_json`` writes it.
        at: the instant of the look that it comes from.
        decision: digest of the decision that went with it; None where none did.
    """

    key: StateKey
    version: int
    state: Json
    at: datetime
    decision: str | None


@dataclass(frozen=True, slots=True)
class NewTransition:
    """A change that a look brought, to be kept with its state.

    Attributes:
        source: the state or level before; None for no level.
        target: the state or level after; None for no level.
        at: when.
        reasons: ids of what led to it, such as conditions or triggers.
    """

    source: str | None
    target: str | None
    at: datetime
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptTransition:
    """A change as it is kept; it is never changed again.

    Attributes:
        seq: counts the changes of a store; a later change of the same key has a higher one.
        version: of the state that it led to.
        decision: digest of the decision that brought it; None where none did.
    """

    seq: int
    key: StateKey
    version: int
    source: str | None
    target: str | None
    at: datetime
    reasons: tuple[str, ...]
    decision: str | None


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """A decision as it is kept.

    Attributes:
        digest: of the canonical form of ``body``.
        key: whose state it is about; None for a decision of a gate.
        at: the instant that it is about.
        snapshot: digest of the evidence that it rests on; None where there was none.
    """

    digest: str
    key: StateKey | None
    at: datetime
    snapshot: str | None
    body: Json


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """Something that a person did or decided.

    Attributes:
        system: the system that it is about.
        event: a word for it, such as ``resume``.
        by: who.
        at: when.
        note: why, or with which resolution.
        service: the service that it is about; None for all of them.
        environment: the environment that it is about; None for all of them.
        key: whoever sends the same event twice sends the same key, so that it is kept once; empty to have one made of
            everything else.
    """

    system: str
    event: str
    by: str
    at: datetime
    note: str | None = None
    service: str | None = None
    environment: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class ReceivedAlert:
    """An alert as it was sent to gatekeeper. An alert is an interval, not a series of samples.

    It is the same alert where fingerprint, beginning and status are the same.

    Attributes:
        fingerprint: names the set of its labels.
        starts_at: when it began.
        status: whether it goes on, as the sender said.
        ends_at: when it ended, or will unless it is sent again; None where that is open.
        name: the label ``alertname``; None where there is none.
        receiver: to whom the sender routed it; None where it does not say.
        generator_url: where it came from; None where the sender does not say.
        received_at: when it was first received; None before it is kept.
        last_at: when it was last received; None before it is kept.
    """

    fingerprint: str
    starts_at: datetime
    status: Literal["firing", "resolved"]
    ends_at: datetime | None
    name: str | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    receiver: str | None = None
    generator_url: str | None = None
    received_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message that is to be sent because of a change, to be kept with it.

    Attributes:
        channel: the name of the channel that it goes to.
        payload: what is to be sent.
        not_before: when it is to be sent; None for at once.
    """

    channel: str
    payload: Json
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as it is kept until it was sent, and for a while after that.

    Attributes:
        id: the same for every attempt, so that a receiver may pass over what it has already.
        key: whose change it tells.
        version: of the state that the change led to.
        created_at: the instant of the change.
        attempts: how often it was tried to send it.
        next_at: when it is to be tried next.
        delivered_at: when it was sent; None where it was not yet.
        dead_at: when it was given up; None where it was not.
        error: why the last attempt failed; empty where none did.
    """

    id: str
    key: StateKey
    version: int
    channel: str
    payload: Json
    created_at: datetime
    attempts: int
    next_at: datetime
    delivered_at: datetime | None
    dead_at: datetime | None
    error: str


def delivery_id(key: StateKey, version: int, channel: str, number: int = 0) -> str:
    """The id of a message about a change: the same whoever makes it, and on every machine.

    Args:
        key: whose change it is.
        version: of the state that the change leads to.
        channel: where the message goes.
        number: counts the messages to that channel about this change.
    """
    return digest_of(canonical_bytes({"key": key.text, "version": version, "channel": channel, "number": number}))
