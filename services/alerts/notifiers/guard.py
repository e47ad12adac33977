"""Where messages may go: to public addresses, and to those on premises that the operator named.

An address in a definition is a request that this process makes from inside the operator's network.
It must reach no database, no router and no cloud's metadata service. A name is looked up once, all
that it leads to is judged, and the connection is made to one of these addresses: what a name leads
to a moment later does not matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

METADATA = frozenset({ip_address("168.63.129.16")})
"""Azure's host service, a public address that never leaves the host; the other clouds' metadata
services have link-local, private or shared addresses"""
UNICAST = ip_network("2000::/3")
"""All of IPv6 that is public"""
SPECIAL: tuple[Network, ...] = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24")))
"""IPv4 for protocols (RFC 6890), which Python before 3.12.4 calls public in part: Oracle's metadata
service is in it"""
TRANSLATED: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            "::/96",  # IPv4-compatible, RFC 4291
            "::ffff:0:0/96",  # IPv4-mapped, RFC 4291
            "::ffff:0:0:0/96",  # IPv4-translated, RFC 2765
            "64:ff9b::/96",  # NAT64, RFC 6052
            "64:ff9b:1::/48",  # local NAT64, RFC 8215
            "2002::/16",  # 6to4, RFC 3056
            "2001::/32",  # Teredo, RFC 4380
        ),
    )
)
"""IPv6 addresses that lead to an IPv4 address"""


@dataclass(frozen=True)
class Guard:
    """What the operator allows beyond public addresses by https.

    `hosts` are names (or addresses) as definitions write them, `networks` are spans of addresses,
    `loopback` allows this machine, by http too.
    """

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    loopback: bool = False

    def refusal(self, scheme: str, host: str, addresses: Sequence[str]) -> str | None:
        """Why a request may not go there; None where it may.

        All `addresses` of the host must be allowed: one that is private beside a public one is the
        mark of a name that changes.
        """
        found = [ip_address(one.partition("%")[0]) for one in addresses]
        local = self.loopback and bool(found) and all(one.is_loopback for one in found)
        if scheme != "https" and not (scheme == "http" and local):
            return f"only https addresses are sent to, not {scheme or 'one without a scheme'}"
        if self._named(host):
            return None
        wrong = [one for one in found if not self._allowed(one)]
        if not wrong:
            return None
        return (
            f"{host} leads to {wrong[0]}, {_kind(wrong[0])}; an operator who means it allows "
            "the host or its network"
        )

    def on_premises(self, host: str, addresses: Sequence[str]) -> bool:
        """Whether a host that may be reached is one of those that the operator named, by itself or
        by its network: no proxy leads there.
        """
        found = [ip_address(one.partition("%")[0]) for one in addresses]
        return self._named(host) or any(not _public(one) for one in found)

    def _named(self, host: str) -> bool:
        return host.rstrip(".").lower() in self.hosts

    def _allowed(self, address: Address) -> bool:
        if _within(address, self.networks):
            return True
        return (self.loopback and address.is_loopback) or _public(address)


def _public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and address not in METADATA
        and not _within(address, (*SPECIAL, *TRANSLATED))
        and (address.version != UNICAST.version or address in UNICAST)
    )


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == one.version and address in one for one in networks)


def _kind(address: Address) -> str:
    """What an address is, for people."""
    if address.is_loopback:
        return "this machine itself"
    if address.is_link_local or address in METADATA:
        return "an address of the local link, where clouds keep their metadata"
    if _within(address, TRANSLATED):
        return "an IPv6 form of an IPv4 address"
    return "an address that is not public"
