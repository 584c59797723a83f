"""How every log line of ours looks: as text or as JSON, and without anybody's data.

An exception tells its kind and where it was raised, never its words: those of a database
quote the row, those of a renderer the document. Only what speaks of our own machinery
(a server that is away, a wrong setting) keeps its first line. Query strings, addresses
and numbers are taken out of every message; names must never be put into one.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError
from redis.exceptions import RedisError

from integrations.redaction import GONE, redact

BASE_DIR = Path(__file__).resolve().parent.parent

# What these say is about servers and settings.
SPEAKS = (
    ImproperlyConfigured,
    ImportError,
    InterfaceError,
    OperationalError,
    RedisError,
)
_QUERY = re.compile(r"\?[^\s\"']+")
_PROFILE = re.compile(r"(?i)(linkedin\.com/(?:in|pub)/)[^\s\"'<>]+")


def scrubbed(text: str) -> str:
    """Return the text without addresses, numbers, profiles and query strings."""
    text = _PROFILE.sub(rf"\1{GONE}", text)
    return redact(_QUERY.sub(f"?{GONE}", text))


def kind_of(error: BaseException) -> str:
    """Name the exception and those it came from; with words only where it may."""
    names = []
    for cause in _chain(error):
        name = type(cause).__name__
        if isinstance(cause, SPEAKS) and str(cause):
            name = f"{name}: {scrubbed(str(cause).splitlines()[0])}"
        names.append(name)
    return ", caused by ".join(names)


def places_of(error: BaseException) -> list[str]:
    """Return where it passed, outermost first, as “integrations/drainer.py:395 run”."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{_short(f.filename)}:{f.lineno} {f.name}" for f in frames]


def described(error: BaseException) -> str:
    """Return the exception as lines for people: places, then its kind."""
    places = "".join(f"  {place}\n" for place in places_of(error))
    return f"{places}{kind_of(error)}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        seen.append(cause)
        yield cause
        cause = cause.__cause__ or (
            None if cause.__suppress_context__ else cause.__context__
        )


def _short(file_name: str) -> str:
    path = Path(file_name)
    if path.is_relative_to(BASE_DIR):
        path = path.relative_to(BASE_DIR)
    parts = path.parts
    if "site-packages" in parts:
        parts = parts[parts.index("site-packages") + 1 :]
    return "/".join(parts[-4:])


def _message(record: logging.LogRecord) -> str:
    return scrubbed(record.getMessage())


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


class TextFormatter(logging.Formatter):
    """One line for people to read; an exception adds its places."""

    def format(self, record: logging.LogRecord) -> str:
        error = _error(record)
        line = (
            f"{self.formatTime(record)} {record.levelname} {record.name}: "
            f"{_message(record)}"
        )
        return f"{line}\n{described(error)}" if error else line


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for machines to read."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            "process": record.process,
            "thread": record.threadName,
        }
        if error := _error(record):
            line["error"] = kind_of(error)
            line["places"] = places_of(error)
        return json.dumps(line, ensure_ascii=False)


FORMATTERS: dict[str, type[logging.Formatter]] = {
    "text": TextFormatter,
    "json": JsonFormatter,
}
