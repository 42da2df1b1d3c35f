"""``gatekeeper test``: play the tests of policies."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gatekeeper.cli.exit_codes import ExitCode, worst
from gatekeeper.cli.options import color_option, configuration_of, environment_option, output_option, root_option
from gatekeeper.cli.output import parse_outputs, refuse_inputs, write_outputs
from gatekeeper.cli.progress import progress_on
from gatekeeper.cli.streams import UTF_8, put
from gatekeeper.cli.terminal import fit_of
from gatekeeper.errors import UsageError

if TYPE_CHECKING:
    from gatekeeper.model.suite_run import SuitesReport

FORMATS = ("text", "json", "junit")


class Percent(click.FloatRange):
    """A percentage; ``nan``, which lies neither within nor without, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number of a text; anything else is refused as a wrong use."""
        found = super().convert(value, param, ctx)
        if math.isnan(found):
            self.fail(f"{value!r} is no percentage.", param, ctx)
        return found


@click.command("test")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--case", "cases", multiple=True, metavar="PATTERN", help="Only cases whose id fits, such as 'reset-*'.")
@click.option("--coverage", is_flag=True, help="List everything that no case has seen.")
@click.option(
    "--fail-under",
    type=Percent(0, 100),
    metavar="PERCENT",
    help="Fail where fewer of the outcomes of rules, triggers, duties, conditions and advice were seen.",
)
@environment_option
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="text is the default.")
@output_option
@color_option
@root_option
def command(
    paths: tuple[Path, ...],
    cases: tuple[str, ...],
    coverage: bool,
    fail_under: float | None,
    environment: str | None,
    format_: str,
    outputs: tuple[str, ...],
    color: str | None,
    root: Path | None,
) -> int:
    """Play the tests of policies; by default every suite of the project.

    A suite is a file policies/<system>/<name>_test.yaml; PATH is one, or a folder that holds some, from the current
    folder or else from the root. The exit code is 0 where every case holds, and 4 where one does not, too little was
    seen, or a suite cannot be used.
    """
    from gatekeeper.render.suite_text import SuiteText
    from gatekeeper.suites.run import SuitesRequest, run_suites

    configuration = configuration_of(root)
    wanted = parse_outputs(outputs, _accepts)
    refuse_inputs(wanted, configuration)
    request = SuitesRequest(paths, cases, coverage, fail_under, environment)
    with progress_on(sys.stderr) as progress:
        report = run_suites(configuration, request, progress)
    # only a suite that was read says which snapshots it names
    refuse_inputs(wanted, configuration, *(Path(path) for each in report.suites for path in each.suite.rests_on))
    written = write_outputs(wanted, lambda name: render(report, name))
    if format_ == "text":
        put(SuiteText(**fit_of(color or configuration.color)).render(report))
    else:
        put(render(report, format_), UTF_8)
    return worst([ExitCode.GO if report.holds else ExitCode.INVALID, written])


def render(report: SuitesReport, name: str) -> str:
    """The report in one of the formats, fit for a file."""
    if name == "json":
        from gatekeeper.render.suite_json import SuiteJson

        return SuiteJson().render(report)
    if name == "junit":
        from gatekeeper.render.suite_junit import SuiteJunit

        return SuiteJunit().render(report)
    from gatekeeper.render.suite_text import SuiteText

    return SuiteText().render(report)


def _accepts(name: str) -> None:
    if name not in FORMATS:
        from gatekeeper.load.diagnostics import did_you_mean

        raise UsageError(f"unknown format {name!r}", did_you_mean(name, FORMATS, "the formats are"))
