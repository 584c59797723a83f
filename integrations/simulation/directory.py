"""Which vendors have a simulator."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .simulator import Simulator

PACKAGE = "integrations.vendors"


def simulators() -> dict[str, type[Simulator]]:
    """Return the simulators by slug: ``SIMULATOR`` of each ``vendors/*/simulator.py``."""
    folder = importlib.import_module(PACKAGE)
    found: dict[str, type[Simulator]] = {}
    for vendor in pkgutil.iter_modules(folder.__path__):
        name = f"{PACKAGE}.{vendor.name}.simulator"
        if vendor.ispkg and importlib.util.find_spec(name):
            simulator: type[Simulator] = importlib.import_module(name).SIMULATOR
            found[simulator.slug] = simulator
    return found
