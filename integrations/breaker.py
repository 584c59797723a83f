"""When a connection is left alone: told to wait, failing too often, or refused.

The fifth failure in a row opens the breaker: no call starts any more. After 30 s one
thread probes with a read; each failed probe doubles the wait, up to 15 minutes.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from pinsync import clock

from . import timing
from .models import AtsConnection


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


def count_failure(connection: AtsConnection) -> None:
    """Count towards the breaker; the fifth in a row opens it."""
    rows = AtsConnection.objects.filter(pk=connection.pk)
    rows.update(failures_in_row=F("failures_in_row") + 1)
    rows.filter(failures_in_row__gte=timing.BREAKER_FAILURES, probe_wait=0).update(
        probe_wait=timing.PROBE_FIRST,
        paused_until=clock.now() + clock.period(timing.PROBE_FIRST),
    )


def count_success(connection: AtsConnection) -> None:
    """Forget the failures: the vendor answers again."""
    AtsConnection.objects.filter(pk=connection.pk, failures_in_row__gt=0).update(
        failures_in_row=0, probe_wait=0
    )


def probe_failed(connection: AtsConnection) -> None:
    """Keep the breaker open, twice as long, up to 15 minutes."""
    connection.refresh_from_db(fields=["probe_wait"])
    wait = min(max(connection.probe_wait, 1) * 2, timing.PROBE_LAST)
    AtsConnection.objects.filter(pk=connection.pk).update(
        probe_wait=wait, paused_until=clock.now() + clock.period(wait)
    )
