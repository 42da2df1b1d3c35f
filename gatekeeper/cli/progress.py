"""Progress on standard error, on a terminal only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are."""


@contextmanager
def progress_on(stream: TextIO) -> Iterator[Progress]:
    """One line that is written over as work goes on, and cleared at the end."""
    if not stream.isatty():
        yield lambda _what, _done, _all: None
        return

    def show(what: str, done: int, all_: int) -> None:
        width = 24
        filled = width * done // max(1, all_)
        stream.write(f"\r\x1b[2K[{'#' * filled}{'.' * (width - filled)}] {done}/{all_} {what[:48]}")
        stream.flush()

    try:
        yield show
    finally:
        stream.write("\r\x1b[2K")
        stream.flush()
