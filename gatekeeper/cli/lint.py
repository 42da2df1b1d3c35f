"""``gatekeeper lint``: check everything that is written down, evaluate nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.options import configuration_of, root_option
from gatekeeper.cli.streams import UTF_8, put, tell
from gatekeeper.errors import Diagnostic

if TYPE_CHECKING:
    from gatekeeper.pipeline import Linted


@click.command("lint")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", help="text (default) or json."
)
@root_option
def command(files: tuple[Path, ...], format_: str, root: Path | None) -> int:
    """Check policies, waivers and sources; by default all of the project.

    Every mistake of every file is told, with file, line, column and a caret. Exit code 4 where there is one.
    """
    from gatekeeper import pipeline

    configuration = configuration_of(root)
    linted = pipeline.lint(configuration, files)
    if format_ == "json":
        put(json.dumps([as_json(each) for each in linted.diagnostics], indent=2, ensure_ascii=False), UTF_8)
    else:
        _tell(linted)
    return ExitCode.INVALID if any(each.level == "error" for each in linted.diagnostics) else ExitCode.GO


def _tell(linted: Linted) -> None:
    from gatekeeper.load.diagnostics import render_diagnostics

    if linted.diagnostics:
        put(render_diagnostics(linted.diagnostics))
    errors = sum(each.level == "error" for each in linted.diagnostics)
    warnings = len(linted.diagnostics) - errors
    tell(f"{linted.files} files: {errors} errors, {warnings} warnings")


def as_json(diagnostic: Diagnostic) -> dict[str, str | int]:
    """One diagnostic for tools."""
    return {
        "file": diagnostic.file,
        "line": diagnostic.line,
        "column": diagnostic.column,
        "width": diagnostic.width,
        "level": diagnostic.level,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
    }
