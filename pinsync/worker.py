"""The RQ worker: ends without breaking off calls, and outlives Redis.

RQ's own worker leaves its child alone at the first SIGTERM and kills it at the second,
and exits when Redis is away. Ours tells the child to stop picking up work, waits for
it, and waits for Redis. What the child may not break off are the vendor calls in
flight: their outcome would have to be looked up again.
"""

from __future__ import annotations

import _thread
import logging
import os
import signal
import time
from contextlib import suppress
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Any

import rq
from django.db import connections
from django.utils.module_loading import import_string
from redis.exceptions import RedisError
from rq.exceptions import StopRequested

from . import logs
from .lifeline import end_with_parent

if TYPE_CHECKING:
    from redis import Redis
    from rq.job import Job
    from rq.queue import Queue

logger = logging.getLogger("pinsync.worker")

# Set in the child when the worker was told to stop: finish what is under way, begin
# nothing new.
stopping = Event()

# What a queue's jobs need, done once before the first fork: imports are most of it.
WARM_UP = {"documents": "candidates.tasks.warm_up"}

_WORKER_TTL = 45
_MAINTENANCE_INTERVAL = 30
_RETRY_AFTER = 1.0


class Worker(rq.Worker):
    """A forking worker for which only SIGKILL ends the child in the middle."""

    # Redis is local or close by: look again soon, not after a minute.
    max_connection_wait_time = 5.0

    _failure = ""  # what may be told of the job that has just failed

    def __init__(self, *args: Any, **options: Any) -> None:
        # The rqworker command passes its own defaults for these: 7 minutes until a dead
        # worker is noticed, and pickle, which runs whatever Redis holds.
        options["worker_ttl"] = _WORKER_TTL
        options["maintenance_interval"] = _MAINTENANCE_INTERVAL
        options["serializer"] = "json"
        if options.get("prepare_for_work", True):
            _wait_for(options["connection"])
        super().__init__(*args, **options)

    def work(self, *args: Any, **options: Any) -> bool:
        """Work until told to stop; a Redis that goes away is waited for."""
        self._warm_up()
        worked = self._work_once(*args, **options)
        while not self._is_done(options):
            logger.warning("The worker was interrupted; it goes on when Redis answers.")
            with suppress(StopRequested):
                self._wait_for_redis()
                worked = self._work_once(*args, **options) or worked
        return worked

    def _work_once(self, *args: Any, **options: Any) -> bool:
        try:
            return super().work(*args, **options)
        except RedisError:
            return False

    def _is_done(self, options: dict[str, Any]) -> bool:
        limits = ("burst", "max_jobs", "max_idle_time")
        told_to_stop = self._shutdown_requested_date is not None
        return told_to_stop or any(options.get(limit) for limit in limits)

    def _wait_for_redis(self) -> None:
        while self._shutdown_requested_date is None:
            time.sleep(_RETRY_AFTER)
            with suppress(RedisError):
                self.connection.delete(self.key)  # or it would seem to be alive already
                return

    def _warm_up(self) -> None:
        for name in self.queue_names():
            if name in WARM_UP:
                import_string(WARM_UP[name])()
        connections.close_all()  # a fork must not share one

    # -- stopping ----------------------------------------------------------------

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        if os.getpid() != self.pid:  # the child, before it has its own handler
            stop_soon()
            return
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """Say it again to the child: a second signal is no reason to break off calls."""
        self._tell_horse()

    def handle_warm_shutdown_request(self) -> None:
        self._tell_horse()

    def set_shutdown_requested_date(self) -> None:
        with suppress(RedisError):
            super().set_shutdown_requested_date()  # type: ignore[no-untyped-call]

    def teardown(self) -> None:
        """Leave Redis tidy where it is there; where not, the entry expires."""
        with suppress(RedisError):
            super().teardown()  # type: ignore[no-untyped-call]
        listener: Any = self.pubsub_thread
        if listener:
            listener.stop()

    def _tell_horse(self) -> None:
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)

    # -- the child ---------------------------------------------------------------

    def monitor_work_horse(self, job: Job, queue: Queue) -> None:
        """Wait for the child, whatever becomes of Redis meanwhile."""
        if self._stop_requested:  # the signal came before the child had a number
            self._tell_horse()
        while True:
            try:
                super().monitor_work_horse(job, queue)
                return
            except RedisError:
                if not self._horse_lives():
                    self._horse_pid = 0
                    raise
                time.sleep(_RETRY_AFTER)

    def _horse_lives(self) -> bool:
        try:
            os.kill(self.horse_pid, 0)
        except ProcessLookupError:
            return False
        return True

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        end_with_parent(signal.SIGTERM, parent=self.pid or os.getppid())
        super().main_work_horse(job, queue)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Log a job that failed, and keep for Redis no more than the log says."""
        self._failure = logs.described(exc_info[1])
        logger.error("The job %s failed.", job.id, exc_info=exc_info[1])

    def handle_job_failure(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: Any = None,
        exc_string: str = "",
    ) -> None:
        super().handle_job_failure(
            job, queue, started_job_registry, self._failure or exc_string
        )
        self._failure = ""

    def setup_work_horse_signals(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda signum, frame: stop_soon())


def stop_soon() -> None:
    """Set ``stopping``; safe in a signal handler.

    In a thread, because the interrupted code may be holding the event's own lock.
    """
    _thread.start_new_thread(stopping.set, ())


def _wait_for(connection: Redis) -> None:
    said = False
    while True:
        try:
            connection.ping()
            return
        except RedisError:
            if not said:
                logger.warning("Redis does not answer yet; waiting for it.")
            said = True
            time.sleep(_RETRY_AFTER)
