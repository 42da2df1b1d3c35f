"""``gatekeeper schema``: the published JSON Schemas."""

from __future__ import annotations

import difflib
from importlib import resources

import click

from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.streams import UTF_8, put
from gatekeeper.errors import UsageError


def schema_names() -> dict[str, str]:
    """The short name of each published schema → its file's name."""
    files = [file.name for file in resources.files("gatekeeper.schemas").iterdir() if file.name.endswith(".json")]
    return {name.removesuffix(".json").removesuffix(".v1"): name for name in sorted(files)}


@click.command("schema")
@click.argument("name", required=False)
def command(name: str | None) -> int:
    """Print a JSON Schema; without NAME, list those that there are."""
    names = schema_names()
    if name is None:
        put("\n".join(names))
        return ExitCode.GO
    if name not in names:
        close = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(names)}"
        raise UsageError(f"there is no schema {name!r}", hint)
    put(resources.files("gatekeeper.schemas").joinpath(names[name]).read_text(encoding="utf-8"), UTF_8)
    return ExitCode.GO
