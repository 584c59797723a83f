"""Looks again, later and read-only, at every write that was ever unclear.

The engine waits as long as a vendor may need, looks twice, and is then done. A vendor that
commits or indexes later still makes two people of one: that cannot be prevented from
here, so it is looked for, an hour and a day later, and told.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pinsync import clock
from pinsync.worker import stopping

from . import lookup, matching, timing
from .adapters import Adapter, Key
from .connections import opened
from .errors import AtsError, ErrorKind, Throttled
from .matching import Match
from .models import (
    FINISHED,
    AtsPerson,
    Decision,
    ExportAttempt,
    ExportStep,
    LaterLook,
)
from .records import PersonRecord

log = logging.getLogger(__name__)

BUDGET = 10.0  # the worker that does this also makes resumes
LEASE = 300.0
AGAIN = 1_800.0  # after a look that failed
MOST_TRIES = 48  # a day of them

Choice, Kind = Decision.Choice, ExportStep.Kind


def is_due() -> bool:
    return LaterLook.objects.due(clock.now()).exists()


def look_due(gives_way: Callable[[], bool] = lambda: False) -> None:
    """Take the looks that are due, for a few seconds."""
    ends = time.monotonic() + clock.scaled(BUDGET)
    while look := _claim_next():
        _carry_out(look)
        if time.monotonic() > ends or stopping.is_set() or gives_way():
            return


def _claim_next() -> LaterLook | None:
    """Claim a due look; the claim of a worker that died lapses by itself."""
    now = clock.now()
    due = LaterLook.objects.due(now).order_by("tries", "due_at")
    related = ("step__connection", "step__candidate__sourced_by")
    for look in due.select_related(*related)[:20]:
        lapses = now + clock.period(LEASE)
        if _move(look, due_at=lapses, tries=look.tries + 1):
            look.due_at, look.tries = lapses, look.tries + 1
            return look
    return None


def _move(look: LaterLook, **changes: Any) -> bool:
    """Change the look unless somebody else has done so."""
    mine = LaterLook.objects.filter(pk=look.pk, due_at=look.due_at)
    return mine.update(**changes) == 1


def _carry_out(look: LaterLook) -> None:
    step = look.step
    if step.state not in FINISHED:  # the engine is still at it: it looks itself
        _move(look, due_at=_later(AGAIN), tries=0)
        return
    try:
        with opened(step.connection, share="directory") as adapter:
            found = _look(adapter, step)
    except AtsError as error:
        _try_later(look, error)
    except Exception:  # the outermost place: recorded, tried again later
        log.exception("The later look at step %s met a fault of our own", step.pk)
        _try_later(look)
    else:
        _taken(look, found)


def _look(adapter: Adapter, step: ExportStep) -> list[Match]:
    """Return everybody there who is our person, where that is more than one.

    What follows a person (a resume, a job) has no double that an ATS could show: that is
    looked up for the person alone.
    """
    person = AtsPerson.objects.of(step)
    if person is None:
        return []
    today = PersonRecord.of(step.candidate)
    found: dict[str, Match] = {}
    for record in (_sent(step) or today, today):
        people, _ = lookup.people_like(adapter, record)
        verdict = matching.judge(
            record,
            people,
            keys=adapter.duplicate_keys,
            not_them=_known_others(step) - {person.person_id},
        )
        found |= {match.person.id: match for match in verdict.matches}
    others = [
        match
        for pk, match in found.items()
        if pk != person.person_id and match.agrees != (Key.NAME,)
    ]
    if not others:
        return []
    if person.person_id not in found:  # merged into another, or changed there
        remote = adapter.person(person.person_id)
        if remote is None:
            return []
        found[person.person_id] = matching.as_match(remote, today)
    return [found[person.person_id], *others]


def _sent(step: ExportStep) -> PersonRecord | None:
    """Return what the last unclear write of this person sent."""
    attempts = ExportAttempt.objects.filter(
        step__connection_id=step.connection_id,
        step__candidate_id=step.candidate_id,
        step__kind=Kind.PERSON,
    )
    rows = attempts.order_by("-number").values_list("snapshot", flat=True)
    sent = next((snapshot for snapshot in rows if snapshot), None)
    if sent is None:
        return None
    return PersonRecord.from_json({"first_name": "", "last_name": "", **sent})


def _known_others(step: ExportStep) -> set[str]:
    """Return whom a recruiter saw beside this person when they decided."""
    decisions = Decision.objects.filter(
        step__connection_id=step.connection_id,
        step__candidate_id=step.candidate_id,
        step__kind=Kind.PERSON,
        choice__in=[Choice.CREATE, Choice.LINK],
    )
    return {shown for decision in decisions for shown in decision.shown_ids()}


# --- How it ends -------------------------------------------------------------------


def _taken(look: LaterLook, found: list[Match]) -> None:
    now, looks = clock.now(), look.looks + 1
    changes: dict[str, Any] = {"looks": looks, "looked_at": now, "tries": 0}
    if looks < len(timing.LATER_LOOKS):
        changes["due_at"] = look.unclear_at + clock.period(timing.LATER_LOOKS[looks])
    else:
        changes["due_at"] = None
    known = {row["person_id"] for row in look.found}
    changes["found"] = [match.to_json() for match in found]
    if {match.person.id for match in found} - known:
        changes |= {"twice_at": now, "seen_to_at": None, "seen_to_by": None}
        log.warning("Step %s made somebody twice", look.step_id)
    _move(look, **changes)


def _try_later(look: LaterLook, error: AtsError | None = None) -> None:
    """Put the look off; only what was no answer at all counts as a try."""
    if error is not None and error.kind == ErrorKind.THROTTLED:
        wait = clock.period(error.wait if isinstance(error, Throttled) else AGAIN)
        _move(look, due_at=clock.now() + wait, tries=look.tries - 1)
    elif error is not None and error.kind == ErrorKind.BAD_CREDENTIALS:
        # Due at once: it waits only because nobody works a parked connection.
        _move(look, due_at=clock.now(), tries=look.tries - 1)
    elif look.tries >= MOST_TRIES:
        log.warning("The later looks at step %s were given up", look.step_id)
        _move(look, due_at=None)
    else:
        _move(look, due_at=_later(AGAIN))


def _later(seconds: float) -> datetime:
    return clock.now() + clock.period(seconds)
