"""Listing everybody, and later whoever has changed: where a pull stands.

JobAdder sorts and filters by time, so a pull goes on from the last time it has seen, not
from a place in a list that shifts while it is read. The first pull goes by createdAt,
which never changes; later ones by updatedAt, and by createdAt for people whom nobody has
updated yet, should those have no updatedAt.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from integrations.adapters import Page, RemotePerson
from integrations.errors import MissingPermission, Rejected, Unexpected

from .client import Client, made
from .replies import Malformed, Row, deleted_since, header, listed, moment, total

PAGE = 1000  # the vendor's maximum
# Read again of what an earlier pull has seen: clocks differ, and its index may lag.
OVERLAP = timedelta(minutes=15)

EVERYBODY, CHANGED, NEW = "everybody", "changed", "new"
_SORTED_BY = {EVERYBODY: "createdAt", CHANGED: "updatedAt", NEW: "createdAt"}


@dataclass(frozen=True)
class Place:
    """Where a pull stands; all times are JobAdder's, as text, "" where there is none.

    ``origin``: from when on this pull looks. ``since`` and ``offset``: from where on the
    next page does. ``begun``: when the pull began.
    """

    phase: str = EVERYBODY
    origin: str = ""
    since: str = ""
    offset: int = 0
    begun: str = ""

    @classmethod
    def parse(cls, cursor: str) -> Place | None:
        """Return what ``cursor`` wrote; None where it is something else."""
        try:
            phase, origin, since, offset, begun = json.loads(cursor)
            valid = phase in _SORTED_BY and type(offset) is int and offset >= 0
            for time in filter(None, (origin, since, begun)):
                as_time(time)
            return cls(phase, origin, since, offset, begun) if valid else None
        except (ValueError, TypeError):
            return None

    @property
    def cursor(self) -> str:
        return json.dumps(astuple(self), separators=(",", ":"))

    def params(self) -> dict[str, str | int]:
        field = _SORTED_BY[self.phase]
        since: dict[str, str | int] = {field: f">{self.since}"} if self.since else {}
        return {**since, "sort": field, "limit": PAGE, "offset": self.offset}

    def seen(self, headers: Mapping[str, str]) -> Place:
        """Return the place with the time of its pull's beginning, by their clock."""
        if self.begun:
            return self
        return replace(self, begun=as_text(_their_time(headers) - OVERLAP))

    def after(self, data: Any) -> Place | None:
        """Return where to go on after this page; None where its list is at its end."""
        found, count = listed(data), total(data)
        seen = self.offset + len(found)
        if count is not None and seen >= count:
            return None
        if not found:
            if count is None:
                return None
            raise Malformed("items ends before totalCount")
        newest = _newest(found, _SORTED_BY[self.phase])
        if newest and self.since and newest < self.since:
            raise Malformed("the order is not the one asked for")
        if newest and newest > self.since:
            return replace(self, since=newest, offset=0)
        # So many of one second: go by number, a little back, for rows that moved away.
        return replace(self, offset=self.offset + max(1, len(found) * 9 // 10))

    def next_phase(self) -> Place | None:
        if self.phase != CHANGED:
            return None
        return replace(self, phase=NEW, since=self.origin, offset=0)

    def next_pull(self) -> Place:
        """Return where the pull after this one begins."""
        return Place(CHANGED, origin=self.begun, since=self.begun)


def pages(
    api: Client, slim: Callable[[Row], RemotePerson], cursor: str | None
) -> Iterator[Page]:
    """List everybody, or who has changed since the cursor; ``slim`` reads a row."""
    place = Place.parse(cursor) if cursor else Place()
    starts_over = place is None
    here: Place | None = place or Place()
    while here is not None:
        reply = api.call("GET /candidates", params=here.params())
        here = here.seen(reply.headers)
        rows = made("GET /candidates", listed, reply.data)
        people = tuple(map(slim, rows))
        then = made("GET /candidates", here.after, reply.data) or here.next_phase()
        if then is None:
            gone = _deleted(api, as_time(here.origin or here.begun))
            yield Page(people, here.next_pull().cursor, True, gone, starts_over)
        else:
            yield Page(people, then.cursor, starts_over=starts_over)
        here, starts_over = then, False


def _deleted(api: Client, since: datetime) -> tuple[str, ...]:
    """Return who was deleted since, of the last 14 days; none where it does not tell.

    Nothing rests on it: who has left shows when everybody is read again.
    """
    try:
        return api.read(
            "GET /candidates/deleted", lambda data: deleted_since(data, since)
        )
    except (MissingPermission, Rejected, Unexpected):
        return ()


def as_text(time: datetime) -> str:
    """Return the time in whole seconds, UTC, so that texts compare like times."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _newest(rows: list[Row], field: str) -> str:
    times = [as_text(time) for row in rows if (time := moment(row, field))]
    return max(times, default="")


def _their_time(headers: Mapping[str, str]) -> datetime:
    """Return the time by the vendor's clock, ours where it does not tell."""
    try:
        told = parsedate_to_datetime(header(headers, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return datetime.now(UTC)
    return told if told.tzinfo else told.replace(tzinfo=UTC)
