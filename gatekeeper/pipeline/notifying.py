"""Telling of changes: which channels there are, what they are told, and who sends it."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from gatekeeper.clock import Clock, system_clock
from gatekeeper.errors import UsageError
from gatekeeper.load.channels import read_channels
from gatekeeper.model.announcement import Announcement
from gatekeeper.model.channel import Channel
from gatekeeper.model.kept import Delivery, NewDelivery
from gatekeeper.model.mode_decision import ModeDecision
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.shown import shown
from gatekeeper.notify.courier import Courier
from gatekeeper.pipeline.looking import Change, Messages
from gatekeeper.render.announcement import payload_for

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration
    from gatekeeper.state.store import Store

_MOST_LISTED = 10_000


def channels_of(configuration: Configuration, policies: PolicySet | None = None) -> tuple[Channel, ...]:
    """The channels of a project.

    Args:
        policies: with every mode and ladder of the project, to check the names in the configuration; None leaves that
            to ``lint``.

    Raises:
        InvalidDocuments: the channels are wrong.
    """
    return read_channels(configuration.notify, policies)


def messages_for(channels: Sequence[Channel]) -> Messages | None:
    """Words what the channels are told of a change; None where there are none."""
    return (lambda decision, change: worded(channels, decision, change)) if channels else None


def worded(channels: Sequence[Channel], decision: ModeDecision, change: Change) -> tuple[NewDelivery, ...]:
    """What the channels are told of a change, in their order."""
    key, transition = change.key, change.transition
    told = Announcement(key, transition, decision)
    return tuple(
        NewDelivery(each.name, payload_for(told, each))
        for each in channels
        if each.tells(key.policy, transition.source, transition.target)
    )


def courier_of(
    channels: Sequence[Channel],
    store: Store,
    environ: Mapping[str, str] | None = None,
    clock: Clock = system_clock,
) -> Courier:
    """Sends what is due in the store to these channels.

    Args:
        environ: the variables that secrets may be in; None for those of this process.
    """
    worker = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
    return Courier(store.outbox, channels, os.environ if environ is None else environ, worker, clock)


def find_delivery(store: Store, text: str) -> Delivery:
    """The message whose id begins so; ``sha256:`` may be left out.

    Raises:
        UsageError: there is none, or several are meant.
    """
    wanted = text if text.startswith("sha256:") else f"sha256:{text}"
    found = [each for each in store.outbox.list(limit=_MOST_LISTED) if each.id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    what = "no message has an id" if not found else f"{len(found)} messages have an id"
    raise UsageError(f"{what} that begins with {shown(text)}", "gatekeeper notify list shows the ids")


def revive(store: Store, delivery: Delivery, clock: Clock = system_clock) -> tuple[Delivery, ...]:
    """Let a message that was given up be sent after all.

    Returns:
        Later messages to the same channel about the same state that were sent already: the receiver will hear of an
        older change after a newer one.

    Raises:
        UsageError: it was not given up.
    """
    if not store.outbox.revive(delivery.id, clock()):
        was = "was sent already" if delivery.delivered_at is not None else "is still to be sent"
        raise UsageError(f"the message {delivery.id} {was}", "only what was given up is sent anew")
    same = [each for each in store.outbox.list("delivered", _MOST_LISTED) if each.key == delivery.key]
    return tuple(each for each in same if each.channel == delivery.channel and each.version > delivery.version)
