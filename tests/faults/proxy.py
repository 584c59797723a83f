"""TCP proxies that break their word: between the product and whatever it talks to.

One thread runs them all. What a rule holds back or swallows is never delivered later
than the rule says: a write that arrives hours late is another promise.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

_CHUNK = 65_536
_RESET = struct.pack("ii", 1, 0)  # linger for no time: the end is a reset
_PATIENCE = 10.0


@dataclass(frozen=True)
class Rule:
    """What happens to a share of the exchanges.

    ``delay`` holds the request back for ``ms``; ``reset`` breaks off before it is
    delivered, ``cut`` after; ``half`` passes on half of the reply, ``drip`` all of it,
    slowly; ``silent`` takes everything and says nothing; ``refuse`` hangs up at once.
    """

    effect: str
    share: float = 1.0
    ms: int = 0


class Proxy:
    """One door in front of one server, on a port of its own on loopback."""

    def __init__(self, name: str, port: int, seed: str) -> None:
        self.name = name
        self.target = port
        self.port = 0
        self.rule: Rule | None = None
        self.seen: Counter[str] = Counter()
        self._random = random.Random(f"{seed} {name}")
        self._links: set[_Link] = set()

    def draw(self) -> Rule | None:
        """Return the rule if it takes this exchange."""
        rule = self.rule
        if rule is None or self._random.random() >= rule.share:
            return None
        self.seen[rule.effect] += 1
        return rule

    async def listen(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_CHUNK)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def calm(self) -> None:
        """End the rule, and the connections in which somebody still waits for nothing."""
        self.rule = None
        for link in list(self._links):
            if link.is_doomed:
                link.abort()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        link = _Link(self, reader, writer)
        self._links.add(link)
        try:
            with suppress(asyncio.CancelledError):  # the run is over
                await link.run()
        finally:
            self._links.discard(link)


class _Link:
    """One connection through a proxy: a client and the server behind it."""

    def __init__(
        self,
        proxy: Proxy,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.is_doomed = False
        self._proxy = proxy
        self._reader, self._writer = reader, writer
        self._server: asyncio.StreamWriter | None = None
        self._spoil: Rule | None = None

    async def run(self) -> None:
        rule = self._proxy.rule
        if rule and rule.effect == "refuse":
            self._proxy.seen["refuse"] += 1
            self.abort()
            return
        try:
            replies, self._server = await asyncio.open_connection(
                "127.0.0.1", self._proxy.target, limit=_CHUNK
            )
        except OSError:
            self.abort()
            return
        up = asyncio.ensure_future(self._requests(self._server))
        down = asyncio.ensure_future(self._replies(replies))
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            up.cancel()
            down.cancel()
            self._close()

    async def _requests(self, server: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await self._reader.read(_CHUNK):
                rule = self._proxy.draw()
                effect = rule.effect if rule else ""
                if effect == "silent":
                    self.is_doomed = True
                if self.is_doomed:
                    continue
                if effect in ("reset", "refuse"):
                    self.abort()
                    return
                if rule and effect == "delay":
                    await asyncio.sleep(rule.ms / 1000)
                self._spoil = rule if effect in ("cut", "half", "drip") else None
                server.write(data)
                await server.drain()

    async def _replies(self, replies: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while data := await replies.read(_CHUNK):
                if self.is_doomed:
                    continue
                rule, self._spoil = self._spoil, None
                if rule and not await self._spoiled(rule, data):
                    self.abort()
                    return
                if rule is None:
                    self._writer.write(data)
                    await self._writer.drain()

    async def _spoiled(self, rule: Rule, data: bytes) -> bool:
        """Pass on what the rule leaves of a reply; return whether to go on."""
        if rule.effect == "half":
            self._writer.write(data[: len(data) // 2])
            await self._writer.drain()
        elif rule.effect == "drip":
            step = max(1, len(data) // 20)
            for start in range(0, len(data), step):
                self._writer.write(data[start : start + step])
                await self._writer.drain()
                await asyncio.sleep(rule.ms / 1000)
        return rule.effect == "drip"

    def abort(self) -> None:
        """Break off towards the client, with a reset."""
        with suppress(OSError, AttributeError):
            sock: socket.socket = self._writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._close()

    def _close(self) -> None:
        for writer in (self._writer, self._server):
            if writer is not None:
                writer.close()


class Proxies:
    """All of them, in a thread; leaving the ``with`` ends it."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._servers: list[asyncio.Server] = []
        self.by_name: dict[str, Proxy] = {}

    def __enter__(self) -> Proxies:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._thread.is_alive():
            self._do(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_PATIENCE)

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def add(self, name: str, target: int) -> Proxy:
        """Open a door to a port; it is calm until a rule is set."""
        proxy = Proxy(name, target, self._seed)
        self._servers.append(self._do(proxy.listen()))
        self.by_name[name] = proxy
        return proxy

    def disturb(self, name: str, rule: Rule) -> None:
        self.by_name[name].rule = rule

    def calm(self, name: str) -> None:
        self._do(self.by_name[name].calm())

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)
