"""The product's own processes, on the test's database and Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


def wait_until(holds: Callable[[], object], *, seconds: float, what: str) -> None:
    """Poll until it holds; a generous limit, because the machine may be busy."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.02)


def database_url() -> str:
    """Return the address of the test database, for other processes."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{config['NAME']}"
    where = f"{config['HOST'] or 'localhost'}:{config['PORT'] or 5432}"
    return f"postgres://{config['USER']}:{config['PASSWORD']}@{where}/{config['NAME']}"


class Parts:
    """Workers and dispatcher; each is ended by its own process id."""

    def __init__(self, redis_url: str, log: Path) -> None:
        self.environment = {
            "DATABASE_URL": database_url(),
            "REDIS_URL": redis_url,
            "PACE": "off",
        }
        self.log = log.open("ab")
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        return self.run(sys.executable, "manage.py", *command)

    def run(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=self.log,
            stderr=self.log,
        )
        self.running.append(process)
        return process

    def worker(self, queue: str) -> subprocess.Popen[bytes]:
        return self.start("rqworker", queue)

    def dispatcher(self) -> subprocess.Popen[bytes]:
        return self.start("dispatch")

    def stop(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.terminate()
        for process in self.running:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
        self.log.close()


def children(process: subprocess.Popen[bytes]) -> list[int]:
    listing = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in listing.split()]


def kill_with_child(process: subprocess.Popen[bytes]) -> None:
    """End a worker and its child as ``kill -9`` does: nothing of theirs runs after."""
    horses = children(process)
    os.kill(process.pid, signal.SIGKILL)
    for pid in horses:
        os.kill(pid, signal.SIGKILL)
    process.wait(5)
