"""The ticker: each mode is looked at on its own period, by one instance at a time.

What was missed is missed: a look is never made up for, and a mode sees the gap (``max_gap``).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from time import monotonic

from starlette.concurrency import run_in_threadpool

from gatekeeper.clock import Clock
from gatekeeper.errors import GatekeeperError
from gatekeeper.pipeline.keeping import tidy
from gatekeeper.service.log import log
from gatekeeper.service.looking import Looks
from gatekeeper.service.metrics import Metrics
from gatekeeper.service.project import ServedProject
from gatekeeper.state.store import Store

LEASE = "ticker"
_SHORTEST = timedelta(seconds=5)
_ROUNDS_A_TIDY = 100


class Ticker:
    """Asks for looks for as long as it runs.

    Args:
        holder: the name of this instance; no other has it.
    """

    def __init__(
        self, project: ServedProject, looks: Looks, store: Store, clock: Clock, metrics: Metrics, holder: str
    ) -> None:
        self._project = project
        self._looks = looks
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._holder = holder
        self._leads = False

    async def run(self) -> None:
        """Tick until cancelled; then the lease is given back, so that another instance goes on at once."""
        tick = self._project.loaded.settings.tick
        begun, rounds = monotonic(), 0
        try:
            while True:
                rounds += 1
                if await self._lead(tick):
                    if rounds % _ROUNDS_A_TIDY == 1:
                        await self._quietly(partial(tidy, self._store, self._holder, self._clock()))
                    await self._round(tick.total_seconds())
                # The next whole tick from the beginning: a long round moves none of those that follow.
                period = tick.total_seconds()
                await asyncio.sleep(period - (monotonic() - begun) % period)
        finally:
            if self._leads:
                await asyncio.shield(self._quietly(partial(self._store.leases.release, LEASE, self._holder)))

    async def _round(self, period: float) -> None:
        """One look at each mode, spread over the first half of the period."""
        begun = monotonic()
        modes = sorted(self._project.loaded.policies.modes, key=_place)
        for number, mode in enumerate(modes):
            wait = begun + period / 2 * number / len(modes) - monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            if self._looks.busy(mode):
                self._metrics.looks.labels(mode, "missed").inc()
                log("warning", "look missed", mode=mode, reason="the one before has not ended")
            else:
                self._looks.soon(mode)

    async def _lead(self, tick: timedelta) -> bool:
        """Whether this instance is the one that ticks: it takes the lease, or holds it for longer."""
        ttl = max(tick * 2, _SHORTEST)
        lead = await self._quietly(
            lambda: self._store.leases.acquire(LEASE, self._holder, self._clock(), ttl),
        )
        if bool(lead) != self._leads:
            log("info", "ticks" if lead else "ticks no longer", holder=self._holder)
        self._leads = bool(lead)
        self._metrics.leader.set(self._leads)
        return self._leads

    async def _quietly(self, work: Callable[[], bool]) -> bool:
        """What the store says; False where it cannot be asked, which is no reason to stop ticking."""
        try:
            return await run_in_threadpool(work)
        except GatekeeperError as refused:
            log("warning", "the store cannot be used", reason=refused.message)
            return False


def _place(mode: str) -> str:
    """An order that is the same in every instance, and that lets no system's modes come all at once."""
    return hashlib.sha256(mode.encode()).hexdigest()
