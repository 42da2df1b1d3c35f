"""``gatekeeper fmt``: one layout for policies, suites and sources."""

from __future__ import annotations

from pathlib import Path

import click

from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.options import configuration_of, root_option
from gatekeeper.cli.streams import UTF_8, put, tell


@click.command("fmt")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--check", is_flag=True, help="Write nothing; list the files that are laid out otherwise, and exit 4.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@root_option
def command(paths: tuple[Path, ...], check: bool, diff: bool, root: Path | None) -> int:
    """Lay out policies, waivers, suites and sources in one way; by default all of the project.

    Comments, the order of keys, line breaks and the text of expressions stay, and so does every digest. A file with
    errors is not touched: they are told as by lint, with exit code 4.
    """
    from gatekeeper.authoring.formatting import formatted, write_formatted

    files = formatted(configuration_of(root), paths)
    changed = [each for each in files if each.changed]
    if diff:
        for each in changed:
            put(each.diff, UTF_8)
    elif changed:
        put("\n".join(each.shown for each in changed))
    if not check and not diff:
        for each in changed:
            write_formatted(each)
    done = "laid out otherwise" if check or diff else "laid out anew"
    tell(f"{len(files)} files: {len(changed)} {done}")
    return ExitCode.INVALID if check and changed else ExitCode.GO
