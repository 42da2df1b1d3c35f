"""What the terminal can do, and how refusals are told on it."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO, TypedDict

from gatekeeper.cli.streams import tell, tell_refusal
from gatekeeper.errors import GatekeeperError, InvalidDocuments


def wants_color(choice: str, stream: TextIO | None) -> bool:
    """Whether to write colour: ``--color``, then NO_COLOR and FORCE_COLOR, then whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def width_of(stream: TextIO | None) -> int:
    """How wide a text board may be: the terminal's width within reason, 100 where it is no terminal."""
    if stream is None or not stream.isatty():
        return 100
    return max(60, min(140, shutil.get_terminal_size((100, 24)).columns))


def can_unicode(stream: TextIO | None) -> bool:
    """Whether the stream can write the signs of the board."""
    try:
        "✔✘█·─".encode((stream.encoding if stream is not None else None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


class Fit(TypedDict):
    """What a text for people has to fit, as keywords of what renders it."""

    width: int
    color: bool
    unicode: bool


def fit_of(color: str) -> Fit:
    """What standard output shows of a text.

    Args:
        color: auto, always or never.
    """
    stream = sys.stdout
    return Fit(width=width_of(stream), color=wants_color(color, stream), unicode=can_unicode(stream))


def tell_error(refused: GatekeeperError) -> None:
    """Write a refusal on standard error: the diagnostics with their carets, or one line and how to mend it."""
    if isinstance(refused, InvalidDocuments):
        from gatekeeper.load.diagnostics import render_diagnostics

        tell(render_diagnostics(refused.diagnostics))
    else:
        tell_refusal(refused)
