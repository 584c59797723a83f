"""Where a reading of all candidates goes on: Ashby's own cursor, or its sync token.

On later pages of a sync only the cursor is sent: of two clients that work, one does so
and the other repeats the token [C].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from integrations.adapters import Page, RemotePerson

from . import replies
from .replies import Malformed, Row

NAMES = ("cursor", "syncToken")


def read(place: str | None) -> Mapping[str, str]:
    """Return what the body of the next call says; {} for the beginning."""
    name, _, value = (place or "").partition(":")
    return {name: value} if name in NAMES and value else {}


def page_of_people(envelope: Row) -> Page:
    """Read one page; the flag counts, and a last page without a token has no sequel."""
    people = tuple(_readable(replies.result_rows(envelope)))
    _, cursor = replies.page_and_cursor(envelope)
    if cursor:
        return Page(people, f"cursor:{cursor}")
    token = replies.text(envelope, "syncToken")
    return Page(people, f"syncToken:{token}" if token else None, is_last=True)


def _readable(rows: list[Row]) -> Iterator[RemotePerson]:
    """Leave out a row that is not as documented: it must not hide all after it."""
    for row in rows:
        try:
            yield replies.remote_person(row)
        except Malformed:
            continue
