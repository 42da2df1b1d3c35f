"""A service tells its channels of changes, and of each one once."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

from tests.fakes.servers import Call
from tests.fakes.servers import serving as receiving
from tests.notify.outboxes import Receiver
from tests.service.serving import measure, serving, shop, until

TICKING = "  tick: 1s\n  drain: 0s"


def channel(root: Path, url: str, more: str = "") -> None:
    """The project's only channel."""
    file = root / "gatekeeper.yaml"
    serve = file.read_text().partition("notify:")[0]
    file.write_text(f"{serve}notify:\n  hook: {{kind: webhook, url: '{url}', allow_addresses: [127.0.0.0/8]{more}}}\n")


def told(receiver: Receiver) -> list[tuple[Any, Any]]:
    return [(said["source"], said["target"]) for said in receiver.got.values()]


def test_a_change_is_told_within_seconds_and_the_service_says_so(tmp_path: Path) -> None:
    receiver = Receiver(("503 Service Unavailable", "200 OK"))
    root = shop(tmp_path / "shop", TICKING)
    with receiving(receiver) as server:
        channel(root, server.url)
        with serving(root) as served:
            measure(root, 0.2)
            assert until(lambda: told(receiver) == [("normal", "degraded")], 15)
            measure(root, 0.01)
            assert until(lambda: len(told(receiver)) == 2, 15)
            assert served.said("message failed channel=hook policy=shop-mode")
            assert served.said("message sent channel=hook policy=shop-mode")
            assert until(lambda: 'deliveries_total{channel="hook",outcome="sent"} 2.0' in served.get("/metrics").text)
    assert told(receiver) == [("normal", "degraded"), ("degraded", "normal")]
    assert len(set(receiver.attempts)) == 2


def test_two_instances_on_one_store_tell_of_one_change_once(tmp_path: Path) -> None:
    receiver = Receiver()
    root = shop(tmp_path / "shop", TICKING)
    with receiving(receiver) as server:
        channel(root, server.url)
        with serving(root) as one, serving(root) as other:
            measure(root, 0.2)
            for served in (one, other):
                assert served.post("/v1/decide/shop-mode", {}).json()["state"] == "degraded"
            assert until(lambda: bool(receiver.got), 15)
            time.sleep(3)
    assert told(receiver) == [("normal", "degraded")]
    assert len(receiver.attempts) == 1


def test_a_service_that_is_stopped_ends_the_message_that_it_sends(tmp_path: Path) -> None:
    calls: list[Call] = []

    def slowly(call: Call) -> None:
        calls.append(call)
        time.sleep(2)
        call.answer(b"{}")

    root = shop(tmp_path / "shop", TICKING, error_rate=0.2)
    with receiving(slowly) as server:
        channel(root, server.url)
        with serving(root) as served:
            assert until(lambda: bool(calls), 15)
            served.tell(signal.SIGTERM)
            assert served.end() == 0
            with served.store() as store:
                assert len(store.outbox.list("delivered")) == 1
