"""Machines of their own, as the kernel sees them: network namespaces and cables.

Each host has two cables to the hub: one to the database, one to all else. Nothing of
it outlives the processes: a namespace ends with the last process in it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from pinsync.lifeline import end_with_parent

Command = tuple[str, ...]

HUB, BASE = "10.77.0.1", "10.77.0.2"  # where all else is, and the database
NETWORK = "10.77.0.0/16"
_INSIDE = "PINSYNC_FAULTS_INSIDE"


def go_inside() -> bool:
    """Return whether this is a namespace of our own; where permitted, it becomes one.

    The same command is then run anew in it.
    """
    inside = bool(os.environ.get(_INSIDE))
    if not inside and _are_permitted():
        os.environ[_INSIDE] = "1"
        words = [sys.executable, "-m", "tests.faults", *sys.argv[1:]]
        os.execvp("unshare", ["unshare", "--net", "--", *words])
    return inside


def _are_permitted() -> bool:
    if not all(shutil.which(name) for name in ("unshare", "nsenter", "ip", "ss")):
        return False
    trial = "ip link set lo up && ip link add pstrial0 type veth peer name pstrial1"
    done = subprocess.run(
        ["unshare", "--net", "--", "sh", "-c", trial], capture_output=True, check=False
    )
    return done.returncode == 0


class Wires:
    """Hosts in namespaces; this process and the servers are the hub."""

    kind = "network namespaces"

    def __init__(self) -> None:
        self._hosts: dict[str, subprocess.Popen[bytes]] = {}
        _run("ip", "link", "set", "lo", "up")
        for address in (HUB, BASE):
            _run("ip", "address", "add", f"{address}/32", "dev", "lo")

    def add(self, name: str) -> None:
        number = len(self._hosts) + 1
        host = self._hosts[name] = _namespace()
        for cable, address in (("a", HUB), ("b", BASE)):
            here, there = f"{cable}{name}", f"to{cable}"
            net = f"10.77.{number}{'ab'.index(cable)}"
            mac = f"02:00:00:00:{number:02}:0{cable}"
            end = f"address {mac} type veth peer name {there} netns {host.pid}"
            _run("ip", "link", "add", here, *end.split())
            _run("ip", "address", "add", f"{net}.1/30", "dev", here)
            _run("ip", "link", "set", here, "up")
            self._in(name, f"ip address add {net}.2/30 dev {there}")
            self._in(name, f"ip link set {there} up")
            self._in(name, f"ip route add {address}/32 via {net}.1")
            # Or a cut would be told by nobody answering to “who has this address?”.
            known = f"{net}.1 lladdr {mac} dev {there} nud permanent"
            self._in(name, f"ip neigh replace {known}")
        self._in(name, "ip link set lo up")

    def command(self, name: str, command: Command) -> Command:
        """Return what runs the command on that host, with the same process id."""
        return (
            "nsenter",
            f"--net=/proc/{self._hosts[name].pid}/ns/net",
            "--",
            *command,
        )

    def variables(self, name: str) -> dict[str, str]:
        return {}

    def cut(self, name: str, how: str) -> None:
        """Part the host from the database, or from everything.

        ``silent`` swallows all packets both ways; ``reset`` breaks the connections, and
        refuses others; ``alone`` swallows what goes to and from anybody.
        """
        if how == "reset":
            self._in(name, f"ip route replace unreachable {BASE}/32")
            self._in(name, f"ss -K dst {BASE}")
            return
        for cable in "ab" if how == "alone" else "b":
            _run("ip", "link", "set", f"{cable}{name}", "down")

    def mend(self, name: str) -> None:
        number = list(self._hosts).index(name) + 1
        for cable in "ab":
            _run("ip", "link", "set", f"{cable}{name}", "up")
        self._in(name, f"ip route replace {BASE}/32 via 10.77.{number}1.1")

    def close(self) -> None:
        for host in self._hosts.values():
            host.kill()
            host.wait(10)

    def _in(self, name: str, line: str) -> None:
        _run(*self.command(name, tuple(line.split())))


def _namespace() -> subprocess.Popen[bytes]:
    """Start somebody who does nothing in a namespace of its own."""
    parent = os.getpid()
    process = subprocess.Popen(
        ["unshare", "--net", "--", "sleep", "infinity"],
        stdin=subprocess.DEVNULL,
        preexec_fn=lambda: end_with_parent(signal.SIGKILL, parent=parent),
    )
    ours, deadline = os.readlink("/proc/self/ns/net"), time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(OSError):
            if os.readlink(f"/proc/{process.pid}/ns/net") != ours and _is_idle(process):
                return process
        time.sleep(0.01)
    raise SystemExit("There is no namespace.")


def _is_idle(process: subprocess.Popen[bytes]) -> bool:
    return b"sleep" in Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")[0]


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr.strip()}")
