"""Read Ashby's replies without trusting them.

Missing and null are empty; anything of another type than documented is ``Malformed``,
which the adapter turns into Unexpected, NotSent or Unclear by what the call was for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from integrations.adapters import AtsJob, RemotePerson

Row = Mapping[str, Any]


class Malformed(ValueError):
    """A reply is not what the API documents; the text names the field, no value."""


# -- Small readers ---------------------------------------------------------------------


def text(row: Row, key: str) -> str:
    """Return the text; "" where it is missing or null."""
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(f"{key} is no text")
    return value.strip()


def needed(row: Row, key: str) -> str:
    """Return the text, which must be there."""
    if value := text(row, key):
        return value
    raise Malformed(f"{key} is missing")


def inner(row: Row, key: str) -> Row:
    """Return the object; an empty one where it is missing or null."""
    value = row.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed(f"{key} is no object")
    return value


def items(row: Row, key: str) -> list[Any]:
    """Return the list; an empty one where it is missing or null."""
    value = row.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Malformed(f"{key} is no list")
    return value


def rows(row: Row, key: str) -> list[Row]:
    """Return the list of objects; an empty one where it is missing or null."""
    found = items(row, key)
    if not all(isinstance(item, dict) for item in found):
        raise Malformed(f"{key} holds something that is no object")
    return found


def results(envelope: Row) -> Row:
    """Return the one object of a reply, which must be there."""
    if envelope.get("results") is None:
        raise Malformed("results is missing")
    return inner(envelope, "results")


def result_rows(envelope: Row) -> list[Row]:
    """Return the objects of a list, which must be there, be it empty."""
    if envelope.get("results") is None:
        raise Malformed("results is missing")
    return rows(envelope, "results")


def link(row: Row, key: str) -> str:
    """Return the address if it is one that a page may link to, else ""."""
    value = row.get(key)
    return value if isinstance(value, str) and is_web_url(value) else ""


def is_web_url(value: str) -> bool:
    """Say whether Ashby's check "must be a valid Url" can be expected to pass."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    host = parts.hostname or ""
    return (
        parts.scheme in ("http", "https")
        and bool(host)
        and not re.search(r"[\s<>\"\\]", value)
    )


# -- What we make of rows --------------------------------------------------------------


def remote_person(row: Row) -> RemotePerson:
    """Read a Candidate; absent keys are how Ashby says "nothing"."""
    links = [(text(x, "type"), text(x, "url")) for x in rows(row, "socialLinks")]
    return RemotePerson(
        id=needed(row, "id"),
        name=text(row, "name"),
        emails=_values(row, "primaryEmailAddress", "emailAddresses"),
        linkedin_urls=tuple(
            url
            for kind, url in links
            if url and (kind.casefold() == "linkedin" or "linkedin.com" in url.lower())
        ),
        phones=_values(row, "primaryPhoneNumber", "phoneNumbers"),
        title=text(row, "position"),
        company=text(row, "company"),
        url=link(row, "profileUrl"),
    )


def _values(row: Row, primary: str, others: str) -> tuple[str, ...]:
    found = [inner(row, primary), *rows(row, others)]
    return distinct(text(one, "value") for one in found)


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def job_id_of(application: Row) -> str:
    return needed(inner(application, "job"), "id")


def ats_job(row: Row) -> AtsJob:
    place = text(inner(row, "location"), "name")
    parts = (place, text(row, "customRequisitionId"))
    return AtsJob(
        id=needed(row, "id"),
        title=needed(row, "title"),
        detail=" · ".join(part for part in parts if part),
        is_open=text(row, "status") == "Open",
    )


def opened(row: Row) -> str:
    """Return the ISO time by which a job counts as new."""
    return text(row, "openedAt") or text(row, "createdAt")


# -- Readers of whole envelopes ------------------------------------------------------


def page_and_cursor(envelope: Row) -> tuple[Row, str]:
    result_rows(envelope)
    if not envelope.get("moreDataAvailable"):
        return envelope, ""
    return envelope, needed(envelope, "nextCursor")


def title_and_scopes(envelope: Row) -> tuple[str, list[Any]]:
    row = results(envelope)
    return text(row, "title"), items(row, "scopes")


def jobs_by_id(envelope: Row) -> dict[str, tuple[str, AtsJob]]:
    jobs = [(opened(row), ats_job(row)) for row in result_rows(envelope)]
    return {job.id: (opened, job) for opened, job in jobs}


def people(envelope: Row) -> list[RemotePerson]:
    return [remote_person(row) for row in result_rows(envelope)]


def id_and_link(envelope: Row) -> tuple[str, str]:
    row = results(envelope)
    return needed(row, "id"), link(row, "profileUrl")


def note_contents(envelope: Row) -> list[str]:
    return [text(row, "content") for row in result_rows(envelope)]


def upload_place(envelope: Row) -> tuple[str, str, dict[str, str]]:
    """Read the handle, the address and the form fields of an upload."""
    row = results(envelope)
    url = link(row, "url")
    if not url:
        raise Malformed("url is no web address")
    form = {str(name): str(value) for name, value in inner(row, "fields").items()}
    return needed(row, "handle"), url, form


def application_ids(envelope: Row) -> list[str]:
    """Read which applications a Candidate has."""
    ids = items(results(envelope), "applicationIds")
    if not all(isinstance(one, str) and one for one in ids):
        raise Malformed("applicationIds holds something that is no id")
    return ids


def file_names(envelope: Row) -> tuple[str, ...]:
    """Read the names of a Candidate's files; the resume is often listed twice."""
    row = results(envelope)
    handles = [inner(row, "resumeFileHandle"), *rows(row, "fileHandles")]
    return distinct(text(one, "name") for one in handles)
