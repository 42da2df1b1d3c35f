"""Progress on standard error, on a terminal only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are."""


@contextmanager
def progress_on(stream: TextIO | None) -> Iterator[Progress]:
    """One line that is written over as work goes on, and cleared at the end."""
    if stream is None or not stream.isatty():
        yield lambda _what, _done, _all: None
        return

    def write(text: str) -> None:
        with suppress(OSError):  # a terminal that went away must not end the work
            stream.write(text)
            stream.flush()

    def show(what: str, done: int, all_: int) -> None:
        width = 24
        filled = width * done // max(1, all_)
        write(f"\r\x1b[2K[{'#' * filled}{'.' * (width - filled)}] {done}/{all_} {what[:48]}")

    try:
        yield show
    finally:
        write("\r\x1b[2K")
