"""Thirty-two people on their way into an ATS at once, each in a thread of the drainer."""

from __future__ import annotations

import pytest

from candidates.models import Candidate
from integrations import lines
from integrations.models import AtsConnection

from .scene import Scene

THREADS = 32


def widen(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    """Let a drainer use all its threads from the first moment, however slow the calls."""
    settings.DRAIN_THREADS, settings.PACE = THREADS, "off"
    # Nothing comes due again by itself while a test looks.
    settings.TIME_SCALE = 1
    monkeypatch.setattr(lines, "FIRST_THREADS", THREADS)
    monkeypatch.setattr(lines, "SLOW_CALL", 10_000)


def crowd(scene: Scene, number: int = THREADS) -> list[Candidate]:
    """Let so many be due."""
    people = [scene.candidate() for _ in range(number)]
    for candidate in people:
        scene.trigger(candidate)
    return people


def row(scene: Scene) -> AtsConnection:
    scene.connection.refresh_from_db()
    return scene.connection
