"""``gatekeeper init``: an empty folder becomes a gate with evidence and a suite."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.streams import put

_MOST_SHOWN = 25


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--system", metavar="NAME", help="What the gate is about; by default called after the folder.")
@click.option(
    "--from",
    "origin",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Propose the rules from this file: your own JSON, or a runbook in Markdown or plain text.",
)
def command(folder: Path, system: str | None, origin: Path | None) -> int:
    """Write a gate with its evidence and a suite that passes into FOLDER, by default the current one.

    Nothing that is there is written over: exit code 2 names what is in the way.
    """
    from gatekeeper.authoring.begin import begin

    begun = begin(folder, system, origin)
    lines = [f"wrote {len(begun.files)} files in {folder}:", *(f"  {name}" for name in begun.files)]
    if begun.rules:
        told = ", ".join(f"{number} {word}" for word, number in begun.rules.items())
        lines += ["", f"proposed from {origin}: {sum(begun.rules.values())} rules ({told}); confirm each of them"]
    if begun.left:
        lines += ["", f"not turned into a rule: {len(begun.left)} (the end of the policy lists them all)"]
        lines += [f"  {each}" for each in begun.left[:_MOST_SHOWN]]
        lines += [f"  … and {len(begun.left) - _MOST_SHOWN} more"] if len(begun.left) > _MOST_SHOWN else []
    steps = [
        "gatekeeper lint",
        "gatekeeper test",
        f"gatekeeper collect {begun.gate} && gatekeeper evaluate {begun.gate}",
    ]
    if folder.resolve() != Path.cwd():
        steps.insert(0, f"cd {shlex.quote(str(folder))}")
    put("\n".join([*lines, "", "next:", *(f"  {step}" for step in steps)]))
    return ExitCode.GO
