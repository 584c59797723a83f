"""Takes credentials and contact details out of text before it is kept or shown."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

GONE = "[removed]"
EXCERPT = 300
# Shorter values (a region, a yes) would tear holes in every other word.
_SHORTEST_SECRET = 4
_LOOK_AT = 20_000

_AUTHORIZATION = re.compile(
    r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)"
    r"(\\?[\"']?\s*[:=]\s*\\?[\"']?)[^\s\"'}][^\r\n\"'}]*"
)
_SCHEME = re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}")
_NAMED = re.compile(
    r"(?i)(api[_-]?key|token|secret|password|passwd|signature|credential)"
    r"(\\?[\"']?\s*(?:=|:|%3d)\s*\\?[\"']?)[^\s&\"'<>,;}\\]+"
)
_EMAIL = re.compile(  # bounded: without end it takes seconds on a page without any
    r"(?i)[^\s\"'<>(),;:=/?&\\]{1,64}(?:@|%40)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+"
)
_PHONE = re.compile(  # but no ISO date
    r"(?<![\w.-])(?!\d{4}-\d\d-\d\d)\+?\(?\d(?:[\s().-]{0,2}\d){8,14}(?![\w-])"
)

# Where vendors put the sentence that says what was wrong, most specific first.
_REASONS = ("message", "detail", "error_description", "title", "error", "errors")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text without the secrets, keys, tokens, email addresses and phones."""
    for secret in secrets:
        text = text.replace(secret, GONE)
    text = _AUTHORIZATION.sub(rf"\1\2{GONE}", text)
    text = _SCHEME.sub(rf"\1 {GONE}", text)
    text = _NAMED.sub(rf"\1\2{GONE}", text)
    text = _EMAIL.sub(GONE, text)
    return _PHONE.sub(GONE, text)


def forms(values: Iterable[str]) -> tuple[str, ...]:
    """Return every form in which a reply could echo the values, longest first."""
    found: set[str] = set()
    for value in values:
        if len(value) >= _SHORTEST_SECRET:
            found |= {value, quote(value, safe=""), quote_plus(value)}
            found |= {json.dumps(value)[1:-1], html.escape(value)}
            found.add(base64.b64encode(value.encode()).decode())
    return tuple(sorted(found, key=len, reverse=True))


def excerpt(body: bytes, secrets: Iterable[str]) -> str:
    """Return a short redacted piece of a reply's body, on one line."""
    text = redact(body[:_LOOK_AT].decode("utf-8", "replace"), secrets)
    return _shortened(text)


def reason(data: Any, secrets: Iterable[str]) -> str:
    """Return the vendor's own words from a decoded error body; "" if none are found."""
    return _shortened(redact(_first_text(data, depth=3), secrets))


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"


def _first_text(data: Any, *, depth: int) -> str:
    if isinstance(data, str):
        return data
    if depth == 0:
        return ""
    inner: Iterable[Any] = ()
    if isinstance(data, list):
        inner = data
    elif isinstance(data, Mapping):
        lower = {str(key).lower(): value for key, value in data.items()}
        inner = [lower[name] for name in _REASONS if name in lower]
    return next(
        filter(None, (_first_text(item, depth=depth - 1) for item in inner)), ""
    )
