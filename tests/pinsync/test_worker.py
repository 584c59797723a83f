"""The worker ends without breaking off its job, and outlives Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from rq import Queue
from rq.serializers import resolve_serializer

from pinsync import worker

pytestmark = pytest.mark.processes

PATIENCE = 60.0


def eventually(condition, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.02)


class Notes:
    """The file in which the job says what happened."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def words(self) -> list[str]:
        return self.path.read_text().split() if self.path.exists() else []

    def wait_for(self, word: str) -> None:
        eventually(lambda: word in self.words(), f"the job says “{word}”")


@pytest.fixture
def notes(tmp_path) -> Notes:
    return Notes(tmp_path / "notes.txt")


@pytest.fixture
def queue(redis) -> Queue:
    return Queue("exports", connection=redis, serializer="json")


@pytest.fixture
def start_worker(redis_server, tmp_path):
    started = []

    def start(*queues: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "rqworker", *(queues or ["exports"])],
            cwd=settings.BASE_DIR,
            env={**os.environ, "REDIS_URL": redis_server.url},
            stdout=(tmp_path / "worker.log").open("ab"),
            stderr=subprocess.STDOUT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)


def horses(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the numbers of the worker's children."""
    tasks = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in tasks.read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0] != "Z"
    except OSError:
        return False


def test_sigterm_lets_the_job_finish_what_is_under_way(queue, notes, start_worker):
    process = start_worker()
    queue.enqueue("tests.pinsync.work.write_until_told_to_stop", str(notes))
    notes.wait_for("started")

    process.send_signal(signal.SIGTERM)

    assert process.wait(PATIENCE) == 0
    assert notes.words() == ["started", "told", "finished"]


def test_a_second_signal_breaks_nothing_off(queue, notes, start_worker):
    process = start_worker()
    queue.enqueue("tests.pinsync.work.write_until_told_to_stop", str(notes))
    notes.wait_for("started")

    process.send_signal(signal.SIGINT)
    notes.wait_for("told")
    time.sleep(1.05)  # RQ itself ignores a second signal within one second
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)

    assert process.wait(PATIENCE) == 0
    assert notes.words() == ["started", "told", "finished"]


def test_an_idle_worker_ends_at_once(queue, notes, start_worker):
    process = start_worker()
    queue.enqueue("tests.pinsync.work.note", str(notes), "done")
    notes.wait_for("done")

    process.send_signal(signal.SIGTERM)

    assert process.wait(PATIENCE) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
def test_a_child_stops_by_itself_when_its_worker_was_killed(queue, notes, start_worker):
    process = start_worker()
    queue.enqueue("tests.pinsync.work.write_until_told_to_stop", str(notes))
    notes.wait_for("started")
    (horse,) = horses(process)

    process.kill()
    process.wait(PATIENCE)

    notes.wait_for("finished")
    eventually(lambda: not is_alive(horse), "the child ends")


def test_a_worker_that_comes_before_redis_waits_for_it(
    queue, notes, redis_server, start_worker
):
    redis_server.stop()
    process = start_worker()
    log = notes.path.with_name("worker.log")
    eventually(
        lambda: log.exists() and "Redis does not answer yet" in log.read_text(),
        "the worker says that it waits",
    )
    assert process.poll() is None
    redis_server.start()
    queue.enqueue("tests.pinsync.work.note", str(notes), "done")

    notes.wait_for("done")


def test_a_worker_without_work_outlives_a_restart_of_redis(
    queue, notes, redis_server, start_worker
):
    process = start_worker()
    queue.enqueue("tests.pinsync.work.note", str(notes), "before")
    notes.wait_for("before")

    redis_server.kill()
    redis_server.start()
    queue.enqueue("tests.pinsync.work.note", str(notes), "after")

    notes.wait_for("after")
    assert process.poll() is None


def test_redis_going_away_in_the_middle_does_not_end_the_job_or_the_worker(
    queue, notes, redis_server, start_worker, tmp_path
):
    process = start_worker()
    go_on = tmp_path / "go-on"
    queue.enqueue("tests.pinsync.work.write_until_file_appears", str(notes), str(go_on))
    notes.wait_for("started")

    redis_server.kill()
    go_on.touch()
    notes.wait_for("finished")
    time.sleep(0.5)  # let the worker notice that its child has ended without Redis
    redis_server.start()
    queue.enqueue("tests.pinsync.work.note", str(notes), "after")

    notes.wait_for("after")
    assert process.poll() is None


def test_a_worker_can_be_stopped_while_redis_is_away(
    queue, notes, redis_server, start_worker
):
    process = start_worker()
    queue.enqueue("tests.pinsync.work.note", str(notes), "done")
    notes.wait_for("done")
    redis_server.kill()

    process.send_signal(signal.SIGTERM)

    assert process.wait(PATIENCE) == 0


def test_the_worker_takes_json_only_and_is_missed_soon(redis):
    made = worker.Worker(
        ["exports"], connection=redis, worker_ttl=420, serializer="pickle"
    )

    assert made.serializer is resolve_serializer("json")
    assert made.worker_ttl == 45
    assert made.maintenance_interval == 30


@pytest.fixture
def own_signals():
    """Give the test run back the handlers that a worker replaces."""
    before = {
        signum: signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)
    }
    yield
    for signum, handler in before.items():
        signal.signal(signum, handler)


@pytest.mark.usefixtures("own_signals")
def test_only_the_queue_that_needs_it_is_warmed_up(redis, monkeypatch):
    warmed = []
    monkeypatch.setattr(
        worker, "import_string", lambda path: lambda: warmed.append(path)
    )

    worker.Worker(["exports"], connection=redis).work(burst=True)
    assert warmed == []

    worker.Worker(["documents"], connection=redis).work(burst=True)
    assert warmed == ["candidates.tasks.warm_up"]
