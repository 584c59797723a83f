"""A CSV file as people have it: its bytes, its rows, and why it cannot be read.

Whatever Excel, an ATS or a colleague wrote is read, or refused with a sentence that says
how to save it so that it can be.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 300

HOW_TO_SAVE = (
    "In Excel choose File > Save as > “CSV UTF-8 (comma delimited)”, and upload the "
    "file that this makes."
)
_DELIMITERS = "\t;,"  # where two give as many columns, the more deliberate one
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
}
# How files begin that people take for CSV.
_OTHER_FILES = (
    (b"PK\x03\x04", "an Excel workbook (or a ZIP file)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a text document (RTF)"),
)
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # as Excel writes it
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
# A spreadsheet would calculate what begins like this; we write one more “'” before it.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_KEPT_TEXT = re.compile(r'="([^"]*)"')


class Unreadable(Exception):
    """Nothing of the file can be used; ``sentence`` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True)
class Record:
    """One row; ``number`` as a spreadsheet shows it: the header is usually row 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Sheet:
    """The rows of the file that hold anything."""

    encoding: str
    header: list[str]
    records: list[Record]

    @property
    def is_guessed(self) -> bool:
        """Return whether the encoding is a guess: any bytes are valid Windows-1252."""
        return self.encoding == _NAMES["cp1252"]


def read(data: bytes) -> Sheet:
    """Return the rows of the file; raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable(too_large(len(data)))
    encoding, text = _decoded(data)
    delimiter = _delimiter_of(text)
    separator = _SEPARATOR_LINE.match(text)
    if separator:
        delimiter, text = separator[1], text[separator.end() :]
    records = _records(text, delimiter)
    header, rows = _header_of(records), _rows_below(records)
    return Sheet(_NAMES[encoding], header, rows)


def _header_of(records: Iterator[Record]) -> list[str]:
    header = next(records, None)
    if header is None:
        raise Unreadable("The file is empty. Fill in the template and upload it.")
    if len(header.cells) > MAX_COLUMNS:
        raise Unreadable(
            f"The file has {len(header.cells):,} columns; at most {MAX_COLUMNS} are "
            "read. Delete those that are not needed."
        )
    if _CONTROL.search("".join(header.cells)):
        raise Unreadable(f"The file is not a CSV file. {HOW_TO_SAVE}")
    return [cell.strip() for cell in header.cells]


def _rows_below(records: Iterator[Record]) -> list[Record]:
    rows = list(islice(records, MAX_ROWS))
    if not rows:
        raise Unreadable(
            "The file has a row of column names and nothing below it. Add one row per "
            "candidate."
        )
    if more := sum(1 for _ in records):  # counted, not kept
        raise Unreadable(
            f"The file has {len(rows) + more:,} rows; at most {MAX_ROWS:,} are imported "
            "at once. Split it into several files."
        )
    return rows


def too_large(size: int) -> str:
    """Say that a file of that many bytes is not read."""
    return (
        f"The file has {size / 1024 / 1024:,.1f} MB; at most "
        f"{MAX_BYTES // 1024 // 1024} MB are read at once. Split it into several files."
    )


def _decoded(data: bytes) -> tuple[str, str]:
    for beginning, what in _OTHER_FILES:
        if data.startswith(beginning):
            raise Unreadable(f"The file is {what}, not a CSV file. {HOW_TO_SAVE}")
    if data[:1000].lstrip().startswith(b"<"):
        raise Unreadable(f"The file is a web page, not a CSV file. {HOW_TO_SAVE}")
    encodings = [name for bom, name in _BOMS.items() if data.startswith(bom)]
    if not encodings and data[:1000].count(0) > len(data[:1000]) / 4:
        raise Unreadable(f"The file is not in a text format we know. {HOW_TO_SAVE}")
    for encoding in encodings or ["utf-8", "cp1252"]:
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(f"The letters of the file cannot be read. {HOW_TO_SAVE}")


def _delimiter_of(text: str) -> str:
    return max(_DELIMITERS, key=lambda delimiter: _columns_with(text, delimiter))


def _columns_with(text: str, delimiter: str) -> int:
    try:
        header = next(_records(text, delimiter), None)
    except Unreadable:
        return 0
    return len(header.cells) if header else 0


def _records(text: str, delimiter: str) -> Iterator[Record]:
    """Yield the rows that are not blank; raises Unreadable where quotes do not fit."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(
                f"Row {number}: a quotation mark is opened and not closed, or stands "
                "within quoted text without being doubled. Correct that row and upload "
                "the file again."
            ) from error
        if any(cell.strip() for cell in cells):
            yield Record(number, cells)


# --- Cells -----------------------------------------------------------------------


def written(rows: Iterable[Iterable[str]]) -> bytes:
    """Return the rows as a file that every spreadsheet opens, and calculates none of."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")  # without the mark Excel guesses wrong


def harmless(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """Undo ``harmless()``, and what others write to keep digits: ``="0042"``."""
    if kept := _KEPT_TEXT.fullmatch(cell):
        return kept[1]
    is_ours = cell.startswith("'") and _FORMULA.match(cell)
    return cell[1:] if is_ours else cell
