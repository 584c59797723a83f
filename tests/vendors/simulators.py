"""Fresh vendor simulators on random ports, with the product pointed at them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from integrations.simulation import RunningSimulator, simulators

FULL_KEYS = {"ashby": "demo-ashby-key", "crelate": "demo-crelate-key"}


def _run(slug: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSimulator]:
    running = simulators()[slug]().start()
    monkeypatch.setenv(f"{slug.upper()}_URL", running.url)
    yield running
    running.stop()


@pytest.fixture
def ashby_sim(monkeypatch) -> Iterator[RunningSimulator]:
    yield from _run("ashby", monkeypatch)


@pytest.fixture
def crelate_sim(monkeypatch) -> Iterator[RunningSimulator]:
    """Yield Crelate; uploads appear after 2 s of the test run's own time."""
    for running in _run("crelate", monkeypatch):
        scale = float(os.environ.get("TIME_SCALE", "1"))
        running.set(artifact_delay_ms=round(2000 * scale))
        yield running
