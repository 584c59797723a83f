"""What comes back: the profile says where things stand, this reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from integrations.adapters import AtsJob, Key, RemotePerson, Reply

from . import pointers
from .profile import Ids, Pages, Paths, Profile, Reads

Row = dict[str, Any]

# What may stand in a path as it is; nothing is known of the form of the ids.
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:~-]{0,199}")


class Malformed(Exception):
    """The reply is not what the profile expects; holds no value of it."""


def is_page(reply: Reply) -> bool:
    """Say whether it is a web page; an API may well answer an error in plain text."""
    return reply.data is None and reply.body.lstrip()[:1] == b"<"


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def same_id(mine: str, theirs: str) -> bool:
    return mine.casefold() == theirs.casefold()


def id_at(data: Any, paths: Iterable[str]) -> str:
    """Return the first id that any of the paths finds, or ""."""
    for path in paths:
        for value in pointers.values(data, path):
            if type(value) is int and value >= 0:
                return str(value)
            if isinstance(value, str) and is_id(value):
                return value
    return ""


def new_id(data: Any, ids: Ids) -> str:
    """Return the id that a create is answered with."""
    if found := id_at(data, ids.created):
        return found
    return row_id(record(data, ids.record, ids), ids)


def row_id(row: Row, ids: Ids) -> str:
    if not (found := id_at(row, ids.row)):
        raise Malformed("a row without an id")
    return found


def existing_id(data: Any, profile: Profile) -> str:
    return id_at(data, profile.people.existing)


def rows(data: Any, pages: Pages) -> list[Row]:
    """Return the rows of a list, whatever it is wrapped in."""
    for path in pages.rows:
        for value in pointers.values(data, path):
            if isinstance(value, list):
                if not all(isinstance(row, dict) for row in value):
                    raise Malformed("a list of something other than objects")
                return value
    raise Malformed("no list")


def total(data: Any, pages: Pages) -> int | None:
    found = pointers.first(data, pages.total) if isinstance(data, dict) else None
    return found if type(found) is int and found >= 0 else None


def record(data: Any, paths: Paths, ids: Ids) -> Row:
    """Return the one object of a reply: the first place that holds an id."""
    for path in paths:
        for value in pointers.values(data, path):
            alone = value[0] if isinstance(value, list) and len(value) == 1 else value
            if isinstance(alone, dict) and id_at(alone, ids.row):
                return alone
    raise Malformed("no object with an id")


# -- Jobs ------------------------------------------------------------------------------


def ats_job(row: Row, profile: Profile) -> AtsJob:
    wire = profile.jobs
    company, place = (pointers.words(row, p) for p in (wire.company, wire.location))
    status = pointers.words(row, wire.status).casefold()
    return AtsJob(
        id=row_id(row, profile.ids),
        title=pointers.words(row, wire.title) or "(unnamed job)",
        detail=" · ".join(part for part in (company, place) if part),
        is_open=status not in wire.closed,
    )


def job_has(job: AtsJob, words: list[str]) -> bool:
    """Say whether all the (casefolded) words stand in the job's title, detail or id."""
    text = f"{job.title} {job.detail} {job.id}".casefold()
    return all(word in text for word in words)


# -- People ----------------------------------------------------------------------------


def remote_person(row: Row, profile: Profile, *, page: str = "") -> RemotePerson:
    """Return the person of a row; ``page`` is the template of their link, or ""."""
    reads, id = profile.people.reads, row_id(row, profile.ids)
    return RemotePerson(
        id=id,
        name=_name(row, reads),
        emails=pointers.texts(row, reads.emails),
        linkedin_urls=pointers.texts(row, reads.linkedin),
        phones=pointers.texts(row, reads.phones),
        title=pointers.words(row, reads.title),
        company=pointers.words(row, reads.company),
        url=page.replace("{candidate_id}", id),
    )


def _name(row: Row, reads: Reads) -> str:
    parts = (
        pointers.words(row, paths) for paths in (reads.first_name, reads.last_name)
    )
    return " ".join(p for p in parts if p) or pointers.words(row, reads.name)


def is_slim(row: Row, key: Key, reads: Reads) -> bool:
    """Say whether the row lacks a field by which it is to be compared.

    A field that is there but empty is an answer: nothing more to be had.
    """
    needed = {
        Key.EMAIL: (reads.emails,),
        Key.LINKEDIN: (reads.linkedin,),
    }.get(key, (reads.emails, reads.linkedin))
    return any(not any(pointers.has(row, path) for path in paths) for paths in needed)
