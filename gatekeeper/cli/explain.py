"""``gatekeeper explain``: why, rule by rule, with the values that were seen."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gatekeeper.cli.exit_codes import code_of_report
from gatekeeper.cli.options import (
    as_of_option,
    color_option,
    configuration_of,
    environment_option,
    parameter_option,
    parse_as_of,
    parse_parameters,
    root_option,
    snapshot_option,
)
from gatekeeper.cli.progress import progress_on
from gatekeeper.cli.streams import put
from gatekeeper.cli.terminal import fit_of


@click.command("explain")
@click.argument("policy")
@click.argument("rule", required=False)
@as_of_option
@snapshot_option
@environment_option
@parameter_option
@color_option
@root_option
def command(
    policy: str,
    rule: str | None,
    as_of: str | None,
    snapshot: Path | None,
    environment: str | None,
    parameters: tuple[str, ...],
    color: str | None,
    root: Path | None,
) -> int:
    """Explain the decision of POLICY: each rule's outcome with the values that it saw; or that of one RULE or duty.

    Of a ladder, RULE is a trigger, a duty or a level; of a mode, a condition or a piece of advice. The exit code is
    that of the decision, as for evaluate. A mode is looked at once, without its history: that tells how its
    conditions stand and not its state, and exits with 0.
    """
    from gatekeeper import pipeline
    from gatekeeper.render.explanation import ExplanationRenderer

    configuration = configuration_of(root)
    request = pipeline.Request(
        policies=(policy,),
        as_of=parse_as_of(as_of),
        snapshot=snapshot,
        environment=environment,
        parameters=parse_parameters(parameters),
        explain=True,
        looks=True,
    )
    with progress_on(sys.stderr) as progress:
        report = pipeline.evaluate(configuration, request, progress)
    put(ExplanationRenderer(rule=rule, **fit_of(color or configuration.color)).render(report))
    return code_of_report(report)
