"""Candidates, which TrackerRMS calls Resources: create, read, change, delete."""

from __future__ import annotations

import re
from typing import Any

from integrations.simulation import Reply, Row

from . import fields
from .calls import Call, Missing, Problem, invalid, new_id, now

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
OWN = ("last", "lastAt", "isSeed", "dropped", "wholeName")  # ours, never shown


def create(call: Call) -> Reply:
    """Make a new Resource, whoever is there already: nothing is compared."""
    body = call.body()
    values = _checked(call, body)
    if call.switch("missing_surname") == "400" and not values.get("surname"):
        raise invalid("Surname", "The Surname field is required.")
    row = added(call, values, dropped=fields.dropped(body, fields.RESOURCE))
    return Reply(201, {"id": row["id"], "success": True})


def added(call: Call, values: Row, *, dropped: list[str] | None = None) -> Row:
    """Store a new Resource and hide it from search for a while."""
    number, moment = new_id(call.store, "candidates"), now()
    row = {
        **fields.merged(fields.blank(), values),
        "id": number,
        "resourceStatus": "Active",
        "ownerName": owner(call),
        "creationDate": moment,
        "updatedAt": moment,
        "last": "Created",
        "lastAt": moment,
        "isSeed": False,
        "dropped": dropped or [],
    }
    call.store.hide(str(number), call.sim.lag(call.request))
    call.store.put("candidates", str(number), row)
    return row


def owner(call: Call) -> str:
    """Return whose access token it is: all that arrives by it belongs to them."""
    return str(next(iter(call.store.tables["users"].values()))["name"])


def one(call: Call, resource_id: str) -> Row:
    return full(call, call.existing("candidates", resource_id))


def full(call: Call, row: Row) -> Row:
    """Return the nested form; list records have another one."""
    shape = {key: value for key, value in row.items() if key not in (*OWN, "id")}
    return {call.switch("id_on_read"): row["id"], **shape}


def update(call: Call, resource_id: str) -> Reply:
    """Change the fields that are sent. Nobody there may be answered with a 204, too."""
    body = call.body()
    row = call.store.get("candidates", resource_id)
    if row is None:
        if call.switch("patch_missing") == 404:
            raise Missing
        return Reply(204)
    values = _checked(call, body)
    if call.switch("patch_nested") == "replaces":
        empty = fields.blank()
        row = {**row, **{name: empty[name] for name in fields.NESTED if name in values}}
    row = {**fields.merged(row, values), "updatedAt": now()}
    call.store.put("candidates", resource_id, row)
    call.sim.happened(row["id"], "Updated")
    return (
        Reply(204) if call.switch("patch_hit") == 204 else Reply(200, full(call, row))
    )


def delete(call: Call, resource_id: str) -> Reply:
    call.existing("candidates", resource_id)
    call.sim.remove("person", resource_id)
    return Reply(204)


def _checked(call: Call, body: Row) -> Row:
    values = fields.stored(body, fields.RESOURCE)
    if call.switch("malformed_email") == "400":
        email = (values.get("contactDetails") or {}).get("email")
        if email and not _EMAIL.fullmatch(email):
            raise invalid("ContactDetails.Email", "This is not a valid e-mail address.")
    source = values.get("source")
    if source and call.switch("unknown_source") == "400" and source not in SOURCES:
        raise invalid("Source", f"The source '{source}' does not exist.")
    return values


SOURCES = ("Website", "LinkedIn", "Referral", "Job Board", "Jobs +", "PinSync")


def activity(call: Call) -> Reply:
    """Note something on a record; four fields of it are known."""
    if call.switch("activity") == "404":
        raise Problem(404, "Not Found")
    data: dict[str, Any] = call.body()
    if data.get("recordType") not in ("Resource", "R"):
        raise invalid("RecordType", "The record type is not known.")
    row = call.store.get("candidates", str(data.get("recordId")))
    if row is None:
        raise invalid("RecordId", "The record does not exist.")
    kept = {name: fields.text(name, data.get(name, "")) for name in ("subject", "note")}
    return Reply(201, {"id": noted(call, row, kept), "success": True})


def noted(call: Call, row: Row, kept: Row) -> int:
    number = new_id(call.store, "notes")
    note = {"id": number, "candidateId": row["id"], "createdAt": now(), **kept}
    call.store.put("notes", str(number), note)
    call.sim.happened(row["id"], "Activity added")
    return number
