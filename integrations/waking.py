"""Wakes the worker that drains: Redis carries nothing that may not be lost."""

from __future__ import annotations

import logging
from functools import cache

import redis
import rq
from django.conf import settings
from django.db import transaction
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)

BUDGET = 600.0  # seconds of one drain job; then it ends and another is woken
HELD_BACK = 2  # seconds in which one wake serves for all
LINGER = HELD_BACK + 0.5  # a drainer stays longer than that, so that no wake is lost


@cache
def _redis() -> redis.Redis:
    # Short: a page must not wait for a Redis that accepts and says nothing.
    return redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
    )


def wake() -> None:
    """Ask a worker to start once the present transaction is committed.

    Never raises: without Redis the dispatcher's next tick does it.
    """
    transaction.on_commit(wake_now)


def wake_now() -> None:
    """Ask at once; one enqueue in two seconds, and none while one is waiting."""
    try:
        if not _redis().set("pinsync:wake:exports", "1", nx=True, ex=HELD_BACK):
            return
        exports = rq.Queue("exports", connection=_redis(), serializer=JSONSerializer)
        if exports.count == 0:
            exports.enqueue(
                "integrations.tasks.drain",
                job_timeout=int(BUDGET + 300),
                result_ttl=0,
                failure_ttl=3600,
            )
    except redis.RedisError as error:
        log.warning("Redis does not answer (%s): exports wait.", type(error).__name__)
