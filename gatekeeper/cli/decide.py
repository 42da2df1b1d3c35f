"""``gatekeeper decide``: the state of a mode now, why, what to pull, whom to page, what is owed, what to tell."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gatekeeper.cli.exit_codes import ExitCode, code_of_mode
from gatekeeper.cli.options import (
    as_of_option,
    color_option,
    configuration_of,
    environment_option,
    parameter_option,
    parse_as_of,
    parse_parameters,
    root_option,
)
from gatekeeper.cli.progress import progress_on
from gatekeeper.cli.streams import UTF_8, put, tell
from gatekeeper.cli.terminal import fit_of
from gatekeeper.errors import InvalidInput, UsageError

if TYPE_CHECKING:
    from gatekeeper.collect.alert_payload import Notification

FORMATS = ("text", "json", "slack")
STDIN = "-"


@click.command("decide")
@click.argument("mode")
@click.option(
    "--alert",
    type=click.Path(path_type=Path, allow_dash=True),
    help="A notification of Alertmanager or Grafana (JSON) that calls for it; - reads standard input.",
)
@click.option(
    "--snapshot", type=click.Path(path_type=Path), help="Snapshot file to decide on; by default the sources are read."
)
@environment_option
@as_of_option
@parameter_option
@click.option("--dry-run", is_flag=True, help="Go on from the state that is kept, and write nothing.")
@click.option("--format", "format_", metavar="FORMAT", help="text (default), json or slack.")
@color_option
@root_option
def command(
    mode: str,
    alert: Path | None,
    snapshot: Path | None,
    environment: str | None,
    as_of: str | None,
    parameters: tuple[str, ...],
    dry_run: bool,
    format_: str | None,
    color: str | None,
    root: Path | None,
) -> ExitCode:
    """Look at MODE once: which state it is in, since when and why, what to pull, whom to page, what to tell.

    The look goes on from the one before it, whose state the store keeps, and keeps its own. Without --snapshot the
    sources are read now; with --as-of alone the newest snapshot that is not after it is taken. The exit code is 0 where
    the mode is in its normal state, 1 where it is not, 3 where that cannot be told.
    """
    from gatekeeper.pipeline.looking import LookRequest, look_now
    from gatekeeper.pipeline.notifying import channels_of, messages_for

    configuration = configuration_of(root)
    shown_as = _format(format_, configuration.format)
    at = parse_as_of(as_of)
    notification = _notification(alert) if alert is not None else None
    if notification is not None and notification.left_out:
        tell(f"{notification.sender} left out {notification.left_out} alerts of this notification")
    request = LookRequest(
        mode=mode,
        as_of=at,
        snapshot=snapshot,
        environment=environment,
        parameters=parse_parameters(parameters),
        alerts=notification.alerts if notification is not None else (),
        keep=not dry_run,
    )
    with progress_on(sys.stderr) as progress:
        decision = look_now(configuration, request, progress, messages=messages_for(channels_of(configuration)))
    if shown_as == "json":
        from gatekeeper.render.mode_decision.document import render_mode_decision_json

        put(render_mode_decision_json(decision), UTF_8)
    elif shown_as == "slack":
        from gatekeeper.render.mode_decision.slack import render_mode_decision_slack

        put(render_mode_decision_slack(decision), UTF_8)
    else:
        from gatekeeper.render.mode_decision.text import render_mode_decision_text

        put(render_mode_decision_text(decision, **fit_of(color or configuration.color)))
    return code_of_mode(decision.normal)


def _format(given: str | None, configured: str) -> str:
    """The format that is asked for; a configured one that only other commands have is passed over."""
    if given is None:
        return configured if configured in FORMATS else "text"
    if given not in FORMATS:
        near = difflib.get_close_matches(given.lower(), FORMATS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the formats are {', '.join(FORMATS)}"
        raise UsageError(f"unknown format {given!r}", hint)
    return given


def _notification(alert: Path) -> Notification:
    """What a webhook brought, from a file or from standard input."""
    from gatekeeper.collect.alert_payload import MAX_BYTES, read_notification
    from gatekeeper.files import Unreadable, read_bounded

    if str(alert) == STDIN:
        if sys.stdin is None:
            raise InvalidInput("standard input is closed", "name a file, or send the notification there")
        return read_notification(sys.stdin.buffer.read(MAX_BYTES + 1), "standard input")
    try:
        return read_notification(read_bounded(alert, MAX_BYTES), str(alert))
    except Unreadable as refused:
        raise InvalidInput(f"{alert} {refused}") from None
