"""The database's clock, as the engine sees it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from pinsync import clock


@pytest.mark.django_db
def test_the_clock_is_the_databases_to_a_few_seconds():
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.django_db
def test_a_new_measurement_never_turns_the_clock_back(monkeypatch):
    monkeypatch.setattr(connection, "vendor", "postgresql", raising=False)
    now, late = datetime.now(UTC), timedelta(seconds=3)
    answers = iter([now + late, now])  # the first answer came over a slow line
    monkeypatch.setattr(clock, "_measured", None)
    monkeypatch.setattr(clock, "_latest", now)  # and given back after the test
    monkeypatch.setattr(clock, "_MEASURE_EVERY", -1.0)
    monkeypatch.setattr(clock, "_measure", lambda: (time.monotonic(), next(answers)))
    first, second = clock.now(), clock.now()
    assert first <= second


def test_deadlines_of_the_network_never_fall_below_two_seconds(settings):
    settings.TIME_SCALE = 0.001
    assert clock.network_deadline(30) == 2.0
    settings.TIME_SCALE = 2
    assert clock.network_deadline(30) == 60
    assert clock.period(30) == timedelta(minutes=1)
