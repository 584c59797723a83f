"""The connection under the one door out: deadline, gate and limits at the socket.

A library's ``timeout`` is per read, so a peer that drips a byte a second holds a caller
for ever; here every operation on the socket gets what is left of the whole call. The
gate is opened between the finished handshake and the first byte of the request.
"""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from http.client import HTTPException
from typing import Any, cast

import certifi
from django.conf import settings
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from . import guard
from .errors import NotSent

REPLY_LIMIT = 10_000_000
# Framing may add to what is decoded, but not without end.
_WIRE_LIMIT = 2 * REPLY_LIMIT
_CHUNK = 65_536

# Everything that a broken exchange can raise; ValueError: chunk sizes that are none.
BROKEN = (OSError, HTTPError, HTTPException, ValueError)

# Its warnings and debug lines name whole URLs, with their queries.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class GateFailed(Exception):
    """Carries an error of the gate past urllib3, which would swallow or rename it."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class TooLarge(Exception):
    """The decoded reply passes REPLY_LIMIT; the connection has been closed."""


class Line:
    """The call under way: its deadline, its gate, and what has crossed the socket."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.wrote = False
        self.received = 0
        self._gate: Callable[[], None] | None = None
        self._deadline = self._window = 0.0

    def start(
        self, *, seconds: float, window: float, gate: Callable[[], None] | None
    ) -> None:
        """Begin a call; ``gate`` is there for the one WRITE of a step only."""
        self._deadline = time.monotonic() + seconds
        self._window = window
        self._gate = gate
        self.received = 0

    def remaining(self) -> float:
        """Return the seconds left, always more than 0; raises TimeoutError at the end."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._deadline

    def count(self, received: int) -> int:
        self.received += received
        if self.is_too_long:
            raise OSError("too much")
        return received

    @property
    def is_too_long(self) -> bool:
        return self.received > _WIRE_LIMIT

    def open_gate(self, connection: GuardedConnection) -> None:
        """Open the gate, if one waits; raises where nothing may be sent any more."""
        gate, self._gate = self._gate, None
        if gate is None:
            return
        called = time.monotonic()
        try:
            gate()
        except BROKEN as error:
            raise GateFailed(error) from error
        if time.monotonic() - called > self._window or self.is_over:
            raise NotSent(
                f"The call to {self.label} was ready too late, so nothing was sent. "
                f"{settings.PRODUCT_NAME} tries again by itself."
            )
        if connection.was_hung_up:
            raise NotSent(
                f"{self.label} closed the connection before anything was sent. "
                f"{settings.PRODUCT_NAME} tries again by itself."
            )
        self.wrote = True


class DeadlineSocket(socket.socket):
    """A socket each of whose operations gets what is left of the call."""

    line: Line

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(self.line.remaining())
        return self.line.count(super().recv_into(buffer, nbytes, flags))

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.settimeout(self.line.remaining())  # for all of it, says the library
        super().sendall(data, flags)


class DeadlineTLSSocket(ssl.SSLSocket):
    """The same over TLS, where ``sendall`` is a loop over ``send``."""

    line: Line

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(self.line.remaining())
        return self.line.count(super().recv_into(buffer, nbytes, flags))

    def send(self, data: Any, flags: int = 0) -> int:
        self.settimeout(self.line.remaining())
        return super().send(data, flags)


@cache
def tls_context(authorities: str = "") -> ssl.SSLContext:
    """Return the context of all connections: reading the authorities takes 20 ms."""
    context = ssl.create_default_context(cafile=authorities or certifi.where())
    context.sslsocket_class = DeadlineTLSSocket
    return context


class GuardedConnection(HTTPConnection):
    """Connects to judged addresses only and opens the gate before the first byte."""

    def __init__(self, *args: Any, line: Line, **options: Any) -> None:
        super().__init__(*args, **options)
        self.line = line
        self.is_fresh = True

    def _new_conn(self) -> socket.socket:
        self.is_fresh = True
        return _dial(self.line, self._dns_host, self.port)

    @property
    def was_hung_up(self) -> bool:
        # Fresh TLS connections may have session tickets waiting: no sign of an end.
        return not self.is_fresh and not self.is_connected

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self.line.open_gate(self)
        super().send(data)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3's
        self.is_fresh = False
        return super().getresponse()


class GuardedTLSConnection(GuardedConnection, HTTPSConnection):
    def connect(self) -> None:
        name = self.line.label
        try:
            super().connect()
        except (ssl.CertificateError, ssl.SSLCertVerificationError):
            trouble = (
                f"The certificate of {self.host} is not valid for it, so nothing was "
                f"sent to {name}."
            )
        except BROKEN:
            trouble = f"{name} did not set up a secure connection."
        else:
            cast(DeadlineTLSSocket, self.sock).line = self.line
            return
        raise NotSent(f"{trouble} {settings.PRODUCT_NAME} tries again by itself.")


def _dial(line: Line, host: str, port: int) -> DeadlineSocket:
    """Connect to the first address that answers, and prove that it is the judged one."""
    places = guard.resolve(host, port, label=line.label)
    for position, (family, place) in enumerate(places):
        sock = DeadlineSocket(family, socket.SOCK_STREAM)
        sock.line = line
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(line.remaining() / (len(places) - position))
            sock.connect(place)
            if guard.is_same_place(sock.getpeername(), place):
                sock.settimeout(line.remaining())  # for the handshake
                return sock
        except OSError:
            pass
        sock.close()
    raise NotSent(
        f"{line.label} could not be reached at {host}. "
        f"{settings.PRODUCT_NAME} tries again by itself."
    )


class _Pool(HTTPConnectionPool):
    ConnectionCls = GuardedConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = GuardedTLSConnection


class Request(PreparedRequest):
    """A request whose parts are final: nothing is merged, guessed or looked up."""

    def __init__(
        self,
        method: str,
        address: guard.Address,
        *,
        headers: dict[str, str],
        body: bytes | None,
    ) -> None:
        super().__init__()
        self.method = method
        self.address = address
        self.target = (
            address.target if address.target[:1] == "/" else f"/{address.target}"
        )
        self.url = address.origin + self.target
        self.headers = cast(Any, headers)
        self.body = body


class Transport(HTTPAdapter):
    """Keeps one connection per site: the vendor's, and the last other one."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._pools: dict[tuple[str, str, int], HTTPConnectionPool] = {}
        super().__init__(max_retries=0)

    def init_poolmanager(self, *_: Any, **__: Any) -> None:
        """Make no manager: it would look up a pool by twenty attributes per call."""

    def close(self) -> None:
        while self._pools:
            self._pools.popitem()[1].close()

    def get_connection_with_tls_context(
        self, request: PreparedRequest, *_: Any, **__: Any
    ) -> HTTPConnectionPool:
        site = cast(Request, request).address.site
        return self._pools.get(site) or self._add_pool(*site)

    def _add_pool(self, scheme: str, host: str, port: int) -> HTTPConnectionPool:
        while len(self._pools) > 1:
            self._pools.popitem()[1].close()
        pool: HTTPConnectionPool
        if scheme == "https":
            pool = _TLSPool(
                host,
                port,
                cert_reqs="CERT_REQUIRED",
                ssl_context=tls_context(),
                line=self._line,
            )
        else:
            pool = _Pool(host, port, line=self._line)
        self._pools[scheme, host, port] = pool
        return pool

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Leave it to the context, which verifies always."""

    def request_url(self, request: PreparedRequest, *_: Any) -> str:
        return cast(Request, request).target

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        response = Response()  # and no cookies are taken from it
        response.status_code = resp.status
        response.headers = resp.headers
        response.raw = resp
        return response


def read_body(raw: Any) -> bytes:
    """Read and decode the body; raises one of BROKEN, or TooLarge."""
    pieces: list[bytes] = []
    size = 0
    while piece := raw.read(_CHUNK, decode_content=True):
        pieces.append(piece)
        size += len(piece)
        if size > REPLY_LIMIT:
            hang_up(raw)
            raise TooLarge
    return b"".join(pieces)


def hang_up(raw: Any) -> None:
    """Close the reply's connection: what is left on it belongs to nobody."""
    with suppress(*BROKEN):
        raw.close()
        raw.release_conn()
