"""What Ashby lets through: the kinds of values, and paging parameters."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from integrations.simulation import Everybody, Row

from .calls import Refusal, invalid, now

Kind = Callable[[Any], Any]
Spec = Mapping[str, Kind]  # a name that ends with * is required

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a string")
    return value


def filled(value: Any) -> str:
    if not text(value).strip():
        raise ValueError("must not be empty")
    return text(value)


def uuid(value: Any) -> str:
    if not _UUID.fullmatch(text(value)):
        raise ValueError("must be a valid uuid")
    return text(value).lower()


def url(value: Any) -> str:
    parts = urlsplit(text(value))
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in value:
        raise ValueError("must be a valid Url")
    return text(value)


def boolean(value: Any) -> bool:
    """Return a boolean; strings are accepted since April 2026 (changelog)."""
    if value in ("true", "false"):
        return bool(value == "true")
    if not isinstance(value, bool):
        raise ValueError("must be a boolean")
    return value


def integer(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be an integer")
    return value


def moment(value: Any) -> str:
    datetime.fromisoformat(text(value))
    return text(value)


def one_of(*choices: str) -> Kind:
    def check(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text(value)

    return check


def listed(kind: Kind, *, at_least: int = 0) -> Kind:
    def check(value: Any) -> list[Any]:
        if not isinstance(value, list) or len(value) < at_least:
            raise ValueError("must be an array")
        return [kind(item) for item in value]

    return check


def keyed(spec: Spec) -> Kind:
    def check(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError("must be an object")
        return checked(value, spec)

    return check


def nullable(kind: Kind) -> Kind:
    return lambda value: None if value is None else kind(value)


def anything(value: Any) -> Any:
    return value


def checked(
    data: Mapping[str, Any], spec: Spec, *, strict: bool = False
) -> dict[str, Any]:
    """Return the known values; ValueError names the first that is wrong."""
    kinds = {name.rstrip("*"): kind for name, kind in spec.items()}
    for name in spec:
        if name.endswith("*") and name[:-1] not in data:
            raise ValueError(f"{name[:-1]} is required")
    if strict and (unknown := data.keys() - kinds.keys()):
        raise ValueError(f"{sorted(unknown)[0]} is not a known parameter")
    values = {}
    for name, value in data.items():
        if kind := kinds.get(name):
            try:
                values[name] = kind(value)
            except ValueError as error:
                raise ValueError(f"{name} {error}") from None
    return values


def email(value: str, policy: str) -> None:
    """Refuse a malformed address where the switch says so."""
    if policy == "invalid_input" and not _EMAIL.fullmatch(value):
        raise invalid("email must be a valid email address")


def limit(value: Any) -> int:
    number = integer(value)
    if not 1 <= number <= 100:
        raise ValueError("must be between 1 and 100")
    return number


PAGED: Spec = {
    "limit": limit,
    "cursor": nullable(text),
    "syncToken": nullable(text),
    "createdAfter": integer,
}


def paged(
    rows: Sequence[Row], data: Mapping[str, Any], *, syncs: bool = True
) -> tuple[list[Row], dict[str, Any]]:
    """Return one page of rows and the envelope's paging keys.

    Not every list supports sync tokens. The cursor holds the place and the sync time, so
    a later page may repeat the token or leave it out (clients do either).
    """
    cursor, size = data.get("cursor"), data.get("limit", 100)
    state = _unpacked(cursor, "invalid_next_cursor") if cursor else {}
    if syncs and not cursor and data.get("syncToken"):
        state = _unpacked(data["syncToken"], "sync_token_invalid")
    start, since = state.get("at", 0), state.get("since")
    if since and isinstance(rows, Everybody):
        rows = rows.rows
    if since:
        rows = [row for row in rows if row.get("updatedAt", since) >= since]
    if after := data.get("createdAfter"):
        rows = [row for row in rows if _milliseconds(row["createdAt"]) > after]
    page = list(rows[start : start + size])
    if start + size < len(rows):
        following = _packed({"at": start + size, "since": since or ""})
        return page, {"moreDataAvailable": True, "nextCursor": following}
    token = {"syncToken": _packed({"since": now()})} if syncs else {}
    return page, {"moreDataAvailable": False, **token}


def _milliseconds(moment_text: str) -> float:
    return datetime.fromisoformat(moment_text).timestamp() * 1000


def _packed(state: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=")


def _unpacked(token: str, code: str) -> dict[str, Any]:
    try:
        state = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        at, since = state.get("at", 0), state.get("since", "")
        if isinstance(at, int) and isinstance(since, str):
            return {"at": at, "since": since}
    except (AttributeError, ValueError, binascii.Error):
        pass
    raise Refusal(code, "The cursor or sync token is not valid. Start a full sync.")
