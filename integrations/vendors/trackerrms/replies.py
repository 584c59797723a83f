"""Read the newer API's replies without trusting them.

Missing and null are empty. What identifies a person is ``Malformed`` where it is of
another type than described; what only describes a job is left out, since the full form
of a job has been seen by nobody we know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.adapters import AtsJob, RemotePerson

Row = Mapping[str, Any]

ID = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
# As users see a job's id in its page's address (1026) and on the screen (JOB-1026).
JOB_ID = re.compile(r"(?:job[-\s]*)?([1-9][0-9]{0,9})", re.ASCII | re.IGNORECASE)
# Words of status that say that a job is over [inferred]; tenants may have others.
OVER = {"cancelled", "canceled", "closed", "filled", "inactive", "lost", "won"}


class Malformed(ValueError):
    """A reply is not what is known of the API; the text names the field, no value."""


def is_id(value: str) -> bool:
    return ID.fullmatch(value) is not None


def job_id_in(text: str) -> str:
    """Return the id that is meant by ``1026`` or ``JOB-1026``, else ""."""
    found = JOB_ID.fullmatch(text.strip())
    return found[1] if found else ""


# -- Small readers ---------------------------------------------------------------------


def text(row: Row, key: str) -> str:
    """Return the text; "" where it is missing or null."""
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(f"{key} is no text")
    return value.strip()


def words(row: Row, *keys: str) -> str:
    """Return the first of the texts that there is; nothing rests on it."""
    said = (row.get(key) for key in keys)
    return next((one.strip() for one in said if isinstance(one, str) and one), "")


def inner(row: Row, key: str) -> Row:
    """Return the object; an empty one where it is missing or null."""
    value = row.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed(f"{key} is no object")
    return value


def row_id(row: Row, *keys: str) -> str:
    """Return the id: ``resourceId`` and the like in lists, ``id`` elsewhere."""
    given = (row.get(key) for key in (*keys, "id"))
    value = next((one for one in given if one is not None), None)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Malformed("the id is no number")
    return str(value)


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


# -- Envelopes -------------------------------------------------------------------------


def record(data: Any) -> Row:
    if not isinstance(data, dict) or not data:
        raise Malformed("no record")
    return data


def page(data: Any, name: str) -> tuple[list[Row], bool]:
    """Return the rows of a bare list or of a paged object, and whether no more follow.

    The list's name in the object has been seen for jobs only.
    """
    rows, is_last = data, False
    if isinstance(data, dict):
        held = (data.get(key) for key in (name, "data", "items", "results"))
        rows = next((one for one in held if one is not None), None)
        is_last = data.get("hasNextPage") is False
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Malformed(f"{name} is no list of objects")
    return rows, is_last


def new_id(data: Any) -> str:
    """Return the id of ``{"id": 123, "success": true}``."""
    if record(data).get("success", True) is not True:
        raise Malformed("success is not true")
    return row_id(data)


def went_well(data: Any) -> None:
    """Accept a reply whose body is unknown, unless it says that it failed."""
    if data is None or (isinstance(data, dict) and data.get("success") is False):
        raise Malformed("it does not say that it was done")


# -- People ----------------------------------------------------------------------------


def full_person(row: Row, person_id: str) -> RemotePerson:
    """Read the nested form: of GET, and what POST takes."""
    contact = inner(row, "contactDetails")
    if ("id" in row or "resourceId" in row) and row_id(row, "resourceId") != person_id:
        raise Malformed("the id is another one")
    return RemotePerson(
        id=person_id,
        name=_name(row),
        emails=distinct([text(contact, "email")]),
        linkedin_urls=distinct([text(row, "linkedInUrl")]),
        phones=distinct(text(contact, key) for key in ("mobilePhone", "telephone")),
        title=text(row, "jobTitle"),
        company=words(inner(row, "currentClient"), "name"),
    )


def listed_person(row: Row) -> RemotePerson:
    """Read a flat row of a search: ``firstname`` is its spelling, LinkedIn is not seen."""
    return RemotePerson(
        id=row_id(row, "resourceId"),
        name=_name(row),
        emails=distinct([text(row, "email")]),
        linkedin_urls=distinct([words(row, "linkedInUrl", "linkedin")]),
        phones=distinct([text(row, "mobilePhone")]),
        title=words(row, "jobTitle"),
        complete=False,
    )


def _name(row: Row) -> str:
    first = text(row, "firstName") or text(row, "firstname")
    # Some rows hold the whole name in one field, and nothing in these two [seen].
    whole = words(row, "name", "resourceName", "displayAs")
    return " ".join(part for part in (first, text(row, "surname")) if part) or whole


# -- Jobs ------------------------------------------------------------------------------


def ats_job(row: Row) -> AtsJob:
    job_id = row_id(row, "opportunityId")
    told = (f"JOB-{job_id}", _client(row), _place(row))
    return AtsJob(
        id=job_id,
        title=words(row, "opportunityName", "name", "publishTitle") or "(unnamed job)",
        detail=" · ".join(part for part in told if part),
        is_open=row.get("active") is not False
        and words(row, "opportunityStatusDesc", "status").casefold() not in OVER,
    )


def _client(row: Row) -> str:
    client = row.get("client")
    named = words(client, "name") if isinstance(client, dict) else ""
    return words(row, "clientName") or named


def _place(row: Row) -> str:
    parts = (words(row, "locationCity"), words(row, "locationState"))
    return words(row, "location") or ", ".join(part for part in parts if part)


def newest_open(rows: Iterable[Row], wanted: list[str]) -> list[AtsJob]:
    """Return the open jobs in which all the (casefolded) words occur, newest first."""
    newest = sorted(rows, key=_opened, reverse=True)
    found = [row for row in newest if all(w in _job_words(row) for w in wanted)]
    return [job for job in map(ats_job, found) if job.is_open]


def _opened(row: Row) -> str:
    return words(row, "dateOpened", "creationDate")


def _job_words(row: Row) -> str:
    """Return all by which a recruiter may look for a job, casefolded."""
    job = ats_job(row)
    extra = words(row, "publishReference"), words(row, "publishTitle")
    return " ".join((job.title, job.detail, *extra)).casefold()


# -- Documents -------------------------------------------------------------------------


def file_names(data: Any) -> set[str]:
    """Return the casefolded names of the files; their key's spelling is not certain."""
    rows, _ = page(data, "documents")
    keys = ("filename", "fileName", "name", "documentName")
    return {words(row, key).casefold() for row in rows for key in keys} - {""}


# -- Tokens ----------------------------------------------------------------------------


def bearer(data: Any) -> str:
    """Return the JWT of the exchange; it becomes a header."""
    token = text(record(data), "token")
    if not re.fullmatch(r"[!-~]+", token):
        raise Malformed("token is no token")
    return token


def seconds_left(data: Any, now: datetime) -> float | None:
    """Return how long the token serves; None where it is not told, or is nonsense."""
    try:
        end = datetime.fromisoformat(words(record(data), "expiration"))
    except ValueError:
        return None
    end = end if end.tzinfo else end.replace(tzinfo=UTC)
    left = (end - now).total_seconds()
    return left if left > 0 else None
