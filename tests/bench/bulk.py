"""Millions of rows in a minute: made by the database itself, out of its own numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import AutoField, Field, Model


def insert(
    cursor: CursorWrapper, model: type[Model], source: str, **expressions: str
) -> None:
    """Insert what the SQL expressions make of each row of the source.

    Columns without one get the model's default. Expressions hold no per cent sign.
    """
    columns, values, parameters = [], [], []
    for field in model._meta.concrete_fields:
        expression = expressions.pop(field.attname, None) or _default(field)
        if expression is None:
            continue
        if expression == "%s":
            default = field.get_default()
            parameters.append(field.get_db_prep_save(default, connection))
        columns.append(f'"{field.column}"')
        values.append(expression)
    if expressions:
        raise TypeError(f"{model.__name__} has no {', '.join(expressions)}.")
    table = model._meta.db_table
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) "
        f"SELECT {', '.join(values)} FROM {source}",
        parameters,
    )


def _default(field: Field) -> str | None:
    """Return an expression for what nobody gave; None leaves it to the sequence."""
    if isinstance(field, AutoField):  # BigAutoField says that it is one
        return None
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return "now()"
    return "%s"


def next_id(cursor: CursorWrapper, model: type[Model]) -> int:
    """Return an id that no row has, nor any after it."""
    cursor.execute(f"SELECT COALESCE(max(id), 0) + 1 FROM {model._meta.db_table}")
    number: int = cursor.fetchone()[0]
    return number


def go_on_counting(cursor: CursorWrapper, models: Iterable[type[Model]]) -> None:
    """Let the sequences go on behind the ids that were given by hand."""
    for model in models:
        table = model._meta.db_table
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), "
            f"GREATEST((SELECT max(id) FROM {table}), 1))",
            [table],
        )


@contextmanager
def unhindered(cursor: CursorWrapper, models: Iterable[type[Model]]) -> Iterator[None]:
    """Take indexes, unique and foreign keys off the tables, and put them on again.

    Putting them on checks every row: nothing that they forbid gets past them.
    """
    tables = [model._meta.db_table for model in models]
    indexes, constraints = _indexes(cursor, tables), _constraints(cursor, tables)
    for table, name, _ in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in constraints:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _constraints(
    cursor: CursorWrapper, tables: list[str]
) -> list[tuple[str, str, str]]:
    """Return unique keys before foreign ones; checks stay, they cost nothing."""
    cursor.execute(
        "SELECT conrelid::regclass::text, quote_ident(conname), "
        "pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u') "
        "ORDER BY contype DESC, conname",
        [tables],
    )
    return list(cursor.fetchall())


def _indexes(cursor: CursorWrapper, tables: list[str]) -> list[tuple[str, str]]:
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
        "WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary AND NOT EXISTS "
        "(SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype <> 'f')",
        [tables],
    )
    return list(cursor.fetchall())
