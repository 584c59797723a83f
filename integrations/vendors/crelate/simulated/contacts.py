"""Contacts: a candidate is a contact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from integrations.simulation import Everybody, Row

from . import fields
from .calls import Call, Created, Listing, Refusal, new_id, now
from .shapes import contact, full_name, slim

_RECORD_TYPES = {"candidate": 1, "client": 2}
NAMES = ("FirstName", "LastName", "MiddleName")


def listing(call: Call) -> Listing:
    """Return full rows. Whatever parameter Crelate does not know, it ignores."""
    rows: Sequence[Row] = call.store.everybody("contacts")
    if "ids" in call.request.query:
        wanted = [one.lower() for one in call.several("ids")]
        found = [call.store.get("contacts", one) for one in wanted]
        rows = [row for row in found if row]
    elif "emails" in call.request.query:
        rows = _by_email(call, call.several("emails"))
    for name, keep in _FILTERS.items():
        if name in call.request.query and _knows(call, name):
            some = rows.rows if isinstance(rows, Everybody) else rows
            rows = [row for row in some if keep(call, row, call.several(name))]
    page = call.page(rows)
    return Listing([contact(call, row) for row in page.rows], page.total, page.more)


def _knows(call: Call, name: str) -> bool:
    return name != "modified_after" or call.switch("modified_after") == "known"


def _visible(call: Call) -> list[Row]:
    return call.store.visible("contacts")


def _by_email(call: Call, addresses: list[str]) -> list[Row]:
    found: dict[str, Row] = {}
    for address in addresses:
        for row in call.store.find("contacts", "email", address.lower()):
            if call.store.shows(row["Id"]):
                found[row["Id"]] = row
    return list(found.values())


def _on_job(call: Call, row: Row, values: list[str]) -> bool:
    wanted = {value.lower() for value in values}
    return any(
        link["JobId"] in wanted
        for link in call.store.find("links", "contact", row["Id"])
    )


def _tagged(call: Call, row: Row, values: list[str]) -> bool:
    titles = {tag["Title"] for tags in (row["Tags"] or {}).values() for tag in tags}
    return bool(titles & set(values))


def _of_type(call: Call, row: Row, values: list[str]) -> bool:
    bits = sum(_RECORD_TYPES.get(value.lower(), 0) for value in values)
    return bool((row["RecordType"] or 0) & bits)


def _modified(call: Call, row: Row, values: list[str]) -> bool:
    try:
        after = datetime.fromisoformat(values[0])
    except (ValueError, IndexError):
        raise Refusal(400, "The value is not valid for modified_after.") from None
    return datetime.fromisoformat(row["ModifiedOn"]) > after


_FILTERS = {
    "job_ids": _on_job,
    "tag_names": _tagged,
    "record_types": _of_type,
    "modified_after": _modified,
}


def search(call: Call) -> Listing:
    """Return slim rows of people whose name, company, title or email has every word."""
    words = call.parameter("query").casefold().split()
    page = call.page(
        [
            row
            for row in _visible(call)
            if all(word in _searchable(row) for word in words)
        ]
    )
    rows = [slim("Contacts", row["Id"], full_name(row)) for row in page.rows]
    return Listing(rows, page.total, page.more)


def _searchable(row: Row) -> str:
    position = row["CurrentPosition"] or {}
    company = (position.get("CompanyId") or {}).get("Title")
    parts = [row[name] for name in NAMES] + [position.get("JobTitle"), company]
    return " ".join([part for part in parts if part] + fields.emails(row)).casefold()


def one(call: Call, contact_id: str) -> Row:
    return contact(call, call.existing("contacts", contact_id))


def info(call: Call) -> list[Row]:
    return [{"Name": name} for name in fields.CONTACT]


def create(call: Call) -> Created:
    values = fields.written(call, call.entity())
    row = {**blank(call, new_id()), **values}
    row["Name"] = _name(row)
    row["ContactNum"] = _next_number(call)
    if found := _duplicate(call, row):
        raise Refusal(
            409,
            f"A duplicate record of type Contacts with ID '{found['Id']}' was found.",
        )
    call.store.hide(row["Id"], call.sim.lag(call.request))
    call.store.put("contacts", row["Id"], row)
    return Created(row["Id"])


def _next_number(call: Call) -> int:
    newest = next(reversed(call.store.tables["contacts"].values()), None)
    return int(newest["ContactNum"]) + 1 if newest else 1001


def blank(call: Call, contact_id: str) -> Row:
    """Return a contact without values: every key is there, most of them null."""
    moment, user = now(), call.user()
    owner = {"Id": user["Id"], "Title": user["Name"]}
    return {
        **dict.fromkeys(fields.CONTACT),
        "Id": contact_id,
        "EntityStatus": 1,
        "Owners": [{**owner, "IsPrimary": True}],
        "CreatedById": owner,
        "UpdatedById": owner,
        "CreatedOn": moment,
        "ModifiedOn": moment,
        "_last": "Created",
        "_lastAt": moment,
        "_seed": False,
    }


def _name(row: Row) -> str:
    return ", ".join(part for part in (row["LastName"], row["FirstName"]) if part)


def _duplicate(call: Call, row: Row) -> Row | None:
    """Return the record that the tenant's rules take for the same, if any."""
    rule = call.switch("duplicate_rule")
    if rule == "off" or call.switch("allow_duplicates"):
        return None
    by_email = {
        other["Id"]: other
        for address in fields.emails(row)
        for other in call.store.find("contacts", "email", address.lower())
        if other["Id"] != row["Id"]
    }
    by_name = {other["Id"]: other for other in _namesakes(call, row)}
    matches: dict[str, dict[str, Row]] = {
        "email": by_email,
        "name": by_name,
        "email_or_name": {**by_email, **by_name},
        "email_and_name": {k: v for k, v in by_email.items() if k in by_name},
    }
    return next(iter(matches[rule].values()), None)


def _namesakes(call: Call, row: Row) -> list[Row]:
    found = call.store.find("contacts", "name", name_key(row))
    return [other for other in found if other["Id"] != row["Id"] and name_key(row)]


def name_key(row: Row) -> str:
    """Return how names are compared; nothing when one of the two is missing."""
    if not row["FirstName"] or not row["LastName"]:
        return ""
    return f"{row['FirstName']} {row['LastName']}".casefold()


def update(call: Call, contact_id: str) -> str:
    row = call.existing("contacts", contact_id)
    values = fields.written(call, call.entity())
    changed = {**row, **values, "ModifiedOn": now()}
    changed["Name"] = _name(changed)
    touches_name = any(name in values for name in NAMES)
    checks = call.switch("patch_duplicate_check") and not call.switch(
        "allow_duplicates"
    )
    if touches_name and checks and _namesakes(call, changed):
        raise Refusal(409, "Duplicate entities found for entity of type _Contacts")
    call.store.put("contacts", row["Id"], changed)
    call.sim.happened(row["Id"], "Updated")
    return str(row["Id"])


def delete(call: Call, contact_id: str) -> bool:
    call.sim.remove("person", call.existing("contacts", contact_id)["Id"])
    return True
