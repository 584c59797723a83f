"""Everything that runs: real processes on loopback, in a temporary folder."""

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
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import requests

from integrations import adapters
from integrations.simulation import simulators
from pinsync.lifeline import end_with_parent
from tests.postgres import Database

from .proxy import Proxies
from .redis import RedisServer

ROOT = Path(__file__).resolve().parents[2]
EXPORTS_WORKERS = ("exports-1", "exports-2", "exports-3")
DISPATCHERS = ("dispatcher-1", "dispatcher-2")
DOCUMENTS, WEB, SIMULATORS = "documents", "web", "simulators"

Command = tuple[str, ...]
P = TypeVar("P", bound="Premises")


class Premises:
    """The processes by name; each is ended by its own number."""

    def __init__(self, folder: Path, *, seed: int, kept: Path) -> None:
        self.folder = folder
        self.kept = kept  # where logs and evidence stay after the run
        self.logs = folder / "logs"
        self.logs.mkdir()
        self.database = Database(folder / "postgres", free_port())
        self.redis = RedisServer(folder / "redis", free_port())
        self.proxies = Proxies(str(seed))
        self.web_port = free_port()
        self.address = "127.0.0.1"  # of the simulators
        self.simulators: dict[str, Controls] = {}
        self._commands: dict[str, Command] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.RLock()

    @property
    def web(self) -> str:
        return f"http://localhost:{self.web_port}"

    # -- processes -----------------------------------------------------------------

    def start(self, name: str, *command: str) -> None:
        with self._lock, (self.logs / f"{name}.log").open("ab") as log:
            parent = os.getpid()
            self._commands[name] = command or self._commands[name]
            self._processes[name] = subprocess.Popen(
                self._way_to(name, self._commands[name]),
                cwd=ROOT,
                env={**os.environ, **self._surroundings(name)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: end_with_parent(signal.SIGTERM, parent=parent),
            )

    def _way_to(self, name: str, command: Command) -> Command:
        """Return the command that starts it where it belongs."""
        return command

    def _surroundings(self, name: str) -> dict[str, str]:
        """Return the variables that differ from this process's own."""
        return self._environment

    def manage(self, name: str, *words: str) -> None:
        self.start(name, sys.executable, "manage.py", *words)

    @property
    def names(self) -> list[str]:
        return list(self._processes)

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def children(self, name: str) -> list[int]:
        pid = self.pid(name)
        with suppress(OSError):
            listing = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            return [int(word) for word in listing.split()]
        return []

    def kill(self, name: str, *, wait: bool = True) -> None:
        """End it as ``kill -9`` does; its children hear of it from the kernel alone."""
        process = self._processes[name]
        process.kill()
        if wait:
            process.wait(20)

    def restart_ended(self) -> list[str]:
        """Start again what has ended, as a process manager would; return its names."""
        with self._lock:
            ended = [n for n, p in self._processes.items() if p.poll() is not None]
            for name in ended:
                self.start(name)
        return ended

    def stop(self) -> None:
        """Stop in reverse order, so that nobody misses what it needs."""
        for process in reversed(self._processes.values()):
            process.terminate()
        for process in reversed(self._processes.values()):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(15)
        for pid in self._left_behind():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _left_behind(self) -> list[int]:
        """Return the children of those that were killed: our folder is their VAR_DIR."""
        mark, found = f"VAR_DIR={self.folder}".encode(), []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if any(it.startswith(mark) for it in path.read_bytes().split(b"\0")):
                    found.append(int(path.parent.name))
        return [pid for pid in found if pid != os.getpid()]

    # -- setting up ----------------------------------------------------------------

    def open(self, *, time_scale: float) -> None:
        """Start database, Redis, simulators and proxies; point this process there."""
        self.database.create()
        self.redis.start()
        self._lay_out(time_scale)
        self._set_up_django()
        places = [f"{slug}={sim.port}" for slug, sim in self.simulators.items()]
        self.manage(SIMULATORS, "simulate_ats", "--host", self.address, *places)
        for sim in self.simulators.values():
            wait_for(sim.answers, "a simulator", 60)

    def close(self) -> None:
        """Remove what else there is."""

    def open_business(self) -> None:
        """Start what makes the product."""
        for name in EXPORTS_WORKERS:
            self.manage(name, "rqworker", "exports", "-v", "0")
        self.manage(DOCUMENTS, "rqworker", "documents", "checks", "-v", "0")
        for name in DISPATCHERS:
            self.manage(name, "dispatch")
        self.start(WEB, *self._gunicorn)
        wait_for(self.web_answers, "the first page", 60)

    def web_answers(self) -> bool:
        try:
            return get(f"{self.web}/", timeout=5).ok
        except requests.RequestException:
            return False

    @property
    def _gunicorn(self) -> Command:
        command = [sys.executable, "-m", "gunicorn", "pinsync.wsgi:application"]
        command += ["--bind", f"127.0.0.1:{self.web_port}", "--threads", "8"]
        command += ["--worker-class", "gthread", "--graceful-timeout", "5"]
        command += ["--no-control-socket", "--log-level", "warning"]
        return tuple(command)

    def _lay_out(self, time_scale: float) -> None:
        """Put a proxy before everything, and say where everything is."""
        self.proxies.__enter__()
        database = self.proxies.add("postgres", self.database.port)
        redis = self.proxies.add("redis", self.redis.port)
        self._say_where(time_scale, self.redis.url_at(redis.port))
        # This process looks on: it meets no fault of the database's proxy.
        self._environment = {"DATABASE_URL": self.database.url_at(database.port)}

    def _door(self, slug: str, port: int) -> str:
        """Return where the product finds the simulator on that port."""
        return f"http://127.0.0.1:{self.proxies.add(slug, port).port}"

    def _say_where(self, time_scale: float, redis_url: str) -> None:
        vendors: dict[str, str] = {}
        for slug, simulator in simulators().items():
            port = free_port()
            origin = self._door(slug, port)
            self.simulators[slug] = Controls(slug, self.address, port, origin)
            vendors |= dict.fromkeys(_origins(slug), origin)
            vendors |= simulator.demo_variables
        os.environ.update(
            {
                "PINSYNC_ENV_FILES": "",
                "SECRET_KEY": secrets.token_hex(32),
                "CREDENTIALS_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
                "VAR_DIR": str(self.folder),
                "DATABASE_URL": self.database.url,
                "REDIS_URL": redis_url,
                "DEBUG": "false",
                "DJANGO_SETTINGS_MODULE": "pinsync.settings",
                "LOG_LEVEL": "INFO",
                "TIME_SCALE": str(time_scale),
                "PACE": "off",
                "PUBLIC_URL": self.web,
                "ALLOWED_PRIVATE_HOSTS": f"{self.address}:*",
                "PYTHONUNBUFFERED": "1",
                **vendors,
            }
        )

    def _set_up_django(self) -> None:
        import django
        from django.core.management import call_command

        (self.folder / "static").mkdir()
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)


def _origins(slug: str) -> list[str]:
    """Return the vendor's variables that lead to it; its convention is *_URL*."""
    return [v.name for v in adapters.vendors()[slug].environment if "_URL" in v.name]


class Controls:
    """The control endpoint of one simulator, past the proxy."""

    def __init__(self, slug: str, address: str, port: int, seen_at: str) -> None:
        self.slug, self.address, self.port = slug, address, port
        self.seen_at = seen_at  # the address that the product knows
        self._session = _session()

    def answers(self) -> bool:
        try:
            return bool(self._call("GET", "settings"))
        except requests.RequestException:
            return False

    def fault(self, fault: str, match: str = "", **options: Any) -> None:
        self._call("POST", "faults", {"fault": fault, "match": match, **options})

    def clear_faults(self) -> None:
        self._call("DELETE", "faults", {})

    def rules(self) -> list[dict[str, Any]]:
        rules: list[dict[str, Any]] = self._call("GET", "faults")["rules"]
        return rules

    def set(self, **values: Any) -> None:
        self._call("POST", "settings", values)

    def keys(self, **keys: Any) -> None:
        """Grant ("all") or revoke (None) keys."""
        self._call("POST", "keys", keys)

    def truth(self) -> dict[str, Any]:
        truth: dict[str, Any] = self._call("GET", "truth")
        return truth

    def requests(self) -> dict[str, Any]:
        seen: dict[str, Any] = self._call("GET", "requests")
        return seen

    def _call(self, method: str, name: str, data: Any = None) -> Any:
        url = f"http://{self.address}:{self.port}/_control/{name}"
        reply = self._session.request(method, url, json=data, timeout=60)
        reply.raise_for_status()
        return reply.json()


@contextmanager
def premises(*, seed: int, time_scale: float, kept: Path, kind: type[P]) -> Iterator[P]:
    """Yield everything but the product's own processes; stop and remove it after.

    Logs and evidence are left in ``kept``.
    """
    folder = Path(tempfile.mkdtemp(prefix="ps-faults-"))
    folder.chmod(0o755)  # PostgreSQL is somebody else
    place = kind(folder, seed=seed, kept=kept)
    try:
        place.open(time_scale=time_scale)
        yield place
    finally:
        place.stop()
        place.proxies.__exit__()
        place.redis.remove()
        place.database.remove()
        place.close()
        shutil.copytree(place.logs, kept, dirs_exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def get(url: str, *, timeout: float) -> requests.Response:
    return _session().get(url, timeout=timeout)


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


def wait_for(condition: Callable[[], object], what: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} took more than {seconds:g} s.")
        time.sleep(0.05)
