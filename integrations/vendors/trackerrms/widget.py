"""The older API ("Widget"): frozen by its vendor, but documented.

It lives on another host, and takes the credential in the body. What went wrong comes
with HTTP 200 and a number of its own.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.adapters import Effect, Http, RemotePerson, Reply
from integrations.errors import AtsError, Rejected, Unexpected

from . import failures, replies
from .client import made
from .replies import Malformed, Row, distinct, inner, text, words

RECORDS = 50  # rows a page; whether so many come is unknown
RECORD_PAGES = 4

SUCCESS, USER_NOT_FOUND, USER_NOT_ACTIVE, CANNOT_OVERWRITE = 0, 1, 2, 3
# Where the API, the method or the credential is not known there.
REFUSALS = (400, 401, 403, 404, 405)


@dataclass(frozen=True)
class Hint:
    """What checkPerson says: of which kinds there are, and the name of the first."""

    may_be_candidate: bool
    full_name: str


class OlderApi:
    """Four of its methods; the access token is tried as ``oauthtoken`` [unknown]."""

    def __init__(self, http: Http, origin: str, token: str) -> None:
        self.http, self._origin, self._token = http, origin, token

    # -- reads -------------------------------------------------------------------------

    def check_person(self, *, email: str = "", linkedin: str = "") -> Hint:
        """Ask whether anybody has exactly this; the reply names no id."""
        details = {"email": email, "phone": "", "linkedin": linkedin}
        return made(
            "checkPerson", _hint, self._ask("checkPerson", {"details": details})
        )

    def records(self, name: str) -> list[RemotePerson]:
        """Return the candidates that the search by name gives, with what we compare."""
        found: dict[str, RemotePerson] = {}
        for number in range(RECORD_PAGES):
            page = self.record_page(name, number=number)
            known = len(found)
            found |= {person.id: person for person in page}
            if len(found) == known:
                break
        return list(found.values())

    def record_page(
        self, name: str, *, number: int = 0, size: int = RECORDS
    ) -> list[RemotePerson]:
        told = self._ask(
            "getRecords",
            {
                "instructions": {
                    "recordtype": "R",
                    "recordid": 0,
                    "state": "",
                    "searchtext": name,
                    "onlymyrecords": False,
                    "numrecords": size,
                    "pagenum": number,
                    "includecustomfields": False,
                }
            },
        )
        return made("getRecords", _people, told)

    # -- writes: the last resort, after the newer API has surely refused ---------------

    def apply(self, person_id: str, job_id: str) -> None:
        """Put the person on the job's longlist."""
        instructions = {
            "opportunityid": job_id,
            "resourceid": person_id,
            "assigntolist": "long",
            "shortlistedby": "user",
            "source": "",
        }
        self._write("resourceApplication", {"instructions": instructions}, "this")

    def attach(self, person_id: str, file_name: str, pdf: bytes) -> None:
        file = {
            "filename": file_name,
            "recordType": "R",
            "recordId": int(person_id),
            "documentType": "resume",
            "primary": "y",  # [inferred]: samples show "n" and "R"
            "data": base64.b64encode(pdf).decode(),
        }
        self._write("attachDocument", {"file": file}, "the resume")

    # -- one call ----------------------------------------------------------------------

    def _ask(self, method: str, payload: Mapping[str, Any]) -> Row:
        reply = self._call(method, payload, Effect.READ)
        told, status = self._told(method, reply, Effect.READ)
        if status in (USER_NOT_FOUND, USER_NOT_ACTIVE):
            raise failures.older_refused(self._why(reply))
        if status != SUCCESS:
            raise Unexpected(
                f"TrackerRMS's older API could not answer ({status}): "
                f"{self._why(reply)}. It is asked again automatically."
            )
        return told

    def _write(self, method: str, payload: Mapping[str, Any], what: str) -> None:
        reply = self._call(method, payload, Effect.WRITE)
        if reply.status in REFUSALS:
            raise failures.not_done(what, self._why(reply))
        _, status = self._told(method, reply, Effect.WRITE)
        if status != SUCCESS:
            raise self._refused(what, status, self._why(reply))

    def _refused(self, what: str, status: int, why: str) -> AtsError:
        if status == CANNOT_OVERWRITE or failures.says_already(why):
            return failures.already_there()
        if status in (USER_NOT_FOUND, USER_NOT_ACTIVE):
            return failures.not_done(what, why)
        return Rejected(f"TrackerRMS refused {what}: {why}. Correct it, then retry.")

    def _call(self, method: str, payload: Mapping[str, Any], effect: Effect) -> Reply:
        body = {"credentials": {"oauthtoken": self._token}, **payload}
        reply = self.http.call(
            "POST",
            f"{self._origin}/api/widget/{method}",
            effect=effect,
            json={"trackerrms": {method: body}},
            accept=REFUSALS,
            sign=False,
            again=effect is Effect.WRITE,
        )
        if reply.status in REFUSALS and effect is Effect.READ:
            raise failures.older_refused(self._why(reply))
        return reply

    def _told(self, method: str, reply: Reply, effect: Effect) -> tuple[Row, int]:
        return made(f"/api/{method}", _status, reply.data, effect=effect)

    def _why(self, reply: Reply) -> str:
        said = (
            failures.said_in(reply.data) or f"status {reply.status}, without a reason"
        )
        return failures.shorten(said, secret=self._token)


# -- Its replies -----------------------------------------------------------------------


def _status(data: Any) -> tuple[Row, int]:
    told = replies.record(data)
    status = told.get("status")
    if not isinstance(status, int) or isinstance(status, bool):
        raise Malformed("status is no number")
    return told, status


def _hint(told: Row) -> Hint:
    """Read checkPerson; its form where nobody has it is unknown, and its count useless.

    The letters mean contacts (C), candidates (R) and users (U).
    """
    kinds = text(told, "recordTypes").upper()
    full_name = text(inner(told, "firstRecord"), "fullname")
    return Hint("R" in kinds or (not kinds and bool(full_name)), full_name)


def _people(told: Row) -> list[RemotePerson]:
    rows, _ = replies.page(told, "results")
    return [_person(row) for row in rows]


def _person(row: Row) -> RemotePerson:
    details = inner(row, "details")
    first_last = (text(details, "firstname"), text(details, "lastname"))
    phones = ("mobiletelephone", "worktelephone", "hometelephone")
    return RemotePerson(
        id=replies.row_id(row),
        name=" ".join(part for part in first_last if part) or text(row, "name"),
        emails=distinct(text(details, key) for key in ("email", "otheremail")),
        linkedin_urls=distinct([text(details, "linkedin")]),
        phones=distinct(text(details, key) for key in phones),
        title=words(details, "jobtitle"),
        company=words(details, "companyname") or words(row, "company"),
    )
