"""Prometheus and Alertmanager that fail in every way: in time, and never with half of a value."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.collect.sources import refusal_of
from tests.fakes.alertmanager import Alertmanager
from tests.fakes.certificates import certify
from tests.fakes.prometheus import Prometheus
from tests.fakes.servers import FAULTS, LOOPBACK, Call, Reply, answering, serving

SOURCES: dict[str, dict[str, Any]] = {
    "instant": {"collector": "prometheus", "query": "q"},
    "range": {"collector": "prometheus", "query": "q", "range": "12000s", "step": "1s"},
    "alerts": {"collector": "alertmanager"},
}
HALF: dict[str, tuple[Reply, dict[str, Any]]] = {
    "second part of a range": (Prometheus({"q": [({}, lambda at: "1")]}), SOURCES["range"]),
    "status after the alerts": (Alertmanager(), SOURCES["alerts"]),
}


def refusal_from(base: Path, url: str, source: dict[str, Any], **more: Any) -> str:
    started = time.monotonic()
    limits = {"allow_addresses": LOOPBACK, "timeout": "1s", "max_bytes": 2_000_000, "retries": 1}
    line = refusal_of(base, **source, url=url, **limits, **more)
    assert time.monotonic() - started < 3
    assert "\n" not in line
    assert "collector broke" not in line, "foreseen, not caught at the last moment"
    return line


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("source", SOURCES)
def test_a_fault_is_failed_evidence_in_time(fault: str, source: str, tmp_path: Path) -> None:
    reply, said = FAULTS[fault]
    with serving(reply) as server:
        line = refusal_from(tmp_path, server.url, SOURCES[source])
    assert said in line or "not JSON" in line


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("half", HALF)
def test_a_fault_of_the_second_answer_is_one_of_the_whole(fault: str, half: str, tmp_path: Path) -> None:
    good, source = HALF[half]

    def reply(call: Call) -> None:
        (good if call.number == 1 else FAULTS[fault][0])(call)

    with serving(reply) as server:
        refusal_from(tmp_path, server.url, source)
        assert len(server.calls) > 1


@pytest.mark.parametrize("source", SOURCES)
def test_an_expired_certificate_is_not_accepted(source: str, tmp_path: Path) -> None:
    made = certify(tmp_path, days=-1)
    (tmp_path / "trusted.pem").write_bytes(made.pem)
    with serving(answering([]), made.server) as server:
        line = refusal_from(tmp_path, server.url, SOURCES[source], ca_file="trusted.pem")
        assert not server.calls
    assert line.endswith("the server's certificate is not accepted: certificate has expired")


@pytest.mark.parametrize("source", SOURCES)
def test_an_address_that_is_not_allowed_is_not_reached(source: str, tmp_path: Path) -> None:
    with serving(answering([])) as server:
        line = refusal_of(tmp_path, **SOURCES[source], url=server.url)
        assert not server.calls
    assert "127.0.0.1" in line
