"""Parts that are away: a closed port, somebody who says nothing, or says nonsense.

Each stands where the part stood, and counts who came.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connections as databases

from pinsync import waking

from .badserver import Action, BadServer, reply, silence

A_PAGE = b"<!doctype html><title>Be right back</title><h1>Maintenance</h1>"
# What a caller meets where the part was; None: a closed port.
KINDS: Mapping[str, Action | None] = {
    "refuses": None,
    "silent": silence(),
    "503": reply(503, b"", "Content-Type: text/plain"),
    "html": reply(200, A_PAGE, "Content-Type: text/html"),
}


@dataclass
class Away:
    """One part that is away; ``calls`` is how often somebody came to it, if it counts."""

    port: int
    server: BadServer | None = None

    @property
    def calls(self) -> int:
        if self.server is None:
            return 0
        return max(self.server.connections, len(self.server.requests))


@contextmanager
def away(kind: str, *, port: int = 0) -> Iterator[Away]:
    """Let there be nobody who helps on the port, or on a port of its own."""
    action = KINDS[kind]
    if action is None:
        yield Away(port or closed_port())
        return
    server = BadServer(port=port)
    server.plan(action)
    try:
        yield Away(server.port, server)
    finally:
        server.close()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def use_redis(url: str) -> Iterator[None]:
    """Let Redis be at that address; afterwards it is where it was."""
    before = settings.REDIS_URL
    _point_at(url)
    try:
        yield
    finally:
        _point_at(before)


def _point_at(url: str) -> None:
    settings.REDIS_URL = url
    for queue in settings.RQ_QUEUES.values():  # django_rq holds this very dictionary
        queue["URL"] = url
    waking.connection.cache_clear()


@contextmanager
def in_a_thread() -> Iterator[None]:
    """Close what a thread that is not ours opened of the database."""
    try:
        yield
    finally:
        databases.close_all()
