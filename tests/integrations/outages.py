"""Parts that are away: a closed port, somebody who says nothing, or says nonsense.

Each stands where the part stood, and counts who came.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connections as databases
from django.test import override_settings

from integrations import http
from pinsync import waking

from .badserver import Action, BadServer, reply, silence
from .office import Office

SOON = 0.3  # the seconds that a test waits for what never answers
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
def waited_for(seconds: float) -> Iterator[None]:
    """Let nobody wait longer than that for a Redis that is used from now on."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(waking, "ANSWERS_WITHIN", seconds)
        yield


@contextmanager
def in_a_thread() -> Iterator[None]:
    """Close what a thread that is not ours opened of the database."""
    try:
        yield
    finally:
        databases.close_all()


@contextmanager
def use_mail(port: int) -> Iterator[None]:
    """Let mails go to that port by SMTP; pytest-django would keep them in memory."""
    with override_settings(
        MAIL_IS_ON=True,
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
    ):
        yield


@dataclass
class Part:
    """What the row says is away, from ``begin`` to ``end``."""

    row: str
    offices: list[Office] = field(default_factory=list)
    standing: list[Away] = field(default_factory=list)
    # The seconds that calls to a silent ATS were given.
    deadlines: list[float] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)

    def begin(self) -> None:
        part, _, kind = self.row.partition("-")
        if part == "redis":
            there = self._enter(away(kind))
            if kind == "silent":
                self._stack.enter_context(waited_for(SOON))
            self._stack.enter_context(use_redis(f"redis://127.0.0.1:{there.port}/0"))
        elif part == "mail":
            self._stack.enter_context(use_mail(self._enter(away(kind)).port))
        elif part == "ats":
            for office in self.offices:
                self._enter(instead_of(office, kind))
            if kind == "silent":
                self._stack.enter_context(given_up_soon(self.deadlines))

    def _enter(self, there: Any) -> Away:
        found: Away = self._stack.enter_context(there)
        self.standing.append(found)
        return found

    @property
    def calls(self) -> int:
        return sum(there.calls for there in self.standing)

    def end(self) -> None:
        self._stack.close()


@contextmanager
def instead_of(office: Office, kind: str) -> Iterator[Away]:
    """Stand where the simulator stood; afterwards it is back with all it had."""
    port = office.sim.port
    office.sim.server.stop()
    with away(kind, port=port) as there:
        yield there
    office.sim.server = office.sim.simulator.start(port).server


@contextmanager
def given_up_soon(deadlines: list[float]) -> Iterator[None]:
    """Give up calls at once that nobody answers; note how long they would have had."""

    def short(seconds: float) -> float:
        deadlines.append(seconds)
        return SOON

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(http, "clock", SimpleNamespace(network_deadline=short))
        yield
