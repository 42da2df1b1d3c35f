"""``gatekeeper doctor``: try every source, and say what is wrong and how to mend it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.options import (
    color_option,
    configuration_of,
    environment_option,
    parse_subject,
    root_option,
    subject_option,
)
from gatekeeper.cli.progress import progress_on
from gatekeeper.cli.streams import UTF_8, put
from gatekeeper.cli.terminal import fit_of, tell_error
from gatekeeper.errors import InvalidDocuments


@click.command("doctor")
@click.argument("systems", nargs=-1, metavar="[SYSTEM]...")
@environment_option
@subject_option
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="text is the default.")
@color_option
@root_option
def command(
    systems: tuple[str, ...],
    environment: str | None,
    subjects: tuple[str, ...],
    format_: str,
    color: str | None,
    root: Path | None,
) -> int:
    """Try every source of every system, or of those that are named, and say what is wrong and how to mend it.

    Nothing is written. Exit code 0 where all can be had, 3 where something cannot, 4 where a policy or a file of
    sources is invalid.
    """
    from gatekeeper.pipeline.examining import examine
    from gatekeeper.render.examination_json import examination_json
    from gatekeeper.render.examination_text import examination_text

    subject = parse_subject(subjects)
    configuration = configuration_of(root)
    with progress_on(sys.stderr) as progress:
        outcome = examine(configuration, systems, environment, progress, subject=subject)
    if format_ == "json":
        put(examination_json(outcome.found, outcome.invalid), UTF_8)
    elif outcome.found or not outcome.invalid:
        put(examination_text(outcome.found, **fit_of(color or configuration.color)))
    if outcome.invalid:
        tell_error(InvalidDocuments(outcome.invalid))
        return ExitCode.INVALID
    well = bool(outcome.found) and all(each.well for each in outcome.found)
    return ExitCode.GO if well else ExitCode.INCONCLUSIVE
