"""Writing results to files: whole or not at all, and never at the cost of what stood there."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.errors import OutputError, UsageError


@dataclass(frozen=True, slots=True)
class Output:
    """One ``FORMAT=PATH`` of the command line."""

    format: str
    path: Path


def parse_outputs(given: tuple[str, ...]) -> tuple[Output, ...]:
    """What ``--output`` asks for.

    Raises:
        UsageError: not of the form ``FORMAT=PATH``, an unknown format, or the same path twice.
    """
    from gatekeeper.render.registry import renderer_for

    outputs = []
    for text in given:
        name, found, path = text.partition("=")
        if not found or not name or not path:
            raise UsageError(
                f"--output {text!r} is not of the form FORMAT=PATH", "for example --output json=decision.json"
            )
        renderer_for(name)
        outputs.append(Output(name, Path(path)))
    paths = [os.path.abspath(output.path) for output in outputs]
    for output, path in zip(outputs, paths, strict=True):
        if paths.count(path) > 1:
            raise UsageError(f"--output names {output.path} more than once")
    return tuple(outputs)


def echo(text: str) -> None:
    """Write a result on standard output, whole.

    Raises:
        OutputError: the reader went away, or the disk is full. What was not read is no verdict.
    """
    try:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
    except OSError as error:
        # What is left in the buffer would be tried again when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(f"cannot write to standard output: {error.strerror or error}") from error
