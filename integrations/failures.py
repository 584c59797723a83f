"""What a call that ended badly means for its step and for its connection.

One table, read by ``kind``: nothing here knows a vendor or reads a sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings

from pinsync import clock

from . import ledger, lookup, timing
from .breaker import count_failure, park, pause
from .errors import (
    AtsError,
    BadCredentials,
    ErrorKind,
    Gone,
    MissingPermission,
    Throttled,
    Unclear,
    Unexpected,
)
from .matching import Answer, judge
from .measures import measures
from .models import AtsPerson, ExportStep
from .person_work import PersonWork
from .work import Work


def record(work: Work, error: AtsError) -> None:
    """Record the error with the step; pause, park or count against its connection."""
    measures.count("errors", work.connection.vendor, error.kind.value)
    _RULES[error.kind](work, error)
    if isinstance(error, Unexpected) and error.excerpt:
        ExportStep.objects.filter(pk=work.step.pk).update(
            excerpt=error.excerpt, excerpt_at=clock.now()
        )


def record_slowness(work: Work) -> None:
    """Record that the look-up took too long to support a write: later, not at once."""
    sentence = (
        f"{work.ats} answers so slowly that nothing could be sent. "
        f"{settings.PRODUCT_NAME} tries again by itself."
    )
    _try_later(work, sentence, ErrorKind.NOT_SENT)


def record_crash(work: Work, error: Exception) -> None:
    """Record a fault of our own: unclear if a byte of the write may have left."""
    sentence = (
        f"Something went wrong inside {settings.PRODUCT_NAME} ({type(error).__name__}). "
        "It tries again by itself; an administrator finds more in the log."
    )
    if work.ticket.opened and work.http.wrote:
        ledger.unclear(
            work.step, work.ticket, sentence=sentence, kind="crash", rejection=""
        )
    else:
        _try_later(work, sentence, "crash")


# --- One rule for each kind ------------------------------------------------------


def _not_sent(work: Work, error: AtsError) -> None:
    _try_later(work, error.sentence, error.kind)
    count_failure(work.connection)


def _unclear(work: Work, error: AtsError) -> None:
    error = cast(Unclear, error)
    if not work.ticket.opened:  # no write of ours: what failed was a look-up
        _not_sent(work, error)
        return
    measures.count("unclear", work.connection.vendor)
    ledger.unclear(
        work.step,
        work.ticket,
        sentence=error.sentence,
        kind=error.kind,
        rejection=error.rejection,
    )
    if error.pause is not None:
        pause(work.connection, clock.period(error.pause))
    if not error.rejection:
        count_failure(work.connection)


def _throttled(work: Work, error: AtsError) -> None:
    wait = clock.period(cast(Throttled, error).wait)
    pause(work.connection, wait)
    ledger.later(
        work.step,
        work.ticket,
        not_before=clock.now() + wait,
        sentence=error.sentence,
        kind=error.kind,
    )


def _bad_credentials(work: Work, error: AtsError) -> None:
    error = cast(BadCredentials, error)
    # Due at once: it waits only because nobody works a parked connection.
    ledger.later(
        work.step,
        work.ticket,
        not_before=clock.now(),
        sentence=error.sentence,
        kind=error.kind,
    )
    park(work.connection, kind=error.kind, sentence=error.sentence)


def _missing_permission(work: Work, error: AtsError) -> None:
    error = cast(MissingPermission, error)
    ledger.later(
        work.step,
        work.ticket,
        not_before=None,
        sentence=error.sentence,
        kind=error.kind,
    )
    # The others of this kind would only be refused, too.
    ExportStep.objects.filter(
        connection=work.connection,
        kind=work.step.kind,
        state=ExportStep.State.READY,
        not_before__isnull=False,
    ).update(
        not_before=None,
        error=error.sentence,
        error_kind=error.kind,
        updated_at=clock.now(),
    )


def _rejected(work: Work, error: AtsError) -> None:
    if work.ticket.opened or work.step.state != ExportStep.State.UNCERTAIN:
        ledger.failed(work.step, work.ticket, sentence=error.sentence, kind=error.kind)
    else:  # a look-up was refused: what was written stays unclear
        _try_later(work, error.sentence, error.kind)


def _gone(work: Work, error: AtsError) -> None:
    if cast(Gone, error).what == "person" and not isinstance(work, PersonWork):
        _find_again(work, error)
    else:
        _rejected(work, error)


def _find_again(work: Work, error: AtsError) -> None:
    """Look the person up once more by their keys: merged people get another id."""
    step = work.step
    try:
        found, _ = lookup.people_like(work.adapter, work.record)
    except AtsError as trouble:
        record(work, trouble)
        return
    verdict = judge(work.record, found, keys=work.adapter.duplicate_keys)
    match = verdict.match if verdict.answer is Answer.LINK else None
    if match and work.person and match.person.id == work.person.person_id:
        # There under the same id: not every part of the ATS knows them yet.
        _try_later(work, error.sentence, error.kind)
        return
    if match is None or step.error_kind == ErrorKind.GONE:  # another did not help
        ledger.failed(step, work.ticket, sentence=error.sentence, kind=error.kind)
        return
    AtsPerson.objects.filter(
        connection=work.connection, candidate=work.candidate
    ).update(
        person_id=match.person.id,
        url=match.person.url,
        known_by=AtsPerson.KnownBy.LINKED,
        reason=match.why,
    )
    ledger.later(
        step,
        work.ticket,
        not_before=clock.now(),
        sentence=error.sentence,
        kind=error.kind,
    )


_RULES: dict[ErrorKind, Callable[[Work, AtsError], None]] = {
    ErrorKind.NOT_SENT: _not_sent,
    ErrorKind.UNCLEAR: _unclear,
    ErrorKind.THROTTLED: _throttled,
    ErrorKind.BAD_CREDENTIALS: _bad_credentials,
    ErrorKind.MISSING_PERMISSION: _missing_permission,
    ErrorKind.ALREADY_THERE: _rejected,
    ErrorKind.REJECTED: _rejected,
    ErrorKind.GONE: _gone,
    ErrorKind.UNEXPECTED: _not_sent,
}


def _try_later(work: Work, sentence: str, kind: str) -> None:
    step, tries = work.step, work.step.tries + 1
    wait = timing.retry_after(tries)
    if wait is None and step.state == ExportStep.State.UNCERTAIN:
        wait = clock.period(timing.RETRIES[-1])  # never given up: it may be there
    if wait is None:
        ledger.failed(step, work.ticket, sentence=sentence, kind=kind)
        return
    measures.count("retries", work.connection.vendor)
    ledger.later(
        step,
        work.ticket,
        not_before=clock.now() + wait,
        sentence=sentence,
        kind=kind,
        counts=True,
    )
