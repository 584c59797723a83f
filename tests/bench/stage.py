"""Everything that runs while we measure: on loopback, in a folder of its own."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from pinsync import embedded_redis
from pinsync.lifeline import end_with_parent

ROOT = Path(__file__).resolve().parents[2]
THREADS = 32


class Simulator:
    """The control endpoint of the simulated ATS."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._session = requests.Session()
        self._session.trust_env = False

    def reset(self, *, latency_ms: int) -> None:
        """Empty it and forget its counters."""
        self._control("POST", "reset")
        self._control("POST", "settings", {"latency_ms": latency_ms})

    def set(self, **values: int) -> None:
        self._control("POST", "settings", values)

    def counts(self) -> dict[str, int]:
        return self._control("GET", "requests")["counts"]

    def last_requests(self) -> list[dict]:
        return self._control("GET", "requests")["last"]

    def _control(self, method: str, name: str, data: dict | None = None) -> dict:
        url = f"{self.origin}/_control/{name}"
        reply = self._session.request(method, url, json=data, timeout=30)
        reply.raise_for_status()
        return reply.json()


class Stage:
    """The processes, by name; leaving the ``with`` stops each by its number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.origin = f"http://127.0.0.1:{free_port()}"
        self.simulator = Simulator(self.origin)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *command: str) -> None:
        parent = os.getpid()
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: end_with_parent(signal.SIGTERM, parent=parent),
            )

    def manage(self, name: str, *words: str) -> None:
        self.start(name, sys.executable, "manage.py", *words)

    def stop(self) -> None:
        """Stop in reverse order, so that nobody misses what it needs."""
        for process in reversed(self._processes.values()):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def end(self, name: str) -> None:
        """Stop one of them, and wait until it has ended."""
        process = self._processes.pop(name)
        process.terminate()
        process.wait(60)

    def check(self) -> None:
        """Raise with the log of a program that ended by itself."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                log = (self.folder / f"{name}.log").read_text()[-2000:]
                raise SystemExit(f"{name} ended with {process.returncode}:\n{log}")

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float):
        """Wait for it; ends the run where a program fails or the time is up."""
        deadline = time.monotonic() + seconds
        while not condition():
            self.check()
            if time.monotonic() > deadline:
                raise SystemExit(f"{what} took more than {seconds:g} s.")
            time.sleep(0.02)

    # -- the worker ----------------------------------------------------------------

    def wait_for_idle_worker(self) -> None:
        self.wait_until(lambda: not self._horses(), "Ending the drainer", 60)

    def drainer_cpu_seconds(self) -> float:
        """Return what the present work-horse has used so far (Linux; elsewhere 0)."""
        return sum(_cpu_seconds(pid) for pid in self._horses())

    def cpu_seconds(self, workers: list[str]) -> float:
        """Return what they and their children, ended or not, have used so far."""
        own = (self._processes[name].pid for name in workers)
        ended = sum(_cpu_seconds(pid, with_ended=True) for pid in own)
        return ended + self.drainer_cpu_seconds()

    def memory_mb(self, name: str) -> float:
        """Return the resident memory of one of the programs (Linux; elsewhere 0)."""
        return _resident_mb(self._processes[name].pid)

    def drainer_memory_mb(self) -> float:
        """Return that of the largest work-horse of the exports."""
        return max(map(_resident_mb, self._horses()), default=0.0)

    def serve_exports(self, *, threads: int, workers: int = 1) -> None:
        """Start the workers of the exports anew; a connection gets so many threads."""
        for name in [name for name in self._processes if name.startswith("exports")]:
            self.end(name)
        os.environ["DRAIN_THREADS"] = str(threads)
        for number in range(workers):
            name = f"exports-{number}" if number else "exports"
            self.manage(name, "rqworker", "exports", "-v", "0")

    def _horses(self) -> list[int]:
        workers = [p for n, p in self._processes.items() if n.startswith("exports")]
        return [pid for worker in workers for pid in _children(worker.pid)]


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in text.split()]


def _resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_048_576


def _cpu_seconds(pid: int, *, with_ended: bool = False) -> float:
    """Return its user and system time; also that of its children that have ended."""
    try:
        # pid (name) state ...; the times are the 14th and 15th, the children's next.
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    ticks = sum(int(field) for field in fields[11 : 15 if with_ended else 13])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def stage() -> Iterator[Stage]:
    """Start Redis, the simulator, both workers and the dispatcher; stop them after."""
    folder = Path(tempfile.mkdtemp(prefix="ps-bench-"))
    setting = Stage(folder)
    redis_socket = embedded_redis.socket_in(folder)
    database, drop = new_database(folder)
    try:
        environment(setting, database, embedded_redis.url(redis_socket))
        server = embedded_redis.binary()
        setting.start("redis", *embedded_redis.command(server, folder, redis_socket))
        set_up_django()
        setting.manage("simulator", "simulate_ats", f"ashby={_port(setting.origin)}")
        setting.wait_until(
            lambda: embedded_redis.answers(redis_socket), "Starting Redis", 20
        )
        for queue in ("exports", "documents"):
            setting.manage(queue, "rqworker", queue, "-v", "0")
        setting.manage("dispatcher", "dispatch")
        setting.wait_until(
            lambda: listens(setting.origin), "Starting the simulator", 30
        )
        yield setting
    finally:
        setting.stop()
        drop()
        shutil.rmtree(folder, ignore_errors=True)


def environment(setting: Stage, database: str, redis_url: str) -> None:
    os.environ.update(
        {
            "PINSYNC_ENV_FILES": "",
            "SECRET_KEY": secrets.token_hex(32),
            "CREDENTIALS_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
            "VAR_DIR": str(setting.folder),
            "DATABASE_URL": database,
            "REDIS_URL": redis_url,
            "DEBUG": "false",
            "DJANGO_SETTINGS_MODULE": "pinsync.settings",
            "LOG_LEVEL": "WARNING",
            "TIME_SCALE": "1",
            "DRAIN_THREADS": str(THREADS),
            "PACE": "off",
            "ALLOWED_PRIVATE_HOSTS": "127.0.0.1:*",
            "ASHBY_URL": setting.origin,
        }
    )


def set_up_django() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)


def new_database(folder: Path) -> tuple[str, Callable[[], None]]:
    """Return an address and what removes it: SQLite, or a new one beside PostgreSQL's.

    The database that DATABASE_URL names is never written to.
    """
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        return f"sqlite:///{folder}/bench.sqlite3", lambda: None
    name = f"pinsync_bench_{secrets.token_hex(4)}"
    _execute(given, f"CREATE DATABASE {name}")
    base, mark, options = given.partition("?")
    address = f"{base.rsplit('/', 1)[0]}/{name}{mark}{options}"
    return address, lambda: _execute(given, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(address: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _port(origin: str) -> int:
    return int(origin.rsplit(":", 1)[1])


def listens(origin: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", _port(origin)), timeout=1).close()
    except OSError:
        return False
    return True
