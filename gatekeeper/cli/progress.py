"""Progress on standard error, on a terminal only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from gatekeeper.model.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars


@contextmanager
def progress_on(stream: TextIO | None) -> Iterator[Progress]:
    """A bar that is drawn from the first call on, and taken away at the end.

    A terminal that goes away does not end the work.
    """
    if stream is None or not stream.isatty():
        yield lambda _what, _done, _all: None
        return
    started: list[Bars] = []

    def show(what: str, done: int, all_: int) -> None:
        with suppress(OSError):
            if not started:
                started.append(_bars(stream))
                started[0].start()
                started[0].add_task("")
            bars = started[0]
            bars.update(bars.task_ids[0], description=what, completed=done, total=all_)
            bars.refresh()

    try:
        yield show
    finally:
        with suppress(OSError):
            for bars in started:
                bars.stop()


def _bars(stream: TextIO) -> Bars:
    from rich.console import Console  # here, since most commands draw no bar
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    return Bars(*columns, console=Console(file=stream), transient=True, auto_refresh=False)
