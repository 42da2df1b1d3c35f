"""Only public addresses are connected to, however an address is written or come by, unless the source allows it."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import check_sources
from gatekeeper.errors import InvalidDocuments
from gatekeeper.net.addresses import refusal
from tests.collect.sources import collected, sources
from tests.fakes.certificates import certify
from tests.fakes.servers import LOOPBACK, answering, serving

PUBLIC = "93.184.216.34"


class Watch:
    """Sees every connection of the process, below every library, and stops those that leave the machine."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.on and event == "socket.connect" and isinstance(arguments[1], tuple):
            address = str(arguments[1][0])
            self.seen.append(address)
            if not address.startswith("127."):
                raise OSError(f"a test may not connect to {address}")


WATCH = Watch()
sys.addaudithook(WATCH)  # a hook cannot be taken away again, so this one can be switched off


@pytest.fixture
def connections() -> Iterator[list[str]]:
    """The addresses that were connected to."""
    WATCH.seen, WATCH.on = [], True
    yield WATCH.seen
    WATCH.on = False


def _names(monkeypatch: pytest.MonkeyPatch, **leads_to: list[list[str]]) -> list[str]:
    """A resolver that answers a name differently each time; gives the names that it was asked for."""
    real = socket.getaddrinfo
    asked: list[str] = []

    def resolve(host: Any, port: Any, *arguments: Any, **options: Any) -> Any:
        name = str(host).removesuffix(".test")
        if name not in leads_to:
            return real(host, port, *arguments, **options)
        asked.append(name)
        answers = leads_to[name][min(asked.count(name), len(leads_to[name])) - 1]
        return [entry for each in answers for entry in real(each, port, *arguments, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


FORBIDDEN = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "0",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.1",
    "167772161",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "192.168.257",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "169.254.0.1",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.170.2",
    "168.63.129.16",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:169.254.169.254]",
    "[::127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::a00:1]",
    "[2002:a9fe:a9fe::]",
    "[2002:7f00:1::1]",
    "[2001:0:53aa:64c:0:0:80ff:fffe]",
    "[2001:db8::1]",
    "[100::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
]


def _refused(base: Path, url: str, **config: Any) -> str:
    """Why the source is no evidence, be it that its configuration is refused already."""
    try:
        evidence = collected(base, collector="http", url=url, timeout="3s", retries=0, **config)
    except InvalidDocuments as refused:
        return str(refused)
    assert evidence.value is None
    assert evidence.failure is not None
    return evidence.failure.detail


@pytest.mark.parametrize("host", FORBIDDEN)
def test_an_address_that_is_not_public_is_not_connected_to(host: str, tmp_path: Path, connections: list[str]) -> None:
    line = _refused(tmp_path, f"http://{host}:8080/latest/meta-data/")
    assert connections == []
    assert any(said in line for said in ("is not reached", "cannot be resolved", "is no URL", "is not well formed"))


@pytest.mark.parametrize(
    "host", ["１２７.0.0.1", "127。0。0。1", "ⓛocalhost", "127.0.0.1%00.example.com", "a@127.0.0.1"]
)
def test_a_host_in_disguise_is_refused_before_anything_is_read(
    host: str, tmp_path: Path, connections: list[str]
) -> None:
    with pytest.raises(InvalidDocuments):
        check_sources(sources(it={"collector": "http", "url": f"http://{host}/"}))
    _refused(tmp_path, f"http://{host}/")
    assert connections == []


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/iam/",
        "//169.254.169.254/",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "http://localhost:22/",
        "http://10.0.0.1/",
        "http://[fd00:ec2::254]/",
        "https://169.254.169.254/",
        "http://user:pass@127.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "http://[::1",
    ],
)
def test_a_redirect_leads_to_no_other_place(location: str, tmp_path: Path, connections: list[str]) -> None:
    with serving(lambda call: call.answer(b"", "302 Found", Location=location)) as server:
        _refused(tmp_path, server.url, allow_addresses=LOOPBACK)
    assert connections == ["127.0.0.1"], "the source itself, and nothing else"


def test_a_host_that_redirects_are_allowed_to_is_still_looked_at(tmp_path: Path, connections: list[str]) -> None:
    location = "http://169.254.169.254/latest/meta-data/"
    with serving(lambda call: call.answer(b"", "302 Found", Location=location)) as server:
        line = _refused(tmp_path, server.url, allow_addresses=LOOPBACK, redirect_hosts=["169.254.169.254"])
    assert "gives out a machine's credentials" in line
    assert connections == ["127.0.0.1"]


def test_a_name_that_leads_inside_is_not_followed(
    tmp_path: Path, connections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _names(monkeypatch, inside=[["10.0.0.7"]])
    assert '"inside.test" leads to 10.0.0.7, a private address' in _refused(tmp_path, "http://inside.test/")
    assert connections == []


def test_a_name_that_leads_out_and_inside_is_not_trusted_with_either(
    tmp_path: Path, connections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _names(monkeypatch, both=[[PUBLIC, "127.0.0.1"]])
    assert '"both.test" leads to 127.0.0.1' in _refused(tmp_path, "http://both.test/")
    assert connections == []


def test_a_name_that_leads_elsewhere_the_second_time_is_resolved_once(
    tmp_path: Path, connections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _names(monkeypatch, rebind=[[PUBLIC], ["127.0.0.1"]])
    _refused(tmp_path, "http://rebind.test/")
    assert asked == ["rebind"]
    assert connections == [PUBLIC], "the address that was looked at, and no other"


def test_another_attempt_looks_again(tmp_path: Path, connections: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _names(monkeypatch, rebind=[[PUBLIC], ["127.0.0.1"]])
    evidence = collected(tmp_path, collector="http", url="http://rebind.test/", retries=2, timeout="5s")
    assert evidence.failure is not None
    assert "leads to 127.0.0.1" in evidence.failure.detail
    assert connections == [PUBLIC]


def test_an_allowed_network_is_reached_and_the_name_stays_the_name(
    tmp_path: Path, connections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _names(monkeypatch, demo=[["127.0.0.1"]])
    made = certify(tmp_path)
    (tmp_path / "trusted.pem").write_bytes(made.pem)
    asked_for: list[str | None] = []
    made.server.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    with serving(answering({}), made.server) as server:
        url = f"https://demo.test:{server.port}/"
        evidence = collected(tmp_path, collector="http", url=url, allow_addresses=LOOPBACK, ca_file="trusted.pem")
        assert evidence.failure is None
        assert server.calls[0].headers["host"] == f"demo.test:{server.port}"
    assert asked_for == ["demo.test"]
    assert connections == ["127.0.0.1"]


def test_what_is_allowed_is_a_network_and_no_more() -> None:
    allowed = (ip_network("10.20.0.0/16"), ip_network("fd12::/16"))
    assert refusal("10.20.3.4", allowed) is None
    assert refusal("::ffff:10.20.3.4", allowed) is None
    assert refusal("fd12::1", allowed) is None
    assert refusal("10.21.3.4", allowed) == "a private address"
    assert refusal("64:ff9b::10.20.3.4", allowed) == "a NAT64 address"
    assert refusal("169.254.169.254", allowed) is not None
    assert refusal("fe80::1%eth0", ()) == "a link-local address"


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_a_public_address_is_reached(address: str) -> None:
    assert refusal(address, ()) is None


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ("0.0.0.0/0", "is too wide"),
        ("::/0", "is too wide"),
        ("127.0.0.0/7", "is no network"),
        ("10.0.0.1/8", "is no network"),
        ("localhost", "is no network"),
    ],
)
def test_a_network_that_allows_everything_is_refused(network: str, said: str) -> None:
    with pytest.raises(InvalidDocuments) as refused:
        check_sources(sources(it={"collector": "http", "url": "https://example.com", "allow_addresses": [network]}))
    assert said in str(refused.value)
