"""``gatekeeper collect``: read the sources, write a snapshot."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.options import (
    configuration_of,
    environment_option,
    parse_subject,
    policies_argument,
    root_option,
    subject_option,
)
from gatekeeper.cli.progress import progress_on
from gatekeeper.cli.streams import put, tell
from gatekeeper.model.times import instant_text


@click.command("collect")
@policies_argument
@environment_option
@subject_option
@root_option
def command(policies: tuple[str, ...], environment: str | None, subjects: tuple[str, ...], root: Path | None) -> int:
    """Read every source that the policies' systems name, and write one snapshot for each system.

    A source that cannot be read does not stop the others: it becomes evidence that says so, and its rules are unknown.
    """
    from gatekeeper import pipeline

    subject = parse_subject(subjects)
    configuration = configuration_of(root)
    loaded = pipeline.load_policies_of(configuration, policies)
    for system in dict.fromkeys(loaded.every[policy].system for policy in policies):
        with progress_on(sys.stderr) as progress:
            snapshot, path = pipeline.collect(configuration, loaded, system, environment, progress, subject=subject)
        for item in sorted(snapshot.items.values(), key=lambda each: each.name):
            told = f"{item.failure.cause}: {item.failure.detail}" if item.failure else "collected"
            if item.redacted:
                told += f" (a secret was taken out in {item.redacted} place{'s' if item.redacted > 1 else ''})"
            tell(f"  {item.name}: {told}")
        tell(f"{system} {instant_text(snapshot.taken_at)} {snapshot.digest}")
        put(str(path))
    return ExitCode.GO
