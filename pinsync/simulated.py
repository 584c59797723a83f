"""Where the simulated ATSs of the demo live, and which variables lead there."""

from __future__ import annotations

import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from integrations.adapters import vendors
from integrations.simulation import simulators

from .local_env import LocalEnv

HOST = "127.0.0.1"
# simulate_ats reads it: the port of the first simulator; the others keep their distance.
BASE_PORT = "SIMULATE_ATS_BASE_PORT"


class NoPlace(Exception):
    """The simulators cannot have their ports; the message says what to do."""


@dataclass(frozen=True)
class Simulated:
    """One ATS that is simulated here; ``variables`` lead the product to it."""

    slug: str
    label: str
    port: int
    variables: Mapping[str, str]

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
    known = simulators()
    lowest = min(simulator.default_port for simulator in known.values())
    distances = {slug: cls.default_port - lowest for slug, cls in known.items()}
    base = given.get(BASE_PORT) or local.keep(
        BASE_PORT, lambda: str(_free_base(lowest, distances.values()))
    )
    if not base.isdecimal():
        raise NoPlace(f"{BASE_PORT} must be a port number, not “{base}”.")
    return [
        _place(slug, int(base) + distance)
        for slug, distance in distances.items()
        if not any(name in given for name in _origins(slug))
    ]


def listed(found: list[Simulated]) -> str:
    """Return the value of SIMULATED_ATS, by which the demo finds them."""
    return " ".join(f"{place.slug}={place.origin}" for place in found)


def check_ports(found: list[Simulated]) -> None:
    """Raise NoPlace unless every simulator can have its port."""
    for place in found:
        if not is_free(place.port):
            raise NoPlace(
                f"Port {place.port} is taken by another program, but links to people in "
                f"the simulated {place.label} lead there. Stop that program, or delete "
                f"the line {BASE_PORT} from var/local.env to move the simulators."
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


def _place(slug: str, port: int) -> Simulated:
    simulator, origin = simulators()[slug], f"http://{HOST}:{port}"
    variables = dict.fromkeys(_origins(slug), origin) | {
        name: value.replace("{origin}", origin)
        for name, value in simulator.demo_variables.items()
    }
    return Simulated(slug, simulator.label, port, variables)


def _origins(slug: str) -> tuple[str, ...]:
    """Return the vendor's variables that hold an origin; its convention is *_URL*."""
    return tuple(
        variable.name
        for variable in vendors()[slug].environment
        if "_URL" in variable.name
    )


def _free_base(lowest: int, distances: Collection[int]) -> int:
    """Return the usual first port, or the next from which all are free."""
    block = max(distances) + 1
    for base in range(lowest, 65535 - block, block):
        if all(is_free(base + distance) for distance in distances):
            return base
    raise NoPlace("No free ports were found for the simulated ATSs.")
