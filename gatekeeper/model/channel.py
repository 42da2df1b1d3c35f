"""Channels: where people and programs hear that a mode or a ladder has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from gatekeeper.model.mode import UNKNOWN

ChannelKind = Literal["pagerduty", "slack", "webhook"]


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to tell of changes. Texts may hold references to secrets, and never a secret.

    Attributes:
        url: where messages go.
        policies: ids of the modes and ladders that it tells of; empty for all.
        states: the states and levels of which it tells when they begin and when they end; empty for every change. That
            something is not known is always told.
        headers: what is sent along.
        routing_key: whom PagerDuty calls; empty for the other kinds.
        sign_with: the key of the signature of a webhook; empty for none.
        severities: state or level → the severity that PagerDuty is told.
        allow_addresses: networks that may be reached although they are not public.
        timeout: how long one attempt may take.
        attempts: after how many a message is given up.
    """

    name: str
    kind: ChannelKind
    url: str
    policies: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    routing_key: str = ""
    sign_with: str = ""
    severities: Mapping[str, str] = field(default_factory=dict)
    allow_addresses: tuple[str, ...] = ()
    timeout: timedelta = timedelta(seconds=10)
    attempts: int = 20

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text in which a reference to a secret may stand."""
        return (self.url, self.routing_key, self.sign_with, *self.headers.values())

    def alarming(self, state: str | None, normal: str | None) -> bool:
        """Whether somebody is to be woken for a state or level, and kept awake while it lasts."""
        if state == UNKNOWN:
            return True
        return state in self.states if self.states else state != normal

    def tells(self, policy: str, source: str | None, target: str | None) -> bool:
        """Whether it tells of a change."""
        if self.policies and policy not in self.policies:
            return False
        return not self.states or not {source, target}.isdisjoint({*self.states, UNKNOWN})
