"""The search by email address over candidates, contacts and users."""

from __future__ import annotations

from integrations.simulation import Row

from . import crowd
from .calls import Call, Refusal, invalid, problem
from .candidates import generated

_MOST = 5  # of each kind
_NARROW = frozenset({"read_candidate", "read_contact", "read_user"})


def search(call: Call) -> Row:
    """Return who has the address, the latest updated first.

    With narrow scopes each kind is shown to the scope that covers it; whether one of
    them is enough is not known.
    """
    sees = _NARROW if "read" in call.scopes else _NARROW & call.scopes
    if call.switch("email_search_scope") == "all" and sees != _NARROW:
        raise Refusal(403)
    wanted = call.text("Email").strip().casefold()
    if not wanted:
        raise invalid(problem("email", "An email address is needed.", "MissingField"))
    found: dict[str, list[Row]] = {"candidates": [], "contacts": [], "users": []}
    if "read_candidate" in sees:
        found["candidates"] = [_candidate(r, wanted) for r in _candidates(call, wanted)]
    if "read_contact" in sees:
        found["contacts"] = [
            _contact(r, wanted) for r in _listed(call, "contacts", wanted)
        ]
    if "read_user" in sees:
        found["users"] = [_user(r, wanted) for r in _listed(call, "users", wanted)]
    return found


def _candidates(call: Call, wanted: str) -> list[Row]:
    store = call.store
    rows = store.find("candidates", "email", wanted)
    rows = [row for row in rows if store.shows(str(row["candidateId"]))]
    number = crowd.with_email(wanted)
    if number is not None and call.sim.candidate(str(crowd.FIRST_ID + number)):
        person = generated(number)
        if all(row["candidateId"] != person["candidateId"] for row in rows):
            rows.append(person)
    return _newest(rows)


def _listed(call: Call, table: str, wanted: str) -> list[Row]:
    rows = call.store.rows(table)
    return _newest([row for row in rows if (row["email"] or "").casefold() == wanted])


def _newest(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: str(row["updatedAt"]), reverse=True)[:_MOST]


def _match(row: Row, wanted: str) -> Row:
    is_first = (row["email"] or "").casefold() == wanted
    if is_first:
        return {"type": "Email", "email": row["email"]}
    found = [one for one in row["otherEmail"] if one.casefold() == wanted]
    return {"type": "OtherEmail", "email": found[0] if found else wanted}


_SHARED = ("firstName", "lastName", "email", "phone", "mobile", "updatedAt")


def _candidate(row: Row, wanted: str) -> Row:
    shape = {key: row[key] for key in ("candidateId", *_SHARED)}
    return {"match": _match(row, wanted), **shape}


def _contact(row: Row, wanted: str) -> Row:
    shape = {key: row[key] for key in ("contactId", "position", *_SHARED)}
    return {"match": _match(row, wanted), **shape}


def _user(row: Row, wanted: str) -> Row:
    shape = {key: row[key] for key in ("userId", "position", "inactive", *_SHARED)}
    return {"match": _match(row, wanted), **shape}
