"""A small process manager: starts programs, merges their logs, leaves nobody behind.

Ours, because the ready-made one gives five seconds to everybody: a worker may need 40
to end the vendor calls that are under way.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TextIO

from .lifeline import end_with_parent

_TICK = 0.1
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
# A program that ran this long had not failed at its start: no need to hold it back.
_SETTLED_AFTER = 30.0
# make passes on a signal that the terminal has given to us as well.
_SAME_SIGNAL = 0.7


class Stopped(Exception):
    """Somebody asked for the end while we were doing something else."""


@dataclass(frozen=True)
class Program:
    """What to run; those of a lower ``stage`` are stopped first.

    ``grace``: seconds between the friendly signal and the one that cannot be caught.
    ``unsaid``: lines with these words stay out of the log.
    """

    name: str
    command: tuple[str, ...]
    stage: int = 1
    grace: float = 10.0
    unsaid: str = ""


class Log:
    """One output for all: whole lines, each with the name of who said it."""

    _COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._lock = threading.Lock()
        self._names: list[str] = []
        self._coloured = self._out.isatty() and not os.environ.get("NO_COLOR")

    def say(self, name: str, line: str) -> None:
        self.write(f"{self._prefix(name)} {line.rstrip()}\n")

    def write(self, text: str) -> None:
        with self._lock, suppress(OSError):  # the terminal may be closed: go on
            self._out.write(text)
            self._out.flush()

    def _prefix(self, name: str) -> str:
        if name not in self._names:
            self._names.append(name)
        text = f"{name:<10} |"
        if not self._coloured:
            return text
        colour = self._COLOURS[self._names.index(name) % len(self._COLOURS)]
        return f"\x1b[{colour}m{text}\x1b[0m"


class Child:
    """A program and the processes that were started of it, one after the other."""

    def __init__(self, program: Program, log: Log, *, cwd: Path) -> None:
        self.program = program
        self._log = log
        self._cwd = cwd
        self._process: subprocess.Popen[bytes] | None = None
        self._sessions: list[int] = []
        self._asked: set[int] = set()
        self._started_at = 0.0
        self._wait = _FIRST_WAIT
        self._again_at: float | None = None

    def start(self) -> None:
        parent = os.getpid()
        self._process = subprocess.Popen(  # noqa: S603 - our own command lines
            self.program.command,
            cwd=self._cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C on the terminal is for us alone: we know in which order to stop.
            start_new_session=True,
            preexec_fn=lambda: end_with_parent(signal.SIGTERM, parent=parent),
        )
        # A number whose session is over may become somebody else's.
        self._sessions = [old for old in self._sessions if members([old])]
        self._sessions.append(self._process.pid)
        self._started_at, self._again_at = time.monotonic(), None
        threading.Thread(
            target=self._relay, args=(self._process.stdout,), daemon=True
        ).start()

    def _relay(self, lines: Iterable[bytes]) -> None:
        unsaid = self.program.unsaid
        for line in (raw.decode(errors="replace") for raw in lines):
            if not unsaid or unsaid not in line:
                self._log.say(self.program.name, line)

    @property
    def status(self) -> int | None:
        """Return how the process ended; None while it runs."""
        return self._process.poll() if self._process else None

    def keep_alive(self) -> None:
        """Start the program again some time after it ended by itself."""
        if self.status is None:
            return
        if self._again_at is None:
            self._plan_restart()
        elif time.monotonic() >= self._again_at:
            self.start()

    def _plan_restart(self) -> None:
        now = time.monotonic()
        if now - self._started_at > _SETTLED_AFTER:
            self._wait = _FIRST_WAIT
        self._again_at = now + self._wait
        self._log.say(
            self.program.name,
            f"ended by itself ({_how(self.status)}); "
            f"it starts again in {self._wait:g} s.",
        )
        self._wait = min(self._wait * 2, _LONGEST_WAIT)

    def ask_to_stop(self) -> None:
        """Signal the program, or those it left behind; each only once."""
        is_up = self._process and self.status is None
        pids = self._sessions[-1:] if is_up else members(self._sessions)
        for pid in set(pids) - self._asked:
            _send(pid, signal.SIGTERM)
            self._asked.add(pid)

    def is_gone(self) -> bool:
        """Return whether nothing of it is left, grandchildren included."""
        return self.status is not None and not members(self._sessions)

    def kill(self) -> None:
        for pid in members(self._sessions):
            _send(pid, signal.SIGKILL)
        if self._process:
            if self._process.poll() is None:
                self._process.kill()
            self._process.wait()


class Supervisor:
    """Runs programs until a signal asks for the end; leaving the ``with`` stops all.

    The first SIGINT or SIGTERM asks politely, stage by stage; the second kills.
    """

    def __init__(self, log: Log, *, cwd: Path) -> None:
        self.log = log
        self._cwd = cwd
        self._children: list[Child] = []
        self._signals = 0
        self._asked_at = float("-inf")

    def __enter__(self) -> Supervisor:
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup means it
            signal.signal(signal.SIGHUP, self._on_signal)
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop_all()

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._asked_at > _SAME_SIGNAL:
            self._signals += 1
            self._asked_at = now

    def start(self, program: Program) -> Child:
        self.check()
        child = Child(program, self.log, cwd=self._cwd)
        self._children.append(child)
        child.start()
        return child

    def has(self, name: str) -> bool:
        return any(child.program.name == name for child in self._children)

    def run_to_end(self, program: Program) -> int:
        """Run a program that ends by itself and return its exit status."""
        child = self.start(program)
        self.wait_until(lambda: child.status is not None)
        self._children.remove(child)
        return child.status or 0

    def wait_until(
        self, condition: Callable[[], bool], *, timeout: float = float("inf")
    ) -> bool:
        """Return whether it came true in time; raises Stopped when asked to end."""
        deadline = time.monotonic() + timeout
        while not condition():
            self.check()
            if time.monotonic() > deadline:
                return False
            time.sleep(_TICK)
        return True

    def check(self) -> None:
        if self._signals:
            raise Stopped

    def watch(self) -> None:
        """Keep all programs alive until a signal asks for the end."""
        while not self._signals:
            for child in self._children:
                child.keep_alive()
            time.sleep(_TICK)

    def _stop_all(self) -> None:
        for stage in sorted({child.program.stage for child in self._children}):
            group = [c for c in self._children if c.program.stage == stage]
            self._stop(group)

    def _stop(self, group: list[Child]) -> None:
        asked_at = time.monotonic()
        while left := [child for child in group if not child.is_gone()]:
            waited = time.monotonic() - asked_at
            for child in left:
                child.ask_to_stop()
                if self._signals > 1 or waited > child.program.grace:
                    child.kill()
            time.sleep(_TICK)


def members(sessions: Iterable[int]) -> list[int]:
    """Return the living processes of these sessions, where the system can tell.

    A session outlives its leader; its number is not given to anybody else meanwhile.
    """
    wanted = set(sessions)
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # pid (name) state parent group session ...; the name may hold anything.
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) in wanted and fields[0] not in "ZX":
            found.append(int(path.parent.name))
    return found


def _send(pid: int, signum: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signum)


def _how(status: int | None) -> str:
    if status is not None and status < 0:
        return f"signal {signal.Signals(-status).name}"
    return f"status {status}"
