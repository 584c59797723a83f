"""Times as people read them: in their browser's time zone, else in UTC and saying so.

Sentences hold times, so the server must know the zone: static/js/time_zone.js tells it
in a cookie.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format

from pinsync import clock

COOKIE = "timezone"


class TimeZoneMiddleware:
    """Show all times of a page in the zone that its browser has told."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(_zone(request.COOKIES.get(COOKIE, ""))):
            return self.get_response(request)


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # not a zone, or not even a file's name
        return None


def at(moment: datetime, now: datetime | None = None) -> str:
    """Return “14:05” today, else “12 Mar, 14:05”; without a known zone “14:05 UTC”."""
    local, today = timezone.localtime(moment), timezone.localtime(now or clock.now())
    form = "H:i" if local.date() == today.date() else "j M, H:i"
    if abs((local.date() - today.date()).days) > 180:
        form = "j M Y, H:i"
    zone = " UTC" if timezone.get_current_timezone_name() == "UTC" else ""
    return f"{date_format(local, form)}{zone}"
