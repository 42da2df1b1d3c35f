"""``gatekeeper notify``: what is to be told of changes, was told, or could not be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.options import configuration_of, root_option
from gatekeeper.cli.streams import UTF_8, put, tell

if TYPE_CHECKING:
    from gatekeeper.model.kept import Delivery
    from gatekeeper.model.values import Json


@click.group("notify", no_args_is_help=True)
def command() -> None:
    """Messages about changes of modes and ladders: send those that are due, list them, send anew what was given up."""


@command.command("send")
@root_option
def send(root: Path | None) -> int:
    """Send everything that is due, and end.

    For those who run gatekeeper decide from cron; gatekeeper serve sends by itself. A message that fails is due again
    later, and the exit code is 4 then.
    """
    from gatekeeper.model.times import instant_text
    from gatekeeper.pipeline.keeping import open_project_store
    from gatekeeper.pipeline.notifying import channels_of, courier_of

    configuration = configuration_of(root)
    channels = channels_of(configuration)
    with open_project_store(configuration) as store:
        handled = courier_of(channels, store).work()
    for each in handled:
        told = f"{_about(each.delivery)}: {each.outcome}"
        if each.error:
            told += f": {each.error}"
        if each.next_at is not None:
            told += f"; again at {instant_text(each.next_at)}"
        tell(f"  {told}")
    counts = [f"{sum(each.outcome == word for each in handled)} {word}" for word in ("sent", "failed", "given up")]
    put(", ".join(counts), UTF_8)
    return ExitCode.GO if all(each.outcome == "sent" for each in handled) else ExitCode.INVALID


@command.command("list")
@click.option(
    "--standing",
    type=click.Choice(["pending", "delivered", "dead"]),
    help="Only those that are still to be sent, were sent, or were given up.",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, help="How many at most; 100 by default.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="text is the default.")
@root_option
def list_(standing: str | None, limit: int, format_: str, root: Path | None) -> int:
    """List messages, the newest first; what they say is in the JSON."""
    from gatekeeper.model.shown import value_text
    from gatekeeper.pipeline.keeping import open_project_store

    with open_project_store(configuration_of(root), create=False) as store:
        found = store.outbox.list(standing, limit)  # type: ignore[arg-type]  # click has checked it
    if format_ == "json":
        put(value_text([_document(each) for each in found]), UTF_8)
    elif found:
        put("\n".join(_line(each) for each in found), UTF_8)
    else:
        tell("there are none")
    return ExitCode.GO


@command.command("retry")
@click.argument("message")
@root_option
def retry(message: str, root: Path | None) -> int:
    """Let a message that was given up be sent after all: MESSAGE is its id, or how that begins."""
    from gatekeeper.pipeline.keeping import open_project_store
    from gatekeeper.pipeline.notifying import find_delivery, revive

    with open_project_store(configuration_of(root), create=False) as store:
        delivery = find_delivery(store, message)
        later = revive(store, delivery)
    if later:
        tell(f"warning: {delivery.channel} was told already of {len(later)} later change{'s' * (len(later) > 1)} of it")
    put(f"to be sent again: {_about(delivery)}", UTF_8)
    return ExitCode.GO


def _about(delivery: Delivery) -> str:
    key = delivery.key
    subject = " ".join(part for part in (key.service, key.environment) if part)
    about = f"{key.policy} ({subject})" if subject else key.policy
    return f"{delivery.id.removeprefix('sha256:')[:12]} {delivery.channel} {about} change {delivery.version}"


def _line(delivery: Delivery) -> str:
    from gatekeeper.model.times import instant_text

    tried = f"after {delivery.attempts} attempt{'s' if delivery.attempts != 1 else ''}"
    if delivery.delivered_at is not None:
        how = f"sent at {instant_text(delivery.delivered_at)} {tried}"
    elif delivery.dead_at is not None:
        how = f"given up at {instant_text(delivery.dead_at)} {tried}: {delivery.error}"
    else:
        how = f"due at {instant_text(delivery.next_at)}"
        how += f" {tried}: {delivery.error}" if delivery.attempts else ""
    return f"{_about(delivery)}: {how}"


def _document(delivery: Delivery) -> Json:
    from gatekeeper.model.times import instant_text

    def text(name: str) -> str | None:
        at = getattr(delivery, name)
        return None if at is None else instant_text(at)

    key = delivery.key
    return {
        "id": delivery.id,
        "channel": delivery.channel,
        "kind": key.kind,
        "policy": key.policy,
        "system": key.system,
        "service": key.service,
        "environment": key.environment,
        "version": delivery.version,
        "created_at": text("created_at"),
        "attempts": delivery.attempts,
        "next_at": text("next_at"),
        "delivered_at": text("delivered_at"),
        "dead_at": text("dead_at"),
        "error": delivery.error,
        "payload": delivery.payload,
    }
