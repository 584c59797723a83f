"""A PostgreSQL of its own: in a temporary folder, as nobody special, on loopback."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

# Root may not run it; Debian's package brings this user.
_USER = "postgres"


class NoPostgres(Exception):
    """There is none to start; the message says what to do."""


class Database:
    """One cluster that may crash and come back; ``remove`` ends it for good.

    ``settings`` are PostgreSQL's own. By default the disk may lag behind: where only our
    processes die, never the machine, nothing is lost.
    """

    def __init__(self, folder: Path, port: int, **settings: str) -> None:
        self.folder, self.port = folder, port
        self.settings = {"fsync": "off", "max_connections": "200", **settings}
        self._bin = _programs()
        self._data = folder / "data"

    @property
    def url(self) -> str:
        return self.url_at(self.port)

    def url_at(self, port: int) -> str:
        return f"postgres://pinsync@127.0.0.1:{port}/pinsync"

    def create(self) -> None:
        self.folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.folder, _USER)
        self._run("initdb", "-D", str(self._data), *_INITDB)
        self.start()
        self._run("createdb", *self._where, "pinsync")

    def start(self) -> None:
        settings = {"listen_addresses": "127.0.0.1", **self.settings}
        options = f"-p {self.port} -k {self.folder}"
        options += "".join(f" -c {name}={value}" for name, value in settings.items())
        log = str(self.folder / "log")
        self._control("-w", "-t", "60", "-l", log, "-o", options, "start")

    def restart(self, **settings: str) -> None:
        """Go on with other settings."""
        self.settings |= settings
        self._control("-w", "-m", "fast", "stop")
        self.start()

    def crash(self) -> None:
        """Stop as a power cut would: nobody is waited for, nothing is tidied."""
        self._control("-m", "immediate", "stop")

    def remove(self) -> None:
        if (self._data / "postmaster.pid").exists():
            self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _where(self) -> tuple[str, ...]:
        return ("-h", "127.0.0.1", "-p", str(self.port), "-U", "pinsync")

    def _control(self, *words: str) -> None:
        self._run("pg_ctl", "-s", "-D", str(self._data), *words)

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [str(self._bin / program), *words],
            cwd="/",
            **_somebody_else(),
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=120,
        )


def _somebody_else() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": _USER, "group": _USER, "extra_groups": []}


_INITDB = ("-U", "pinsync", "-A", "trust", "-E", "UTF8", "--no-sync")


def _programs() -> Path:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: float(path.parent.parent.name),
    )
    if not found and (on_path := shutil.which("initdb")):
        found = [Path(on_path)]
    if not found:
        raise NoPostgres("PostgreSQL is missing. On Debian: apt install postgresql")
    if os.geteuid() == 0:
        try:
            pwd.getpwnam(_USER)
        except KeyError:
            raise NoPostgres(
                f"Root may not run PostgreSQL, and there is no user {_USER}. Run this "
                "as somebody else."
            ) from None
    return found[-1].parent
