"""Where the simulated ATSs of the demo live, and which variables lead there."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from integrations.adapters import vendors
from integrations.simulation import simulators

from .local_env import LocalEnv

HOST = "127.0.0.1"


class PortTaken(Exception):
    """A simulator cannot have its port; the message says what to do."""


@dataclass(frozen=True)
class Simulated:
    """One ATS that is simulated here; ``variables`` are set to its origin."""

    slug: str
    label: str
    port: int
    variables: tuple[str, ...]

    @property
    def host(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.host}"


def places(given: Mapping[str, str], local: LocalEnv) -> list[Simulated]:
    """Return a place for every simulator whose address the operator did not set.

    Places stay the same from start to start, because badges link to them.
    """
    found: list[Simulated] = []
    for slug, simulator in simulators().items():
        names = _variables(slug)
        if not names or any(name in given for name in names):
            continue
        taken = {place.port for place in found}
        port = _stored_port(local, names[0]) or _choose(simulator.default_port, taken)
        found.append(Simulated(slug, simulator.label, port, names))
    return found


def check_ports(found: list[Simulated]) -> None:
    """Raise PortTaken unless every simulator can have its port."""
    for place in found:
        if not is_free(place.port):
            raise PortTaken(
                f"Port {place.port} is taken by another program, but links to people in "
                f"the simulated {place.label} lead there. Stop that program, or delete "
                f"the line {place.variables[0]} from var/local.env to move the simulator."
            )


def is_free(port: int) -> bool:
    """Return whether a server could be started on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def listens(port: int) -> bool:
    """Return whether somebody accepts connections on the port."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def _variables(slug: str) -> tuple[str, ...]:
    """Return the vendor's variables that hold an origin; its convention is *_URL*."""
    return tuple(
        variable.name
        for variable in vendors()[slug].environment
        if "_URL" in variable.name
    )


def _stored_port(local: LocalEnv, name: str) -> int | None:
    return urlsplit(local.values.get(name, "")).port


def _choose(wanted: int, taken: set[int]) -> int:
    if wanted not in taken and is_free(wanted):
        return wanted
    while True:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port
