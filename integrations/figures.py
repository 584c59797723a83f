"""Numbers per connection: what waits, what was sent, how long it took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils import timezone

from pinsync import clock

from .explain import took
from .models import AtsConnection, AtsPerson, Export

if TYPE_CHECKING:
    from pinsync.accounts.models import Organization

# Times are taken from the latest exports: what the connection is like now.
_LATEST = 500
_WINDOW = timedelta(days=7)


@dataclass
class Figures:
    """The numbers of one connection."""

    connection: AtsConnection
    people: int = 0
    sent_today: int = 0
    waiting: int = 0
    needs_you: int = 0
    failed: int = 0
    median: str = ""
    slowest: str = ""


def figures_of(connections: Iterable[AtsConnection]) -> list[Figures]:
    """Return the numbers; each connection costs one query more."""
    found = {connection.pk: Figures(connection) for connection in connections}
    now = clock.now()
    _count_exports(found, now)
    people = AtsPerson.objects.filter(
        connection__in=found,
        known_by__in=[AtsPerson.KnownBy.CREATED, AtsPerson.KnownBy.RECOVERED],
    )
    for pk, count in _per_connection(people):
        found[pk].people = count
    _take_times(found, now)
    return list(found.values())


def needs_you(organization: Organization) -> int:
    """Count the exports that wait for somebody's decision."""
    return Export.objects.of(organization).filter(state=Export.State.NEEDS_YOU).count()


def _per_connection(rows: object) -> list[tuple[int, int]]:
    counted = rows.values("connection").annotate(count=Count("*"))  # type: ignore[attr-defined]
    return [(row["connection"], row["count"]) for row in counted]


def _count_exports(found: dict[int, Figures], now: datetime) -> None:
    """Count in two queries, each of which reads no more than an index."""
    midnight = timezone.localtime(now).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    exports = Export.objects.filter(connection__in=found).order_by()
    for pk, count in _per_connection(exports.filter(in_ats_at__gte=midnight)):
        found[pk].sent_today = count
    open_ones = exports.filter(state__in=_COUNTED).values_list("connection", "state")
    for pk, state, count in open_ones.annotate(number=Count("*")):
        name = _COUNTED[state]
        setattr(found[pk], name, getattr(found[pk], name) + count)


_COUNTED = {
    Export.State.WAITING: "waiting",
    Export.State.EXPORTING: "waiting",
    Export.State.NEEDS_YOU: "needs_you",
    Export.State.FAILED: "failed",
}


def _take_times(found: dict[int, Figures], now: datetime) -> None:
    """Take them of each connection by itself: a busy one must not hide the others."""
    for pk, figures in found.items():
        latest = Export.objects.filter(connection=pk, in_ats_at__gte=now - _WINDOW)
        times = latest.order_by("-in_ats_at").values_list("requested_at", "in_ats_at")
        seconds = [
            (there - asked).total_seconds() for asked, there in times[:_LATEST] if there
        ]
        if seconds:
            figures.median = took(median(seconds))
            figures.slowest = took(max(seconds))
