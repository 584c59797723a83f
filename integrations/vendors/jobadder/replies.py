"""Read JobAdder's replies without trusting them.

Missing and null are alike, unknown keys are ignored; anything of another type than
documented is ``Malformed``, which the adapter turns into Unexpected, NotSent or Unclear
by what the call was for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.adapters import AtsJob, RemotePerson

Row = Mapping[str, Any]
LARGEST_ID = 2**31 - 1  # int32 in the vendor's schema


class Malformed(ValueError):
    """A reply is not what the API documents; the text names the field, no value."""


# -- Small readers ---------------------------------------------------------------------


def record(data: Any) -> Row:
    """Return the one object that a reply is."""
    if not isinstance(data, dict):
        raise Malformed("no object")
    return data


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


def values(row: Row, key: str) -> list[Any]:
    """Return the list without nulls; an empty one where it is missing or null."""
    value = row.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Malformed(f"{key} is no list")
    return [one for one in value if one is not None]


def rows(row: Row, key: str) -> list[Row]:
    """Return the list of objects; an empty one where it is missing or null."""
    found = values(row, key)
    if not all(isinstance(one, dict) for one in found):
        raise Malformed(f"{key} holds something that is no object")
    return found


def row_id(row: Row, key: str) -> str:
    """Return the id, which must be there: a number, or its digits."""
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Malformed(f"{key} is no id")
    if not (digits := str(value).strip()).isdecimal() or int(digits) == 0:
        raise Malformed(f"{key} is no id")
    return str(int(digits))


def number(entered: str) -> int | None:
    """Return the id as JobAdder takes it; None where it cannot be one of its ids."""
    digits = entered.strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 10):
        return None
    return int(digits) if 0 < int(digits) <= LARGEST_ID else None


def header(headers: Mapping[str, str], name: str) -> str:
    """Return the header, whatever the case of its name; "" where it is not there."""
    wanted = name.casefold()
    found = (value for key, value in headers.items() if key.casefold() == wanted)
    return next(found, "").strip()


def moment(row: Row, key: str) -> datetime | None:
    """Return the time, UTC where it tells no zone; None where it is missing."""
    if not (told := text(row, key)):
        return None
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        raise Malformed(f"{key} is no time") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


# -- Lists -----------------------------------------------------------------------------


def listed(data: Any) -> list[Row]:
    """Return the rows of a list, whose ``items`` must be there unless it is empty."""
    page = record(data)
    if page.get("items") is None and page.get("totalCount") != 0:
        raise Malformed("items is missing")
    return rows(page, "items")


def total(data: Any) -> int | None:
    """Return how many rows there are in all; None where JobAdder does not say."""
    count = record(data).get("totalCount")
    if count is None:
        return None
    if isinstance(count, bool) or not isinstance(count, int):
        raise Malformed("totalCount is no number")
    return count


# -- People ----------------------------------------------------------------------------


def remote_person(row: Row, url: str, *, complete: bool) -> RemotePerson:
    """Read a candidate; a row of a list is one without the fields that it lacks."""
    current = inner(inner(row, "employment"), "current")
    return RemotePerson(
        id=row_id(row, "candidateId"),
        name=full_name(row),
        emails=distinct([text(row, "email"), *_texts(row, "otherEmail")]),
        linkedin_urls=_linkedin_urls(row),
        phones=distinct(text(row, key) for key in PHONES),
        title=text(current, "position"),
        company=text(current, "employer"),
        url=url,
        complete=complete,
    )


PHONES = ("phone", "mobile", "mobileNormalized")


def full_name(row: Row) -> str:
    parts = (text(row, "firstName"), text(row, "lastName"))
    return " ".join(part for part in parts if part)


def _texts(row: Row, key: str) -> list[str]:
    found = values(row, key)
    if not all(isinstance(one, str) for one in found):
        raise Malformed(f"{key} holds something that is no text")
    return [one.strip() for one in found]


def _linkedin_urls(row: Row) -> tuple[str, ...]:
    """Read the profiles under any spelling of the key, which is seen, not documented."""
    social = inner(row, "social")
    found = {key: text(social, key) for key in social}
    return distinct(
        url
        for key, url in found.items()
        if key.casefold() == "linkedin" or "linkedin.com" in url.casefold()
    )


def distinct(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if one))


def found_by_email(data: Any) -> list[Row]:
    """Return the candidates of a search over candidates, contacts and users."""
    return rows(record(data), "candidates")


def new_id(data: Any) -> str:
    return row_id(record(data), "candidateId")


def application_id(data: Any) -> str:
    """Return the id of the one application that was made."""
    made = listed(data)
    if len(made) != 1:
        raise Malformed("items is not the one application")
    return row_id(made[0], "applicationId")


def attachment_id(data: Any) -> str:
    return row_id(record(data), "attachmentId")


def deleted_since(data: Any, since: datetime) -> tuple[str, ...]:
    """Return whose deletion is not known to be older."""
    gone = rows(record(data), "items")
    return tuple(
        row_id(row, "candidateId")
        for row in gone
        if (at := moment(row, "deletedAt")) is None or at >= since
    )


# -- Jobs and what hangs on people -----------------------------------------------------


def ats_job(row: Row) -> AtsJob:
    location = inner(row, "location")
    parts = (
        text(inner(row, "company"), "name"),
        text(location, "name"),
        text(inner(location, "area"), "name"),
    )
    number = row_id(row, "jobId")
    return AtsJob(
        id=number,
        title=text(row, "jobTitle") or f"Job {number}",
        detail=" · ".join(part for part in parts if part),
        is_open=_is_open(row),
    )


def _is_open(row: Row) -> bool:
    return inner(row, "status").get("active") is not False and not text(row, "closedAt")


def is_about(row: Row, *, person_id: str, job_id: str) -> bool:
    """Say whether an application names nobody else and no other job."""
    wanted = {"candidate": ("candidateId", person_id), "job": ("jobId", job_id)}
    return all(
        not (part := inner(row, name)) or row_id(part, key) == id
        for name, (key, id) in wanted.items()
    )


def file_names(attachments: list[Row]) -> set[str]:
    """Return the names of the files, case ignored."""
    return {text(row, "fileName").casefold() for row in attachments}


def user_and_account(data: Any) -> tuple[str, str]:
    """Return who signed in, and the name of their account."""
    user = record(data)
    return full_name(user) or text(user, "email"), text(user, "accountName")
