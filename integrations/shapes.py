"""Says what a reply looks like, so that it can be shown to anybody: never a value.

Keys and types are shown, one path a line, in the words in which a profile points at
them. What is no plain name is masked, too: a key may be somebody's email.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from .adapters import Reply

MASK = "…"
MOST_LINES = 120
_MOST_ENTRIES = 20  # of a list; the rest looks like them
_MOST_KEYS = 60  # an object with more is a table of somebody's data
_DEEPEST = 6

_KEY = re.compile(r"(?!.*\d{4})[A-Za-z_$][\w$-]{0,59}", re.ASCII)
_STEP = re.compile(r"[A-Za-z][A-Za-z._-]{0,39}\d{0,2}|\.well-known")
_KINDS = (
    ("an email", re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")),
    ("a web address", re.compile(r"https?://\S+")),
    ("a moment", re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")),
    ("a date", re.compile(r"\d{4}-\d\d-\d\d")),
    ("digits", re.compile(r"\d+")),
)


def of_call(method: str, target: str, values: Collection[str] = ()) -> str:
    """Return the call with its path, ids masked, and the names of its parameters.

    ``values`` are those of earlier replies: an id taken from one is masked, too.
    """
    names = [name for name, _ in parse_qsl(urlsplit(target).query, True)]
    query = "?" + "&".join(f"{name}={MASK}" for name in names) if names else ""
    return f"{method} {of_path(target, values)}{query}"


def of_path(target: str, values: Collection[str] = ()) -> str:
    steps = urlsplit(target).path.split("/")
    return "/".join(
        s if not s or (_STEP.fullmatch(s) and s not in values) else MASK for s in steps
    )


def values_in(data: Any) -> set[str]:
    """Return every text and number of a reply, as it could stand in a path."""
    if isinstance(data, dict):
        return set().union(*map(values_in, data.values()))
    if isinstance(data, list):
        return set().union(*map(values_in, data))
    return {quote(str(data), safe="")} if isinstance(data, str | int) else set()


def of_reply(reply: Reply) -> list[str]:
    """Return the status line, what the headers tell, and the shape of the body."""
    kind = reply.headers.get("Content-Type", "").partition(";")[0].strip()
    size = f"{len(reply.body)} bytes"
    lines = [f"{reply.status}, {kind or 'no content type'}, {size}"]
    if reply.cookies:
        lines.append(f"sets cookies: {', '.join(map(_named, reply.cookies))}")
    if to := reply.headers.get("Location", ""):
        lines.append(f"leads to: {_leads_to(to)}")
    if reply.data is not None:
        lines += of_json(reply.data)
    elif reply.body:
        lines.append("a web page" if _is_page(reply.body) else "not JSON")
    return lines


def of_json(data: Any) -> list[str]:
    """Return a line for each path, with the kinds of what stands there."""
    found: dict[str, dict[str, None]] = {}
    for path, kind in _walk(data, "$", _DEEPEST):
        found.setdefault(path, {})[kind] = None
    lines = [f"{path}: {' or '.join(kinds)}" for path, kinds in found.items()]
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], f"and {more} more"]


def _walk(value: Any, path: str, deep: int) -> Iterator[tuple[str, str]]:
    yield path, _kind(value)
    if not deep:
        return
    if isinstance(value, dict):
        is_table = len(value) > _MOST_KEYS
        for key, inner in value.items():
            name = MASK if is_table else _named(str(key))
            yield from _walk(inner, _below(path, name), deep - 1)
    elif isinstance(value, list):
        for inner in value[:_MOST_ENTRIES]:
            yield from _walk(inner, f"{path}[]", deep - 1)


def _below(path: str, name: str) -> str:
    return name if path == "$" else f"{path}.{name}"


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case str():
            return _kind_of_text(value)
        case list():
            return f"a list of {len(value)}"
        case _:
            return "an object"


def _kind_of_text(text: str) -> str:
    if not text.strip():
        return "an empty text"
    kinds = (f"a text ({kind})" for kind, form in _KINDS if form.fullmatch(text))
    return next(kinds, "a text")


def _named(name: str) -> str:
    return name if _KEY.fullmatch(name) else MASK


def _leads_to(location: str) -> str:
    try:
        host = urlsplit(location).netloc
    except ValueError:
        return MASK
    return ("another address, " if host else "") + of_path(location)


def _is_page(body: bytes) -> bool:
    start = body[:500].lower()
    return any(mark in start for mark in (b"<!doctype", b"<html", b"<body"))


def indented(lines: Iterable[str]) -> str:
    return "\n".join(f"    {line}" for line in lines)
