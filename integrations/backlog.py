"""What waits to be exported and since when, connection by connection."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from django.db.models import OuterRef, QuerySet, Subquery

from pinsync import clock
from pinsync.health import Part

from .models import AtsConnection, Duty, ExportStep

ConnectionsT = TypeVar("ConnectionsT", bound="QuerySet[AtsConnection]")

DISPATCHER = "dispatcher"
# A dispatcher says so this often, and is missed after that.
BEAT_EVERY = timedelta(seconds=5)
MISSED_AFTER = timedelta(seconds=30)
# A connection that can be worked has a worker within seconds. One that is worked may
# have a long queue all the same: that is the vendor's pace, not our trouble.
UNTOUCHED_FOR = timedelta(minutes=2)


class Wait(NamedTuple):
    """The oldest due step of one usable connection."""

    vendor: str
    since: datetime
    is_worked: bool


def beat() -> None:
    """Give the dispatcher's sign of life: one conditional update in five seconds."""
    if Duty.objects.is_due(DISPATCHER, BEAT_EVERY):
        Duty.objects.take(DISPATCHER, BEAT_EVERY)


def waits() -> list[Wait]:
    """Return the oldest due step of each connection that could be worked now.

    Two look-ups in the index per connection, however many steps are due.
    """
    now = clock.now()
    rows = (
        AtsConnection.objects.usable(now)
        .order_by()
        .annotate(by_hand=_oldest(now, urgent=True), other=_oldest(now, urgent=False))
        .values_list("vendor", "leased_until", "by_hand", "other")
    )
    return [
        Wait(vendor, min(due), is_worked=leased is not None and leased > now)
        for vendor, leased, *oldest in rows
        if (due := [moment for moment in oldest if moment])
    ]


def with_due_steps(connections: ConnectionsT, now: datetime) -> ConnectionsT:
    """Return those of them that have a due step.

    One look-up in the index for each; a join would read every due step of all others.
    """
    first = ExportStep.objects.due(now).filter(connection_id=OuterRef("pk"))
    return connections.alias(first_due=Subquery(first.values("pk")[:1])).exclude(
        first_due=None
    )


def _oldest(now: datetime, *, urgent: bool) -> Subquery:
    steps: QuerySet[ExportStep] = ExportStep.objects.due(now).filter(
        connection_id=OuterRef("pk"), urgent=urgent
    )
    return Subquery(steps.order_by("not_before").values("not_before")[:1])


# --- For /readyz -------------------------------------------------------------------


def dispatcher_lives() -> Part:
    last = Duty.objects.done_last(DISPATCHER)
    if last is None:
        return Part(False, "was never seen")
    age = clock.now() - last
    return Part(age < MISSED_AFTER, f"seen {_seconds(age)} s ago")


def nothing_is_stuck() -> Part:
    """Judge by what nobody works; a long queue that is being worked is no fault."""
    now, due = clock.now(), waits()
    untouched = [now - wait.since for wait in due if not wait.is_worked]
    if untouched and max(untouched) > UNTOUCHED_FOR:
        return Part(False, f"due for {_seconds(max(untouched))} s, and nobody works it")
    if not due:
        return Part(True, "nothing is due")
    return Part(True, f"due for {_seconds(now - min(w.since for w in due))} s")


def _seconds(age: timedelta) -> int:
    return max(0, round(age.total_seconds()))
