"""Reads through the one door: pages of rows, single records, and odd replies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from integrations.adapters import Effect, Http

from . import bodies, failures, replies
from .profile import Profile
from .replies import Malformed, Row, same_id

S = TypeVar("S")
T = TypeVar("T")

MISSING = (404, 410)

Params = Mapping[str, str | int]


class Client:
    """Asks as the profile says, and reads what comes back by its pointers."""

    def __init__(self, http: Http, wire: Profile) -> None:
        self.http = http
        self.wire = wire

    def rows(
        self, about: str, path: str, params: Params, *, most: int
    ) -> tuple[list[Row], bool]:
        """Return the rows of at most so many pages, and whether those surely are all.

        A page may be smaller than what was asked for, so only a total or an empty page
        ends a list; a page that comes again means that paging is ignored.
        """
        pages = self.wire.pages
        found: list[Row] = []
        for number in range(pages.first, pages.first + most):
            asked = {pages.number: number, pages.size: pages.largest}
            paging = {name: value for name, value in asked.items() if name}
            reply = self.http.call("GET", path, params={**params, **paging})
            page = made(about, lambda data: replies.rows(data, pages), reply.data)
            total = replies.total(reply.data, pages)
            news = [row for row in page if row not in found]
            found += news
            if not page or (total is not None and len(found) >= total):
                return found, True
            if not (news and pages.number):
                return found, total is None and len(page) < pages.largest
        return found, False

    def record(self, about: str, path: str, **ids: str) -> Row | None:
        """Read one record by its id; None where Kortivity does not know it."""
        (asked,) = ids.values()
        if not replies.is_id(asked):
            return None
        reply = self.http.call("GET", bodies.path(path, **ids), accept=MISSING)
        if reply.status in MISSING:
            if replies.is_page(reply):  # not the API's own answer
                raise failures.unknown_address()
            return None
        wanted = self.wire.ids

        def read(data: object) -> Row:
            row = replies.record(data, wanted.record, wanted)
            if not same_id(replies.row_id(row, wanted), asked):
                raise Malformed("another record than was asked for")
            return row

        return made(about, read, reply.data)

    def id_of(self, row: Row) -> str:
        return made("list", lambda row: replies.row_id(row, self.wire.ids), row)


def made(
    about: str, read: Callable[[S], T], data: S, *, effect: Effect = Effect.READ
) -> T:
    """Return what ``read`` makes of the data, or raise what a strange reply is."""
    try:
        return read(data)
    except Malformed as problem:
        raise failures.strange(effect, about, str(problem)) from problem
