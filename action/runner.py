"""What the runner of GitHub Actions takes: environment files, workflow commands, and lines of the log that are neither.

The runner reads every line that a step writes, and obeys those that look like commands. The forms:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

SUMMARY_BYTES = 1_000_000
"""The largest job summary that we write. GitHub drops one of more than 1 MiB whole."""

MESSAGE_CHARACTERS = 2_000
"""The longest message of an annotation that we write."""


def put_outputs(file: Path, outputs: Mapping[str, str]) -> None:
    """Add outputs of the step to the file that GITHUB_OUTPUT names.

    Each value stands between lines that nobody can guess, so that no value can end itself and begin another output.

    Raises:
        OSError: the file cannot be written.
    """
    lines = []
    for name, value in outputs.items():
        end = f"gate_{secrets.token_hex(16)}"
        lines.append(f"{name}<<{end}\n{value}\n{end}\n")
    with file.open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
        stream.write("".join(lines))


def put_log(text: str) -> None:
    """Write text from elsewhere to the log, with workflow commands switched off around it."""
    token = secrets.token_hex(16)
    _put(f"::stop-commands::{token}\n")
    try:
        _put(text if text.endswith("\n") else f"{text}\n")
    finally:
        _put(f"::{token}::\n")


def annotate(level: str, title: str, message: str) -> None:
    """Write an annotation: ``error`` or ``warning``, with a title and a message that may hold anything."""
    _put(f"::{level} title={_property(title[:200])}::{_data(message[:MESSAGE_CHARACTERS])}\n")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _put(text: str) -> None:
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()
