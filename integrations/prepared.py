"""ORM queries that are put together once; each run only fills in the values.

Django takes ten times as long to put a small query together as a database to answer it.
That is nothing for a page; but the ledger's transactions run a hundred times a second,
and on SQLite all others wait for the one that has the floor.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Model, QuerySet, Value
from django.db.models.sql import UpdateQuery

Rows = Callable[[], QuerySet[Any, Any]]


class _Slot(NamedTuple):
    name: str


def slot(name: str) -> Any:
    """Stand in for a value, wherever a filter takes one, that each run will bring."""
    return Value(_Slot(name))


class _Prepared:
    def __init__(self) -> None:
        self._parts: dict[str, tuple[str, tuple[Any, ...]]] = {}

    def _query(self) -> Any:
        raise NotImplementedError

    def _execute(self, cursor: Any, values: dict[str, Any]) -> None:
        """Run it with the values; KeyError where one is missing."""
        if connection.vendor not in self._parts:
            compiler = self._query().get_compiler(connection=connection)
            self._parts[connection.vendor] = compiler.as_sql()
        sql, parameters = self._parts[connection.vendor]
        filled = [values[p.name] if isinstance(p, _Slot) else p for p in parameters]
        cursor.execute(sql, [_stored(value) for value in filled])


class Lookup(_Prepared):
    """The rows of a ``values_list`` of text and numbers, as the database has them."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self._rows = rows

    def _query(self) -> Any:
        return self._rows().query

    def __call__(self, **values: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            self._execute(cursor, values)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


class Update(_Prepared):
    """Sets fields of the rows that match; returns how many there were."""

    def __init__(self, rows: Rows, fields: Collection[str]) -> None:
        super().__init__()
        self._rows = rows
        self._fields = fields

    def _query(self) -> Any:
        query: Any = self._rows().query.chain(UpdateQuery)
        query.add_update_values({name: slot(f"new {name}") for name in self._fields})
        return query

    def __call__(self, changes: dict[str, Any], **values: Any) -> int:
        values |= {f"new {name}": value for name, value in changes.items()}
        with connection.cursor() as cursor:
            self._execute(cursor, values)
            return int(cursor.rowcount)


def _stored(value: Any) -> Any:
    """Return a text, number or moment as the database takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, Model):
        raise TypeError("Give the id.")
    return value.value if isinstance(value, Enum) else value
