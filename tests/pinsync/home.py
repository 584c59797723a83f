"""A place in which ``make run`` lives, apart from the developer's own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import requests

BASE_DIR = Path(__file__).resolve().parents[2]
LAUNCHER = (sys.executable, "-m", "pinsync.launcher")
PATIENCE = 120.0
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


def eventually(condition, what: str, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Home:
    """A data folder, and the commands that may be run in it."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.runs: list[Run] = []

    def environment(self, **more: str) -> dict[str, str]:
        own = {name: os.environ[name] for name in KEPT if name in os.environ}
        # Nobody waits for the pace of vendors that are simulated.
        return {
            **own,
            "VAR_DIR": str(self.var),
            "PINSYNC_ENV_FILES": "",
            "PACE": "off",
            **more,
        }

    def run(self, *command: str, **more: str) -> Run:
        """Start the launcher, or what starts it."""
        started = Run(self, command or (*LAUNCHER, "run"), **more)
        self.runs.append(started)
        return started

    def launcher(self, word: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the launcher that ends by itself."""
        return self._command([*LAUNCHER, word], more)

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a management command as by hand: it reads the file of the launcher."""
        files = {"PINSYNC_ENV_FILES": str(self.var / "local.env")}
        return self._command([sys.executable, "manage.py", *words], files)

    def _command(
        self, words: list[str], more: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=BASE_DIR,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def processes(self) -> dict[int, str]:
        """Return what runs with this folder in its environment or title, by number."""
        found = {}
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                line = path.with_name("cmdline").read_bytes()
                # Redis writes its title over its environment.
                mine = str(self.var).encode() in path.read_bytes() + line
            except OSError:
                continue
            if mine and line:  # a zombie has none
                found[int(path.parent.name)] = line.replace(b"\0", b" ").decode()
        return found

    def number_of(self, words: str) -> int:
        """Return the process whose command line holds the words."""
        eventually(
            lambda: any(words in line for line in self.processes().values()),
            f"“{words}” runs",
        )
        return min(pid for pid, line in self.processes().items() if words in line)

    def end(self) -> None:
        for run in self.runs:
            run.process.kill()
            run.process.wait(PATIENCE)


class Run:
    """One ``make run``, and what it has printed so far."""

    def __init__(self, home: Home, command: tuple[str, ...], **more: str) -> None:
        self.port = int(more.setdefault("PORT", str(free_port())))
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            command,
            cwd=BASE_DIR,
            env=home.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # so that a test can press Ctrl-C
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip())

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def said(self, words: str) -> None:
        eventually(
            lambda: words in self.text or self.process.poll() is not None,
            f"it says “{words}”:\n{self.text}",
        )
        assert words in self.text, self.text

    def send(self, signum: int) -> None:
        self.process.send_signal(signum)

    def press_ctrl_c(self) -> None:
        """Signal the whole group, as a terminal does."""
        os.killpg(self.process.pid, signal.SIGINT)

    def wait(self) -> int:
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status

    def sign_in(self, email: str, password: str) -> requests.Response:
        """Sign in as a browser does and return the page one comes to."""
        browser = requests.Session()
        form = browser.get(f"{self.url}/", timeout=PATIENCE)
        form.raise_for_status()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
        assert token, form.text
        return browser.post(
            form.url,
            data={
                "username": email,
                "password": password,
                "csrfmiddlewaretoken": token[1],
            },
            headers={"Referer": form.url},
            timeout=PATIENCE,
        )
