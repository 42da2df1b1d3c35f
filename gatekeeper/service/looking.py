"""Looks at modes: never two at once at one mode, and who asks for one while another waits shares it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import TypeVar

from gatekeeper.clock import Clock
from gatekeeper.errors import GatekeeperError
from gatekeeper.model.mode_decision import ModeDecision
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.pipeline.evidence import gather
from gatekeeper.pipeline.looking import Messages, look_and_keep, look_only
from gatekeeper.service.log import log
from gatekeeper.service.metrics import Metrics
from gatekeeper.service.project import Loaded, ServedProject
from gatekeeper.state.store import Store

Value = TypeVar("Value")

SIDE_BY_SIDE = 4
"""How many looks may go on at once, each of them collecting."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a look is to be like, where it is not the usual one.

    Attributes:
        environment: whose sources to read; None for the configured or only one.
        parameters: policy id → parameter → value as text.
        evidence: gives the evidence in place of what the sources say.
        keep: whether the next state is kept.
    """

    environment: str | None = None
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    evidence: Callable[[Loaded], Snapshot | None] | None = None
    keep: bool = True


class Looks:
    """Takes looks, in threads of its own."""

    def __init__(
        self, project: ServedProject, store: Store, clock: Clock, metrics: Metrics, messages: Messages | None = None
    ) -> None:
        self._project = project
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._messages = messages
        self._threads = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="look")
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiting: dict[str, asyncio.Task[ModeDecision]] = {}
        self.last: dict[str, ModeDecision] = {}
        """The last decision of each mode that was made here, to be shown."""

    def busy(self, mode: str) -> bool:
        """Whether a look at a mode goes on or waits."""
        lock = self._locks.get(mode)
        return mode in self._waiting or (lock is not None and lock.locked())

    def soon(self, mode: str) -> asyncio.Task[ModeDecision]:
        """The usual look at a mode, that begins after this call, and that others may wait for too."""
        waiting = self._waiting.get(mode)
        if waiting is None:
            waiting = asyncio.create_task(self._usual(mode))
            waiting.add_done_callback(_told)
            self._waiting[mode] = waiting
        return waiting

    async def look(self, mode: str, asked: Asked) -> ModeDecision:
        """A look of one's own.

        Raises:
            GatekeeperError: it cannot be taken.
        """

        async def take() -> ModeDecision:
            async with self._lock(mode):
                return await self._take(mode, asked)

        # Whoever waits may give up; the thread goes on, and until it has ended no other look at the mode begins.
        task = asyncio.create_task(take())
        task.add_done_callback(_told)
        return await asyncio.shield(task)

    async def stop(self) -> None:
        """Take no more looks, and wait for those that go on."""
        for each in self._waiting.values():
            each.cancel()
        for lock in list(self._locks.values()):
            async with lock:
                pass
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def run(self, work: Callable[[], Value]) -> Value:
        """Do what takes time in one of the threads of looks."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def _usual(self, mode: str) -> ModeDecision:
        try:
            async with self._lock(mode):
                # Whoever asks from here on may know of evidence that this look no longer sees.
                self._waiting.pop(mode, None)
                return await self._take(mode, Asked())
        finally:
            if self._waiting.get(mode) is asyncio.current_task():
                del self._waiting[mode]

    def _lock(self, mode: str) -> asyncio.Lock:
        return self._locks.setdefault(mode, asyncio.Lock())

    async def _take(self, mode: str, asked: Asked) -> ModeDecision:
        begun = monotonic()
        try:
            decision = await self.run(partial(self._decide, mode, asked))
        except GatekeeperError as refused:
            self._metrics.looks.labels(mode, "failed").inc()
            log("warning", "look failed", mode=mode, reason=refused.message)
            raise
        except Exception as error:
            self._metrics.looks.labels(mode, "broke").inc()
            log("error", "look broke", mode=mode, error=type(error).__name__)
            raise
        self._metrics.look_seconds.labels(mode).observe(monotonic() - begun)
        self._metrics.looks.labels(mode, "kept" if asked.keep else "dry").inc()
        if asked.keep:
            self._tell(mode, decision)
        return decision

    def _decide(self, mode: str, asked: Asked) -> ModeDecision:
        loaded = self._project.loaded
        policies = loaded.policies
        its = policies.modes[mode]
        if asked.evidence is not None:
            snapshot = asked.evidence(loaded)
        else:
            ladders = {name: policies.ladders[name] for name in its.ladders}
            asking = PolicySet({}, (), {mode: its}, ladders, policies.calendars)
            snapshot = gather(
                loaded.configuration,
                asking,
                its.system,
                asked.environment,
                lambda _name, _done, _all: None,
                self._clock,
                store=self._store,
            )
        now = self._clock()
        if not asked.keep:
            return look_only(self._store, policies, mode, snapshot, as_of=now, now=now, parameters=asked.parameters)
        return look_and_keep(
            self._store,
            policies,
            mode,
            snapshot,
            as_of=now,
            now=now,
            parameters=asked.parameters,
            messages=self._messages,
        )

    def _tell(self, mode: str, decision: ModeDecision) -> None:
        """Show what a look came to, in the log and in the metrics."""
        reading = decision.reading
        self.last[mode] = decision
        its = self._project.loaded.policies.modes[mode]
        self._metrics.looked_at.labels(mode).set(reading.at.timestamp())
        names = [each.name for each in its.states]
        for state in (*names, "unknown"):
            self._metrics.state.labels(mode, state).set(reading.state == state)
        before = decision.earlier.word if decision.earlier is not None else its.initial
        if before != reading.state:
            self._metrics.transitions.labels(mode, before, reading.state).inc()
            log("warning", "state changed", mode=mode, source=before, target=reading.state, reason=reading.reason)


def _told(task: asyncio.Task[ModeDecision]) -> None:
    """Nobody may have waited for it: what went wrong was logged."""
    if not task.cancelled():
        task.exception()
