"""``gatekeeper evaluate``: decide, render, exit with the verdict."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gatekeeper.cli.exit_codes import code_of_report, worst
from gatekeeper.cli.options import (
    as_of_option,
    color_option,
    configuration_of,
    environment_option,
    output_option,
    parameter_option,
    parse_as_of,
    parse_parameters,
    policies_argument,
    root_option,
    snapshot_option,
)
from gatekeeper.cli.output import parse_outputs, refuse_inputs, write_outputs
from gatekeeper.cli.progress import progress_on
from gatekeeper.cli.streams import UTF_8, put
from gatekeeper.cli.terminal import fit_of


@click.command("evaluate")
@policies_argument
@as_of_option
@snapshot_option
@click.option("--collect", is_flag=True, help="Collect the evidence first, and decide on the new snapshot.")
@environment_option
@parameter_option
@click.option("--format", "format_", metavar="FORMAT", help="text (default), markdown or json.")
@output_option
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
    from gatekeeper.render.text import TextRenderer

    configuration = configuration_of(root)
    wanted = parse_outputs(outputs)
    refuse_inputs(wanted, configuration, snapshot)
    shown_as = format_ or configuration.format
    renderer_for(shown_as)
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
    written = write_outputs(wanted, lambda name: renderer_for(name).render(report))
    if shown_as == "text":
        put(TextRenderer(**fit_of(color or configuration.color)).render(report))
    else:
        # what tools read is the same bytes under every locale
        put(renderer_for(shown_as).render(report), UTF_8)
    return worst([code_of_report(report), written])
