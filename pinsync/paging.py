"""Lists of any length, newest first, without page numbers.

A page begins after (or ends before) the row that its address names, so the thousandth
page costs what the first does, and nobody is skipped when rows are added meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)

PAGE = 50
COUNT_LIMIT = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, and the cursors of its neighbours ("" for none)."""

    rows: list[Row]
    next: str
    previous: str


def page_of(
    rows: QuerySet[Row], data: QueryDict, *, by: str, size: int = PAGE
) -> Page[Row]:
    """Return the page of rows, newest ``by`` first, that the query string asks for.

    A cursor that cannot be read gives the first page.
    """
    after, before = _read(data.get("after", "")), _read(data.get("before", ""))
    if before and not after:
        found = list(_beyond(rows, by, before, "gt").order_by(by, "pk")[: size + 1])
        more, shown = len(found) > size, found[:size][::-1]
        return Page(
            shown, next=_last(shown, by), previous=_first(shown, by) if more else ""
        )
    if after:
        rows = _beyond(rows, by, after, "lt")
    found = list(rows.order_by(f"-{by}", "-pk")[: size + 1])
    more, shown = len(found) > size, found[:size]
    return Page(
        shown,
        next=_last(shown, by) if more else "",
        previous=_first(shown, by) if after else "",
    )


def counted(rows: QuerySet[Any]) -> str:
    """Return how many rows there are in words; counting stops at a thousand."""
    count = rows.order_by()[: COUNT_LIMIT + 1].count()
    return f"{COUNT_LIMIT:,}+" if count > COUNT_LIMIT else f"{count:,}"


def _beyond(
    rows: QuerySet[Row], by: str, cursor: tuple[datetime, int], way: str
) -> QuerySet[Row]:
    # Not (a < x OR (a = x AND id < y)): only this form is one range scan of the index.
    moment, pk = cursor
    return rows.filter(
        Q(**{f"{by}__{way}e": moment})
        & (Q(**{f"{by}__{way}": moment}) | Q(**{f"pk__{way}": pk}))
    )


def _cursor(row: Model, by: str) -> str:
    return f"{(getattr(row, by) - _EPOCH) // timedelta(microseconds=1)}-{row.pk}"


def _first(shown: list[Row], by: str) -> str:
    return _cursor(shown[0], by) if shown else ""


def _last(shown: list[Row], by: str) -> str:
    return _cursor(shown[-1], by) if shown else ""


def _read(text: str) -> tuple[datetime, int] | None:
    moment, _, pk = text[:40].partition("-")
    if not (moment.isascii() and moment.isdigit() and pk.isascii() and pk.isdigit()):
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(moment)), min(int(pk), 2**63 - 1)
    except OverflowError:
        return None
