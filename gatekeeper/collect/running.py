"""Reads sources side by side, and waits for none of them longer than it may take.

Each source is read in a thread of its own. A thread cannot be stopped, so one that hangs is left behind: its source is
failed evidence, its place goes to the next one, and it does not keep the process from ending.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from gatekeeper.deadline import Deadline

Read = TypeVar("Read")

GRACE = 0.25
"""Seconds that a source has after its deadline to say itself what came in the way."""


@dataclass(frozen=True, slots=True)
class Task(Generic[Read]):
    """One source to read.

    Attributes:
        name: how it is called.
        seconds: how long it may take.
        read: reads it, until the deadline; raises nothing.
        late: what it is where it did not end in time, and by then had (or had not) begun.
    """

    name: str
    seconds: float
    read: Callable[[Deadline], Read]
    late: Callable[[bool], Read]


Told = Callable[[str, int, int], None]
"""Called when a source begins and when it has ended, with its name, how many have ended, and how many there are."""


def run_side_by_side(tasks: Sequence[Task[Read]], at_once: int, whole: Deadline, told: Told) -> tuple[Read, ...]:
    """What each task reads, in the order of the tasks.

    Args:
        tasks: what to read.
        at_once: how many may be read at the same time, at least 1.
        whole: when all must be over.
        told: hears of each beginning and each end, in this thread.
    """
    waiting = deque(enumerate(tasks))
    running: dict[int, Deadline] = {}
    found: dict[int, Read] = {}
    ended: SimpleQueue[tuple[int, Read]] = SimpleQueue()
    while waiting or running:
        while waiting and len(running) < at_once and not whole.passed:
            index, task = waiting.popleft()
            running[index] = Deadline.after(task.seconds).or_sooner(whole)
            told(task.name, len(found), len(tasks))
            _start(task, index, running[index], ended)
        if not running:  # the whole is over before these could begin
            for index, task in waiting:
                found[index] = task.late(False)
                told(task.name, len(found), len(tasks))
            break
        for index, read in _next(ended, running, tasks):
            del running[index]
            found[index] = read
            told(tasks[index].name, len(found), len(tasks))
    return tuple(found[index] for index in range(len(tasks)))


def _start(task: Task[Read], index: int, deadline: Deadline, ended: SimpleQueue[tuple[int, Read]]) -> None:
    def body() -> None:
        ended.put((index, task.read(deadline)))

    Thread(target=body, name=f"source {task.name}", daemon=True).start()


def _next(
    ended: SimpleQueue[tuple[int, Read]], running: dict[int, Deadline], tasks: Sequence[Task[Read]]
) -> list[tuple[int, Read]]:
    """The next source that ended, or those whose time is over. What comes from one left behind is passed over."""
    first = min(running.values(), key=lambda deadline: deadline.at)
    came: list[tuple[int, Read]] = []
    with suppress(Empty):
        came.append(ended.get(timeout=first.left_with(GRACE)))
    found = [(index, read) for index, read in came if index in running]
    over = [index for index, deadline in running.items() if deadline.left_with(GRACE) <= 0]
    return found + [(index, tasks[index].late(True)) for index in over if index not in dict(found)]
