"""Looks for duplicates, read-only, as soon as somebody is added to outreach.

The least of all work: exports of the same connection go first, nothing rests on the
answer, and nothing but the page reads it. It never links, blocks or changes an export.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Case, F, Q, Value, When

from pinsync import clock
from pinsync.worker import stopping

from . import lookup, matching
from .adapters import Adapter, Key, Trigger
from .connections import opened
from .errors import AtsError, ErrorKind, Throttled
from .matching import Match
from .models import AtsConnection, AtsPerson, DuplicateCheck
from .records import PersonRecord
from .tasks import wake_checks

if TYPE_CHECKING:
    from candidates.models import Candidate, JobCandidate

log = logging.getLogger(__name__)

BUDGET = 10.0  # the worker that does this also makes resumes
LEASE = 300.0
RETRIES = (30, 300, 1_800)
STANDS_FOR = 86_400.0
KEPT = 30 * 86_400.0

State, Answer = DuplicateCheck.State, DuplicateCheck.Answer

# Asking again would change nothing.
_PERMANENT = (ErrorKind.MISSING_PERMISSION, ErrorKind.REJECTED)


# --- Asking ------------------------------------------------------------------------


def want(
    row: JobCandidate, connection: AtsConnection, *, kinds: Collection[str]
) -> None:
    """Ask for a check where this ATS has one and the person is not known there.

    One that is younger than a day stands, but for one that had nothing to look for by
    and now that contact information is found has.
    """
    if not (connection.is_live and connection.checks_on_outreach):
        return
    these: dict[str, Any] = {"connection": connection, "candidate_id": row.candidate_id}
    if AtsPerson.objects.filter(**these).exists():
        return
    now = clock.now()
    anew = {
        "job_id": row.job_id,
        "state": State.WANTED,
        "answer": "",
        "matches": [],
        "hint": [],
        "not_before": now,
        "tries": 0,
        "asked_at": now,
        "trouble": "",
    }
    made, again = False, Q(answer=Answer.UNASKED)
    if Trigger.ADDED in kinds:
        _, made = DuplicateCheck.objects.get_or_create(**these, defaults=anew)
        again |= Q(asked_at__lt=now - clock.period(STANDS_FOR))
    ended = DuplicateCheck.objects.filter(again, **these).exclude(state=State.WANTED)
    if made or ended.update(**anew):
        wake_checks()


# --- Carrying out ------------------------------------------------------------------


def is_due() -> bool:
    return DuplicateCheck.objects.due(clock.now()).exists()


def check_due(gives_way: Callable[[], bool] = lambda: False) -> None:
    """Carry out what is due, one of each connection in turn, for a few seconds."""
    ends, last = time.monotonic() + clock.scaled(BUDGET), 0
    while check := _claim_next(after=last):
        last = check.connection_id
        _carry_out(check)
        if time.monotonic() > ends or stopping.is_set() or gives_way():
            return


def forget_outlived() -> int:
    """Drop the checks nobody needs any more, and what they tell of people."""
    before = clock.now() - clock.period(KEPT)
    return DuplicateCheck.objects.outlived(before).delete()[0]


def details_of(candidate: Candidate) -> str:
    """Return a digest of what duplicates are looked for by."""
    keys = (
        matching.email_key(candidate.email),
        matching.linkedin_key(candidate.linkedin_url),
        matching.name_key(candidate.full_name),
    )
    return sha256("\n".join(keys).encode()).hexdigest()


def _claim_next(*, after: int) -> DuplicateCheck | None:
    """Claim a due check of the next connection; what failed before comes last.

    The claim is a try and lapses by itself: that of a worker that died is due again.
    """
    now = clock.now()
    in_turn = Case(When(connection_id__gt=after, then=Value(0)), default=Value(1))
    due = DuplicateCheck.objects.due(now).order_by(
        in_turn, "connection_id", "tries", "not_before", "pk"
    )
    for check in due.select_related("connection", "candidate__sourced_by")[:20]:
        lapses = now + clock.period(LEASE)
        if _move(check, not_before=lapses, tries=F("tries") + 1):
            check.not_before, check.tries = lapses, check.tries + 1
            return check
    return None


def _move(check: DuplicateCheck, **changes: Any) -> bool:
    """Change the check unless somebody else has done so."""
    mine = DuplicateCheck.objects.filter(
        pk=check.pk, state=State.WANTED, not_before=check.not_before
    )
    return mine.update(**changes) == 1


def _carry_out(check: DuplicateCheck) -> None:
    if check.tries > len(RETRIES) + 1:
        _end(check, State.FAILED, trouble="The program that does it stopped each time.")
        return
    try:
        with opened(check.connection, share="directory") as adapter:
            found = _look(adapter, check.candidate)
    except AtsError as error:
        _ENDINGS.get(error.kind, _try_later)(check, error)
    except Exception as error:  # the outermost place: recorded, tried again later
        log.exception("Duplicate check %s met a fault of our own", check.pk)
        _again_after_crash(check, error)
    else:
        _end(check, State.DONE, trouble="", **found)


def _look(adapter: Adapter, candidate: Candidate) -> dict[str, Any]:
    record = PersonRecord.of(candidate)
    asked = {key for key, _ in lookup.questions(adapter, record)}
    people, _ = lookup.people_like(adapter, record)
    verdict = matching.judge(record, people, keys=adapter.duplicate_keys)
    hint: tuple[Match, ...] = ()
    if not verdict.matches:
        if Key.NAME not in asked:
            people += lookup.namesakes(adapter, record)
        hint = matching.alike(record, people)
    return {
        "answer": Answer(verdict.answer.value) if asked else Answer.UNASKED,
        "matches": [_row(match) for match in verdict.matches],
        "hint": [_row(match) for match in hint],
        "details": details_of(candidate),
    }


def _row(match: Match) -> dict[str, Any]:
    return {
        **match.to_json(),
        "keys": match.keys,
        "name_differs": match.name_differs,
    }


# --- How it ends -------------------------------------------------------------------


def _end(check: DuplicateCheck, state: DuplicateCheck.State, **changes: Any) -> None:
    _move(check, state=state, checked_at=clock.now(), **changes)


def _try_later(check: DuplicateCheck, error: AtsError) -> None:
    """Let the others of this connection wait as well: they would fail like this one."""
    wait = _wait_after(check)
    if error.kind in _PERMANENT or wait is None:
        _end(check, State.FAILED, trouble=error.sentence)
        return
    now = clock.now()
    others = DuplicateCheck.objects.filter(connection=check.connection)
    others.filter(state=State.WANTED, not_before__lte=now).update(not_before=now + wait)
    _move(check, not_before=now + wait, trouble=error.sentence)


def _throttled(check: DuplicateCheck, error: AtsError) -> None:
    wait = clock.period(error.wait if isinstance(error, Throttled) else RETRIES[0])
    _move(check, not_before=clock.now() + wait, tries=check.tries - 1)


def _parked(check: DuplicateCheck, error: AtsError) -> None:
    """Wait for a better credential, which ``opened`` has asked for."""
    until = clock.now() + clock.period(RETRIES[0])
    _move(check, not_before=until, tries=check.tries - 1)


def _again_after_crash(check: DuplicateCheck, error: Exception) -> None:
    trouble = (
        f"Something went wrong inside {settings.PRODUCT_NAME} ({type(error).__name__}). "
        "An administrator finds more in the log."
    )
    wait = _wait_after(check)
    if wait is None:
        _end(check, State.FAILED, trouble=trouble)
    else:
        _move(check, not_before=clock.now() + wait, trouble=trouble)


def _wait_after(check: DuplicateCheck) -> timedelta | None:
    """Return the wait after this try; None: give up."""
    if check.tries > len(RETRIES):
        return None
    return clock.period(RETRIES[check.tries - 1])


_ENDINGS: dict[ErrorKind, Callable[[DuplicateCheck, AtsError], None]] = {
    ErrorKind.THROTTLED: _throttled,
    ErrorKind.BAD_CREDENTIALS: _parked,
}
