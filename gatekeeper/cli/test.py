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
from gatekeeper.cli.terminal import Fit, fit_of
from gatekeeper.errors import UsageError

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration
    from gatekeeper.model.mutation import MutationReport
    from gatekeeper.model.suite_run import SuitesReport
    from gatekeeper.suites.run import SuitesRequest

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
@click.option("--mutate", is_flag=True, help="Change one thing of a policy after the other: does any case notice?")
@click.option(
    "--fail-under-mutation",
    type=Percent(0, 100),
    metavar="PERCENT",
    help="With --mutate: fail where fewer of the mutants were killed.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 256), metavar="N", help="With --mutate: processes; by default the cores."
)
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    help="With --mutate: begin no further mutant after so long; fail where some were left.",
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
    mutate: bool,
    fail_under_mutation: float | None,
    jobs: int | None,
    seconds: float | None,
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
    from gatekeeper.suites.run import SuitesRequest, run_suites

    if not mutate and any(each is not None for each in (fail_under_mutation, jobs, seconds)):
        raise UsageError("--fail-under-mutation, --jobs and --seconds belong to --mutate", "add --mutate")
    if mutate and coverage:
        raise UsageError("--coverage and --mutate list different things", "ask for one of them")

    configuration = configuration_of(root)
    wanted = parse_outputs(outputs, _accepts)
    refuse_inputs(wanted, configuration)
    request = SuitesRequest(paths, cases, coverage, fail_under, environment)
    report: SuitesReport | MutationReport
    with progress_on(sys.stderr) as progress:
        report = run_suites(configuration, request, progress)
    # only a suite that was read says which snapshots it names
    refuse_inputs(wanted, configuration, *(Path(path) for each in report.suites for path in each.suite.rests_on))
    if mutate and report.holds:  # where a case fails as it is, it would seem to kill every mutant
        report = _mutate(configuration, request, fail_under_mutation, jobs, seconds)
    written = write_outputs(wanted, lambda name: render(report, name))
    if format_ == "text":
        put(_text(report, fit_of(color or configuration.color)))
    else:
        put(render(report, format_), UTF_8)
    return worst([ExitCode.GO if report.holds else ExitCode.INVALID, written])


def _mutate(
    configuration: Configuration,
    suites: SuitesRequest,
    fail_under: float | None,
    jobs: int | None,
    seconds: float | None,
) -> MutationReport:
    """What came of the mutants."""
    from gatekeeper.suites.mutation.mutate import MutationRequest, run_mutations

    with progress_on(sys.stderr) as progress:
        return run_mutations(configuration, MutationRequest(suites, jobs, seconds, fail_under), progress)


def _text(report: SuitesReport | MutationReport, fit: Fit) -> str:
    """The report as text that fits the terminal."""
    from gatekeeper.model.mutation import MutationReport

    if isinstance(report, MutationReport):
        from gatekeeper.render.mutation_text import MutationText

        return MutationText(**fit).render(report)
    from gatekeeper.render.suite_text import SuiteText

    return SuiteText(**fit).render(report)


def render(report: SuitesReport | MutationReport, name: str) -> str:
    """The report in one of the formats, fit for a file."""
    from gatekeeper.model.mutation import MutationReport

    if isinstance(report, MutationReport):
        return _render_mutants(report, name)
    if name == "json":
        from gatekeeper.render.suite_json import SuiteJson

        return SuiteJson().render(report)
    if name == "junit":
        from gatekeeper.render.suite_junit import SuiteJunit

        return SuiteJunit().render(report)
    from gatekeeper.render.suite_text import SuiteText

    return SuiteText().render(report)


def _render_mutants(report: MutationReport, name: str) -> str:
    """What came of mutants in one of the formats."""
    if name == "json":
        from gatekeeper.render.mutation_json import MutationJson

        return MutationJson().render(report)
    if name == "junit":
        from gatekeeper.render.mutation_junit import MutationJunit

        return MutationJunit().render(report)
    from gatekeeper.render.mutation_text import MutationText

    return MutationText().render(report)


def _accepts(name: str) -> None:
    if name not in FORMATS:
        from gatekeeper.load.diagnostics import did_you_mean

        raise UsageError(f"unknown format {name!r}", did_you_mean(name, FORMATS, "the formats are"))
