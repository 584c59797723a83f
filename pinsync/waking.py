"""Wakes RQ workers. The rows in the database are the work; Redis may lose every wake."""

from __future__ import annotations

import logging
from functools import cache, partial

import redis
import rq
from django.conf import settings
from django.db import transaction
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)

HELD_BACK = 2  # seconds in which one wake serves for all


@cache
def connection() -> redis.Redis:
    # Short: a page must not wait for a Redis that accepts and says nothing.
    return redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
    )


def wake(queue: str, task: str, *, timeout: int) -> None:
    """Ask for the task once the present transaction is committed; never raises."""
    transaction.on_commit(partial(wake_now, queue, task, timeout=timeout))


def wake_now(queue: str, task: str, *, timeout: int) -> None:
    """Ask for the task: one enqueue in two seconds, and none while one is waiting.

    Never raises: without Redis the dispatcher's next tick does it.
    """
    try:
        if not connection().set(_key(queue), "1", nx=True, ex=HELD_BACK):
            return
        jobs = rq.Queue(queue, connection=connection(), serializer=JSONSerializer)
        if jobs.count == 0:
            jobs.enqueue(task, job_timeout=timeout, result_ttl=0, failure_ttl=3600)
    except redis.RedisError as error:
        log.warning("Redis does not answer (%s): %s wait.", type(error).__name__, queue)


def awake(queue: str) -> None:
    """Let the next wake through: the task looks at the rows from now on."""
    try:
        connection().delete(_key(queue))
    except redis.RedisError as error:
        log.warning("Redis does not answer (%s).", type(error).__name__)


def _key(queue: str) -> str:
    return f"pinsync:wake:{queue}"
