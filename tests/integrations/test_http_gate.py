"""The gate of the one write: when it opens, and what each failure around it means."""

from __future__ import annotations

import pytest

from integrations import http, transport
from integrations.adapters import Effect
from integrations.errors import NotSent, Throttled, Unclear

from .badserver import (
    BadServer,
    certificate,
    drip,
    raw,
    reply,
    reset,
    reset_now,
    server_context,
    silence,
)
from .door import KEY, open_door

WRITE = Effect.WRITE


@pytest.fixture
def server():
    server = BadServer()
    yield server
    server.close()


@pytest.fixture
def door(server):
    door = open_door(server.url)
    yield door
    door.close()


class Gate:
    def __init__(self, *errors: Exception, first=lambda: None) -> None:
        self.opened = 0
        self.errors = list(errors)
        self.first = first

    def __call__(self) -> None:
        self.opened += 1
        self.first()
        if self.errors:
            raise self.errors.pop()


def write(door, gate, **options):
    with door.writing(gate):
        return door.call("POST", "/people", json={}, effect=WRITE, **options)


# --- When it opens ------------------------------------------------------------------


def _gate_between_connection_and_first_byte(server) -> Gate:
    def look():
        assert server.accepted.wait(5)
        assert not server.first_byte.wait(0.05)

    return Gate(first=look)


def test_the_gate_opens_once_after_the_connection_and_before_the_first_byte(
    server, door
):
    gate = _gate_between_connection_and_first_byte(server)
    assert write(door, gate).status == 200
    assert gate.opened == 1
    assert door.wrote
    assert server.first_byte.is_set()


def test_over_tls_the_gate_opens_after_the_handshake(tmp_path, monkeypatch):
    files = certificate(tmp_path)
    context = transport.tls_context(files[0])
    monkeypatch.setattr(transport, "tls_context", lambda: context)
    server = BadServer(server_context(*files))
    door = open_door(server.url)
    gate = _gate_between_connection_and_first_byte(server)
    assert write(door, gate).status == 200
    assert (gate.opened, door.wrote) == (1, True)
    door.close()
    server.close()


def test_reads_and_helpers_inside_do_not_open_the_gate(server, door):
    gate = Gate()
    with door.writing(gate):
        door.call("GET", "/people")
        door.call("POST", "/company", effect=Effect.HELPER)
        assert gate.opened == 0
        assert not door.wrote
        door.call("POST", "/people", effect=WRITE)
        door.call("GET", "/people")
    assert gate.opened == 1
    assert door.wrote


def test_each_writing_starts_anew(server, door):
    write(door, Gate())
    with door.writing(Gate()):
        assert not door.wrote


# --- Our own mistakes ---------------------------------------------------------------


def test_a_write_without_a_gate_never_leaves(server, door):
    with pytest.raises(RuntimeError, match="needs a gate"):
        door.call("POST", "/people", effect=WRITE)
    assert server.connections == 0


def test_a_second_write_never_leaves(server, door):
    with door.writing(Gate()):
        door.call("POST", "/people", effect=WRITE)
        with pytest.raises(RuntimeError, match="second"):
            door.call("POST", "/people", effect=WRITE)
    assert len(server.requests) == 1


def test_gates_do_not_nest(door):
    with door.writing(Gate()), pytest.raises(RuntimeError), door.writing(Gate()):
        pass


# --- Once more, after a sure refusal ------------------------------------------------


@pytest.fixture
def elsewhere():
    server = BadServer()
    yield server
    server.close()


def test_a_refused_write_can_go_to_another_address_without_the_credential(
    server, door, elsewhere
):
    server.plan(reply(404, b""))
    gate = Gate()
    with door.writing(gate):
        first = door.call("POST", "/a", json={}, effect=WRITE, accept=(404,))
        door.call("GET", f"{elsewhere.url}/look", sign=False)
        second = door.call(
            "POST", f"{elsewhere.url}/b", json={}, effect=WRITE, sign=False, again=True
        )
    assert (first.status, second.status, gate.opened) == (404, 200, 1)
    assert [r.target for r in elsewhere.requests] == ["/look", "/b"]
    assert KEY not in str([dict(r.headers) for r in elsewhere.requests])
    assert door.wrote


def test_a_repetition_without_an_answer_is_unclear_too(server, door, elsewhere):
    server.plan(reply(404, b""))
    elsewhere.plan(reset())
    with door.writing(Gate()):
        door.call("POST", "/a", json={}, effect=WRITE, accept=(404,))
        with pytest.raises(Unclear):
            door.call("POST", elsewhere.url, effect=WRITE, sign=False, again=True)


def test_a_repetition_without_a_first_write_never_leaves(server, door):
    with door.writing(Gate()), pytest.raises(RuntimeError, match="no WRITE"):
        door.call("POST", "/people", effect=WRITE, again=True)
    assert server.connections == 0


# --- Whether a call may start ---------------------------------------------------------


class NotNow(Exception):
    pass


class Leave:
    """Says whether calls may start; a vendor's rest begins when a test says so."""

    given = True

    def __call__(self) -> None:
        if not self.given:
            raise NotNow


@pytest.mark.parametrize("effect", [Effect.READ, Effect.HELPER, WRITE])
def test_a_call_that_may_not_start_opens_neither_gate_nor_connection(server, effect):
    leave, gate = Leave(), Gate()
    leave.given = False
    door = open_door(server.url, may_start=leave)
    with door.writing(gate), pytest.raises(NotNow):
        door.call("POST", "/people", effect=effect)
    assert (server.connections, gate.opened) == (0, 0)


def test_what_belongs_to_a_write_that_is_under_way_ends_with_it(server, elsewhere):
    leave = Leave()
    door = open_door(server.url, may_start=leave)
    server.plan(reply(404, b""))
    with door.writing(Gate()):
        door.call("POST", "/a", effect=WRITE, accept=(404,))
        leave.given = False
        door.call("POST", elsewhere.url, effect=WRITE, sign=False, again=True)
        door.call("GET", "/a/1", accept=(404,))
    with pytest.raises(NotNow):
        door.call("GET", "/a/1", accept=(404,))
    assert len(server.requests) == 2
    assert len(elsewhere.requests) == 1


# --- Nothing was sent ---------------------------------------------------------------


class LostTheStep(Exception):
    pass


@pytest.mark.parametrize(
    "error",
    [
        LostTheStep("somebody else was first"),
        ConnectionResetError("the database went away"),
        BrokenPipeError("the database went away"),
        TimeoutError("the database is slow"),
        ValueError("no such step"),
    ],
)
def test_an_error_of_the_gate_passes_through_and_nothing_is_sent(server, door, error):
    with pytest.raises(type(error)) as caught:
        write(door, Gate(error))
    assert caught.value is error
    assert not door.wrote
    assert server.requests == []
    assert write(door, Gate()).status == 200


def test_a_gate_that_took_too_long_sends_nothing(server, door, settings, monkeypatch):
    settings.TIME_SCALE = 1.0
    monkeypatch.setattr(http, "SEND_WINDOW", 0)
    gate = Gate()
    with pytest.raises(NotSent, match="too late"):
        write(door, gate)
    assert (gate.opened, door.wrote, server.requests) == (1, False, [])


def test_a_gate_that_used_up_the_call_sends_nothing(
    server, door, settings, monkeypatch
):
    door.call("GET", "/")
    settings.TIME_SCALE = 1.0
    monkeypatch.setattr(http, "CALL_DEADLINE", 0.3)

    def wait_it_out():
        while not door._line.is_over:
            pass

    with pytest.raises(NotSent, match="too late"):
        write(door, Gate(first=wait_it_out))
    assert (door.wrote, len(server.requests)) == (False, 1)


def test_a_kept_connection_that_ends_while_the_gate_opens_sends_nothing(server, door):
    door.call("GET", "/")

    def spy(connection):
        while connection.is_connected:
            pass  # the end of the connection is on its way
        return watch.__get__(connection)

    watch = transport.GuardedConnection.__dict__["was_hung_up"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport.GuardedConnection, "was_hung_up", property(spy))
        with pytest.raises(NotSent, match="before anything was sent"):
            write(door, Gate(first=server.drop_connections))
    assert not door.wrote
    assert len(server.requests) == 1


def test_a_refused_port_means_not_sent_and_the_gate_stays_shut(server, door):
    server.close()
    gate = Gate()
    with pytest.raises(NotSent, match="could not be reached"):
        write(door, gate)
    assert (gate.opened, door.wrote) == (0, False)


def test_a_failed_handshake_means_not_sent_and_the_gate_stays_shut(server):
    server.on_connect = reset_now
    gate = Gate()
    with pytest.raises(NotSent):
        write(open_door(server.url.replace("http:", "https:")), gate)
    assert gate.opened == 0


# --- Something was sent -------------------------------------------------------------

CUT = b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"id": '


@pytest.mark.parametrize(
    "action",
    [
        reset(),
        raw(b""),
        raw(b"HTTP/1.1 2"),
        raw(b"not HTTP at all\r\n\r\n"),
        raw(CUT),
        reply(200, b"<html>Signed out</html>"),
        reply(200),
        reply(301, b"", "Location: /elsewhere"),
        reply(408),
        reply(500, b"{}"),
        reply(502),
        reply(103),
    ],
)
def test_a_write_that_may_have_arrived_is_unclear(server, door, action):
    server.plan(action)
    with pytest.raises(Unclear, match=r"Example ATS .* looks it up") as caught:
        write(door, Gate())
    assert caught.value.pause is None
    assert door.wrote
    assert len(server.requests) == 1


def test_a_reset_on_a_kept_connection_is_unclear(server, door):
    server.plan(reply(200, b"{}"), reset())
    door.call("GET", "/")
    with pytest.raises(Unclear):
        write(door, Gate())
    assert server.connections == 1


def test_a_server_that_resets_before_reading_leaves_it_unclear_or_unsent(server, door):
    # The reset may be noticed at the connection, at the write or at the read.
    server.on_connect = reset_now
    with pytest.raises((Unclear, NotSent)) as caught:
        write(door, Gate())
    assert isinstance(caught.value, Unclear) == door.wrote


@pytest.mark.parametrize(
    "action",
    [
        silence(),
        drip(b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"),
    ],
)
def test_a_write_without_an_answer_in_time_is_unclear(
    server, door, settings, monkeypatch, action
):
    server.plan(reply(200, b"{}"), action)
    door.call("GET", "/")
    settings.TIME_SCALE = 1.0
    monkeypatch.setattr(http, "CALL_DEADLINE", 0.3)
    with pytest.raises(Unclear, match=r"did not answer within 0\.3 s"):
        write(door, Gate())


@pytest.mark.parametrize(
    ("header", "pause"), [("Retry-After: 7", 7), ("X-Nothing: 1", 60)]
)
def test_a_503_on_a_write_is_unclear_and_pauses(server, door, header, pause):
    server.plan(reply(503, b"", header))
    with pytest.raises(Unclear) as caught:
        write(door, Gate())
    assert caught.value.pause == pause


def test_a_429_on_a_write_was_not_carried_out(server, door):
    server.plan(reply(429, b"", "Retry-After: 7"))
    with pytest.raises(Throttled):
        write(door, Gate())
    assert door.wrote


def test_a_reply_that_is_too_large_leaves_the_write_unclear(server, door, monkeypatch):
    monkeypatch.setattr(transport, "REPLY_LIMIT", 1000)
    server.plan(reply(200, b'"' + b"x" * 2000 + b'"'))
    with pytest.raises(Unclear, match="too large"):
        write(door, Gate())
