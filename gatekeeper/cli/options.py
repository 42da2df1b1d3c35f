"""Options that several commands share, and how their texts are read."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gatekeeper.errors import InvalidInput, UsageError

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration
    from gatekeeper.model.snapshot import Subject

_Command = TypeVar("_Command", bound=Callable[..., Any])

policies_argument = click.argument("policies", nargs=-1, required=True, metavar="POLICY...")


def root_option(command: _Command) -> _Command:
    """``--root``: where the project is."""
    return click.option(
        "--root",
        type=click.Path(path_type=Path),
        help="Folder of the project; by default found upwards from here.",
    )(command)


def configuration_of(root: Path | None) -> Configuration:
    """The configuration of the project in that folder; None looks upwards from the current one.

    Raises:
        InvalidInput: a configuration file or a variable is wrong, or the current folder was removed.
    """
    from gatekeeper.load import load_configuration

    try:
        here = Path.cwd()
    except OSError as error:
        hint = "change into a folder that exists"
        raise InvalidInput(f"the current folder cannot be used: {error.strerror or error}", hint) from None
    return load_configuration(root or here, os.environ)


def as_of_option(command: _Command) -> _Command:
    """``--as-of``: the instant for which to decide."""
    return click.option(
        "--as-of", metavar="INSTANT", help="Decide for this past instant (RFC 3339 with offset); by default now."
    )(command)


def snapshot_option(command: _Command) -> _Command:
    """``--snapshot``: the evidence to decide on."""
    return click.option(
        "--snapshot",
        type=click.Path(path_type=Path),
        help="Snapshot file to decide on; by default the newest that is not after --as-of.",
    )(command)


def environment_option(command: _Command) -> _Command:
    """``--environment``: which sources to read."""
    return click.option(
        "--environment",
        metavar="NAME",
        help="Judge the evidence of this environment (sources.NAME.yaml); by default as configured, or the only one.",
    )(command)


def subject_option(command: _Command) -> _Command:
    """``--subject``: what the evidence is to be about."""
    return click.option(
        "--subject",
        "subjects",
        multiple=True,
        metavar="PART=VALUE[,...]",
        help="What is judged: service, environment or commit, in place of what the sources say. May be repeated.",
    )(command)


def parameter_option(command: _Command) -> _Command:
    """``--param``: values for parameters."""
    return click.option(
        "--param",
        "parameters",
        multiple=True,
        metavar="[GATE.]NAME=VALUE",
        help="Give a parameter another value, where the policy allows it. May be repeated.",
    )(command)


def output_option(command: _Command) -> _Command:
    """``--output``: the files to write the result to."""
    return click.option(
        "--output",
        "outputs",
        multiple=True,
        metavar="FORMAT=PATH",
        help="Write the result to a file as well. May be repeated.",
    )(command)


def color_option(command: _Command) -> _Command:
    """``--color``: whether to write colour."""
    return click.option(
        "--color", type=click.Choice(["auto", "always", "never"]), help="When to write colour; NO_COLOR is honoured."
    )(command)


def parse_as_of(text: str | None) -> datetime | None:
    """The instant of ``--as-of``.

    Raises:
        UsageError: it is no instant, or it has no offset.
    """
    from gatekeeper.model.times import parse_instant

    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise UsageError(f"--as-of: {error}") from None


def parse_subject(given: tuple[str, ...]) -> Subject:
    """The parts that are given; the others are None.

    Raises:
        UsageError: not of the form ``PART=VALUE``, a part that there is not, an empty value, or the same part twice.
    """
    from gatekeeper.model.shown import meant, shown
    from gatekeeper.model.snapshot import Subject

    found: dict[str, str] = {}
    parts = tuple(Subject().as_json())
    for text in (each for whole in given for each in whole.split(",")):
        part, equals, value = text.partition("=")
        if not equals or not value.strip() or not value.isprintable():
            raise UsageError(
                f"--subject {shown(text)} is not of the form PART=VALUE", "for example commit=7d19f5a3c86e"
            )
        if part not in parts:
            hint = meant(part, parts).removeprefix("; ") or f"there are {', '.join(parts)}"
            raise UsageError(f"--subject: a subject has no {shown(part)}", hint)
        if part in found:
            raise UsageError(f"--subject gives {part} more than once")
        found[part] = value.strip()
    return Subject(**found)


def parse_parameters(given: tuple[str, ...]) -> Mapping[str | None, Mapping[str, str]]:
    """Gate id (None for the policy that is asked) → name → value.

    Raises:
        UsageError: not of the form ``[GATE.]NAME=VALUE``, or the same parameter twice.
    """
    found: dict[str | None, dict[str, str]] = {}
    for text in given:
        left, equals, value = text.partition("=")
        gate, dot, name = left.rpartition(".")
        if not equals or not name:
            raise UsageError(
                f"--param {text!r} is not of the form NAME=VALUE", "for example --param distinct_approvers=3"
            )
        values = found.setdefault(gate if dot else None, {})
        if name in values:
            raise UsageError(f"--param gives {left} more than once")
        values[name] = value
    return found
