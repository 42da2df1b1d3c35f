"""Sends the messages about changes, for as long as the service runs. Several instances share what there is to send."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from starlette.concurrency import run_in_threadpool

from gatekeeper.clock import Clock
from gatekeeper.errors import GatekeeperError
from gatekeeper.notify.courier import Handled
from gatekeeper.pipeline.notifying import courier_of
from gatekeeper.service.log import Level, log
from gatekeeper.service.metrics import Metrics
from gatekeeper.service.project import ServedProject
from gatekeeper.state.store import Store

_LEVELS: Mapping[str, Level] = {"sent": "info", "failed": "warning", "given up": "error"}

_PERIOD = 1.0
"""Seconds between two looks for something to send."""


class Delivering:
    """Has a courier work off what is due, again and again."""

    def __init__(self, project: ServedProject, store: Store, clock: Clock, metrics: Metrics) -> None:
        self._project = project
        self._metrics = metrics
        self._stopped = asyncio.Event()
        self._courier = replace(courier_of((), store, os.environ, clock), stopping=self._stopped.is_set)

    async def run(self) -> None:
        """Send until told to stop; messages that are being sent are sent to their end."""
        while not self._stopped.is_set():
            courier = replace(self._courier, channels=self._project.loaded.channels)
            try:
                for each in await run_in_threadpool(courier.work):
                    self._tell(each)
            except GatekeeperError as refused:
                log("warning", "the store cannot be used", reason=refused.message)
            except Exception as error:  # noqa: BLE001  nobody is told of anything once this ends
                log("error", "sending broke, and is begun anew", error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), _PERIOD)

    def stop(self) -> None:
        """Begin no other message."""
        self._stopped.set()

    def _tell(self, each: Handled) -> None:
        delivery = each.delivery
        self._metrics.deliveries.labels(delivery.channel, each.outcome).inc()
        more = {"reason": each.error} if each.error else {}
        log(
            _LEVELS[each.outcome],
            f"message {each.outcome}",
            channel=delivery.channel,
            policy=delivery.key.policy,
            id=delivery.id,
            attempt=delivery.attempts + 1,
            **more,
        )
