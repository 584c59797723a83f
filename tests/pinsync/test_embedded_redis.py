"""The embedded Redis server keeps its data and never needs a long path."""

from __future__ import annotations

import shutil
from pathlib import Path

import django_rq
import pytest

from pinsync import embedded_redis


@pytest.mark.processes
def test_the_queues_use_the_server_of_the_tests(redis):
    assert redis.ping()
    queue = django_rq.get_queue("exports")

    assert queue.connection.ping()
    assert queue.count == 0


@pytest.mark.processes
def test_what_was_stored_is_there_after_a_restart(redis, redis_server):
    redis.set("kept", "yes")
    redis_server.stop()
    redis_server.start()

    assert redis.get("kept") == b"yes"


def test_the_socket_lies_in_the_folder_of_the_data(tmp_path):
    assert embedded_redis.socket_in(Path("/srv/p/var/redis")) == Path(
        "/srv/p/var/redis/redis.sock"
    )


def test_a_long_path_gets_a_short_socket_that_stays_the_same():
    deep = Path("/srv") / ("deep/" * 40)

    assert len(str(embedded_redis.socket_in(deep))) < 100
    assert embedded_redis.socket_in(deep) == embedded_redis.socket_in(deep)


def test_nobody_answers_on_a_socket_that_is_not_there(tmp_path):
    assert not embedded_redis.answers(tmp_path / "redis.sock")


def test_without_any_server_a_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setattr(embedded_redis, "_bundled", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)

    with pytest.raises(embedded_redis.NoRedis, match="Install redis-server"):
        embedded_redis.binary()


def test_a_server_of_the_system_stands_in_where_none_is_bundled(monkeypatch):
    monkeypatch.setattr(embedded_redis, "_bundled", lambda: None)
    monkeypatch.setattr(
        shutil,
        "which",
        lambda name: f"/usr/bin/{name}" if name == "valkey-server" else None,
    )

    assert embedded_redis.binary() == "/usr/bin/valkey-server"
