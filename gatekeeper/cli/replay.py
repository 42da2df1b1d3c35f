"""``gatekeeper replay``: play one case of a suite and show it as a timeline."""

from __future__ import annotations

from pathlib import Path

import click

from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.options import color_option, configuration_of, root_option
from gatekeeper.cli.streams import UTF_8, put
from gatekeeper.cli.terminal import fit_of


@click.command("replay")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("case", required=False)
@click.option("--all", "every_look", is_flag=True, help="Show every look, also where nothing changed.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="text is the default.")
@color_option
@root_option
def command(file: Path, case: str | None, every_look: bool, format_: str, color: str | None, root: Path | None) -> int:
    """Play one CASE of the suite FILE, and show what every policy says from look to look.

    Shown is each moment at which something happened, changed or was expected. Without CASE the
    first one of the file is played. The exit code is 0, or 4 where something is not as the case expects.
    """
    from gatekeeper.suites.replay import replay

    configuration = configuration_of(root)
    played = replay(configuration, file, case)
    if format_ == "json":
        from gatekeeper.render.timeline_json import render_timeline_json

        put(render_timeline_json(played), UTF_8)
    else:
        from gatekeeper.render.timeline_text import TimelineText

        put(TimelineText(**fit_of(color or configuration.color), every_look=every_look).render(played))
    return ExitCode.GO if played.holds else ExitCode.INVALID
