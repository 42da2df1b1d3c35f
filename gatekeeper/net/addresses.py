"""Which addresses may be reached.

A sources file names hosts, and a name can lead anywhere: into the machine itself, the network around it, or the service
that hands out the machine's credentials. So the address that a name was resolved to is looked at, whatever was written,
and all but public ones are refused unless the source allows their network. Networks with a meaning of their own are
those of https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry; Python's own
``is_global`` alone lets NAT64, 6to4 and some of the metadata addresses pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

WIDEST = {4: 8, 6: 16}
"""The shortest prefix of a network that a source may allow, by version."""

_METADATA = {
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.170.2",
    "192.0.0.192",
    "fd00:ec2::254",
    "fd20:ce::254",
}

_SPECIAL: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), what)
    for network, what in (
        ("0.0.0.0/8", "an address of this machine"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a shared address of a provider"),
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "an address for protocols"),
        ("192.0.2.0/24", "an address for documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "an address for benchmarks"),
        ("198.51.100.0/24", "an address for documentation"),
        ("203.0.113.0/24", "an address for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
        ("::/128", "an address of this machine"),
        ("::1/128", "a loopback address"),
        ("::/96", "an IPv4-compatible address"),
        ("::ffff:0:0:0/96", "a translated IPv4 address"),
        ("64:ff9b::/96", "a NAT64 address"),
        ("64:ff9b:1::/48", "a NAT64 address"),
        ("100::/64", "an address that leads nowhere"),
        ("2001::/32", "a Teredo address"),
        ("2001::/23", "an address for protocols"),
        ("2001:db8::/32", "an address for documentation"),
        ("2002::/16", "a 6to4 address"),
        ("3fff::/20", "an address for documentation"),
        ("5f00::/16", "an address for segment routing"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
    )
)


def parse_network(text: str) -> Network:
    """A network that a source allows, such as ``10.20.0.0/16`` or a single address.

    Raises:
        ValueError: it is none, or so wide that it says nothing.
    """
    try:
        network = ip_network(text)
    except ValueError:
        raise ValueError("is no network: write it like 10.20.0.0/16 or ::1/128") from None
    if network.prefixlen < WIDEST[network.version]:
        raise ValueError(f"is too wide: a network of version {network.version} has at least /{WIDEST[network.version]}")
    return network


def refusal(address: str, allowed: Iterable[Network]) -> str | None:
    """What kind of address it is that may not be reached; None where it may.

    Args:
        address: as the resolver gives it; a zone behind ``%`` may follow.
        allowed: the networks that the source allows.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return "no address"
    if isinstance(found, IPv6Address):
        # A zone is part of the address in Python, and would keep it out of every network.
        found = IPv6Address(int(found))
        found = found.ipv4_mapped or found  # reaching it reaches the IPv4 address
    if any(found.version == network.version and found in network for network in allowed):
        return None
    if str(found) in _METADATA:
        return "an address that gives out a machine's credentials"
    for network, what in _SPECIAL:
        if found.version == network.version and found in network:
            return what
    return None if found.is_global and not found.is_multicast and not found.is_reserved else "not a public address"
