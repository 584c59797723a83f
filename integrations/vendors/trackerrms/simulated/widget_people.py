"""Widget methods about people: look up, create, attach, put on a job."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from integrations.simulation import Row

from . import fields, files, jobs, resources
from .calls import Problem
from .searches import full_name
from .widget import CANNOT_OVERWRITE, Status, WidgetCall, answered, invalid

# The Widget API's names of a candidate and where the newer API keeps the same.
_NAMES = {
    "firstname": ("firstName",),
    "lastname": ("surname",),
    "jobtitle": ("jobTitle",),
    "address1": ("address", "addressLine1"),
    "address2": ("address", "addressLine2"),
    "city": ("address", "town"),
    "state": ("address", "county"),
    "zipcode": ("address", "postcode"),
    "country": ("address", "country"),
    "workphone": ("contactDetails", "telephone"),
    "cellphone": ("contactDetails", "mobilePhone"),
    "email": ("contactDetails", "email"),
    "linkedin": ("linkedInUrl",),
    "source": ("source",),
    "note": ("note",),
}


def check_logon(call: WidgetCall) -> Row:
    return answered()


def check_person(call: WidgetCall) -> Row:
    """Say which kinds of record have this e-mail, phone or LinkedIn; give no id."""
    call.require("read")
    wanted = call.part("details")
    people = [("R", row) for row in _matching(call, "candidates", wanted)]
    people += [("C", row) for row in _matching(call, "contacts", wanted)]
    if not people:
        return _nobody(call)
    kinds = "".join(sorted({kind for kind, _ in people}))
    row = next((row for kind, row in people if kind == "R"), people[0][1])
    return {
        "status": 0,
        "message": "success",
        "count": 0,
        "recordLink": _link(call, row),
        "recordTypes": kinds,
        "firstRecord": _first(row),
    }


def _matching(call: WidgetCall, table: str, wanted: Row) -> list[Row]:
    """Return the records that share a value, or every value that is given."""
    asked = {
        name: index_key(name, str(wanted[name]), call.switch("linkedin_match"))
        for name in ("email", "phone", "linkedin")
        if wanted.get(name)
    }
    hits = [
        {row["id"]: row for row in call.store.find(table, _index(call, name), key)}
        for name, key in asked.items()
    ]
    if not hits:
        return []
    joined = {number: row for hit in hits for number, row in hit.items()}
    if call.switch("check_person_match") == "all":
        joined = {n: row for n, row in joined.items() if all(n in hit for hit in hits)}
    return [row for row in joined.values() if shows(call, row)]


def _index(call: WidgetCall, name: str) -> str:
    return f"linkedin_{call.switch('linkedin_match')}" if name == "linkedin" else name


def index_key(name: str, value: str, linkedin: str) -> str:
    """Return how a value is compared."""
    if name == "phone":
        return re.sub(r"\D", "", value)
    if name == "linkedin" and linkedin == "slug":
        path = urlsplit(value if "//" in value else f"https://{value}").path
        return path.strip("/").rpartition("/")[2].lower()
    return value.strip().lower() if name == "email" else value.strip()


def shows(call: WidgetCall, row: Row) -> bool:
    """Return whether a read finds this: at once, or like search, only later."""
    return call.switch("widget_reads") == "live" or call.store.shows(str(row["id"]))


def _nobody(call: WidgetCall) -> Row:
    head = {"status": 0, "message": "success", "count": 0}
    empty: dict[str, Row] = {
        "empty": {"recordLink": "", "recordTypes": "", "firstRecord": {}},
        "null": {"recordLink": None, "recordTypes": None, "firstRecord": None},
        "absent": {},
    }
    return head | empty[call.switch("nobody_reply")]


def _link(call: WidgetCall, row: Row) -> str:
    if call.switch("record_link") == "base":
        return call.sim.origin
    return f"{call.sim.origin}{call.sim.profile}{row['id']}"


def _first(row: Row) -> Row:
    contact = row["contactDetails"]
    return {
        "fullname": full_name(row),
        "jobtitle": row["jobTitle"] or "",
        "company": (row["currentClient"] or {}).get("name", ""),
        "phone": contact["telephone"] or "",
        "cell": contact["mobilePhone"] or "",
        "email": contact["email"] or "",
        "linkedin": row["linkedInUrl"] or "",
    }


def create_resource(call: WidgetCall) -> Row:
    """Create a candidate, or update the one with this e-mail where that is allowed."""
    call.require("write")
    values = _values(call.part("resource"))
    instructions = call.part("instructions")
    email = (values.get("contactDetails") or {}).get("email") or ""
    there = call.store.find("candidates", "email", email.lower()) if email else []
    if there and not instructions.get("overwriteresource"):
        raise Status(CANNOT_OVERWRITE, "record found and cannot be overwritten")
    if there:
        row = fields.merged(there[0], values)
        call.store.put("candidates", str(row["id"]), row)
        call.sim.happened(row["id"], "Updated")
    else:
        row = resources.added(call, values)
    if job_id := instructions.get("assigntoopportunity"):
        _assigned(call, str(job_id), row, str(instructions.get("assigntolist")))
    return answered("updated" if there else "created", row, full_name(row))


def _values(given: Row) -> Row:
    values: Row = {}
    for name, path in _NAMES.items():
        value = given.get(name)
        if value and not isinstance(value, str):
            raise invalid(f"The value of {name} is not valid.")
        if value and len(path) == 2:
            values.setdefault(path[0], {})[path[1]] = value
        elif value:
            values[path[0]] = value
    if given.get("company"):
        values["currentClient"] = {"id": -1, "name": str(given["company"])}
    if not values.get("surname"):
        first, _, last = str(given.get("fullname") or "").rpartition(" ")
        values |= {"firstName": values.get("firstName", first), "surname": last}
    return values


def attach_document(call: WidgetCall) -> Row:
    call.require("write")
    file = call.part("file")
    if file.get("recordType") != "R":
        raise invalid("The record type is not valid.")
    person = _person(call, file.get("recordId"))
    name, data = file.get("filename"), file.get("data")
    if not isinstance(name, str) or "." not in name or not isinstance(data, str):
        raise invalid()  # the file's kind is read from the extension
    primary = str(file.get("primary", "n")).lower() == "y"
    kind = str(file.get("documentType", "general"))
    try:
        files.kept(call, person, name, data, kind, primary)
    except (files.Unreadable, Problem) as error:
        raise invalid(str(error)) from None
    return answered("success", person, full_name(person))


def resource_application(call: WidgetCall) -> Row:
    call.require("write")
    given = call.part("instructions")
    person = _person(call, given.get("resourceid"))
    job_id = str(given.get("opportunityid") or "")
    if not _assigned(call, job_id, person, str(given.get("assigntolist"))):
        raise invalid("The resource is already linked to this opportunity.")
    return answered("success", person, full_name(person))


def _assigned(call: WidgetCall, job_id: str, person: Row, where: str) -> bool:
    job, lists = (
        call.store.get("jobs", job_id),
        {"short": jobs.SHORT, "long": jobs.LONG},
    )
    if job is None or where not in lists:
        raise invalid("The opportunity or the list does not exist.")
    added = jobs.linked(call, job, person, lists[where])
    return added is not None or bool(call.switch("already_linked") == "200")


def _person(call: WidgetCall, record_id: Any) -> Row:
    row = call.store.get("candidates", str(record_id or ""))
    if row is None:
        raise invalid("The record does not exist.")
    return row


def create_activity(call: WidgetCall) -> Row:
    call.require("write")
    given = call.part("activity")
    if given.get("linkRecordType") != "R":
        raise invalid("The record type is not valid.")
    person = _person(call, given.get("linkRecordId"))
    kept = {name: str(given.get(name) or "") for name in ("subject", "note")}
    return answered("created", {"id": resources.noted(call, person, kept)})
