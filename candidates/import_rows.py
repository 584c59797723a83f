"""The rows of an import: each a person, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from . import import_cells as cells
from .csv_file import Record, Sheet, restored
from .identity import linkedin_key
from .import_columns import FULL_NAME, NAME_KEYS, Column, Layout, is_example
from .models import Candidate

# What a person is recognized by: the key of a column and the value, made comparable.
Identity = tuple[str, str]


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be imported; ``column`` as the file calls it, "" for the row."""

    row: int
    column: str
    sentence: str


@dataclass
class Entry:
    """A person of the file; ``candidate`` is who they are in PinSync, None for new."""

    row: int
    values: dict[str, str]
    links: dict[str, str]
    columns: dict[str, str] = field(repr=False)  # the file's name for each of ours
    candidate: Candidate | None = None

    @property
    def full_name(self) -> str:
        names = (self.values.get("first_name"), self.values.get("last_name"))
        return " ".join(name for name in names if name)

    @property
    def identities(self) -> list[Identity]:
        """Return what nobody else has, the surest first."""
        profile = linkedin_key(self.values.get("linkedin_url", ""))
        pairs = [
            ("email", self.values.get("email", "")),
            ("linkedin_url", profile),
            *self.links.items(),
        ]
        return [(key, value) for key, value in pairs if value]

    def problem(self, key: str, sentence: str) -> Problem:
        return Problem(self.row, self.columns.get(key, ""), sentence)


@dataclass
class Rows:
    """What the file says, before anybody is looked for.

    ``repeats`` maps a row to the earlier one that says the same; ``examples`` are the
    rows that the template brought along.
    """

    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    repeats: dict[int, int] = field(default_factory=dict)
    examples: list[int] = field(default_factory=list)


def rows_of(sheet: Sheet, layout: Layout) -> Rows:
    """Read every row; a row that has a problem is no entry."""
    rows = Rows()
    earlier: dict[Identity, Entry] = {}
    for record in sheet.records:
        entry, problems = _entry_of(record, layout)
        rows.problems += problems
        if problems:
            continue
        if is_example(entry.values):
            rows.examples.append(entry.row)
        else:
            _add(rows, entry, earlier)
    return rows


def _add(rows: Rows, entry: Entry, earlier: dict[Identity, Entry]) -> None:
    """Add the person, unless an earlier row is the same or claims to be."""
    identities = entry.identities or [("", repr(entry.values))]
    for key, value in identities:
        first = earlier.get((key, value))
        if first is None:
            continue
        if (first.values, first.links) == (entry.values, entry.links):
            rows.repeats[entry.row] = first.row
        else:
            rows.problems.append(
                entry.problem(
                    key,
                    f"Row {first.row} says the same here and something else elsewhere. "
                    "Keep one of the two rows.",
                )
            )
        return
    earlier.update((identity, entry) for identity in identities)
    rows.entries.append(entry)


def _entry_of(record: Record, layout: Layout) -> tuple[Entry, list[Problem]]:
    entry = Entry(record.number, {}, {}, {})
    problems = list(_surplus(record, layout))
    for column, position in layout.places:
        header = layout.header[position]
        entry.columns.setdefault(column.key, header)
        cell = record.cells[position] if position < len(record.cells) else ""
        try:
            _take(entry, column, cell, header)
        except cells.Wrong as wrong:
            problems.append(Problem(record.number, header, str(wrong)))
    if not problems:
        problems += _name(entry)
    return entry, problems


def _surplus(record: Record, layout: Layout) -> Iterator[Problem]:
    width = len(layout.header)
    if any(cell.strip() for cell in record.cells[width:]):
        yield Problem(
            record.number,
            "",
            f"The row has {len(record.cells)} cells, the first row has {width}. Put "
            "quotation marks around a value that holds the separator.",
        )


def _take(entry: Entry, column: Column, cell: str, header: str) -> None:
    """Clean the cell into the entry; the first column that is filled in counts."""
    kept = entry.links if column.links else entry.values
    text = restored(cells.readable(cell).strip())
    if not text or kept.get(column.key):
        return
    value = column.clean(text)
    if value:
        kept[column.key] = cells.fitting(value, limit_of(column.key))
        entry.columns[column.key] = header


def _name(entry: Entry) -> Iterator[Problem]:
    """Split the full name where there is no other; say so where there is none."""
    whole = entry.values.pop(FULL_NAME, "")
    if whole and not entry.full_name:
        first, last = cells.split_name(whole)
        names = {"first_name": first, "last_name": last}
        for key, name in names.items():
            entry.columns[key] = entry.columns[FULL_NAME]
            if name:
                entry.values[key] = name
                yield from _too_long(entry, key)
    if not entry.full_name:
        column = next(entry.columns[key] for key in _NAMES if key in entry.columns)
        yield Problem(
            entry.row, column, "The name is missing. Enter it, or delete the row."
        )


def _too_long(entry: Entry, key: str) -> Iterator[Problem]:
    try:
        cells.fitting(entry.values[key], limit_of(key))
    except cells.Wrong as wrong:
        yield entry.problem(key, str(wrong))


_NAMES = sorted(NAME_KEYS)


def limit_of(key: str) -> int | None:
    """Return how many characters fit into the candidate's field."""
    return _LIMITS.get(key)


_LIMITS: dict[str, int] = {
    field.name: field.max_length
    for field in Candidate._meta.concrete_fields
    if field.max_length
}
