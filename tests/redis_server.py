"""A real Redis server for tests, on a unix socket of its own.

``TEST_REDIS_SERVER`` names another server binary (CI runs with Debian's redis-server).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from pinsync import embedded_redis, waking


class RedisServer:
    """A server that a test may stop, kill and start again; its data stays."""

    def __init__(self) -> None:
        self.binary = os.environ.get("TEST_REDIS_SERVER") or embedded_redis.binary()
        self.directory = Path(tempfile.mkdtemp(prefix="ps-redis-"))
        self.socket = self.directory / "redis.sock"
        self.url = embedded_redis.url(self.socket)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            embedded_redis.command(self.binary, self.directory, self.socket),
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while not embedded_redis.answers(self.socket):
            assert self.process.poll() is None, "the Redis server ended at its start"
            assert time.monotonic() < deadline, "the Redis server does not answer"
            time.sleep(0.01)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def kill(self) -> None:
        """End it as a crash would."""
        if self.process:
            self.process.kill()
            self.process.wait(20)
            self.process = None

    def client(self) -> Redis:
        return Redis.from_url(self.url)

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One server for the whole run; use ``redis`` to have it empty and in use."""
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def redis(redis_server: RedisServer, settings) -> Iterator[Redis]:
    """Point the settings and the RQ queues at the server, emptied, for one test."""
    if redis_server.process is None:  # an earlier test ended it
        redis_server.start()
    client = redis_server.client()
    client.flushall()
    settings.REDIS_URL = redis_server.url
    before = {name: queue["URL"] for name, queue in settings.RQ_QUEUES.items()}
    for queue in settings.RQ_QUEUES.values():  # django_rq holds this very dictionary
        queue["URL"] = redis_server.url
    waking.connection.cache_clear()
    yield client
    waking.connection.cache_clear()
    for name, queue in settings.RQ_QUEUES.items():
        queue["URL"] = before[name]
    client.close()
