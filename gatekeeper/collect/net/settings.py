"""What a source on the network may say."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import Field

from gatekeeper.collect.interface import FileText, SourceConfig, Span
from gatekeeper.net.addresses import Network, parse_network
from gatekeeper.net.texts import PORTS, Headers, HostText, NetworkText, Origin, UrlText, origin_of


class NetConfig(SourceConfig):
    """A source on the network.

    Attributes:
        url: where it is. Headers are sent to its scheme, host and port and to no other.
        headers: what is sent along, such as ``Authorization``; references to secrets may stand in the values.
        allow_addresses: networks that may be reached although they are not public.
        redirect_hosts: other hosts, with or without a port, to which the source may redirect.
        ca_file: certificates (PEM) to trust instead of the usual ones, relative to the folder of the sources file.
        retries: how many more attempts there may be.
        connect_timeout: how long one attempt to connect may take.
    """

    url: UrlText
    headers: Headers = Field(default_factory=dict)
    allow_addresses: list[NetworkText] = Field(default_factory=list)
    redirect_hosts: list[HostText] = Field(default_factory=list)
    ca_file: FileText | None = None
    retries: int = Field(default=3, ge=0, le=10)
    connect_timeout: Span = Field(default=timedelta(seconds=5), gt=timedelta(0), le=timedelta(minutes=1))

    def source_line(self) -> str:
        """The URL."""
        return self.url

    @property
    def origin(self) -> Origin:
        """Scheme, host and port of the source."""
        return origin_of(self.url)

    @property
    def networks(self) -> tuple[Network, ...]:
        """The networks that are allowed."""
        return tuple(parse_network(each) for each in self.allow_addresses)

    def may_redirect(self, origin: Origin) -> bool:
        """Whether the source may send us on to there."""
        scheme, host, port = origin
        if origin == self.origin:
            return True
        if scheme != "https" and self.origin[0] == "https":
            return False
        return any(_names(each, host, port, scheme) for each in self.redirect_hosts)


def _names(text: str, host: str, port: int, scheme: str) -> bool:
    parts = urlsplit(f"//{text}")
    return parts.hostname == host and (parts.port or PORTS[scheme]) == port
