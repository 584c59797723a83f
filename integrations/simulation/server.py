"""A threaded HTTP/1.1 server that is cheap per request and can break its word."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import traceback
from collections.abc import Callable

from .messages import Delivery, Reply, Request

MAX_HEAD = 64 * 1024
MAX_BODY = 64 * 1024 * 1024


class BadRequest(Exception):
    """What arrived is not a request this server reads; carries the status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Server:
    """Answer each connection in a thread of its own until ``stop``.

    Replies are written with one ``sendall``; delays are waited for here, outside any lock
    of the application, and end early when the server stops.
    """

    def __init__(
        self, handle: Callable[[Request], Reply], host: str, port: int
    ) -> None:
        self._handle = handle
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._listener = socket.create_server((host, port), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def wait(self, seconds: float) -> None:
        """Wait, but no longer than the server lives."""
        self._stopped.wait(seconds)

    def stop(self) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._connections.add(connection)
            threading.Thread(
                target=self._serve, args=(connection,), daemon=True
            ).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = _Reader(connection)
        try:
            while not self._stopped.is_set() and self._exchange(connection, reader):
                pass
        except OSError:
            pass  # the client went away, or we were stopped
        finally:
            with self._lock:
                self._connections.discard(connection)
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _exchange(self, connection: socket.socket, reader: _Reader) -> bool:
        """Answer one request; return whether the connection stays open."""
        try:
            request = reader.request()
        except BadRequest as error:
            self._deliver(connection, Reply.text("", error.status), close=True)
            return False
        if request is None:
            return False
        close = request.headers.get("connection", "").lower() == "close"
        return self._deliver(connection, self._answer(request), close=close)

    def _answer(self, request: Request) -> Reply:
        try:
            return self._handle(request)
        except (
            Exception
        ):  # the outermost place: a bug here must look like a vendor's 500
            traceback.print_exc(file=sys.stderr)
            return Reply.text("The simulator itself failed; see its log.", 500)

    def _deliver(self, connection: socket.socket, reply: Reply, *, close: bool) -> bool:
        if reply.wait_ms:
            self.wait(reply.wait_ms / 1000)
        if reply.delivery is Delivery.NOTHING or self._stopped.is_set():
            return False
        body = b"" if reply.status in (204, 304) else reply.payload()
        head = reply.head(len(body), close=close)
        if reply.delivery is Delivery.HALF:
            connection.sendall(head + body[: len(body) // 2])
            return False
        if reply.delivery is Delivery.DRIP:
            return self._drip(connection, head + body, reply) and not close
        connection.sendall(head + body)
        return not close

    def _drip(self, connection: socket.socket, message: bytes, reply: Reply) -> bool:
        for start in range(0, len(message), reply.drip_bytes):
            connection.sendall(message[start : start + reply.drip_bytes])
            self.wait(reply.drip_ms / 1000)
            if self._stopped.is_set():
                return False
        return True


class _Reader:
    """Reads requests from one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = b""

    def request(self) -> Request | None:
        """Return the next request, None when the client is done."""
        end = self._until_blank_line()
        if end < 0:
            return None
        head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
        method, target, headers = _parsed(head)
        if "transfer-encoding" in headers:
            raise BadRequest(411)
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            raise BadRequest(400)
        if int(length) > MAX_BODY:
            raise BadRequest(413)
        if headers.get("expect", "").lower() == "100-continue":
            self._connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._exactly(int(length))
        return None if body is None else Request(method, target, headers, body)

    def _until_blank_line(self) -> int:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > MAX_HEAD:
                raise BadRequest(431)
            more = self._connection.recv(65536)
            if not more:
                return -1
            self._buffer += more
        return end

    def _exactly(self, length: int) -> bytes | None:
        pieces, missing = [self._buffer], length - len(self._buffer)
        while missing > 0:
            piece = self._connection.recv(min(missing, 1 << 20))
            if not piece:
                return None
            pieces.append(piece)
            missing -= len(piece)
        whole = b"".join(pieces)
        self._buffer = whole[length:]
        return whole[:length]


def _parsed(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[1].startswith("/"):
        raise BadRequest(400)
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequest(400)
        headers[name.strip().lower()] = value.strip()
    return words[0], words[1], headers
