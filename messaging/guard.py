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
    """What runs within it connects to the public Internet only, and to what
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


def is_allowed(host: str) -> bool:
    """Whether words may go to the machine at this IP address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_global and not address.is_multicast:
        return True
    return any(address in network for network in _allowed_networks())


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
