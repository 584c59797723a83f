"""The process manager shows one log and leaves nobody behind, however it ends."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings

from pinsync.processes import Log, members

pytestmark = pytest.mark.processes

PATIENCE = 60.0

SLEEPS = "import time; print('up'); time.sleep(600)"
STUBBORN = "import signal; signal.signal(15, signal.SIG_IGN); " + SLEEPS
POLITE = (
    "import signal, sys, time\n"
    "def bye(*_):\n"
    "    time.sleep(0.3); print('bye'); sys.exit(0)\n"
    "signal.signal(15, bye); print('up'); time.sleep(600)"
)
HAS_CHILD = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print('child', child.pid); time.sleep(600)"
)
DIES = "import os; print('pid', os.getpid()); os._exit(3)"


class Supervised:
    """A supervisor in a process of its own, and what it has said so far."""

    def __init__(self, *programs: str) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.pinsync.supervised", *programs],
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Under nohup it would be deaf to hang-ups, as it should be.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip())

    def said(self, words: str, times: int = 1) -> None:
        eventually(
            lambda: sum(words in line for line in list(self.lines)) >= times,
            f"it says “{words}”: {self.lines}",
        )

    def number_after(self, words: str) -> int:
        self.said(words)
        line = next(line for line in self.lines if words in line)
        return int(line.rsplit(" ", 1)[1])

    def send(self, signum: int) -> None:
        self.process.send_signal(signum)

    def end(self) -> int:
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status


@pytest.fixture
def supervise():
    started = []

    def start(*programs: str) -> Supervised:
        started.append(Supervised(*programs))
        return started[-1]

    yield start
    for supervised in started:
        supervised.process.kill()
        supervised.process.wait(PATIENCE)


def eventually(condition, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_each_line_says_whose_it_is(supervise):
    supervised = supervise(f"one:1:5:{SLEEPS}", f"other:1:5:{SLEEPS}")

    supervised.said("one        | up")
    supervised.said("other      | up")


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_and_leaves_nobody(supervise, signum):
    supervised = supervise(f"a:1:10:{HAS_CHILD}", f"b:1:10:{SLEEPS}")
    child = supervised.number_after("child")
    supervised.said("up")

    supervised.send(signum)

    assert supervised.end() == 0
    assert is_gone(child)


def test_later_stages_live_until_the_earlier_have_ended(supervise):
    supervised = supervise(f"last:3:10:{POLITE}", f"first:1:10:{POLITE}")
    supervised.said("up", times=2)

    supervised.send(signal.SIGTERM)

    supervised.end()
    said_goodbye = [line for line in supervised.lines if "bye" in line]
    assert said_goodbye == ["first      | bye", "last       | bye"]


def test_who_does_not_listen_is_killed_after_its_grace(supervise):
    supervised = supervise(f"deaf:1:0.2:{STUBBORN}")
    supervised.said("up")

    supervised.send(signal.SIGTERM)

    assert supervised.end() == 0


def test_a_second_signal_ends_at_once(supervise):
    supervised = supervise(f"deaf:1:600:{STUBBORN}", f"next:2:600:{STUBBORN}")
    supervised.said("up", times=2)

    supervised.send(signal.SIGINT)
    time.sleep(0.9)  # sooner it would count as the same key press
    supervised.send(signal.SIGINT)

    assert supervised.end() == 0


def test_who_dies_is_started_again_and_the_log_says_so(supervise):
    supervised = supervise(f"weak:1:5:{DIES}")

    supervised.said("ended by itself (status 3); it starts again in 0.5 s.")
    supervised.said("ended by itself (status 3); it starts again in 1 s.")
    supervised.said("weak       | pid", times=3)


def test_a_killed_program_is_named_by_its_signal(supervise):
    supervised = supervise(
        "victim:1:5:import os, time; print('pid', os.getpid()); time.sleep(600)"
    )

    os.kill(supervised.number_after("pid"), signal.SIGKILL)

    supervised.said("ended by itself (signal SIGKILL)")
    supervised.said("pid", times=2)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
def test_nobody_outlives_a_killed_manager(supervise):
    supervised = supervise(
        "orphan:1:5:import os, time; print('pid', os.getpid()); time.sleep(600)"
    )
    pid = supervised.number_after("pid")

    supervised.send(signal.SIGKILL)
    supervised.process.wait(PATIENCE)

    eventually(lambda: is_gone(pid), "the orphan ends")


def test_the_log_is_plain_where_nobody_watches():
    out = io.StringIO()

    Log(out).say("web", "hello\n")

    assert out.getvalue() == "web        | hello\n"


def test_the_log_gives_each_name_a_colour_on_a_terminal(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = io.StringIO()
    monkeypatch.setattr(out, "isatty", lambda: True)
    log = Log(out)

    log.say("web", "hello")
    log.say("redis", "hello")

    assert out.getvalue() == (
        "\x1b[36mweb        |\x1b[0m hello\n\x1b[32mredis      |\x1b[0m hello\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_session_has_its_members_until_they_end():
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    assert members([process.pid]) == [process.pid]

    process.kill()
    process.wait(PATIENCE)
    assert members([process.pid]) == []
