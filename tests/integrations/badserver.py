"""A server on a raw socket that does what no web framework would let it do.

Each request that arrives takes the next action of the plan; the last one stays. An
action gets the connection and what was received; returning ``False`` ends the connection.
"""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_PATIENCE = 20.0


@dataclass
class Received:
    method: str
    target: str
    headers: Message
    body: bytes


Action = Callable[[socket.socket, Received], bool]


class BadServer:
    def __init__(self, tls: ssl.SSLContext | None = None, *, port: int = 0) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        self._tls = tls
        self._plan: list[Action] = [reply(200, b"{}")]
        self._open: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[Received] = []
        self.connections = 0
        self.accepted = threading.Event()  # TLS included
        self.first_byte = threading.Event()
        self.on_connect: Callable[[socket.socket], None] | None = None
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def plan(self, *actions: Action) -> None:
        self._plan = list(actions)

    def close(self) -> None:
        # Only a shutdown wakes the thread that accepts; until then the port answers.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(_PATIENCE)  # or another could not have the port at once
        self.drop_connections()

    def drop_connections(self) -> None:
        """Close what is open, as a server does with idle connections."""
        while self._open:
            with contextlib.suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), contextlib.ExitStack() as stack:
            stack.callback(sock.close)
            if self.on_connect:
                self.on_connect(sock)
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
                stack.callback(sock.close)
            self._open.append(sock)
            self.accepted.set()
            going = True
            while going and (received := self._read(sock)):
                self.requests.append(received)
                action = self._plan.pop(0) if len(self._plan) > 1 else self._plan[0]
                going = action(sock, received)

    def _read(self, sock: socket.socket) -> Received | None:
        data = b""
        while b"\r\n\r\n" not in data:
            if not (piece := sock.recv(65_536)):
                return None
            self.first_byte.set()
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        line, _, fields = head.decode("latin-1").partition("\r\n")
        method, target, _ = line.split(" ", 2)
        headers = Parser().parsestr(fields)
        while len(body) < int(headers.get("Content-Length", 0)):
            body += sock.recv(65_536)
        return Received(method, target, headers, body)


# --- What a request may meet --------------------------------------------------------


def reply(status: int, body: bytes = b"", *headers: str, close: bool = False) -> Action:
    fields = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return raw("\r\n".join(fields).encode() + b"\r\n\r\n" + body, close=close)


def raw(data: bytes, *, close: bool = True) -> Action:
    """Send exactly these bytes."""

    def act(sock: socket.socket, _: Received) -> bool:
        sock.sendall(data)
        return not close

    return act


def silence() -> Action:
    def act(sock: socket.socket, _: Received) -> bool:
        sock.settimeout(_PATIENCE)
        return bool(sock.recv(1))  # until the client gives up

    return act


def deaf(data: bytes) -> Action:
    """Send these bytes and never read again."""

    def act(sock: socket.socket, _: Received) -> bool:
        sock.sendall(data)
        time.sleep(_PATIENCE)
        return False

    return act


def drip(start: bytes, again: bytes = b"x") -> Action:
    """Send the start, then a byte at a time for much longer than anyone should wait."""

    def act(sock: socket.socket, _: Received) -> bool:
        sock.sendall(start)
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            for byte in again:
                sock.sendall(bytes([byte]))
                time.sleep(0.02)
        return False

    return act


def reset() -> Action:
    return lambda sock, _: reset_now(sock)


def reset_now(sock: socket.socket) -> bool:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    return False


# --- Certificates -------------------------------------------------------------------


def certificate(folder, address: str = "127.0.0.1") -> tuple[str, str]:
    """Write a self-signed certificate and its key; return both paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Bad server")])
    now = datetime.datetime.now(datetime.UTC)
    alternative = x509.SubjectAlternativeName(
        [x509.IPAddress(ipaddress.ip_address(address))]
    )
    made = (
        x509.CertificateBuilder(name, name, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(cert_file), str(key_file)


def server_context(cert_file: str, key_file: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_file, key_file)
    return context
