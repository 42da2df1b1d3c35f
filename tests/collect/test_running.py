"""Sources are read side by side, and none holds up the others or the process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import COLLECTORS, collect
from gatekeeper.collect.interface import CollectRequest, SourceConfig, brought
from gatekeeper.errors import InvalidDocuments
from gatekeeper.model.snapshot import Evidence
from tests.collect.sources import NOW, sources, write
from tests.conftest import ROOT
from tests.fakes.servers import LOOPBACK, Call, serving


class Slow:
    """A collector of the tests that takes a while, and counts how many take a while at once."""

    kind = "json"
    gives = "json"
    config = SourceConfig

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def collect(self, request: CollectRequest[SourceConfig]) -> Evidence:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(self.seconds)
        with self._lock:
            self._now -= 1
        return brought(self, request, "slow", {})


def _live(url: str, **config: Any) -> dict[str, Any]:
    return {"collector": "http", "url": url, "allow_addresses": LOOPBACK, **config}


def _late(call: Call) -> None:
    time.sleep(0.2)
    call.answer(b"{}")


def test_twenty_sources_of_a_fifth_of_a_second_take_no_four_seconds(tmp_path: Path) -> None:
    with serving(_late) as server:
        document = sources(**{f"s{number}": _live(server.url) for number in range(20)})
        collect(sources(one=_live(server.url)), None, lambda: NOW, tmp_path)  # what is imported once
        started = time.monotonic()
        found = collect(document, None, lambda: NOW, tmp_path)
    assert [each.failure for each in found] == [None] * 20
    assert time.monotonic() - started < 2.0, "0.6 s on a machine that has nothing else to do"


def test_no_more_are_read_at_once_than_the_sources_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(0.05)
    monkeypatch.setitem(COLLECTORS, "json", slow)
    document = sources(**{f"s{number}": {"collector": "json"} for number in range(9)})
    collect(replace(document, concurrency=3), None, lambda: NOW, tmp_path)
    assert slow.most == 3


def test_the_order_is_that_of_the_sources_whichever_ends_first(tmp_path: Path) -> None:
    def reply(call: Call) -> None:
        time.sleep(0.3 if call.target == "/0" else 0)
        call.answer(b"{}")

    with serving(reply) as server:
        document = sources(**{f"s{number}": _live(f"{server.url}/{number}") for number in range(4)})
        found = collect(document, None, lambda: NOW, tmp_path)
    assert [each.name for each in found] == ["s0", "s1", "s2", "s3"]
    assert [each.request for each in found] == [f"GET {server.url}/{number}" for number in range(4)]


def test_a_source_that_hangs_is_failed_at_its_timeout_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COLLECTORS, "json", Slow(30))
    write(tmp_path, "a.yaml", "a: 1")
    hangs: dict[str, Any] = {f"h{number}": {"collector": "json", "timeout": "1s"} for number in range(3)}
    document = sources(**hangs, fine={"collector": "yaml", "file": "a.yaml"})
    started = time.monotonic()
    found = collect(replace(document, concurrency=2), None, lambda: NOW, tmp_path)
    assert time.monotonic() - started < 5
    assert [each.failure and each.failure.detail for each in found] == [
        *["it was not read within 1 s (timeout, deadline)"] * 3,
        None,
    ]


def test_the_deadline_of_all_ends_those_that_run_and_those_that_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COLLECTORS, "json", Slow(30))
    document = sources(**{f"s{number}": {"collector": "json"} for number in range(3)})
    started = time.monotonic()
    found = collect(replace(document, concurrency=1, deadline=timedelta(seconds=1)), None, lambda: NOW, tmp_path)
    assert time.monotonic() - started < 3
    assert [each.failure and each.failure.detail for each in found] == [
        "it was not read within 1 s (timeout, deadline)",
        *["its turn did not come within 1 s (deadline, concurrency)"] * 2,
    ]


def test_a_source_that_hangs_gives_up_its_place_while_others_come_and_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Mixed(Slow):
        def collect(self, request: CollectRequest[SourceConfig]) -> Evidence:
            time.sleep(30 if request.name.startswith("h") else 0.1)
            return brought(self, request, "mixed", {})

    monkeypatch.setitem(COLLECTORS, "json", Mixed(0))
    quick: dict[str, Any] = {f"q{number}": {"collector": "json"} for number in range(30)}
    ended: dict[str, float] = {}
    started = time.monotonic()
    collect(
        replace(sources(h={"collector": "json", "timeout": "1s"}, **quick), concurrency=2),
        None,
        lambda: NOW,
        tmp_path,
        lambda name, _done, _all: ended.update({name: time.monotonic() - started}),
    )
    assert 1 <= ended["h"] < 2


def test_what_a_source_brings_after_its_time_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COLLECTORS, "json", Slow(1.6))
    write(tmp_path, "a.yaml", "a: 1")

    def reply(call: Call) -> None:
        time.sleep(2)
        call.answer(b"{}")

    with serving(reply) as server:
        document = sources(late={"collector": "json", "timeout": "1s"}, live=_live(server.url, timeout="4s"))
        late, live = collect(document, None, lambda: NOW, tmp_path)
    assert late.failure is not None
    assert live.failure is None


def test_progress_tells_each_beginning_and_each_end(tmp_path: Path) -> None:
    write(tmp_path, "a.json", {})
    told: list[tuple[str, int, int]] = []
    document = sources(a={"collector": "json", "file": "a.json"}, b={"collector": "json", "file": "a.json"})
    collect(document, None, lambda: NOW, tmp_path, lambda *what: told.append(what))
    assert sorted(name for name, _, _ in told) == ["a", "a", "b", "b"]
    assert told[0] == ("a", 0, 2)
    assert told[-1][1:] == (2, 2)


@pytest.mark.parametrize(
    ("timeout", "said"),
    [
        ("0s", "timeout: input should be greater than"),
        ("11m", "timeout: input should be less than or equal to"),
        ("soon", "is no span of time"),
        (20, "is no span of time"),
    ],
)
def test_a_timeout_is_a_span_within_reason(timeout: object, said: str) -> None:
    with pytest.raises(InvalidDocuments) as refused:
        collect(sources(a={"collector": "json", "file": "a", "timeout": timeout}), None, lambda: NOW, Path())
    assert said in str(refused.value)


HANGING = """
import time
from pathlib import Path
from gatekeeper.clock import system_clock
from gatekeeper.collect import COLLECTORS, collect
from gatekeeper.collect.interface import SourceConfig
from tests.collect.sources import sources

class Hangs:
    kind = gives = "json"
    config = SourceConfig

    def collect(self, request):
        time.sleep(60)

COLLECTORS["json"] = Hangs()
found, = collect(sources(it={"collector": "json", "timeout": "1s"}), None, system_clock, Path())
print(found.failure.detail)
"""


def test_a_source_that_hangs_does_not_keep_the_process_from_ending() -> None:
    started = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-c", HANGING],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=40,
        check=True,
    )
    assert time.monotonic() - started < 20
    assert ran.stdout == "it was not read within 1 s (timeout, deadline)\n"
