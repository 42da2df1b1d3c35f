"""``gatekeeper lint``: check everything that is written down, evaluate nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.options import root_option
from gatekeeper.cli.output import echo

_FORMS = ("text", "json", "sarif", "github")


@click.command("lint")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option("--format", "format_", type=click.Choice(_FORMS), default="text", help="text is the default.")
@root_option
def command(files: tuple[Path, ...], format_: str, root: Path | None) -> int:
    """Check policies, waivers and sources; by default all of the project.

    Every mistake of every file is told, with file, line, column and a caret; sarif and github are for tools that show
    them beside the code. Exit code 4 where there is an error; warnings alone leave it 0.
    """
    from gatekeeper import pipeline
    from gatekeeper.load import load_configuration
    from gatekeeper.load.lint_forms import LINT_FORMS

    configuration = load_configuration(root or Path.cwd(), os.environ)
    linted = pipeline.lint(configuration, files)
    if told := LINT_FORMS[format_](linted.diagnostics):
        echo(told)
    errors = sum(each.level == "error" for each in linted.diagnostics)
    if format_ == "text":
        print(f"{linted.files} files: {errors} errors, {len(linted.diagnostics) - errors} warnings", file=sys.stderr)
    return ExitCode.INVALID if errors else ExitCode.GO
