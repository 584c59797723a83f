"""One call to Crelate: pages, 404s, and replies that are not what they should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from integrations.adapters import Effect, Http, Reply

from . import failures, replies
from .replies import Malformed, Row

S = TypeVar("S")
T = TypeVar("T")

PAGE = 100  # the most that clients ask for
ENVELOPE = {"Data", "Metadata", "Errors"}


class Client:
    """Reads rows and records through the one door out."""

    def __init__(self, http: Http) -> None:
        self.http = http

    def record(self, path: str) -> Row | None:
        """Read one record; None where Crelate does not know it."""
        reply = self.http.call("GET", path, accept=(404,))
        if not self.is_there(reply):
            return None
        return made(path, replies.record, reply.data)

    def is_there(self, reply: Reply) -> bool:
        """Tell "no such record", which is an envelope, from "no such address"."""
        if reply.status != 404:
            return True
        if not isinstance(reply.data, dict) or not reply.data.keys() & ENVELOPE:
            raise failures.unknown_address()
        return False

    def rows(self, path: str, params: Mapping[str, str | int]) -> list[Row]:
        reply = self.http.call("GET", path, params=params)
        return made(path, replies.record_rows, reply.data)

    def all(
        self, path: str, params: Mapping[str, str | int], most: int
    ) -> tuple[list[Row], bool]:
        """Return the rows of at most so many pages, and whether those are all.

        Whether Crelate hands out fewer than asked for is unknown, so its total counts
        where it tells one.
        """
        rows: list[Row] = []
        for _ in range(most):
            reply = self.http.call(
                "GET", path, params={**params, "limit": PAGE, "offset": len(rows)}
            )
            page = made(path, replies.record_rows, reply.data)
            rows += page
            total = replies.total(reply.data)
            at_end = len(page) < PAGE if total is None else len(rows) >= total
            if at_end or not page:
                return rows, True
        return rows, False


def made(
    path: str,
    read: Callable[[S], T],
    data: S,
    *,
    effect: Effect = Effect.READ,
) -> T:
    """Return what ``read`` makes of the data, or raise what a strange reply is."""
    try:
        return read(data)
    except Malformed as problem:
        raise failures.strange(effect, path, str(problem)) from problem
