"""Reads who is in the ATSs: in the background, page by page, in slices of minutes.

First after connecting; then what has changed every quarter of an hour where the vendor
can tell, and everybody once a day, which also finds out who has left. Any number of
processes may run: a lease per connection lets one read, and every page is stored
together with the place after it, so that nothing read is read again.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db import connections as databases
from django.db.models import F, Q, QuerySet

from pinsync import clock
from pinsync.worker import stopping

from .adapters import Adapter, vendors
from .connections import opened
from .directory_store import forget_ended, lease_end, mine, store, sweep
from .errors import AtsError, BadCredentials, MissingPermission, Throttled
from .models import AtsConnection, AtsDirectoryEntry, AtsDirectoryPull
from .pace import gap_of

log = logging.getLogger(__name__)

SLICE = 180.0
CHANGES_EVERY = 900.0
EVERYBODY_EVERY = 86_400.0
RETRIES = (30, 120, 600, 1_800, 3_600)
AT_ONCE = 8  # connections; each keeps its own vendor's pace
LOOK_EVERY = 1.0  # for connections that have become due

GivesWay = Callable[[], bool]


def due() -> QuerySet[AtsConnection]:
    """Return the connections whose directory can be read on now and nobody reads."""
    now = clock.now()
    listing = [slug for slug, cls in vendors().items() if cls.lists_people]
    first = Q(directory__isnull=True)
    again = Q(directory__due_at__lte=now) & (
        Q(directory__leased_until=None) | Q(directory__leased_until__lte=now)
    )
    usable = AtsConnection.objects.usable(now).filter(first | again)
    return usable.filter(vendor__in=listing).order_by(
        F("directory__due_at").asc(nulls_first=True)
    )


def is_due() -> bool:
    ended = AtsDirectoryPull.objects.filter(
        connection__state=AtsConnection.State.DISCONNECTED
    )
    return due().order_by().exists() or ended.exists()


def pull_due(gives_way: GivesWay = lambda: False) -> None:
    """Read for a slice whatever is due; ``gives_way`` ends it when others wait."""
    forget_ended()
    is_over = _slice(gives_way)
    running: dict[int, Future[None]] = {}
    with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
        while True:
            running = {pk: one for pk, one in running.items() if not one.done()}
            new = [] if is_over() else list(due()[:AT_ONCE])
            for row in new:
                if row.pk not in running and len(running) < AT_ONCE:
                    running[row.pk] = threads.submit(_pull_in_thread, row, is_over)
            if not running:
                return
            wait(running.values(), timeout=LOOK_EVERY)


def _slice(gives_way: GivesWay) -> GivesWay:
    """Return what says that the slice is over; once so, it stays so."""
    ends = time.monotonic() + clock.scaled(SLICE)
    over = Event()

    def is_over() -> bool:
        if stopping.is_set() or time.monotonic() > ends or gives_way():
            over.set()
        return over.is_set()

    return is_over


def _pull_in_thread(connection: AtsConnection, gives_way: GivesWay) -> None:
    try:
        pull(connection, gives_way)
    finally:
        databases.close_all()


def pull(connection: AtsConnection, gives_way: GivesWay = lambda: False) -> None:
    """Read on until the end, or until it gives way; does nothing while another reads."""
    row = _leased(connection)
    if row is None:
        return
    try:
        with opened(connection, share="directory") as adapter:
            _read(row, adapter, gives_way)
    except BadCredentials:
        _release(row)  # parked: goes on as soon as somebody has reconnected
    except Throttled as error:
        _put_off(row, clock.period(error.wait), error.sentence, counts=False)
    except AtsError as error:
        tries = len(RETRIES) if isinstance(error, MissingPermission) else row.tries
        _put_off(row, _wait_after(tries), error.sentence)
    except Exception as error:  # the outermost place: recorded, tried again later
        log.exception("The directory of connection %s could not be read", connection.pk)
        sentence = (
            f"Something went wrong inside {settings.PRODUCT_NAME} "
            f"({type(error).__name__}). An administrator finds more in the log."
        )
        _put_off(row, _wait_after(row.tries), sentence)


def _wait_after(tries: int) -> timedelta:
    return clock.period(RETRIES[min(tries, len(RETRIES) - 1)])


# --- The lease ---------------------------------------------------------------------


def _leased(connection: AtsConnection) -> AtsDirectoryPull | None:
    now = clock.now()
    try:
        with transaction.atomic():
            AtsDirectoryPull.objects.get_or_create(
                connection=connection, defaults={"due_at": now}
            )
    except IntegrityError:  # made by another process just now, which reads
        return None
    me = uuid.uuid4().hex
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    rows = AtsDirectoryPull.objects.filter(free, connection=connection)
    if not rows.update(leased_by=me, leased_until=now + lease_end()):
        return None
    return AtsDirectoryPull.objects.select_related("connection").get(
        connection=connection
    )


def _release(row: AtsDirectoryPull, **changes: object) -> None:
    mine(row).update(leased_by="", leased_until=None, **changes)


def _put_off(
    row: AtsDirectoryPull, after: timedelta, sentence: str, *, counts: bool = True
) -> None:
    _release(
        row,
        due_at=clock.now() + after,
        trouble=sentence,
        tries=F("tries") + (1 if counts else 0),
    )


# --- One slice of one pull ---------------------------------------------------------


def _read(row: AtsDirectoryPull, adapter: Adapter, gives_way: GivesWay) -> None:
    if row.began_at is None and not _begin(row):
        return
    for page in adapter.people(row.cursor or None):
        if not store(row, page):
            return
        if page.is_last:
            _finish(row)
            return
        if stopping.is_set() or gives_way() or not _may_go_on(row):
            break
    # The next slice is another process: what it must keep of our pace is the distance.
    _release(row, due_at=clock.now() + gap_of(adapter, share="directory"))


def _begin(row: AtsDirectoryPull) -> bool:
    """Begin the next pull: what has changed, or everybody when a day is over."""
    now = clock.now()
    last = row.full_at
    everybody = not last or last <= now - clock.period(EVERYBODY_EVERY)
    is_full = everybody or not row.cursor
    begun = mine(row).update(
        number=F("number") + 1,
        is_full=is_full,
        cursor="" if is_full else row.cursor,
        began_at=now,
        read=0,
    )
    row.refresh_from_db()
    return bool(begun)


def _may_go_on(row: AtsDirectoryPull) -> bool:
    rows = AtsConnection.objects.open_at(clock.now())
    return rows.filter(pk=row.connection_id).exists()


def _finish(row: AtsDirectoryPull) -> None:
    if row.is_full:
        sweep(row)
    now = clock.now()
    people = AtsDirectoryEntry.objects.filter(connection=row.connection_id).count()
    seconds = CHANGES_EVERY if row.cursor else EVERYBODY_EVERY
    _release(
        row,
        began_at=None,
        finished_at=now,
        full_at=now if row.is_full else row.full_at,
        people=people,
        due_at=now + clock.period(seconds),
    )
