"""``gatekeeper event``: record what a person did."""

from __future__ import annotations

from pathlib import Path

import click

from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.options import configuration_of, environment_option, root_option
from gatekeeper.cli.streams import UTF_8, put, tell


@click.command("event")
@click.argument("system")
@click.argument("event")
@click.option("--by", required=True, metavar="NAME", help="Who did it.")
@click.option("--note", metavar="TEXT", help="Why, or with which resolution.")
@click.option("--at", metavar="INSTANT", help="When (RFC 3339 with offset); by default now.")
@click.option("--service", metavar="NAME", help="Only about this service of the system.")
@environment_option
@click.option("--key", default="", metavar="TEXT", help="Record an event with this key once, however often it is sent.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="text is the default.")
@root_option
def command(
    system: str,
    event: str,
    by: str,
    note: str | None,
    at: str | None,
    service: str | None,
    environment: str | None,
    key: str,
    format_: str,
    root: Path | None,
) -> int:
    """Record what a person did, such as the end of a pause, so that policies hear of it.

    EVENT is a word that a policy of SYSTEM compares with. An event that was recorded before is kept once.
    """
    from gatekeeper.errors import UsageError
    from gatekeeper.model.shown import value_text
    from gatekeeper.model.times import instant_text, parse_instant
    from gatekeeper.model.values import Json
    from gatekeeper.pipeline.recording import record_event

    try:
        when = None if at is None else parse_instant(at)
    except ValueError as error:
        raise UsageError(f"--at: {error}") from None
    recorded = record_event(
        configuration_of(root),
        system,
        event,
        by,
        note=note,
        at=when,
        service=service,
        environment=environment,
        key=key,
    )
    for warning in recorded.warnings:
        tell(f"warning: {warning}")
    kept = recorded.event
    if format_ == "json":
        told: Json = {
            "system": kept.system,
            "service": kept.service,
            "environment": kept.environment,
            "event": kept.event,
            "by": kept.by,
            "at": instant_text(kept.at),
            "note": kept.note,
            "new": recorded.new,
        }
        put(value_text(told), UTF_8)
        return ExitCode.GO
    about = " ".join(part for part in (kept.system, kept.service, kept.environment) if part)
    begun = "recorded" if recorded.new else "was recorded before"
    put(f"{begun}: {kept.event} of {about} by {kept.by} at {instant_text(kept.at)}", UTF_8)
    return ExitCode.GO
