"""When a connection is left alone: told to wait, failing too often, or refused.

The fifth failure in a row opens the breaker: no call starts any more. After 30 s one
thread probes with a read; each failed probe doubles the wait, up to 15 minutes. What
the row says is looked at directly before each call, whichever process makes it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    DateTimeField,
    F,
    PositiveIntegerField,
    Q,
    Value,
    When,
)

from pinsync import clock
from pinsync.local_time import at

from . import timing
from .errors import AtsError, BadCredentials, MissingPermission, NotSent, Throttled
from .models import AtsConnection
from .prepared import Lookup, slot

State = AtsConnection.State

_CLOSED: dict[str, Any] = {
    "failures_in_row": 0,
    "probe_wait": 0,
    "paused_until": None,
}


class Resting(Throttled):
    """No call was made, because the connection rests; costs no try."""


# --- Whether a call may start ------------------------------------------------------

_failures = Lookup(
    lambda: (
        AtsConnection.objects.open_at(slot("now"))
        .order_by()
        .filter(pk=slot("connection"))
        .values_list("failures_in_row")
    )
)


def failures_in_row(connection: AtsConnection) -> int | None:
    """Return the failures so far; None where no call may start now."""
    rows = _failures(now=clock.now(), connection=connection.pk)
    return int(rows[0][0]) if rows else None


class Watch:
    """Lets calls on one connection start for as long as it neither rests nor is parked."""

    def __init__(self, connection: AtsConnection) -> None:
        self._connection = connection
        self._is_probing = False

    def may_start(self) -> None:
        """Raise an AtsError where no call may start now."""
        if not self._is_probing and failures_in_row(self._connection) is None:
            raise refusal(self._connection)

    def begin(self, ping: Callable[[], object]) -> None:
        """Probe an open breaker if it is time for that; raise where no call may start."""
        self._is_probing = True
        try:
            probe(self._connection, ping)
        finally:
            self._is_probing = False
        self.may_start()


def refusal(connection: AtsConnection) -> AtsError:
    """Return why no call is made on the connection now."""
    row = AtsConnection.objects.get(pk=connection.pk)
    if row.state == State.PARKED:
        return BadCredentials(row.trouble or f"{row.label} needs a new credential.")
    if row.state == State.DISCONNECTED:
        return NotSent(f"{row.label} was disconnected meanwhile.")
    return resting(row)


def resting(row: AtsConnection) -> Resting:
    now = clock.now()
    until = row.paused_until or now
    return Resting(
        f"{row.label} is busy or does not answer, so it is left alone until "
        f"{at(until, now)}. {settings.PRODUCT_NAME} goes on by itself.",
        wait=max(1.0, (until - now).total_seconds() / settings.TIME_SCALE),
    )


# --- Told to wait, refused ---------------------------------------------------------


def pause(connection: AtsConnection, wait: timedelta) -> None:
    """Leave the whole connection alone for a while; a longer pause stays."""
    until = clock.now() + wait
    AtsConnection.objects.filter(pk=connection.pk).exclude(
        paused_until__gt=until
    ).update(paused_until=until)


def park(connection: AtsConnection, *, kind: str, sentence: str) -> bool:
    """Stop all calls until the credential is replaced; False if it was stopped already.

    One conditional update: safe to call from many threads at once, and without effect
    when the credential of the row given, the one refused, has been replaced meanwhile.
    """
    changed = AtsConnection.objects.filter(
        pk=connection.pk,
        state=AtsConnection.State.CONNECTED,
        credentials=connection.credentials,
    ).update(
        state=AtsConnection.State.PARKED,
        parked_at=clock.now(),
        trouble_kind=kind,
        trouble=sentence,
    )
    return changed == 1


# --- Failing too often -------------------------------------------------------------


def count_failure(connection: AtsConnection) -> None:
    """Count towards the breaker; the fifth in a row opens it.

    In one update: between the count and the opening a call could start.
    """
    until = clock.now() + clock.period(timing.PROBE_FIRST)
    opens = Q(failures_in_row__gte=timing.BREAKER_FAILURES - 1, probe_wait=0)
    is_longer = Q(paused_until=None) | Q(paused_until__lt=until)
    AtsConnection.objects.filter(pk=connection.pk).update(
        failures_in_row=F("failures_in_row") + 1,
        probe_wait=Case(
            When(opens, then=Value(timing.PROBE_FIRST)),
            default=F("probe_wait"),
            output_field=PositiveIntegerField(),
        ),
        paused_until=Case(
            When(opens & is_longer, then=Value(until)),
            default=F("paused_until"),
            output_field=DateTimeField(),
        ),
    )


def count_success(connection: AtsConnection) -> None:
    """Forget the failures: the vendor answers again.

    Not where the breaker is open: what answers then began before, and only a probe
    closes it.
    """
    AtsConnection.objects.filter(
        pk=connection.pk, failures_in_row__gt=0, probe_wait=0
    ).update(failures_in_row=0)


def probe(connection: AtsConnection, ping: Callable[[], object]) -> bool:
    """Ask with a read, as the only one, whether the vendor answers again.

    Returns whether it does, which closes the breaker for everybody. False without a
    call where it is not open, not time yet, or somebody else is asking.
    """
    claimed = _claim_probe(connection)
    if claimed is None:
        return False
    wait, until = claimed
    # Broken off by something else: somebody else may ask at once.
    ending: dict[str, Any] = {"paused_until": clock.now()}
    try:
        ping()
    except MissingPermission:
        ending = _CLOSED  # it answers, which is all that was asked
    except BadCredentials as error:
        ending = _CLOSED
        park(connection, kind=error.kind, sentence=error.sentence)
    except AtsError as error:
        ending = _still_open(wait, error)
    else:
        ending = _CLOSED
    finally:
        # Not where the vendor asked for a longer rest meanwhile.
        rows = AtsConnection.objects.filter(pk=connection.pk, paused_until=until)
        rows.update(**ending)
    return failures_in_row(connection) is not None


def _claim_probe(connection: AtsConnection) -> tuple[int, Any] | None:
    """Take the right to probe: others see a connection that rests, for one call's time.

    Returns the wait that led here, and until when; that of a worker that died lapses.
    """
    now = clock.now()
    until = now + 2 * timedelta(seconds=clock.network_deadline(timing.CALL_DEADLINE))
    due = AtsConnection.objects.usable(now).filter(pk=connection.pk)
    for wait in due.filter(probe_wait__gt=0).values_list("probe_wait", flat=True):
        if due.filter(probe_wait=wait).update(paused_until=until):
            return wait, until
    return None


def _still_open(wait: int, error: AtsError) -> dict[str, Any]:
    wait = min(wait * 2, timing.PROBE_LAST)
    rest = clock.period(wait)
    if isinstance(error, Throttled):
        rest = max(rest, clock.period(error.wait))
    return {"probe_wait": wait, "paused_until": clock.now() + rest}
