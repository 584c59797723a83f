"""How calls are spaced."""

from __future__ import annotations

import time

import pytest

from integrations import pace
from integrations.http import open_adapter
from integrations.pace import Pace


@pytest.fixture
def still(monkeypatch):
    """A clock that the test moves, and the sleeps it was asked for."""

    class Clock:
        now = 1000.0
        slept: list[float]

    Clock.slept = []
    monkeypatch.setattr(time, "monotonic", lambda: Clock.now)
    monkeypatch.setattr(time, "sleep", Clock.slept.append)
    return Clock


def test_a_few_calls_go_at_once_then_each_waits_its_turn(still):
    bucket = Pace(2, burst=3)
    assert [bucket.reserve() for _ in range(6)] == [0, 0, 0, 0.5, 1.0, 1.5]


def test_a_rest_fills_the_bucket_again_but_not_above_its_size(still):
    bucket = Pace(2, burst=3)
    for _ in range(6):
        bucket.reserve()
    still.now += 3600
    assert [bucket.reserve() for _ in range(4)] == [0, 0, 0, 0.5]


def test_nobody_waits_longer_than_the_longest(still):
    bucket = Pace(0.1, burst=1, longest=1.0)
    assert max(bucket.reserve() for _ in range(100)) == 1.0


def test_without_a_limit_nobody_waits(still):
    bucket = Pace(None)
    for _ in range(100):
        bucket.wait()
    assert still.slept == []


def adapter(key="a-key", share="pages"):
    return open_adapter("ashby", {"api_key": key}, share=share)


def test_one_credential_has_one_bucket_in_this_process(still, monkeypatch):
    monkeypatch.setattr(pace, "_kept", {})
    for _ in range(pace.BURST + 1):
        adapter().http.before_call()
    assert len(still.slept) == 1
    adapter("another").http.before_call()
    assert len(still.slept) == 1


def test_pages_get_a_tenth_and_never_wait_long(settings):
    settings.TIME_SCALE = 1
    pages = pace.pace_of(adapter(), share="pages")
    drainer = pace.pace_of(adapter(), share="drainer")
    assert pages.per_second
    assert drainer.per_second == pytest.approx(pages.per_second * 7)
    for _ in range(50):
        away = pages.reserve()
    assert away <= pace.LONGEST_ON_PAGES


def test_the_buckets_do_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(pace, "_kept", dict.fromkeys(range(1000)))
    adapter()
    assert len(pace._kept) == 1
