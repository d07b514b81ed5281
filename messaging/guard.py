"""Keeps words for a chat from reaching the machines beside us.

An address that somebody typed may name the host we run on, its neighbours, or the metadata of a
cloud. What a name means is known for sure only when a connection is made, so that is where we
look: Python reports every connection before it is made, and lets us refuse it.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from urllib.request import getproxies, proxy_bypass

from django.conf import settings

from core.errors import DomainError

_REFUSED = (
    "This address is not on the public Internet. An administrator can allow its host with "
    "CHANNEL_PRIVATE_HOSTS."
)
# What was refused so far, while connections are watched. Apprise works in threads of its own, and
# hands our context on to them; what is raised there it keeps to itself.
_refused: ContextVar[list[str] | None] = ContextVar("refused", default=None)


class PrivateAddress(DomainError):
    """An address that is not on the public Internet, and that no setting allows."""


@contextmanager
def public_addresses_only() -> Iterator[None]:
    """Restrict connections in its block to the public Internet and to what
    CHANNEL_PRIVATE_HOSTS names. Raises PrivateAddress at the end where anything tried elsewhere.
    """
    _watch()
    refused: list[str] = []
    before = _refused.set(refused)
    try:
        yield
    finally:
        _refused.reset(before)
    if refused:
        raise PrivateAddress(_REFUSED)


def require_public(host: str) -> None:
    """Raises PrivateAddress where `host` is, as far as can be told now, a machine that no
    connection would be made to.

    This is for who types an address, so that they hear of it at once; what counts is what is found
    when a connection is made. A name that means nothing now passes, and all that a proxy connects
    to.
    """
    if getproxies() and not proxy_bypass(host):
        return
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    if not all(is_allowed(str(address[0])) for *_, address in found):
        raise PrivateAddress(_REFUSED)


@lru_cache(maxsize=1)
def _watch() -> None:
    """Begins with the first use: it cannot be taken back, and costs a little everywhere."""
    sys.addaudithook(_refuse_private)


def _refuse_private(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect" or (refused := _refused.get()) is None:
        return
    address = arguments[1]
    host = str(address[0]) if isinstance(address, tuple) else ""
    if not is_allowed(host):
        refused.append(host)
        raise PermissionError("Not on the public Internet.")


_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_COMPATIBLE = ipaddress.IPv6Network("::/96")  # IPv4 as it was once written in IPv6
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = {0x00005EFE, 0x02005EFE}  # the third quarter of an address


def is_allowed(host: str) -> bool:
    """Return True if messages may go to the machine at this IP address.

    An IPv6 address that leads to an IPv4 one through a gateway or a tunnel is judged by that, too.
    """
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if any(address in network for network in _allowed_networks()):
        return True
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    if (within := _ipv4_within(address)) and not is_allowed(str(within)):
        return False
    return (bool(within) and _is_another_spelling(address)) or _is_public(address)


def _is_public(address: ipaddress.IPv6Address) -> bool:
    return address in _GLOBAL_UNICAST and address.is_global


def _is_another_spelling(address: ipaddress.IPv6Address) -> bool:
    """Return True if `address` is only another form of an IPv4 one.

    A gateway translates 64:ff9b::/96; 64:ff9b:1::/48 is always of a private network.
    """
    return bool(address.ipv4_mapped) or address in _NAT64 or address in _COMPATIBLE


def _ipv4_within(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that packets to `address` reach: by NAT64, 6to4 or ISATAP, or because it is
    another spelling of it. Teredo is left out: none of its addresses is public."""
    last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if _is_another_spelling(address):
        return last if int(address) > 1 else None
    if address.sixtofour:
        return address.sixtofour
    return last if int(address) >> 32 & 0xFFFFFFFF in _ISATAP else None


def _allowed_networks() -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    for named in settings.CHANNEL_PRIVATE_HOSTS:
        try:
            yield ipaddress.ip_network(named, strict=False)
        except ValueError:
            yield from _networks_of(named)


def _networks_of(host: str) -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return
    for *_, address in found:
        yield ipaddress.ip_network(str(address[0]).partition("%")[0])
