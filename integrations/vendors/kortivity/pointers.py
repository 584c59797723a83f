"""Paths into JSON: what the profile points at is read and written by these alone.

"data.id" goes into objects; a list on the way is gone into, entry by entry. "$" is the
whole. "emails[].address" is the same to a reader, and makes a list of one for a writer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

WHOLE = "$"


def values(data: Any, path: str) -> list[Any]:
    """Return everything that stands at the path, but for nulls."""
    found = [data]
    for key in _keys(path):
        entries = [entry for value in found for entry in _entries(value)]
        found = [e[key] for e in entries if isinstance(e, dict) and key in e]
    return [value for value in found if value is not None]


def has(data: Any, path: str) -> bool:
    """Return whether the path leads anywhere, even to a null or an empty list."""
    *above, last = _keys(path)
    places = values(data, ".".join(above) or WHOLE)
    return any(
        last in entry
        for place in places
        for entry in _entries(place)
        if isinstance(entry, dict)
    )


def first(data: Any, paths: Iterable[str]) -> Any:
    """Return the first thing that any of the paths finds, or None."""
    return next((value for path in paths for value in values(data, path)), None)


def words(data: Any, paths: Iterable[str]) -> str:
    """Return the first text that is not blank, trimmed; "" where there is none."""
    return next(iter(texts(data, paths)), "")


def texts(data: Any, paths: Iterable[str]) -> tuple[str, ...]:
    """Return every text that any of the paths finds, each once."""
    found = (
        entry.strip()
        for path in paths
        for value in values(data, path)
        for entry in _entries(value)
        if isinstance(entry, str)
    )
    return tuple(dict.fromkeys(text for text in found if text))


def put(body: dict[str, Any], path: str, value: Any) -> None:
    """Write the value at the path, making what is missing on the way."""
    *above, last = path.split(".")
    place = body
    for key in above:
        place = _step(place, key)
    if last.endswith("[]"):
        place[last[:-2]] = [value]
    else:
        place[last] = value


def _step(place: dict[str, Any], key: str) -> dict[str, Any]:
    if not key.endswith("[]"):
        inner: dict[str, Any] = place.setdefault(key, {})
        return inner
    entry: dict[str, Any] = place.setdefault(key[:-2], [{}])[0]
    return entry


def _keys(path: str) -> list[str]:
    return [] if path == WHOLE else path.replace("[]", "").split(".")


def _entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
