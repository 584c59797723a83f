"""Read Crelate's replies without trusting them.

Missing and null are empty; anything of another type than described is ``Malformed``,
which the adapter turns into Unexpected, NotSent or Unclear by what the call was for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from integrations.adapters import AtsJob, RemotePerson

Row = Mapping[str, Any]

# Not RFC version 4, and to be compared without case.
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Malformed(ValueError):
    """A reply is not what is known of the API; the text names the field, no value."""


def is_guid(value: object) -> bool:
    return isinstance(value, str) and GUID.fullmatch(value) is not None


def same_id(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


# -- Small readers ---------------------------------------------------------------------


def text(row: Row, key: str) -> str:
    """Return the text; "" where it is missing or null."""
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(f"{key} is no text")
    return value.strip()


def inner(row: Row, key: str) -> Row:
    """Return the object; an empty one where it is missing or null."""
    value = row.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed(f"{key} is no object")
    return value


def flag(row: Row, key: str) -> bool:
    """Return the flag; False where it is missing or null."""
    value = row.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Malformed(f"{key} is no flag")
    return value


def row_id(row: Row) -> str:
    """Return the row's id, which must be there and be a GUID."""
    value = row.get("Id")
    if not is_guid(value):
        raise Malformed("Id is no GUID")
    return str(value)


def lookup_id(row: Row, key: str) -> str:
    """Return the id of a lookup: ``{"Id", "Title"}``; "" where there is none."""
    value = inner(row, key).get("Id")
    if value is not None and not is_guid(value):
        raise Malformed(f"{key} holds no GUID")
    return value or ""


def label(row: Row) -> str:
    """Return what a lookup row calls itself: Name or Title, depending on the entity."""
    return text(row, "Name") or text(row, "Title")


def id_or_nothing(row: Row) -> str:
    value = row.get("Id")
    return str(value) if is_guid(value) else ""


def display_name(row: Row) -> str:
    """Return the name of a user or organization; nothing rests on it."""
    said = [row.get(key) for key in ("FirstName", "LastName")]
    parts = [part for part in said if isinstance(part, str) and part]
    name = row.get("Name")
    return " ".join(parts) or (name if isinstance(name, str) else "")


# -- Envelopes -------------------------------------------------------------------------


def envelope(data: Any) -> Row:
    if not isinstance(data, dict) or "Data" not in data:
        raise Malformed("no envelope")
    return data


def record(data: Any) -> Row:
    """Return the one object of a reply, which must be there."""
    found = inner(envelope(data), "Data")
    if not found:
        raise Malformed("Data is missing")
    return found


def record_rows(data: Any) -> list[Row]:
    """Return the objects of a list, which must be there, be it empty."""
    found = envelope(data)["Data"]
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Malformed("Data is no list of objects")
    return found


def total(data: Any) -> int | None:
    """Return how many records a list has in all, where the reply tells."""
    metadata = data.get("Metadata")
    told = metadata.get("TotalRecords") if isinstance(metadata, dict) else None
    return told if isinstance(told, int) and not isinstance(told, bool) else None


def new_id(data: Any) -> str:
    """Return the id of a new record: a bare string, or (never seen) ``{"Id"}``."""
    found = envelope(data)["Data"]
    if isinstance(found, dict):
        found = found.get("Id")
    if not is_guid(found):
        raise Malformed("Data is no GUID")
    return str(found)


def went_well(data: Any) -> None:
    """Accept an envelope whose Data is unknown, unless it says that it failed."""
    told = envelope(data)
    if told.get("Errors") or told["Data"] is False:
        raise Malformed("Errors is not empty")


# -- What we make of rows --------------------------------------------------------------


def remote_person(row: Row, url: str) -> RemotePerson:
    """Read a full contact row; there is one field per email, phone and website."""
    first_last = (text(row, "FirstName"), text(row, "LastName"))
    position = inner(row, "CurrentPosition")
    websites = _values(row, "Websites_")
    return RemotePerson(
        id=row_id(row),
        name=" ".join(part for part in first_last if part) or text(row, "Name"),
        emails=_values(row, "EmailAddresses_"),
        linkedin_urls=tuple(site for site in websites if "linkedin." in site.lower()),
        phones=_values(row, "PhoneNumbers_"),
        title=text(position, "JobTitle"),
        company=text(inner(position, "CompanyId"), "Title"),
        url=url,
    )


def _values(row: Row, prefix: str) -> tuple[str, ...]:
    keys = [key for key in row if isinstance(key, str) and key.startswith(prefix)]
    return _distinct(text(inner(row, key), "Value") for key in keys)


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def ats_job(row: Row) -> AtsJob:
    """Read a full job row.

    No flag says "open": stage names are the tenant's own. The practical test is that
    none of these says otherwise.
    """
    shut = ("IsLead", "IsOnHold", "IsHidden", "IsClosed")
    return AtsJob(
        id=row_id(row),
        title=text(row, "Name") or text(row, "PortalTitle") or "(unnamed job)",
        detail=" · ".join(
            part
            for part in (text(inner(row, "AccountId"), "Title"), _place(row))
            if part
        ),
        is_open=not text(row, "ClosedOn") and not any(flag(row, key) for key in shut),
    )


def _place(row: Row) -> str:
    office = inner(row, "Locations_Business")
    city = text(office, "City") or text(row, "PortalCity")
    state = text(office, "State") or text(row, "PortalState")
    return ", ".join(part for part in (city, state) if part)


def newest_open(rows: Iterable[Row], words: list[str]) -> list[AtsJob]:
    """Return the open jobs in which all the (casefolded) words occur, newest first."""
    newest = sorted(rows, key=lambda row: text(row, "CreatedOn"), reverse=True)
    found = [row for row in newest if all(w in job_words(row) for w in words)]
    return [job for job in map(ats_job, found) if job.is_open]


def job_words(row: Row) -> str:
    """Return all by which a recruiter may look for a job, casefolded."""
    job = ats_job(row)
    extra = (text(row, "JobCode"), text(row, "PortalTitle"))
    return " ".join((job.title, job.detail, *extra)).casefold()


def first_stage(rows: Iterable[Row], workflow_type: str) -> str:
    """Return the id of the stage with the lowest SortOrder; "" where none has one.

    Rows of another workflow are left out: Crelate ignores filters it does not know.
    """
    numbered = [
        (order, row_id(row))
        for row in rows
        if isinstance(order := row.get("SortOrder"), int | float)
        and same_id(lookup_id(row, "WorkflowTypeId") or workflow_type, workflow_type)
    ]
    return min(numbered, default=(0, ""))[1]


def named(rows: Iterable[Row], name: str) -> list[str]:
    """Return the ids of the rows that have exactly this name, case and spaces aside.

    A loose match tagged every record with the wrong source in one tenant.
    """
    wanted = _plain(name)
    return sorted(row_id(row) for row in rows if _plain(label(row)) == wanted)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def file_names(rows: Iterable[Row], person_id: str) -> set[str]:
    """Return the casefolded names of the person's files.

    A row that names another parent is left out (see ``first_stage``).
    """
    return {
        text(row, key).casefold()
        for row in rows
        for key in ("FileName", "Name")
        if same_id(lookup_id(row, "ParentId") or person_id, person_id)
    } - {""}
