"""Fresh vendor simulators on random ports, with the product pointed at them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from integrations.adapters import vendors
from integrations.simulation import RunningSimulator, simulators


def point_at(slug: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the vendor's variables as the launcher does."""
    for variable in vendors()[slug].environment:
        if "_URL" in variable.name:
            monkeypatch.setenv(variable.name, url)
    for name, value in simulators()[slug].demo_variables.items():
        monkeypatch.setenv(name, value.replace("{origin}", url))


def _run(slug: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSimulator]:
    running = simulators()[slug]().start()
    point_at(slug, running.url, monkeypatch)
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


@pytest.fixture
def jobadder_sim(monkeypatch) -> Iterator[RunningSimulator]:
    yield from _run("jobadder", monkeypatch)


@pytest.fixture
def kortivity_sim(monkeypatch) -> Iterator[RunningSimulator]:
    yield from _run("kortivity", monkeypatch)


@pytest.fixture
def trackerrms_sim(monkeypatch) -> Iterator[RunningSimulator]:
    yield from _run("trackerrms", monkeypatch)
