"""``gatekeeper lint``: check everything that is written down, evaluate nothing."""

from __future__ import annotations

from pathlib import Path

import click

from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.options import configuration_of, root_option
from gatekeeper.cli.streams import UTF_8, put, tell

_FORMS = ("text", "json", "sarif", "github")


@click.command("lint")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option("--format", "format_", type=click.Choice(_FORMS), default="text", help="text is the default.")
@root_option
def command(files: tuple[Path, ...], format_: str, root: Path | None) -> int:
    """Check policies, waivers, sources and suites; by default all of the project.

    Every mistake of every file is told, with file, line, column and a caret; sarif and github are for tools that show
    them beside the code. Exit code 4 where there is an error; warnings alone leave it 0.
    """
    from gatekeeper import pipeline
    from gatekeeper.load.lint_forms import LINT_FORMS

    linted = pipeline.lint(configuration_of(root), files)
    if told := LINT_FORMS[format_](linted.diagnostics):
        put(told, None if format_ == "text" else UTF_8)
    errors = sum(each.level == "error" for each in linted.diagnostics)
    if format_ == "text":
        out = f"; suites left out, since policies have errors: {linted.left_out}" if linted.left_out else ""
        counts = (linted.files, "file"), (errors, "error"), (len(linted.diagnostics) - errors, "warning")
        files_, errors_, warnings = (f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)
        tell(f"{files_}: {errors_}, {warnings}{out}")
    return ExitCode.INVALID if errors else ExitCode.GO
