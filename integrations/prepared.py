"""ORM queries that are put together once; each run only fills in the values.

Django takes ten times as long to put a small query together as a database to answer it.
That is nothing for a page; but the ledger's transactions run a hundred times a second,
and on SQLite all others wait for the one that has the floor.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet, Value
from django.db.models.sql import UpdateQuery

Rows = Callable[[], QuerySet[Any, Any]]
Row = TypeVar("Row", bound=Model)


class _Slot(NamedTuple):
    name: str


def slot(name: str) -> Any:
    """Stand in for a value, wherever a filter takes one, that each run will bring."""
    return Value(_Slot(name))


class _Statement(NamedTuple):
    sql: str
    parameters: list[Any]  # those that are slots stand for what each run brings
    slots: list[tuple[int, str]]  # their places and names


class _Prepared:
    def __init__(self) -> None:
        self._statements: dict[str, _Statement] = {}

    def _compile(self, database: Any) -> tuple[str, Sequence[Any]]:
        """Return the statement and its parameters, some of which are slots."""
        raise NotImplementedError

    def _execute(self, database: Any, values: dict[str, Any]) -> Any:
        """Run it with the values, and return the cursor; KeyError where one is missing."""
        statement = self._statements.get(database.vendor)
        if statement is None:
            statement = _statement(*self._compile(database))
            self._statements[database.vendor] = statement
        sql, parameters, slots = statement
        parameters = parameters.copy()
        for place, name in slots:
            parameters[place] = _stored(values[name], database)
        cursor = _cursor(database)
        cursor.execute(sql, parameters)
        return cursor


def _statement(sql: str, parameters: Sequence[Any]) -> _Statement:
    """Write what is the same each time into the statement itself.

    PostgreSQL uses a partial index for a kept plan only where it can see that it may.
    """
    first, *pieces = sql.split("%s")
    if len(pieces) != len(parameters):
        raise ValueError("A statement must have one %s for each parameter.")
    left = []
    for piece, parameter in zip(pieces, parameters, strict=True):
        written = _literal(parameter)
        left += [] if written else [parameter]
        first += (written or "%s") + piece
    slots = [(n, p.name) for n, p in enumerate(left) if isinstance(p, _Slot)]
    return _Statement(first, left, slots)


def _literal(value: Any) -> str:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        quoted = value.replace("'", "''").replace("%", "%%")
        return f"'{quoted}'"
    return str(value) if type(value) is int else ""


def _cursor(database: Any) -> Any:
    """Return a cursor; PostgreSQL's keeps a plan, which costs more than the answer.

    It does so from the third run on: the option ``prepare_threshold`` of the database.
    """
    if database.vendor != "postgresql":
        return database.cursor()
    database.ensure_connection()
    return database._prepare_cursor(_bound_by_server()(database.connection))


@cache
def _bound_by_server() -> Any:
    from psycopg import Cursor  # SQLite starts sooner without

    return Cursor


class _Select(_Prepared):
    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self._rows = rows

    def _found(self, database: Any, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        with self._execute(database, values) as cursor:
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


class Lookup(_Select):
    """The rows of a ``values_list`` of text and numbers, as the database has them."""

    def _compile(self, database: Any) -> tuple[str, Sequence[Any]]:
        sql, parameters = self._rows().query.get_compiler(connection=database).as_sql()
        return sql, parameters

    def __call__(self, **values: Any) -> list[tuple[Any, ...]]:
        return self._found(_database(), values)


class Objects(_Select, Generic[Row]):
    """The rows as objects, each with those that ``select_related`` names."""

    def __init__(self, rows: Callable[[], QuerySet[Row, Row]]) -> None:
        super().__init__(rows)
        self._shapes: dict[str, _Shape] = {}

    def _compile(self, database: Any) -> tuple[str, Sequence[Any]]:
        compiler = self._rows().query.get_compiler(connection=database)
        sql, parameters = compiler.as_sql()
        self._shapes[database.vendor] = _shape(compiler, compiler.klass_info)
        return sql, parameters

    def __call__(self, **values: Any) -> list[Row]:
        database = _database()
        found = self._found(database, values)
        if not found:
            return []
        shape = self._shapes[database.vendor]
        return [shape.object_of(row, database) for row in found]


class _Shape(NamedTuple):
    """Which columns of a row make which objects; as Django's ``ModelIterable``."""

    model: type[Any]
    names: list[str]
    columns: slice
    key: int
    related: list[tuple[_Shape, Any, Any]]  # and who sets each on whom
    converters: list[tuple[int, list[Any], Any]]

    def object_of(self, row: Sequence[Any], database: Any) -> Any:
        row = list(row)
        for place, converters, expression in self.converters:
            for convert in converters:
                row[place] = convert(row[place], expression, database)
        return self._made_of(row, database.alias)

    def _made_of(self, row: list[Any], alias: str) -> Any:
        made = self.model.from_db(alias, self.names, row[self.columns])
        for shape, set_here, set_there in self.related:
            other = None
            if row[shape.key] is not None:
                other = shape._made_of(row, alias)
                set_there(other, made)
            set_here(made, other)
        return made


def _shape(compiler: Any, part: dict[str, Any]) -> _Shape:
    columns = slice(part["select_fields"][0], part["select_fields"][-1] + 1)
    names = [expression.target.attname for expression, *_ in compiler.select[columns]]
    key = part["model"]._meta.pk.attname
    related = [
        (_shape(compiler, other), other["local_setter"], other["remote_setter"])
        for other in part.get("related_klass_infos", ())
    ]
    converters = compiler.get_converters([column for column, *_ in compiler.select])
    return _Shape(
        model=part["model"],
        names=names,
        columns=columns,
        key=columns.start + names.index(key),
        related=related,
        converters=[(place, *rest) for place, rest in converters.items()],
    )


class Update(_Prepared):
    """Sets fields of the rows that match; returns how many there were."""

    def __init__(self, rows: Rows, fields: Collection[str]) -> None:
        super().__init__()
        self._rows = rows
        self._fields = fields

    def _compile(self, database: Any) -> tuple[str, Sequence[Any]]:
        query: Any = self._rows().query.chain(UpdateQuery)
        query.add_update_values({name: slot(_new(name)) for name in self._fields})
        sql, parameters = query.get_compiler(connection=database).as_sql()
        return sql, parameters

    def __call__(self, changes: dict[str, Any], **values: Any) -> int:
        values |= {_new(name): value for name, value in changes.items()}
        with self._execute(_database(), values) as cursor:
            return int(cursor.rowcount)


class Insert(_Prepared):
    """Stores a row; what is not ``given`` gets its default, and moments must be given.

    ``unless_taken``: no error where another row has its unique values. Returns how many
    rows it stored.
    """

    def __init__(
        self, model: type[Model], given: Collection[str], *, unless_taken: bool = False
    ) -> None:
        super().__init__()
        self._model = model
        self._given: dict[str, Any] = {
            name: model._meta.get_field(name) for name in given
        }
        self._suffix = " ON CONFLICT DO NOTHING" if unless_taken else ""

    def _compile(self, database: Any) -> tuple[str, Sequence[Any]]:
        quoted, names, values = database.ops.quote_name, [], []
        for field in self._model._meta.concrete_fields:
            if field.primary_key:
                continue
            names.append(quoted(field.column))
            values.append(
                _Slot(field.attname)
                if field.attname in self._given
                else field.get_db_prep_save(field.get_default(), database)
            )
        table = quoted(self._model._meta.db_table)
        columns, marks = ", ".join(names), ", ".join(["%s"] * len(names))
        return f"INSERT INTO {table} ({columns}) VALUES ({marks}){self._suffix}", values  # noqa: S608 (names of ours)

    def __call__(self, **values: Any) -> int:
        database = _database()
        for name, field in self._given.items():
            values[name] = field.get_db_prep_save(values[name], database)
        with self._execute(database, values) as cursor:
            return int(cursor.rowcount)


def remember(owner: Model, name: str, rows: list[Any]) -> None:
    """Let ``owner.name.all()`` be these rows, as after ``prefetch_related``."""
    found = getattr(owner, name).all()
    found._result_cache = rows
    kept = owner.__dict__.setdefault("_prefetched_objects_cache", {})
    kept[name] = found


def _new(name: str) -> str:
    return f"new {name}"


def _database() -> Any:
    return connections[DEFAULT_DB_ALIAS]


def _stored(value: Any, database: Any) -> Any:
    """Return a text, number or moment as the database takes it."""
    if isinstance(value, datetime):
        return database.ops.adapt_datetimefield_value(value)
    if isinstance(value, Model):
        raise TypeError("Give the id.")
    return value.value if isinstance(value, Enum) else value
