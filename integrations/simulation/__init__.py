"""The base of the vendor simulators: small in-memory servers that misbehave on demand.

A vendor's simulator is part of the demo and of the tests. It is written from the vendor's
documentation alone and shares nothing with the vendor's adapter; no Django, no models.
"""

from .crowd import Crowd, Everybody, Somebody
from .directory import simulators
from .faults import FAULTS
from .messages import Delivery, Part, Reply, Request
from .pages import escape, page
from .simulator import Routes, RunningSimulator, Setting, Simulator
from .store import Row, Store

__all__ = [
    "FAULTS",
    "Crowd",
    "Delivery",
    "Everybody",
    "Part",
    "Reply",
    "Request",
    "Routes",
    "Row",
    "RunningSimulator",
    "Setting",
    "Simulator",
    "Somebody",
    "Store",
    "escape",
    "page",
    "simulators",
]
