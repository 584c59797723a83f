"""A listing of all contacts, or of those modified since a time, page by page.

Pages are by offset and Crelate promises no order. Each page begins a few rows before the
end of the last one, so that a deletion meanwhile hides nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from integrations.adapters import Page, RemotePerson

from . import replies
from .client import PAGE, Client, made
from .replies import Malformed, Row

OVERLAP = 5
# The one live client that asks for modified contacts goes back a day each time.
BACK = timedelta(days=1)

Read = Callable[[Row], RemotePerson]


@dataclass(frozen=True)
class Place:
    """How far a listing is: rows from ``offset`` on, of those modified after ``since``.

    ``began`` is when the listing began: the next one asks for what changed since then.
    """

    began: str
    since: str = ""
    offset: int = 0

    @classmethod
    def read(cls, cursor: str | None) -> Place:
        """Return the place that was written; the beginning where it cannot be read."""
        now = _text(datetime.now(UTC))
        began, _, rest = (cursor or "").partition("|")
        since, _, offset = rest.partition("|")
        if since and _moment(since) is None:
            return cls(now)
        if _moment(began) is None or not offset.isdecimal():  # a new listing
            return cls(now, since)
        return cls(began, since, int(offset))

    def __str__(self) -> str:
        return f"{self.began}|{self.since}|{self.offset}"

    def next_listing(self) -> str:
        """Return where the listing of what changes from this one on begins."""
        began = _moment(self.began) or datetime.now(UTC)
        return f"|{_text(began - BACK)}|"


def pages(api: Client, place: Place, read: Read) -> Iterator[Page]:
    """Yield the pages from the place on.

    An unknown filter is ignored and everybody comes back. Then Crelate cannot be asked
    for changes: the listing ends there, and the next one is of everybody.
    """
    is_last = False
    while not is_last:
        rows, is_last = _rows(api, place)
        people = tuple(_readable(rows, read))
        if place.since and _goes_back_before(rows, place.since):
            yield Page(people, None, is_last=True)
            return
        place = replace(place, offset=place.offset + max(len(rows) - OVERLAP, 1))
        cursor = place.next_listing() if is_last else str(place)
        yield Page(people, cursor, is_last=is_last)


def _rows(api: Client, place: Place) -> tuple[list[Row], bool]:
    """Return a page and whether it is the last; Crelate's total counts if it tells one."""
    params: dict[str, str | int] = {"limit": PAGE, "offset": place.offset}
    if place.since:
        params["modified_after"] = place.since
    reply = api.http.call("GET", "/contacts", params=params)
    rows = made("/contacts", replies.record_rows, reply.data)
    total = replies.total(reply.data)
    at_end = len(rows) < PAGE if total is None else place.offset + len(rows) >= total
    return rows, at_end or not rows


def _readable(rows: list[Row], read: Read) -> Iterator[RemotePerson]:
    """Leave out a row that is not as described: it must not hide all after it."""
    for row in rows:
        try:
            yield read(row)
        except Malformed:
            continue


def _goes_back_before(rows: list[Row], since: str) -> bool:
    """Say whether rows are plainly older, whatever time zone Crelate reads ours in."""
    limit = _moment(since)
    stamps = [_moment(str(row.get("ModifiedOn") or "")) for row in rows]
    return limit is not None and any(
        stamp < limit - BACK for stamp in stamps if stamp is not None
    )


def _moment(stamp: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
