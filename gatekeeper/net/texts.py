"""How URLs, hosts, networks and headers are written in files."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from gatekeeper.net.addresses import parse_network
from gatekeeper.secrets import SecretText

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
_OURS = frozenset({"accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"})

Origin = tuple[str, str, int]
"""Scheme, host and port."""

PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> Origin:
    """Scheme, host and port of a URL, with the scheme's own port where it names none.

    Raises:
        ValueError: it is no http or https URL with a host; the message does not repeat it, since it may hold a secret.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is no URL") from None
    if parts.scheme not in PORTS or not host:
        raise ValueError("is no URL that starts with http:// or https:// and names a host")
    return parts.scheme, host.lower().rstrip("."), PORTS[parts.scheme] if port is None else port


def checked_url(text: str) -> str:
    """The URL itself.

    Raises:
        ValueError: it is none that may be asked; the message does not repeat it, since it may hold a secret.
    """
    if not text.isascii() or not text.isprintable() or " " in text or len(text) > 4096:
        raise ValueError("is no URL: write it in ASCII, with %XX and xn-- for the rest")
    origin_of(text)
    parts = urlsplit(text)
    if "@" in parts.netloc:
        raise ValueError("names a user: send credentials as a header, with a reference to a secret")
    if "%" in parts.netloc:
        raise ValueError("has a host with %, which readers take for different ones")
    if parts.fragment:
        raise ValueError("has a fragment (#…), which no server sees")
    return text


def _host(text: str) -> str:
    try:
        parts = urlsplit(f"//{text}")
        plain = parts.hostname is not None and parts.port != 0 and parts.netloc == text and "@" not in text
    except ValueError:
        plain = False
    if not plain or not text.isascii():
        raise ValueError("is no host: write it like files.example.com or files.example.com:8443")
    return text.lower()


def _network(text: str) -> str:
    parse_network(text)
    return text


def _headers(headers: dict[str, SecretText]) -> dict[str, SecretText]:
    for name in headers:
        if not _HEADER.fullmatch(name):
            raise ValueError("a header's name has letters, digits and hyphens")
        if name.lower() in _OURS:
            raise ValueError(f"the header {name} is set by gatekeeper itself")
    return headers


UrlText = Annotated[str, AfterValidator(checked_url)]
HostText = Annotated[str, AfterValidator(_host)]
NetworkText = Annotated[str, AfterValidator(_network)]
Headers = Annotated[dict[str, SecretText], AfterValidator(_headers)]
