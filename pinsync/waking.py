"""Wakes RQ workers. The rows in the database are the work; Redis may lose every wake."""

from __future__ import annotations

import logging
import time
from functools import cache, partial

import redis
import rq
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq.serializers import JSONSerializer

from . import clock

log = logging.getLogger(__name__)

HELD_BACK = 2  # seconds in which one wake serves for all
# A page must not wait for a Redis that accepts and says nothing, ...
ANSWERS_WITHIN = 1.0
# ... and not for every single wake: one that failed is left alone for so long.
REST = 5.0


@cache
def connection() -> redis.Redis:
    return redis.from_url(
        settings.REDIS_URL,
        socket_timeout=ANSWERS_WITHIN,
        socket_connect_timeout=ANSWERS_WITHIN,
        retry=Retry(NoBackoff(), 0),
    )


def wake(queue: str, task: str, *, timeout: int) -> None:
    """Ask for the task once the present transaction is committed; never raises."""
    transaction.on_commit(partial(wake_now, queue, task, timeout=timeout))


def wake_now(queue: str, task: str, *, timeout: int) -> None:
    """Ask for the task: one enqueue in two seconds, and none while one is waiting.

    Never raises: without Redis the dispatcher's next tick does it.
    """
    if _rest.is_over(connection()):
        try:
            _enqueue(queue, task, timeout=timeout)
        except redis.RedisError as error:
            _rest.begin(connection(), error)


def awake(queue: str) -> None:
    """Let the next wake through: the task looks at the rows from now on."""
    if _rest.is_over(connection()):
        try:
            connection().delete(_key(queue))
        except redis.RedisError as error:
            _rest.begin(connection(), error)


def workers(queue: str) -> int:
    """Return how many serve the queue; where Redis cannot tell, one: whoever asks."""
    if _rest.is_over(connection()):
        try:
            place = rq.Queue(queue, connection=connection(), serializer=JSONSerializer)
            return max(1, rq.Worker.count(queue=place))
        except redis.RedisError as error:
            _rest.begin(connection(), error)
    return 1


def _enqueue(queue: str, task: str, *, timeout: int) -> None:
    if not connection().set(_key(queue), "1", nx=True, ex=HELD_BACK):
        return
    jobs = rq.Queue(queue, connection=connection(), serializer=JSONSerializer)
    if jobs.count == 0:
        jobs.enqueue(task, job_timeout=timeout, result_ttl=0, failure_ttl=3600)


def _key(queue: str) -> str:
    return f"pinsync:wake:{queue}"


class _Rest:
    """Remembers that a Redis has just failed, so that nobody waits to find out again."""

    def __init__(self) -> None:
        self._failed: tuple[redis.Redis | None, float] = (None, 0.0)

    def begin(self, client: redis.Redis, error: redis.RedisError) -> None:
        seconds = clock.scaled(REST)
        self._failed = client, time.monotonic() + seconds
        log.warning(
            "Redis does not answer (%s): no worker is woken for %g s.",
            type(error).__name__,
            seconds,
        )

    def is_over(self, client: redis.Redis) -> bool:
        failed, until = self._failed
        return client is not failed or time.monotonic() >= until


_rest = _Rest()
