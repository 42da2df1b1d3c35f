"""``gatekeeper evaluate``: decide, render, exit with the verdict."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gatekeeper.cli.exit_codes import ExitCode, code_of_report, worst
from gatekeeper.cli.options import (
    as_of_option,
    color_option,
    configuration_of,
    environment_option,
    parameter_option,
    parse_as_of,
    parse_parameters,
    policies_argument,
    root_option,
    snapshot_option,
)
from gatekeeper.cli.output import Output, parse_outputs, refuse_inputs
from gatekeeper.cli.progress import progress_on
from gatekeeper.cli.streams import UTF_8, put
from gatekeeper.cli.terminal import can_unicode, tell_error, wants_color, width_of
from gatekeeper.errors import OutputError
from gatekeeper.files import write_atomically
from gatekeeper.model.report import Report


@click.command("evaluate")
@policies_argument
@as_of_option
@snapshot_option
@click.option("--collect", is_flag=True, help="Collect the evidence first, and decide on the new snapshot.")
@environment_option
@parameter_option
@click.option("--format", "format_", metavar="FORMAT", help="text (default), markdown or json.")
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT=PATH",
    help="Write the result to a file as well. May be repeated.",
)
@click.option("--explain", is_flag=True, help="Show the values that every rule saw, also where it passes.")
@color_option
@root_option
def command(
    policies: tuple[str, ...],
    as_of: str | None,
    snapshot: Path | None,
    collect: bool,
    environment: str | None,
    parameters: tuple[str, ...],
    format_: str | None,
    outputs: tuple[str, ...],
    explain: bool,
    color: str | None,
    root: Path | None,
) -> int:
    """Decide on one or more policies: GO, NO-GO or INCONCLUSIVE for a gate, the level reached for a ladder.

    Without options the newest snapshot is judged as of now. The exit code is 0 only where every gate is GO and no
    ladder has reached a level.
    """
    from gatekeeper import pipeline
    from gatekeeper.render.registry import renderer_for

    configuration = configuration_of(root)
    wanted = parse_outputs(outputs)
    refuse_inputs(wanted, configuration, snapshot)
    renderer_for(format_ or configuration.format)
    request = pipeline.Request(
        policies=policies,
        as_of=parse_as_of(as_of),
        snapshot=snapshot,
        collect=collect,
        environment=environment,
        parameters=parse_parameters(parameters),
        explain=explain,
    )
    with progress_on(sys.stderr) as progress:
        report = pipeline.evaluate(configuration, request, progress)
    written = _write(report, wanted)
    colored = wants_color(color or configuration.color, sys.stdout)
    shown_as = format_ or configuration.format
    # A board fits the terminal; what tools read is the same bytes under every locale.
    put(render(report, shown_as, colored=colored), None if shown_as == "text" else UTF_8)
    return worst([code_of_report(report), written])


def render(report: Report, name: str, *, colored: bool) -> str:
    """The report in a format, fit for standard output."""
    from gatekeeper.render.registry import renderer_for

    if name == "text":
        from gatekeeper.render.text import TextRenderer

        return TextRenderer(width=width_of(sys.stdout), color=colored, unicode=can_unicode(sys.stdout)).render(report)
    return renderer_for(name).render(report)


def _write(report: Report, outputs: tuple[Output, ...]) -> ExitCode:
    """Write every output that can be written, and say which could not."""
    from gatekeeper.render.registry import renderer_for

    code = ExitCode.GO
    for output in outputs:
        try:
            write_atomically(output.path, renderer_for(output.format).render(report).encode(UTF_8, "backslashreplace"))
        except OutputError as refused:
            tell_error(refused)
            code = ExitCode.INVALID
    return code
