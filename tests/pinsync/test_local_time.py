"""Times in the reader's own time zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.http import HttpResponse

from pinsync.local_time import TimeZoneMiddleware, at

NOW = datetime(2026, 3, 12, 22, 30, tzinfo=UTC)


def said(rf, zone: str, moment: datetime) -> str:
    """Return what a page says of the moment to a browser in that zone."""
    rf.cookies["timezone"] = zone
    page = TimeZoneMiddleware(lambda request: HttpResponse(at(moment, NOW)))
    return page(rf.get("/")).content.decode()


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Asia/Tokyo", "12 Mar, 23:05"),  # where it is the 13th already
        ("America/Denver", "08:05"),
        ("UTC", "14:05 UTC"),
        ("", "14:05 UTC"),
    ],
)
def test_a_time_is_the_readers_own(rf, zone, words):
    assert said(rf, zone, NOW.replace(hour=14, minute=5)) == words


@pytest.mark.parametrize(
    "zone", ["Mars/Base", "../../etc/passwd", "America", "x" * 400]
)
def test_a_zone_that_is_none_means_utc(rf, zone):
    assert said(rf, zone, NOW) == "22:30 UTC"


def test_another_year_is_named(rf):
    assert said(rf, "UTC", NOW.replace(year=2024)) == "12 Mar 2024, 22:30 UTC"


def test_a_page_does_not_leave_its_zone_to_the_next(rf):
    assert said(rf, "Europe/Berlin", NOW) == "23:30"
    assert said(rf, "", NOW) == "22:30 UTC"
