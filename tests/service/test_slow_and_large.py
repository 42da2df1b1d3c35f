"""Senders that are slow, send too much, or send what nobody can read: the service stays up and answers others."""

from __future__ import annotations

import json
import resource
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.service.serving import Served, alert, notification, serving, shop, until

SERVE = """\
  drain: 0s
  connections: 256
  head_timeout: 2s
  body_timeout: 2s
  requests: 4
"""

HALF_HEAD = b"POST /v1/hooks/alertmanager HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
HALF_BODY = (
    b"POST /v1/hooks/alertmanager HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Content-Length: 1000\r\n\r\n{"version": '
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(shop(tmp_path_factory.mktemp("slow"), SERVE)) as served:
        yield served


def rest(connection: socket.socket) -> bytes:
    """What the service sends until it closes the connection."""
    found = b""
    try:
        while part := connection.recv(65536):
            found += part
    except ConnectionResetError:
        pass
    return found


def answered(served: Served) -> float:
    """How long a probe took, in seconds."""
    begun = time.monotonic()
    assert served.get("/healthz").json() == {"status": "pass"}
    return time.monotonic() - begun


def test_half_a_head_is_closed_in_seconds(served: Served) -> None:
    begun = time.monotonic()
    with served.raw(HALF_HEAD) as connection:
        assert rest(connection) == b""
    assert 1.5 < time.monotonic() - begun < 4


def test_a_connection_that_says_nothing_is_closed_in_seconds(served: Served) -> None:
    begun = time.monotonic()
    with served.raw(b"") as connection:
        assert rest(connection) == b""
    assert time.monotonic() - begun < 4


def test_half_a_body_is_refused_in_seconds_with_a_reason(served: Served) -> None:
    begun = time.monotonic()
    with served.raw(HALF_BODY) as connection:
        head, _, body = rest(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert json.loads(body)["detail"] == "the body was not there within 2 s"
    assert time.monotonic() - begun < 5


def test_a_byte_now_and_then_does_not_keep_a_connection_open(served: Served) -> None:
    for start in (HALF_HEAD, HALF_BODY):
        begun = time.monotonic()
        with served.raw(start) as connection:
            connection.settimeout(0.1)
            closed = False
            while not closed and time.monotonic() - begun < 8:
                time.sleep(0.2)
                try:
                    connection.sendall(b" ")
                    closed = connection.recv(65536) == b""
                except TimeoutError:
                    continue
                except OSError:
                    closed = True
        assert closed
        assert time.monotonic() - begun < 6


def test_half_a_second_request_on_a_connection_is_closed_too(served: Served) -> None:
    with served.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n") as connection:
        found = b""
        while b'"pass"' not in found:
            found += connection.recv(65536)
        begun = time.monotonic()
        connection.sendall(HALF_HEAD)
        assert rest(connection) == b""
    assert time.monotonic() - begun < 4


def slow(served: Served, count: int, longest: float) -> None:
    """Many slow connections: probes are answered throughout, and the connections are closed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, count * 2 + 200), hard), hard))
    probes = []
    with ExitStack() as stack:
        connections = []
        for number in range(count):
            connections.append(stack.enter_context(served.raw(HALF_HEAD if number % 2 else HALF_BODY)))
            if number % 50 == 0:
                probes.append(answered(served))
        end = time.monotonic() + 6
        while time.monotonic() < end:
            probes.append(answered(served))
            time.sleep(0.1)
        for connection in connections:
            connection.settimeout(1)
            rest(connection)  # it is closed, or this takes too long
    assert max(probes) < longest, sorted(probes)[-3:]


def test_probes_are_answered_beside_a_hundred_slow_connections(served: Served) -> None:
    answered(served)
    slow(served, 100, 1.0)


def test_more_slow_connections_than_there_may_be_take_each_others_place(served: Served) -> None:
    slow(served, 300, 1.0)
    assert "gatekeeper_connections_cut" in served.get("/metrics").text


def test_a_body_that_is_too_large_is_refused_before_it_is_read(served: Served) -> None:
    head = b"POST /v1/decide/shop-mode HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with served.raw(head + b"Content-Length: 200000000\r\n\r\n") as connection:
        told = rest(connection)
    assert told.startswith(b"HTTP/1.1 413 ")
    assert b"larger than 1,048,576 bytes" in told
    with served.raw(head + b"Transfer-Encoding: chunked\r\n\r\n") as connection:
        sent = 0
        try:
            while sent < 200_000_000:
                connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
                sent += 65536
        except OSError:
            pass
    assert sent < 20_000_000
    answered(served)


def test_two_hundred_megabytes_take_no_memory(served: Served) -> None:
    answered(served)
    before = served.resident()
    for _ in range(3):
        test_a_body_that_is_too_large_is_refused_before_it_is_read(served)
    assert served.resident() < before * 1.1


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"", 422, "is empty"),
        (b"[" * 100_000, 400, "is nested deeper than 64 levels"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, 400, "is nested deeper than 64 levels"),
        (b'{"a": 1, "a": 2}', 400, "has the key"),
        (b'{"a": NaN}', 400, "no JSON number"),
        (b"\xff\xfe", 400, "is not UTF-8"),
        (b"{", 400, "is no JSON"),
        (b'"\\ud800"', 400, "half of a character"),
        (b"{}", 422, ""),
        (b"[]", 422, ""),
        (b"null", 422, ""),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(served: Served, body: bytes, status: int, told: str) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("/v1/hooks/alertmanager", "/v1/hooks/grafana", "/v1/events"):
        answer = served.post(path, content=body, headers=headers)
        if body == b"" and path != "/v1/events":
            assert answer.status_code == 400
        else:
            assert answer.status_code == status, (path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        if path != "/v1/events":
            assert told in answer.text
    answered(served)


def test_a_body_that_does_not_say_that_it_is_json_is_refused(served: Served) -> None:
    """A page in a browser may have it send such a body anywhere without asking."""
    body = json.dumps(notification(alert())).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        for path in ("/v1/hooks/alertmanager", "/v1/decide/shop-mode", "/v1/events"):
            answer = served.post(path, content=body, headers={"Content-Type": kind} if kind else {})
            assert answer.status_code == 415, path


def test_a_foreign_name_does_not_lead_to_a_service_without_tokens(served: Served) -> None:
    assert served.get("/v1/modes", headers={"Host": "rebound.example"}).status_code == 421
    for name in ("localhost", f"localhost:{served.port}", "127.0.0.1", "[::1]:80"):
        assert served.get("/v1/modes", headers={"Host": name}).status_code == 200


def test_what_is_no_http_is_refused(served: Served) -> None:
    with served.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n") as connection:
        told = rest(connection)
        assert told.startswith(b"HTTP/1.1 400 ")
        assert json.loads(told.partition(b"\r\n\r\n")[2])["detail"] == "Invalid HTTP request received."
    with served.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n\x00\x01garbage\r\n\r\n") as connection:
        assert b'"pass"' in rest(connection)
    with served.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000) as connection:
        assert rest(connection)[:13] in {b"HTTP/1.1 400 ", b""}
    with served.raw(HALF_BODY.replace(b"Content-Length: 1000", b"Content-Length: -1")) as connection:
        assert rest(connection).startswith(b"HTTP/1.1 400 ")
    answered(served)
    assert not [line for line in served.log if "Traceback" in line]


def test_requests_beyond_the_bound_are_put_off(served: Served) -> None:
    """Four may be worked on at once; a fifth is told to come again, and probes are answered."""
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: served.post("/v1/decide/shop-mode", {}), range(40)))
        codes = {each.status_code for each in answers}
        assert codes <= {200, 503}
        put_off = [each for each in answers if each.status_code == 503]
        assert put_off
        assert all(each.headers["retry-after"] == "1" for each in put_off)
        assert answered(served) < 1
    assert until(lambda: served.post("/v1/decide/shop-mode", {}).status_code == 200)


if __name__ == "__main__":
    # A thousand slow connections, which take too long for the suite: python -m tests.service.test_slow_and_large
    import sys
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder, serving(shop(Path(folder) / "shop", SERVE)) as there:
        answered(there)
        for _ in range(20):
            there.get("/v1/modes")
        memory = there.resident()
        slow(there, int(sys.argv[1]) if len(sys.argv) > 1 else 1000, 1.0)
        grown = there.resident() / memory - 1
        print(f"probes answered in under 1 s throughout; memory {grown:+.1%} of {memory // 1024} MiB")  # noqa: T201
