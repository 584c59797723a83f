"""Does the search by email work? Tried with somebody who is there, and with nobody.

Parameters that an API does not know are often ignored without a word, and here every
parameter is a guess. What this shows is kept with the connection and said there.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from integrations.adapters import Key
from integrations.errors import MissingPermission, Rejected, Unexpected

from . import replies
from .client import Client, made
from .replies import same_id

WORKS, IGNORED, BLIND, UNTESTED = "works", "ignored", "blind", "untested"
FAILED = (IGNORED, BLIND)
FEW = 3

LIMITS: dict[str, tuple[str, ...]] = {
    WORKS: (),
    IGNORED: (
        "Kortivity answers a search by email with people who do not have that email. "
        "They are compared here, and where an outcome is unclear you are asked.",
    ),
    BLIND: (
        "Kortivity does not find people by email whom it lists with that email, so "
        "candidates who are there already may be created again. Have the connector's "
        "profile corrected before you send anybody.",
    ),
    UNTESTED: (
        "Whether Kortivity really finds people by email could not be tested, because it "
        "showed nobody to test it with.",
    ),
}


def of_search(client: Client) -> str:
    """Return what the search by email is worth."""
    if _asked(client, f"{uuid.uuid4().hex}@nobody.invalid"):
        return IGNORED
    known = list(_people_with_email(client))[:FEW]
    for id, email in known:
        if any(same_id(found, id) for found in _asked(client, email)):
            return WORKS
    return BLIND if known else UNTESTED


def _asked(client: Client, email: str) -> list[str]:
    wire = client.wire.people
    params = {wire.search_by[Key.EMAIL.value]: email}
    rows, _ = client.rows("candidates", wire.search, params, most=1)
    return [client.id_of(row) for row in rows]


def _people_with_email(client: Client) -> Iterable[tuple[str, str]]:
    try:
        rows, _ = client.rows("candidates", client.wire.people.search, {}, most=1)
    except (MissingPermission, Rejected, Unexpected):
        return  # it may well want a question
    for row in rows:
        person = made(
            "candidates", lambda r: replies.remote_person(r, client.wire), row
        )
        if person.emails:
            yield person.id, person.emails[0]
