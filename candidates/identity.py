"""What tells people apart: email, LinkedIn profile, name. Compares text, asks nobody."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

from .search import searchable

_PROFILE = re.compile(r"^/(?:[a-z]{2}/)?(in|pub)/([^/]+)", re.IGNORECASE)


def email_key(email: str) -> str:
    return email.strip().casefold()


def linkedin_key(url: str) -> str:
    """Return ``in/dana-example`` for any spelling of a profile URL, else ``""``."""
    parts = _parts(url)
    found = _PROFILE.match(parts.path) if parts else None
    if parts is None or found is None or not _is_linkedin(parts.hostname):
        return ""
    return f"{found[1]}/{unquote(found[2])}".casefold()


def is_on_linkedin(url: str) -> bool:
    """Return whether the address leads to LinkedIn, to a profile or elsewhere there."""
    parts = _parts(url)
    return parts is not None and _is_linkedin(parts.hostname)


def names_plainly_differ(ours: str, theirs: str) -> bool:
    """Return whether two names share no word, where they can be compared at all."""
    mine, other = _words(ours), _words(theirs)
    if not mine or not other:
        return False
    if _is_latin(mine) != _is_latin(other):  # another script proves nothing
        return False
    return not mine & other


def _parts(url: str) -> SplitResult | None:
    text = url.strip()
    if not text:
        return None
    try:
        return urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:  # such as “https://[”
        return None


def _is_linkedin(host: str | None) -> bool:
    name = (host or "").casefold()
    return name == "linkedin.com" or name.endswith(".linkedin.com")


def _words(name: str) -> set[str]:
    return {word for word in re.split(r"[^\w]+", searchable(name)) if len(word) > 1}


def _is_latin(words: set[str]) -> bool:
    return all(word.isascii() for word in words)
