"""Forgets what nobody needs any more; never what the safety of the engine rests on.

Only attempts of steps that have ended go: an open one still has to be looked up by what
it sent. The steps themselves, who is who and every claim stay for ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt, AccessLog
from django.contrib.sessions.models import Session
from django.db.models import F, Max, Min, Q, QuerySet
from django.utils import timezone

from candidates.models import CandidateImport
from pinsync import clock

from . import outreach_check
from .intents import writing
from .models import FINISHED, Duty, ExportAttempt, ExportStep, LaterLook

DUTY, BEGUN = "prune", "prune begun"
EVERY = 86_400.0
ATTEMPTS_KEPT = 90 * 86_400.0
SNAPSHOTS_KEPT = 30 * 86_400.0
EXCERPTS_KEPT = 30 * 86_400.0
LOOKS_KEPT = 30 * 86_400.0
SIGN_INS_KEPT = 90 * 86_400.0

# Rows of one transaction: short enough that nobody waits for it.
BATCH = 1_000


def is_due() -> bool:
    return Duty.objects.is_due(BEGUN, clock.period(EVERY))


def prune_if_due() -> None:
    """Prune once a day, whoever asks, also where it failed: not every second then."""
    if Duty.objects.take(BEGUN, clock.period(EVERY)):
        prune()


def prune() -> dict[str, int]:
    """Forget everything whose time is over; return how much of each kind."""
    forgotten = {name: forget() for name, forget in _KINDS.items()}
    Duty.objects.did(DUTY)
    return forgotten


# --- The ledger --------------------------------------------------------------------


def _attempts() -> int:
    """Delete them, and count on the step that they were: exports_verify asks."""
    before, deleted = _before(ATTEMPTS_KEPT), 0
    for rows in _ended_attempts(before):
        with writing():
            found = list(rows.values_list("pk", "step_id"))
            ExportAttempt.objects.filter(pk__in=[pk for pk, _ in found]).delete()
            _count_on_steps(Counter(step_id for _, step_id in found))
        deleted += len(found)
    return deleted


def _count_on_steps(numbers: Counter[int]) -> None:
    for number in set(numbers.values()):
        steps = [step_id for step_id, times in numbers.items() if times == number]
        ExportStep.objects.filter(pk__in=steps).update(pruned=F("pruned") + number)


def _snapshots() -> int:
    """Empty what was sent, a month after its step has ended."""
    before, emptied = _before(SNAPSHOTS_KEPT), 0
    for rows in _ended_attempts(before):
        emptied += rows.exclude(snapshot={}).update(snapshot={})
    return emptied


def _excerpts() -> int:
    emptied = _emptied_excerpts()
    for rows in _ended_attempts(_before(EXCERPTS_KEPT)):
        emptied += rows.exclude(error="").update(error="")
    return emptied


def _emptied_excerpts() -> int:
    old = ExportStep.objects.filter(excerpt_at__lt=_before(EXCERPTS_KEPT)).order_by()
    emptied = 0
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        some = ExportStep.objects.filter(pk__in=ids)
        emptied += some.update(excerpt="", excerpt_at=None)
    return emptied


def _ended_attempts(before: datetime) -> Iterator[QuerySet[ExportAttempt]]:
    """Yield the attempts that were made, and whose steps ended, before then.

    Attempts are only ever added, so their ids are in the order of time: walking along
    them needs no index of its own.
    """
    every = ExportAttempt.objects.order_by()
    ends = every.aggregate(first=Min("pk"), last=Max("pk"))
    first, last = ends["first"], ends["last"]
    while first is not None and first <= last:
        rows = every.filter(pk__gte=first, pk__lt=first + BATCH)
        ended = ExportStep.objects.filter(state__in=FINISHED, updated_at__lt=before)
        yield rows.filter(intent_at__lt=before, step__in=ended)
        if rows.filter(intent_at__gte=before).exists():
            return
        first += BATCH


# --- What surrounds it -------------------------------------------------------------


def _looks() -> int:
    done = Q(due_at=None) & (Q(twice_at=None) | Q(seen_to_at__isnull=False))
    old = LaterLook.objects.filter(done, looked_at__lt=_before(LOOKS_KEPT))
    return old.delete()[0]


def _checks() -> int:
    return outreach_check.forget_outlived()


def _uploads() -> int:
    return CandidateImport.objects.forget_expired()


def _sessions() -> int:
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def _sign_ins() -> int:
    before = timezone.now() - timedelta(seconds=SIGN_INS_KEPT)
    kinds: tuple[Any, ...] = (AccessLog, AccessAttempt)
    return sum(
        kind.objects.filter(attempt_time__lt=before).delete()[0] for kind in kinds
    )


def _before(seconds: float) -> datetime:
    moment: datetime = clock.now() - clock.period(seconds)
    return moment


_KINDS: dict[str, Callable[[], int]] = {
    "attempts deleted": _attempts,
    "snapshots emptied": _snapshots,
    "excerpts emptied": _excerpts,
    "later looks deleted": _looks,
    "early looks deleted": _checks,
    "uploads emptied": _uploads,
    "sessions deleted": _sessions,
    "sign-ins deleted": _sign_ins,
}
