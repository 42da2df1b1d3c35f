"""What the tests of the house look at: the files of the repository and the commands of the program."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

import click

from tests.conftest import ROOT

PACKAGE = ROOT / "gatekeeper"


@cache
def files() -> tuple[Path, ...]:
    """Every file that belongs to the repository, committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(sorted(path for path in found if path.is_file()))


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def documents() -> list[Path]:
    """Every document for people."""
    ours = (path for path in files() if path.suffix == ".md")
    return [
        path for path in ours if path.name == "README.md" or path.parent == ROOT or path.is_relative_to(ROOT / "docs")
    ]


def named(path: Path) -> str:
    """A path as a person would write it, from the repository's root."""
    return path.relative_to(ROOT).as_posix()


@cache
def commands() -> dict[str, click.Command]:
    """The commands of the program, by name."""
    from gatekeeper.cli.app import gatekeeper

    context = click.Context(gatekeeper)
    found = {name: gatekeeper.get_command(context, name) for name in gatekeeper.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}


def options(command: click.Command) -> set[str]:
    """Every way to write an option of a command, and of the commands in it."""
    if isinstance(command, click.Group):
        return {"--help"}.union(*(options(each) for each in command.commands.values()))
    written = {text for parameter in command.params for text in (*parameter.opts, *parameter.secondary_opts)}
    return {text for text in written if text.startswith("-")} | {"--help"}
