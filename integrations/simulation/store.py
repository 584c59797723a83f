"""What a simulator remembers: tables of plain rows, kept in a journal if wished."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from .crowd import Crowd, Everybody

Row = dict[str, Any]
_FILES = "*files"  # the journal's name for contents, which are no table


class Store:
    """Tables of rows by id. Rows are replaced, never changed in place.

    With a journal every ``commit`` appends one line before the caller answers, so that a
    killed process has kept whatever it acknowledged. A line that was cut off is dropped.
    """

    def __init__(self, journal: Path | None = None) -> None:
        self.tables: dict[str, dict[str, Row]] = defaultdict(dict)
        self._files: dict[str, bytes] = {}
        self._indexes: dict[tuple[str, str], _Index] = {}
        self._crowds: dict[str, Crowd] = {}
        self._hidden: dict[str, float] = {}
        self._pending: list[list[Any]] = []
        self._path = journal
        self._journal: int | None = None
        if journal is not None:
            self._open(journal)

    @property
    def is_empty(self) -> bool:
        return not any(self.tables.values())

    def get(self, table: str, row_id: str) -> Row | None:
        row = self.tables[table].get(row_id)
        crowd = self._crowds.get(table)
        return crowd.get(row_id) if row is None and crowd else row

    def rows(self, table: str) -> list[Row]:
        return list(self.tables[table].values())

    def visible(self, table: str) -> list[Row]:
        """Return the rows that no search lag hides."""
        if not self._hidden:
            return self.rows(table)
        return [row for key, row in self.tables[table].items() if self.shows(key)]

    def crowd(self, table: str, crowd: Crowd) -> None:
        """Let made-up people stand behind the rows of a table."""
        self._crowds[table] = crowd

    def everybody(self, table: str) -> Everybody:
        """Return what is visible, and the crowd after it."""
        return Everybody(self.visible(table), self._crowds[table])

    def put(self, table: str, row_id: str, row: Row | None) -> None:
        """Add or replace a row; None removes it."""
        self._set(table, row_id, row)
        self._note(table, row_id, row)

    def change(self, table: str, row_id: str, **fields: Any) -> Row:
        before = self.get(table, row_id)
        if before is None:
            raise KeyError(row_id)
        row = {**before, **fields}
        self.put(table, row_id, row)
        return row

    def index(
        self, table: str, name: str, keys: Callable[[Row], Iterable[str]]
    ) -> None:
        """Keep rows findable by ``keys``; call it before rows are put."""
        index = _Index(keys)
        self._indexes[table, name] = index
        for row_id, row in self.tables[table].items():
            index.replace(row_id, None, row)

    def find(self, table: str, name: str, key: str) -> list[Row]:
        """Return the rows of an index, in the order in which they came."""
        found = self._indexes[table, name].rows.get(key, {})
        rows = [self.tables[table][row_id] for row_id in found]
        crowd = self._crowds.get(table)
        if not rows and crowd and name == "email" and (row := crowd.with_email(key)):
            return [row]
        return rows

    def keep_file(self, file_id: str, content: bytes) -> Row:
        """Keep a content; return its size and SHA-256."""
        self._files[file_id] = content
        if self._journal is not None:
            self._note(_FILES, file_id, base64.b64encode(content).decode())
        return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def file(self, file_id: str) -> bytes | None:
        return self._files.get(file_id)

    def hide(self, row_id: str, milliseconds: int) -> None:
        """Keep a row out of ``visible`` for a while. Not remembered over a restart."""
        if milliseconds > 0:
            self._hidden[row_id] = time.monotonic() + milliseconds / 1000

    def shows(self, row_id: str) -> bool:
        until = self._hidden.get(row_id)
        if until is None:
            return True
        if time.monotonic() < until:
            return False
        self._hidden.pop(row_id, None)
        return True

    def commit(self) -> None:
        """Append what was put since the last commit to the journal."""
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        if self._journal is not None:
            _write(self._journal, pending)

    def clear(self) -> None:
        self.tables.clear()
        self._files.clear()
        self._hidden.clear()
        self._pending.clear()
        for index in self._indexes.values():
            index.rows.clear()
        if self._journal is not None:
            os.ftruncate(self._journal, 0)

    def close(self) -> None:
        self.commit()
        if self._journal is not None:
            os.close(self._journal)
            self._journal = None

    def _set(self, table: str, row_id: str, row: Row | None) -> None:
        old = self.tables[table].get(row_id)
        indexes = [index for (of, _), index in self._indexes.items() if of == table]
        for index in indexes:
            index.replace(row_id, old, row)
        if row is None:
            self.tables[table].pop(row_id, None)
        else:
            self.tables[table][row_id] = row

    def _note(self, table: str, row_id: str, value: Any) -> None:
        if self._journal is not None:
            self._pending.append([table, row_id, value])

    def _open(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        for table, row_id, value in _entries(path):
            if table == _FILES:
                self._files[row_id] = base64.b64decode(value)
            else:
                self._set(table, row_id, value)
        self._compact(path)
        self._journal = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def _compact(self, path: Path) -> None:
        """Write the present state in place of the history that led to it."""
        fresh = path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for name, table in self.tables.items():
            for row_id, row in table.items():
                _write(descriptor, [[name, row_id, row]])
        for file_id, content in self._files.items():
            _write(descriptor, [[_FILES, file_id, base64.b64encode(content).decode()]])
        os.fsync(descriptor)
        os.close(descriptor)
        fresh.replace(path)


class _Index:
    """Row ids by key; dicts, because they keep the order and forget quickly."""

    def __init__(self, keys: Callable[[Row], Iterable[str]]) -> None:
        self._keys = keys
        self.rows: dict[str, dict[str, None]] = {}

    def replace(self, row_id: str, old: Row | None, new: Row | None) -> None:
        before = set(self._keys(old)) if old is not None else set()
        after = set(self._keys(new)) if new is not None else set()
        for key in before - after:
            self.rows[key].pop(row_id, None)
        for key in after - before:
            self.rows.setdefault(key, {})[row_id] = None


def _write(descriptor: int, entries: list[list[Any]]) -> None:
    line = json.dumps(entries, separators=(",", ":")).encode() + b"\n"
    while line:
        line = line[os.write(descriptor, line) :]


def _entries(path: Path) -> list[list[Any]]:
    """Return the journal's entries up to the first line that was cut off."""
    entries: list[list[Any]] = []
    if not path.exists():
        return entries
    with path.open("rb") as lines:
        for line in lines:
            try:
                entries += json.loads(line)
            except ValueError:
                break
    return entries
