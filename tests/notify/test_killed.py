"""A courier that is killed between sending a message and saying so: it is sent again, with the same id."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from gatekeeper.clock import system_clock
from gatekeeper.state.outbox import CLAIMED
from tests.conftest import ROOT
from tests.fakes.servers import Call, serving
from tests.notify.outboxes import KEY, Hands, Receiver, change, courier, hook, store_in


def test_killed_between_the_sending_and_the_note_of_it(tmp_path: Path) -> None:
    honest = Receiver()
    killed: list[str] = []

    def receive(call: Call) -> None:
        """Takes the message in, and the sender dies before it hears of that."""
        if process.poll() is None:
            killed.append(call.headers["idempotency-key"])
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        honest(call)

    with serving(receive) as server, store_in(tmp_path) as store:
        channels = [hook(server.url)]
        for number in range(3):
            change(store, 1, "degraded", channels, replace(KEY, policy=f"mode-{number}"))
        address = f"sqlite:///{tmp_path}/store.db"
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.notify.killed", address, server.url],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert process.wait(60) == -signal.SIGKILL
        assert len(store.outbox.list("pending")) == 3
        clock = Hands(system_clock() + CLAIMED + timedelta(minutes=1))
        assert {each.outcome for each in courier(store, channels, clock, "another").work()} == {"sent"}
        assert len(store.outbox.list("delivered")) == 3
    assert set(killed) <= set(honest.attempts)
    assert len(killed) >= 1
    assert max(honest.attempts.count(each) for each in killed) == 2
    assert len(honest.got) == 3
