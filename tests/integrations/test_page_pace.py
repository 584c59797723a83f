"""The pages' share of a vendor's pace."""

from __future__ import annotations

import time

import pytest

from integrations import page_pace


@pytest.fixture
def still(monkeypatch):
    """A clock that the test moves."""

    class Clock:
        now = 1000.0

    monkeypatch.setattr(time, "monotonic", lambda: Clock.now)
    return Clock


def test_a_few_calls_go_at_once_then_each_waits_a_little(settings, still):
    settings.TIME_SCALE = 1.0
    bucket = page_pace.Bucket(per_minute=1200)  # the pages' share is 2 a second
    assert [bucket.take() for _ in range(7)] == [0, 0, 0, 0, 0, 0.5, 1.0]


def test_nobody_ever_waits_for_longer_than_a_second(settings, still):
    settings.TIME_SCALE = 1.0
    bucket = page_pace.Bucket(per_minute=60)
    assert max(bucket.take() for _ in range(100)) == 1.0


def test_a_pause_fills_the_bucket_again_but_not_above_its_size(settings, still):
    settings.TIME_SCALE = 1.0
    bucket = page_pace.Bucket(per_minute=1200)
    for _ in range(6):
        bucket.take()
    still.now += 3600
    assert [bucket.take() for _ in range(6)] == [0, 0, 0, 0, 0, 0.5]


def test_one_credential_has_one_bucket_in_this_process(monkeypatch, still):
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(page_pace, "_buckets", {})
    for _ in range(6):
        page_pace.waiter("example", "digest", per_minute=60)()
    assert len(slept) == 1
    page_pace.waiter("example", "another", per_minute=60)()
    assert len(slept) == 1


def test_the_buckets_do_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(page_pace, "_buckets", {})
    for n in range(1001):
        page_pace.waiter("example", str(n), per_minute=60)
    assert len(page_pace._buckets) == 1
