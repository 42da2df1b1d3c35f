"""The ``gatekeeper`` command. Each command's module is imported only when that command runs."""

from __future__ import annotations

import importlib

import click

from gatekeeper import __version__

COMMANDS = {
    "collect": "gatekeeper.cli.collect",
    "decide": "gatekeeper.cli.decide",
    "doctor": "gatekeeper.cli.doctor",
    "evaluate": "gatekeeper.cli.evaluate",
    "event": "gatekeeper.cli.event",
    "explain": "gatekeeper.cli.explain",
    "fmt": "gatekeeper.cli.fmt",
    "init": "gatekeeper.cli.init",
    "lint": "gatekeeper.cli.lint",
    "notify": "gatekeeper.cli.notify",
    "replay": "gatekeeper.cli.replay",
    "schema": "gatekeeper.cli.schema",
    "serve": "gatekeeper.cli.serve",
    "test": "gatekeeper.cli.test",
}
"""Command → the module whose ``command`` it is."""

SUMMARIES = {
    "collect": "Read the sources and write a snapshot.",
    "decide": "Look at a mode: its state, what to pull, whom to page, what to tell.",
    "doctor": "Try every source, and say what is wrong and how to mend it.",
    "evaluate": "Decide: GO, NO-GO or INCONCLUSIVE; for a ladder, the level.",
    "event": "Record what a person did, such as the end of a pause.",
    "explain": "Say why, rule by rule, with the values that were seen.",
    "fmt": "Lay out policies, suites and sources in one way, and keep comments.",
    "init": "Begin: write a first gate with evidence and a suite, or propose one from a runbook.",
    "lint": "Check policies, waivers, sources and suites without evaluating them.",
    "notify": "Send, list and send anew messages about changes of modes and ladders.",
    "replay": "Play one case of a suite, and show it as a timeline.",
    "schema": "Print a JSON Schema: of policies, evidence, snapshots or decisions.",
    "serve": "Take alerts, look at every mode on its period, and answer over HTTP.",
    "test": "Play the tests of policies, and say what fails and what they never saw.",
}
"""What ``gatekeeper --help`` says of each command, so that help imports none of them."""


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; an unknown one is refused with a suggestion."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {close[0]}?" if close else f" There are: {', '.join(sorted(COMMANDS))}."
            ctx.fail(f"There is no command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their summaries."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES[name]) for name in sorted(COMMANDS)])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    epilog="Exit codes: 0 GO, 1 NO-GO, 2 usage error, 3 INCONCLUSIVE, 4 invalid policy, configuration, snapshot or "
    "suite, or a policy test that does not hold, 70 gatekeeper itself broke, 130/143 interrupted.",
)
@click.version_option(__version__, message="gatekeeper %(version)s")
def gatekeeper() -> None:
    """May we go? Decides from policies and evidence, and says why."""
