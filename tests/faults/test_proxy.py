"""The proxy does to a connection what its rule says, and nothing when calm."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from .proxy import Proxies, Rule

QUESTION, ANSWER = b"question", b"answer and more"


class Server:
    """Answers everything that it hears with the same words."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(
                target=self._serve, args=(connection,), daemon=True
            ).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            while data := connection.recv(65_536):
                self.heard.append(data)
                connection.sendall(ANSWER)

    def stop(self) -> None:
        self._listener.close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def proxies() -> Iterator[Proxies]:
    with Proxies("seed") as running:
        yield running


@pytest.fixture
def door(proxies, server):
    return proxies.add("door", server.port)


def ask(door) -> bytes | None:
    """Return what comes back before the end; None where the connection breaks."""
    received = b""
    try:
        with socket.create_connection(("127.0.0.1", door.port), timeout=20) as client:
            client.sendall(QUESTION)
            while len(received) < len(ANSWER) and (data := client.recv(65_536)):
                received += data
    except (ConnectionResetError, BrokenPipeError):
        return received or None
    return received


def test_a_calm_proxy_passes_everything_on(door, server):
    assert ask(door) == ANSWER
    assert server.heard == [QUESTION]


@pytest.mark.parametrize(
    ("effect", "delivered", "reply"),
    [
        ("delay", True, ANSWER),
        ("drip", True, ANSWER),
        ("cut", True, None),
        ("reset", False, None),
        ("refuse", False, None),
    ],
)
def test_each_rule_does_what_it_says(proxies, door, server, effect, delivered, reply):
    proxies.disturb("door", Rule(effect, ms=1))
    assert ask(door) == reply
    assert server.heard == ([QUESTION] if delivered else [])
    assert door.seen[effect] == 1


def test_half_of_a_reply_is_less_than_all_of_it(proxies, door, server):
    proxies.disturb("door", Rule("half"))
    assert ask(door) in (None, ANSWER[: len(ANSWER) // 2])
    assert server.heard == [QUESTION]


def test_what_silence_has_swallowed_is_never_delivered(proxies, door, server):
    proxies.disturb("door", Rule("silent"))
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as client:
        client.sendall(QUESTION)
        while not door.seen["silent"]:
            pass
        proxies.calm("door")
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    assert ask(door) == ANSWER
    assert server.heard == [QUESTION]  # that of the second call alone


def test_a_share_of_none_disturbs_nobody(proxies, door):
    proxies.disturb("door", Rule("reset", share=0.0))
    assert [ask(door) for _ in range(5)] == [ANSWER] * 5


def test_a_server_that_is_away_looks_like_one_that_hangs_up(proxies):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        door = proxies.add("nobody", nobody.getsockname()[1])
        assert ask(door) in (None, b"")
