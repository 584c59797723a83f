"""What ``make run`` runs: makes secrets, starts every part, stops every part.

run      start everything and show one log; Ctrl-C stops it
setup    make the secrets and the database, start nothing
reset    remove database, queue and simulated ATSs; the next run begins anew
new-key  print a key for CREDENTIALS_KEYS
"""

from __future__ import annotations

import fcntl
import importlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import environ
from django.core.exceptions import ImproperlyConfigured

from . import embedded_redis, simulated
from .accounts.demo import NO_DEMO
from .first_page import Page
from .local_env import LocalEnv, new_credentials_key, new_secret_key
from .prepared import Prepared
from .processes import Log, Program, Stopped, Supervisor
from .welcome import welcome

BASE_DIR = Path(__file__).resolve().parent.parent

# A worker may need this long to end the vendor calls that are under way.
_WORKER_GRACE = 40.0
# So long the first page has the machine to itself; the rest starts behind it.
_HEAD_START = 10.0
_PAGE_PATIENCE = 60.0


class CannotStart(Exception):
    """The start ends here; the message is one sentence for the person who reads it."""


class Launcher:
    """One start: where things are, what was given and what we chose."""

    def __init__(self) -> None:
        _read_env_files()
        self.var = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").resolve()
        self.given = dict(os.environ)
        self.local = LocalEnv(self.var / "local.env")
        self.redis_socket = embedded_redis.socket_in(self.var / "redis")
        self.simulated: list[simulated.Simulated] = []
        self.log = Log()

    # -- settings ----------------------------------------------------------------

    @property
    def brings_redis(self) -> bool:
        return not self.given.get("REDIS_URL")

    def prepare_environment(self) -> ModuleType:
        """Complete the environment of this process and of all it starts.

        Returns the settings; raises CannotStart naming the variable that is wrong.
        """
        (self.var / "static").mkdir(parents=True, exist_ok=True)
        if not self.given.get("SECRET_KEY"):
            self.local.keep("SECRET_KEY", new_secret_key)
        if not self.given.get("CREDENTIALS_KEYS"):
            self.local.keep("CREDENTIALS_KEYS", new_credentials_key)
        if self.brings_redis:
            self.local.put("REDIS_URL", embedded_redis.url(self.redis_socket))
        self._place_simulators()
        self.local.save()
        for name, value in self.local.values.items():
            if not self.given.get(name):
                os.environ[name] = value
        os.environ.update(
            VAR_DIR=str(self.var), PINSYNC_ENV_FILES="", PYTHONUNBUFFERED="1"
        )
        return _checked_settings()

    def _place_simulators(self) -> None:
        self.simulated = simulated.places(self.given, self.local)
        for place in self.simulated:
            for variable, value in place.variables.items():
                self.local.put(variable, value)
        self.local.put("SIMULATED_ATS", simulated.listed(self.simulated))
        own = self.given.get("ALLOWED_PRIVATE_HOSTS", "").split(",")
        hosts = ",".join(filter(None, [*own, *(p.host for p in self.simulated)]))
        self.local.put("ALLOWED_PRIVATE_HOSTS", hosts)
        os.environ["ALLOWED_PRIVATE_HOSTS"] = hosts
        # Nobody waits for the pace of vendors that are simulated; real ones keep it.
        self.local.put("PACE", "off" if self.simulated else "vendor")

    # -- one at a time -----------------------------------------------------------

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock of this data folder; CannotStart names who has it."""
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / "launcher.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                lock.seek(0)
                raise CannotStart(
                    f"PinSync is running here already (process {lock.read().strip()}). "
                    "Stop it first: press Ctrl-C where it runs."
                ) from error
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    # -- run ---------------------------------------------------------------------

    def run(self) -> None:
        with self.alone():
            settings = self.prepare_environment()
            self._check_ports(settings.PORT)
            with Supervisor(self.log, cwd=BASE_DIR) as supervisor:
                try:
                    self._start(supervisor, settings)
                    supervisor.watch()
                except Stopped:
                    pass
                self.log.say("pinsync", "Stopping …")
        self.log.say("pinsync", "Everything has stopped.")

    def _check_ports(self, port: int) -> None:
        if not simulated.is_free(port):
            raise CannotStart(
                f"Port {port} is taken by another program, or not yours to use. "
                f"Choose another: make run PORT={port + 1 if port < 65535 else 8000}"
            )
        simulated.check_ports(self.simulated)

    def _start(self, supervisor: Supervisor, settings: ModuleType) -> None:
        if self.brings_redis:
            self._start_redis(supervisor)
        prepared = Prepared(self.var, settings.DATABASES["default"])
        if not prepared.is_current():
            self._start_simulators(supervisor)
            prepared.store(demo=self._prepare_database(supervisor))
        web = supervisor.start(_web(settings.PORT))
        page = Page(settings.PORT, settings.PUBLIC_URL)
        supervisor.wait_until(
            lambda: page.answers() or web.status is not None, timeout=_HEAD_START
        )
        self._start_simulators(supervisor)
        for program in _workers(settings.RQ_QUEUES):
            supervisor.start(program)
        if supervisor.wait_until(page.answers, timeout=_PAGE_PATIENCE):
            self.log.write(welcome(page.url, self.simulated, demo=prepared.has_demo))
        else:
            self.log.say(
                "pinsync", f"{page.url} does not answer; the lines of “web” say why."
            )

    def _start_redis(self, supervisor: Supervisor) -> None:
        folder = self.var / "redis"
        folder.mkdir(exist_ok=True)
        self.redis_socket.parent.mkdir(mode=0o700, exist_ok=True)
        server = embedded_redis.binary()
        command = embedded_redis.command(server, folder, self.redis_socket)
        # One that an earlier start left behind is on its way out.
        supervisor.wait_until(
            lambda: not embedded_redis.answers(self.redis_socket), timeout=10
        )
        # It warns of a kernel setting that matters to large servers only.
        redis = supervisor.start(
            Program("redis", tuple(command), stage=3, unsaid="overcommit_memory")
        )
        supervisor.wait_until(
            lambda: (
                embedded_redis.answers(self.redis_socket) or redis.status is not None
            ),
            timeout=30,
        )
        if redis.status is not None:
            # It cannot read what another version wrote. It only ever wakes workers.
            self.log.say("redis", "Its files cannot be read; it starts with none.")
            shutil.rmtree(folder)
            folder.mkdir()
            redis.start()

    def _start_simulators(self, supervisor: Supervisor) -> None:
        if not self.simulated or supervisor.has("simulators"):
            return
        words = ["simulate_ats", "--data", str(self.var / "simulators")]
        for place in self.simulated:
            words += ["--vendor", place.slug]
        supervisor.start(Program("simulators", _manage(*words), stage=3))

    def _prepare_database(self, supervisor: Supervisor) -> bool:
        """Migrate and load the demo; return whether the demo is in the database."""
        migrate = Program("migrate", _manage("migrate", "--noinput", "-v", "0"))
        if supervisor.run_to_end(migrate) != 0:
            raise CannotStart(
                "The database could not be prepared; the lines of “migrate” above "
                "say why."
            )
        supervisor.wait_until(
            lambda: all(simulated.listens(place.port) for place in self.simulated),
            timeout=30,
        )
        status = supervisor.run_to_end(Program("demo", _manage("seed_demo")))
        if status not in (0, NO_DEMO):
            raise CannotStart(
                "The demo could not be loaded; the lines of “demo” above say why."
            )
        return status == 0

    # -- setup and reset ---------------------------------------------------------

    def setup(self) -> None:
        with self.alone():
            self.prepare_environment()
            with Supervisor(self.log, cwd=BASE_DIR) as supervisor:
                migrate = Program("migrate", _manage("migrate", "--noinput", "-v", "0"))
                if supervisor.run_to_end(migrate) != 0:
                    raise CannotStart("The database could not be prepared.")

    def reset(self) -> None:
        """Remove what a run made, but never the keys or a database server's data."""
        with self.alone():
            settings = self.prepare_environment()
            database = settings.DATABASES["default"]
            if database["ENGINE"].endswith("sqlite3"):
                for ending in ("", "-wal", "-shm", "-journal"):
                    Path(f"{database['NAME']}{ending}").unlink(missing_ok=True)
            else:
                self.log.say("pinsync", "The database at DATABASE_URL was not touched.")
            for folder in ("redis", "simulators", "media"):
                shutil.rmtree(self.var / folder, ignore_errors=True)
            Prepared(self.var, database).forget()
            for place in self.simulated:
                self.local.forget(*place.variables)
            self.local.forget(
                "REDIS_URL",
                "ALLOWED_PRIVATE_HOSTS",
                "PACE",
                "SIMULATED_ATS",
                simulated.BASE_PORT,
            )
            self.local.save()
        self.log.say("pinsync", "All data is gone. The next “make run” begins anew.")


def _read_env_files() -> None:
    """Read the operator's files as the settings do; var/local.env is our own."""
    for name in os.environ.get("PINSYNC_ENV_FILES", ".env").split(","):
        if name and Path(name).name != "local.env" and (BASE_DIR / name).is_file():
            environ.Env.read_env(str(BASE_DIR / name))


def _checked_settings() -> ModuleType:
    try:
        return importlib.import_module("pinsync.settings")
    except ImproperlyConfigured as error:
        raise CannotStart(str(error)) from error


def _manage(*words: str) -> tuple[str, ...]:
    return (sys.executable, "manage.py", *words)


def _web(port: int) -> Program:
    command = [sys.executable, "-m", "gunicorn", "pinsync.wsgi:application"]
    command += ["--bind", f"{simulated.HOST}:{port}", "--threads", "8"]
    command += ["--worker-class", "gthread", "--graceful-timeout", "5"]
    command += ["--no-control-socket", "--log-level", "warning"]
    command += ["--logger-class", "pinsync.web_log.WebLog"]
    return Program("web", tuple(command))


def _workers(queues: Iterable[str]) -> list[Program]:
    """Return who does the work behind the pages; exports never wait for the rest."""
    others = [queue for queue in queues if queue != "exports"]
    names = {"exports": ["exports"], "documents": others}
    programs = [
        Program(name, _manage("rqworker", *served, "-v", "0"), 2, _WORKER_GRACE)
        for name, served in names.items()
    ]
    return [*programs, Program("dispatch", _manage("dispatch"))]


_COMMANDS = ("run", "setup", "reset", "new-key")


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in _COMMANDS:
        sys.stderr.write(f"Usage: python -m pinsync.launcher {'|'.join(_COMMANDS)}\n")
        return 2
    if arguments[0] == "new-key":
        sys.stdout.write(new_credentials_key() + "\n")
        return 0
    try:
        launcher = Launcher()
        {"run": launcher.run, "setup": launcher.setup, "reset": launcher.reset}[
            arguments[0]
        ]()
    except (CannotStart, embedded_redis.NoRedis, simulated.NoPlace) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
