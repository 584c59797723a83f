"""One call to JobAdder: its scope, pages, 404s, and replies that are not as documented."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from integrations.adapters import Effect, Http, Reply
from integrations.errors import MissingPermission

from . import failures, replies, scopes
from .replies import Malformed, Row

S = TypeVar("S")
T = TypeVar("T")
Params = Mapping[str, str | int]

PAGE = 100  # the vendor's default; its maximum is 1000


class Client:
    """Makes the calls of ``scopes.NEEDED`` through the one door out.

    An operation is written as there, its ids follow in order.
    """

    def __init__(self, http: Http) -> None:
        self.http = http

    def call(self, operation: str, *ids: str | int, **more: Any) -> Reply:
        """Make the call; a 403 names the scope that it needs."""
        method, _, path = operation.partition(" ")
        try:
            return self.http.call(method, filled(path, ids), **more)
        except MissingPermission as error:
            raise failures.lacking(scopes.NEEDED[operation]) from error

    def read(
        self,
        operation: str,
        read: Callable[[Any], T],
        *,
        params: Params | None = None,
    ) -> T:
        return made(operation, read, self._listed(operation, params=params).data)

    def record(self, operation: str, *ids: str | int) -> Row | None:
        """Read one record; None where JobAdder does not know it.

        Its 404 has a body or none, so nothing tells it from a wrong address.
        """
        reply = self.call(operation, *ids, accept=(404,))
        if reply.status == 404:
            return None
        return made(operation, replies.record, reply.data)

    def rows(
        self,
        operation: str,
        *ids: str | int,
        params: Params | None = None,
        most: int = 1,
        none_if_404: bool = False,
    ) -> tuple[list[Row], bool]:
        """Return the rows of at most so many pages, and whether those are all.

        ``none_if_404``: for what hangs on somebody who may not be there.
        """
        rows: list[Row] = []
        for _ in range(most):
            asked = {"limit": PAGE, **(params or {}), "offset": len(rows)}
            if none_if_404:
                reply = self.call(operation, *ids, params=asked, accept=(404,))
                if reply.status == 404:
                    return [], True
            else:
                reply = self._listed(operation, *ids, params=asked)
            page = made(operation, replies.listed, reply.data)
            rows += page
            total = made(operation, replies.total, reply.data)
            # The total counts, not the size of a page; where there is none, an empty one.
            if not page or (total is not None and len(rows) >= total):
                return rows, True
        return rows, False

    def _listed(
        self, operation: str, *ids: str | int, params: Params | None = None
    ) -> Reply:
        """Call for a list; its 404 is a wrong address, and never "nobody"."""
        reply = self.call(operation, *ids, params=params, accept=(404,))
        if reply.status == 404:
            raise failures.strange(Effect.READ, filled(_path(operation), ids), "404")
        return reply


def filled(path: str, ids: tuple[str | int, ...]) -> str:
    """Return the path with the ids in the places of its names."""
    parts = path.split("/")
    left = list(ids)
    return "/".join(
        str(left.pop(0)) if part.startswith("{") else part for part in parts
    )


def made(
    operation: str,
    read: Callable[[S], T],
    data: S,
    *,
    effect: Effect = Effect.READ,
) -> T:
    """Return what ``read`` makes of the data, or raise what a strange reply is."""
    try:
        return read(data)
    except Malformed as problem:
        raise failures.strange(effect, _path(operation), str(problem)) from problem


def _path(operation: str) -> str:
    return operation.partition(" ")[2]
