"""Judges where a call may go: the URL's form first, then each address it resolves to.

What counts is the address that is connected to, so names are resolved here, once, and
the connection is made to what was judged. Hosts in ALLOWED_PRIVATE_HOSTS are exempt.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from .errors import NotSent

_DEFAULT_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,252}[a-z0-9_])?\.?|[0-9a-f:.]+")
_UNFIT = re.compile(r"[\x00-\x20\x7f\\]")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_MOST_ADDRESSES = 6


class Blocked(NotSent):
    """The address is one that we do not call; ``sentence`` says why and what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """A URL that may be called: its site, and the target that stands in the request."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def site(self) -> tuple[str, str, int]:
        return (self.scheme, self.host, self.port)

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def parse(url: str, *, label: str) -> Address:
    """Take the URL apart; raises Blocked where its form alone rules it out."""
    parts = _split(url)
    if parts is None:
        raise Blocked(f"The address for {label} is not a web address. Correct it.")
    if "@" in parts.netloc:
        raise Blocked(
            f"The address for {label} must not hold a user name or password. "
            "Take them out."
        )
    host, port = _host(parts.hostname or ""), parts.port
    if not host:
        raise Blocked(f"The address for {label} names no host. Correct it.")
    port = _DEFAULT_PORTS.get(parts.scheme, 0) if port is None else port
    if parts.scheme != "https" and not (
        parts.scheme == "http" and is_allowed_private(host, port)
    ):
        raise Blocked(f"The address for {label} must start with https://. Correct it.")
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return Address(parts.scheme, host, port, target)


def _split(url: str) -> SplitResult | None:
    if _UNFIT.search(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no port
    except ValueError:
        return None
    return parts


def _host(name: str) -> str:
    """Return the host as the resolver and TLS want it; "" where it is none."""
    if not name.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError:
            return ""
    return name if _HOST.fullmatch(name) else ""


def is_allowed_private(host: str, port: int) -> bool:
    """Return whether ALLOWED_PRIVATE_HOSTS names the host with this port or ``*``."""
    for entry in settings.ALLOWED_PRIVATE_HOSTS:
        name, _, allowed = entry.strip().lower().rpartition(":")
        if name.strip("[]") == host and allowed in ("*", str(port)):
            return True
    return False


def resolve(host: str, port: int, *, label: str) -> list[tuple[Any, Any]]:
    """Return (family, socket address) pairs that may be connected to.

    Raises Blocked when any of them is not a public address, NotSent when there is none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotSent(
            f"{label} could not be reached: there is no address for {host}. "
            f"{settings.PRODUCT_NAME} tries again by itself."
        ) from None
    pairs = [(family, place) for family, _, _, _, place in found]
    if not is_allowed_private(host, port):
        for _, place in pairs:
            if not is_public(str(place[0])):
                raise Blocked(
                    f"{settings.PRODUCT_NAME} does not call {host} for {label}: its "
                    "address belongs to a private network. Correct the address, or "
                    "have the host added to ALLOWED_PRIVATE_HOSTS."
                )
    return pairs[:_MOST_ADDRESSES]


def is_public(text: str) -> bool:
    """Return whether the IP address, and any that it wraps, is on the public net."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    inner = _wrapped(address) if isinstance(address, IPv6Address) else address
    if isinstance(inner, IPv6Address) and inner not in _GLOBAL_UNICAST:
        return False
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def _wrapped(address: IPv6Address) -> IPv4Address | IPv6Address:
    # A mapped, 6to4 or NAT64 address ends up at the IPv4 address that it carries.
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return address if inner is None else inner


def is_same_place(peer: Any, place: Any) -> bool:
    """Return whether the socket's peer is the address and port that were judged."""
    return bool(peer[:2] == place[:2])
