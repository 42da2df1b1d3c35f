"""Where results are written to, and where they may not be: over what a decision rests on."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.streams import UTF_8
from gatekeeper.cli.terminal import tell_error
from gatekeeper.errors import OutputError, UsageError
from gatekeeper.files import write_atomically

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Output:
    """One ``FORMAT=PATH`` of the command line."""

    format: str
    path: Path


def parse_outputs(given: tuple[str, ...], accepts: Callable[[str], object] | None = None) -> tuple[Output, ...]:
    """What ``--output`` asks for.

    Args:
        accepts: refuses a format that there is not; None for the formats of decisions.

    Raises:
        UsageError: not of the form ``FORMAT=PATH``, an unknown format, or the same file twice, be it by a link.
    """
    from gatekeeper.render.registry import renderer_for

    refuse_unknown = accepts or renderer_for
    outputs = []
    for text in given:
        name, found, path = text.partition("=")
        if not found or not name or not path:
            raise UsageError(
                f"--output {text!r} is not of the form FORMAT=PATH", "for example --output json=decision.json"
            )
        refuse_unknown(name)
        outputs.append(Output(name, Path(path)))
    paths = [os.path.realpath(output.path) for output in outputs]
    for output, path in zip(outputs, paths, strict=True):
        if paths.count(path) > 1:
            raise UsageError(f"--output names {output.path} more than once")
    return tuple(outputs)


def refuse_inputs(outputs: tuple[Output, ...], configuration: Configuration, *others: Path | None) -> None:
    """Refuse to write over what the outcome rests on; a new file beside it may be written.

    Args:
        others: what it rests on beside the project's own folders: the snapshot that is judged, suites and what they
            name.

    Raises:
        UsageError: an output is one of the others, the configuration, or a file in the folders of policies, evidence or
            collected snapshots, be it by a link.
    """
    root = configuration.root
    folders = (root / configuration.policies, root / configuration.evidence, root / configuration.state / "snapshots")
    inputs = {os.path.realpath(each) for each in (*others, configuration.file) if each is not None}
    for output in outputs:
        path = os.path.realpath(output.path)
        inside = any(Path(path).is_relative_to(os.path.realpath(folder)) for folder in folders)
        if path in inputs or (inside and os.path.lexists(path)):
            raise UsageError(
                f"--output would write over {output.path}, which belongs to the project", "choose another place"
            )


def write_outputs(outputs: tuple[Output, ...], render: Callable[[str], str]) -> ExitCode:
    """Write every output that can be written, and say which could not.

    Args:
        render: the result in a format.
    """
    code = ExitCode.GO
    for output in outputs:
        try:
            write_atomically(output.path, render(output.format).encode(UTF_8, "backslashreplace"))
        except OutputError as refused:
            tell_error(refused)
            code = ExitCode.INVALID
    return code
