"""Servers that fail in every way: evidence says so in time, and half of an answer is never evidence."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.model.snapshot import Evidence
from tests.collect.sources import collected
from tests.fakes.certificates import certify
from tests.fakes.servers import FAULTS, GOOD, LOOPBACK, Call, Reply, answering, serving

TIMEOUT = 3.0
KINDS = ("http", "health", "json")


def ask(base: Path, url: str, **config: Any) -> Evidence:
    started = time.monotonic()
    settings = {"allow_addresses": LOOPBACK, "timeout": "3s", "max_bytes": 2_000_000, "retries": 1, **config}
    evidence = collected(base, collector="http", url=url, **settings)
    assert time.monotonic() - started < TIMEOUT + 2
    return evidence


def value_from(base: Path, url: str, **config: Any) -> Any:
    evidence = ask(base, url, **config)
    assert evidence.failure is None, evidence.failure
    return evidence.value


def refusal_from(base: Path, url: str, **config: Any) -> str:
    evidence = ask(base, url, **config)
    assert evidence.value is None
    assert evidence.failure is not None
    assert "\n" not in evidence.failure.detail
    return f"{evidence.failure.cause}: {evidence.failure.detail}"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_failed_evidence_in_time(fault: str, kind: str, tmp_path: Path) -> None:
    reply, said = FAULTS[fault]
    with serving(reply) as server:
        line = refusal_from(tmp_path, server.url, **{"as": kind})
    if kind == "http" or "text/plain" not in fault:
        assert said in line or "not JSON" in line
    assert "broke: " not in line.replace("connection broke", ""), "foreseen, not caught at the last moment"


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as taken:  # no other server can take the port meanwhile
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        line = refusal_from(tmp_path, url)
    assert line == f"failed: GET {url} could not be connected to: connection refused"


def test_a_host_without_an_address(tmp_path: Path) -> None:
    line = refusal_from(tmp_path, "https://gone.invalid/")
    assert '"gone.invalid" cannot be resolved' in line or "temporary failure in name resolution" in line


@pytest.mark.parametrize("kind", KINDS)
def test_an_expired_certificate_is_not_accepted(kind: str, tmp_path: Path) -> None:
    made = certify(tmp_path, days=-1)
    (tmp_path / "trusted.pem").write_bytes(made.pem)
    with serving(answering(GOOD), made.server) as server:
        line = refusal_from(tmp_path, server.url, ca_file="trusted.pem", **{"as": kind})
        assert not server.calls
    assert line.endswith("the server's certificate is not accepted: certificate has expired")


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(tmp_path: Path) -> None:
    made = certify(tmp_path)
    with serving(answering(GOOD), made.server) as server:
        assert "certificate is not accepted" in refusal_from(tmp_path, server.url)
        assert not server.calls


def test_a_certificate_of_another_host_is_not_accepted(tmp_path: Path) -> None:
    made = certify(tmp_path, address="127.0.0.2")
    (tmp_path / "trusted.pem").write_bytes(made.pem)
    with serving(answering(GOOD), made.server) as server:
        assert "certificate is not accepted" in refusal_from(tmp_path, server.url, ca_file="trusted.pem")
        assert not server.calls


def test_a_file_that_holds_no_certificate_is_told(tmp_path: Path) -> None:
    (tmp_path / "trusted.pem").write_bytes(b"nothing")
    assert "ca_file holds no certificates" in refusal_from(tmp_path, "https://127.0.0.1/", ca_file="trusted.pem")


def test_a_good_certificate_says_until_when_it_holds(tmp_path: Path) -> None:
    made = certify(tmp_path)
    (tmp_path / "trusted.pem").write_bytes(made.pem)
    with serving(answering(GOOD), made.server) as server:
        value = value_from(tmp_path, server.url, ca_file="trusted.pem")
    assert value["certificate_expires_at"] == made.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    "status", ["200 OK", "503 Service Unavailable", "418 I'm a teapot", "500 Internal Server Error"]
)
def test_an_answer_of_health_is_one_whatever_its_status(status: str, tmp_path: Path) -> None:
    with serving(answering(GOOD, status=status, kind="application/health+json")) as server:
        value = value_from(tmp_path, server.url, **{"as": "health"})
        assert len(server.calls) == 1
    assert (value["status"], value["service"], value["http_status"]) == ("ok", "demo", int(status[:3]))


def test_an_error_of_a_proxy_says_nothing_of_the_health(tmp_path: Path) -> None:
    with serving(lambda call: call.answer(b"<h1>", "503 Service Unavailable", "text/html")) as server:
        line = refusal_from(tmp_path, server.url, **{"as": "health"})
    assert line.endswith('answered 503 Service Unavailable with "text/html", which says nothing of its health')


def test_an_error_in_json_that_says_nothing_of_the_health_is_no_answer(tmp_path: Path) -> None:
    with serving(answering({"error": "no route"}, status="404 Not Found")) as server:
        line = refusal_from(tmp_path, server.url, **{"as": "health"})
    assert line.endswith("answered 404 Not Found without a status of its health")


@pytest.mark.parametrize("status", ["404 Not Found", "500 Internal Server Error"])
def test_a_status_is_evidence_of_kind_http_and_no_json(status: str, tmp_path: Path) -> None:
    with serving(answering({"a": 1}, status=status)) as server:
        assert value_from(tmp_path, server.url)["http_status"] == int(status[:3])
        assert refusal_from(tmp_path, server.url, **{"as": "json"}).endswith(f"answered {status}")


def test_what_is_not_json_is_no_json(tmp_path: Path) -> None:
    with serving(lambda call: call.answer(b"{}", kind="text/html")) as server:
        for kind in ("json", "health"):
            line = refusal_from(tmp_path, server.url, **{"as": kind})
            assert line.startswith("mistyped: ")
            assert 'answered "text/html", not JSON' in line
        assert value_from(tmp_path, server.url)["text"] == "{}"


def _after(times: int, first: Reply) -> Reply:
    """Fails that many times, then answers."""
    return lambda call: first(call) if call.number <= times else call.answer(b'{"n": %d}' % call.number)


@pytest.mark.parametrize("fault", ["reset", "half a body", "no answer at all", "too many requests"])
def test_a_question_is_asked_again_where_that_may_help(fault: str, tmp_path: Path) -> None:
    with serving(_after(2, FAULTS[fault][0])) as server:
        evidence = ask(tmp_path, server.url, retries=3)
    assert evidence.failure is None
    assert evidence.attempts == 3
    assert evidence.value["json"] == {"n": 3}  # type: ignore[index, call-overload]


def test_a_server_that_asks_to_wait_is_not_asked_before(tmp_path: Path) -> None:
    with serving(_after(1, lambda call: call.answer(b"", "503 Service Unavailable", Retry_After="1"))) as server:
        started = time.monotonic()
        evidence = ask(tmp_path, server.url, timeout="5s")
    assert evidence.failure is None
    assert time.monotonic() - started >= 1


def test_a_server_that_asks_to_wait_past_the_deadline_is_not_waited_for(tmp_path: Path) -> None:
    started = time.monotonic()
    with serving(FAULTS["wait for an hour"][0]) as server:
        ask(tmp_path, server.url, retries=5)
        assert len(server.calls) == 1
    assert time.monotonic() - started < 1


def test_a_server_error_is_not_asked_again(tmp_path: Path) -> None:
    with serving(answering({}, status="500 Internal Server Error")) as server:
        assert ask(tmp_path, server.url, retries=5).attempts == 1


def test_attempts_and_request_stand_in_the_evidence_also_where_it_failed(tmp_path: Path) -> None:
    with serving(FAULTS["reset"][0]) as server:
        evidence = ask(tmp_path, f"{server.url}/v1?x=1", retries=2, method="HEAD")
    assert (evidence.request, evidence.attempts) == (f"HEAD {server.url}/v1?x=1", 3)


def test_a_redirect_within_the_same_host_is_followed_with_its_headers(tmp_path: Path) -> None:
    def reply(call: Call) -> None:
        if call.target == "/old":
            call.answer(b"", "301 Moved Permanently", Location="/new")
        else:
            call.answer(b'{"here": true}')

    with serving(reply) as server:
        value = value_from(tmp_path, f"{server.url}/old", headers={"X-Team": "blue"})
        assert [(call.target, call.headers.get("x-team")) for call in server.calls] == [
            ("/old", "blue"),
            ("/new", "blue"),
        ]
    assert value["json"] == {"here": True}


def test_headers_are_not_sent_to_another_host(tmp_path: Path) -> None:
    with serving(answering({"other": 1})) as other:
        with serving(lambda call: call.answer(b"", "307 x", Location=f"{other.url}/there")) as server:
            refused = refusal_from(tmp_path, server.url, headers={"X-Team": "blue"})
            assert not other.calls
            allowed = [f"127.0.0.1:{other.port}"]
            value = value_from(tmp_path, server.url, headers={"X-Team": "blue"}, redirect_hosts=allowed)
        assert value["json"] == {"other": 1}
        assert "x-team" not in other.calls[0].headers
    assert f"http://127.0.0.1:{other.port} is not the source's own host" in refused


def test_a_cookie_is_not_shown_to_another_host(tmp_path: Path) -> None:
    with serving(answering({})) as other:
        reply: Reply = lambda call: call.answer(b"", "302 Found", Location=other.url, Set_Cookie="sid=1; Path=/")  # noqa: E731
        with serving(reply) as server:
            value_from(tmp_path, server.url, redirect_hosts=[f"127.0.0.1:{other.port}"])
        assert "cookie" not in other.calls[0].headers


def test_a_redirect_to_a_less_safe_scheme_is_not_followed(tmp_path: Path) -> None:
    made = certify(tmp_path)
    (tmp_path / "trusted.pem").write_bytes(made.pem)
    with (
        serving(answering({})) as plain,
        serving(lambda call: call.answer(b"", "302 Found", Location=plain.url), made.server) as server,
    ):
        hosts = [f"127.0.0.1:{plain.port}"]
        refusal_from(tmp_path, server.url, ca_file="trusted.pem", redirect_hosts=hosts)
        assert not plain.calls


def test_a_proxy_of_the_environment_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answering({})) as proxy, serving(answering({"direct": True})) as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert value_from(tmp_path, server.url)["json"] == {"direct": True}
        assert not proxy.calls


def test_when_it_was_true_is_what_the_answer_says(tmp_path: Path) -> None:
    with serving(answering(GOOD, Date="Tue, 03 Mar 2026 08:58:00 GMT")) as server:
        http, health = ask(tmp_path, server.url), ask(tmp_path, server.url, **{"as": "health"})
    assert http.observed_at is not None
    assert health.observed_at is not None
    assert http.observed_at.isoformat() == "2026-03-03T08:58:00+00:00"
    assert health.observed_at.isoformat() == "2026-03-03T08:59:00+00:00"


def test_a_body_within_the_bounds_is_decompressed(tmp_path: Path) -> None:
    import gzip

    body = gzip.compress(b'{"a": "' + b"x" * 1000 + b'"}')
    with serving(lambda call: call.answer(body, Content_Encoding="gzip")) as server:
        assert value_from(tmp_path, server.url)["json"] == {"a": "x" * 1000}
        assert "too large: more than 500 bytes" in refusal_from(tmp_path, server.url, max_bytes=500)


def test_what_grows_like_a_bomb_is_refused_below_the_byte_limit(tmp_path: Path) -> None:
    with serving(FAULTS["a bomb"][0]) as server:
        assert refusal_from(tmp_path, server.url, max_bytes=64_000_000).endswith("grows more than 200 times")
