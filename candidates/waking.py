"""Waking the worker that makes resumes; the rows in the database are the truth."""

from __future__ import annotations

import logging
from threading import Event

import django_rq
from django.db import transaction
from redis.exceptions import RedisError

from pinsync import clock

logger = logging.getLogger(__name__)

QUEUE = "documents"
TASK = "candidates.tasks.render_due"
_KEY = "pinsync:documents:woken"
_QUIET = 2  # seconds in which one wake-up serves all

_unreachable = (
    Event()
)  # so that an absent Redis is reported once, not every few seconds


def wake_documents() -> None:
    """Ask a worker, after the commit, to make what is wanted; safe without Redis."""
    transaction.on_commit(_wake)


def started() -> None:
    """Let the next wake-up through: a worker has begun to look at the rows."""
    try:
        django_rq.get_connection(QUEUE).delete(_KEY)
    except RedisError as error:
        _report(error)


def _wake() -> None:
    try:
        redis = django_rq.get_connection(QUEUE)
        pause = max(1, int(clock.scaled(_QUIET) * 1000))
        if redis.set(_KEY, 1, nx=True, px=pause):
            django_rq.get_queue(QUEUE).enqueue(TASK)
    except RedisError as error:
        _report(error)
    else:
        _unreachable.clear()


def _report(error: RedisError) -> None:
    if not _unreachable.is_set():
        _unreachable.set()
        logger.warning(
            "Redis does not answer (%s); resumes are made when the dispatcher reaches "
            "it again.",
            type(error).__name__,
        )
