"""One call to TrackerRMS's newer API: records, lists page by page, strange replies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from integrations.adapters import Effect, Http

from . import failures, replies
from .replies import Malformed, Row

S = TypeVar("S")
T = TypeVar("T")

PAGES = 20  # 10 rows each, whatever size is asked for [seen live]

NOT_OFFERED = (404, 405)  # the address or its method is not known there

RESOURCE = "/api/v1/Resource"
OPPORTUNITY = "/api/v1/Opportunity"


@dataclass(frozen=True)
class Source:
    """A search: its address, the name of its rows, and that of their ids."""

    path: str
    rows: str
    id: str


PEOPLE = Source(f"{RESOURCE}/Search", "resources", "resourceId")
JOBS = Source(f"{OPPORTUNITY}/PagedSearch", "opportunities", "opportunityId")
LINKS = Source(
    "/api/v1/OpportunityResource/Search",
    "opportunityResources",
    "opportunityResourceId",
)


@dataclass(frozen=True)
class Listing:
    """The rows of a list, and whether it was read to its end."""

    rows: list[Row]
    complete: bool


class Client:
    """Reads records and lists through the one door out."""

    def __init__(self, http: Http) -> None:
        self.http = http

    def record(self, path: str) -> Row | None:
        """Read one record; None where TrackerRMS does not know it.

        It says so with 404, 204, or 200 and nothing in the body [seen: all three].
        """
        reply = self.http.call("GET", path, accept=(404,), expect_json=False)
        if reply.status in (204, 404) or reply.body.strip() in (b"", b"null"):
            return None
        return made(path, replies.record, reply.data)

    def page(self, source: Source, query: Mapping[str, Any]) -> list[Row]:
        """Read the first page."""
        return self._page(source, query)[0]

    def listing(
        self, source: Source, query: Mapping[str, Any], *, most: int = PAGES
    ) -> Listing:
        """Read page after page, until one is empty or repeated, or so many are read.

        Whether pages are counted from 0 or from 1 is unknown: the first is asked for
        without a number, and may come once more as number 1.
        """
        rows: dict[str, Row] = {}
        for number in range(most):
            asked = {**query, "pageNumber": number} if number else query
            page, is_last = self._page(source, asked)
            known = len(rows)
            rows |= {self.id_of(source, row): row for row in page}
            if is_last or not page:
                return Listing(list(rows.values()), complete=True)
            if len(rows) == known and number > 1:
                break
        return Listing(list(rows.values()), complete=False)

    def id_of(self, source: Source, row: Row) -> str:
        return made(source.path, lambda it: replies.row_id(it, source.id), row)

    def _page(self, source: Source, query: Mapping[str, Any]) -> tuple[list[Row], bool]:
        reply = self.http.call(
            "POST", source.path, json=dict(query), accept=NOT_OFFERED
        )
        if reply.status in NOT_OFFERED:
            raise failures.not_offered()
        return made(
            source.path, lambda data: replies.page(data, source.rows), reply.data
        )


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
