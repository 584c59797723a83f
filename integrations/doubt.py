"""Which writes have no known outcome, and the later looks that they are owed."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from pinsync import clock

from . import timing
from .models import ExportAttempt, ExportStep, LaterLook


def in_doubt(steps: QuerySet[ExportStep]) -> QuerySet[ExportStep]:
    """Narrow down to those whose last write has no known outcome, whatever came then."""
    last = ExportAttempt.objects.filter(step=OuterRef("pk"), number=OuterRef("attempt"))
    known = last.exclude(outcome__in=["", ExportAttempt.Outcome.UNCLEAR])
    return steps.filter(~Exists(known), ever_unclear=True, absences__lt=2)


def owe_later_looks(step_id: int) -> None:
    """Ask for the later looks at a write that is unclear, counted from now on."""
    now = clock.now()
    LaterLook.objects.update_or_create(
        step_id=step_id,
        defaults={
            "unclear_at": now,
            "due_at": now + clock.period(timing.LATER_LOOKS[0]),
            "looks": 0,
            "tries": 0,
        },
    )
