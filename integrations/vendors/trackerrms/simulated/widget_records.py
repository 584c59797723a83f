"""Widget methods that read records and settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.simulation import Row

from . import jobs
from .resources import SOURCES
from .searches import full_name
from .widget import WidgetCall, invalid
from .widget_people import shows

_Matches = Callable[[str, str], bool]


def get_records(call: WidgetCall) -> Row:
    """Return records of one kind, by id or by name, a page at a time."""
    call.require("read")
    given = call.part("instructions")
    kind = str(given.get("recordtype") or "")
    if kind not in ("R", "O"):
        raise invalid("The record type is not valid.")
    rows = _candidates(call, given) if kind == "R" else _jobs(call, given)
    size, page = _number(given, "numrecords", 10), _number(given, "pagenum", 0)
    rows = rows[page * size : (page + 1) * size]
    shape = _candidate if kind == "R" else _job
    results = [shape(call, row) for row in rows]
    head = {"status": 0, "message": "success", "count": len(results)}
    return {**head, "results": results}


def _number(given: Row, name: str, default: int) -> int:
    text = str(given.get(name) or default)
    if not text.isdecimal():
        raise invalid(f"The value of {name} is not valid.")
    return int(text)


def _wanted_id(given: Row) -> str:
    """Return the one record that is asked for; zero stands for none."""
    record_id = str(given.get("recordid") or "0")
    return "" if record_id == "0" else record_id


def _candidates(call: WidgetCall, given: Row) -> list[Row]:
    if record_id := _wanted_id(given):
        row = call.store.get("candidates", record_id)
        return [row] if row else []
    text = str(given.get("searchtext") or "").strip().casefold()
    if text and call.switch("records_search") == "exact":
        rows = call.store.find("candidates", "name", text)
    else:
        rows = _containing(call, text)
    return [row for row in rows if shows(call, row)]


def _containing(call: WidgetCall, text: str) -> list[Row]:
    rows = call.store.rows("candidates")
    if not text or call.switch("records_search") == "ignored":
        return rows
    return [row for row in rows if text in full_name(row).casefold()]


def _jobs(call: WidgetCall, given: Row) -> list[Row]:
    if record_id := _wanted_id(given):
        row = call.store.get("jobs", record_id)
        return [row] if row else []
    rows, state = call.store.rows("jobs"), str(given.get("state") or "")
    if state:
        rows = [row for row in rows if jobs.is_in(row, state)]
    text = str(given.get("searchtext") or "").strip().casefold()
    matches: dict[str, _Matches] = {
        "contains": lambda text, name: text in name,
        "exact": lambda text, name: text in ("", name),
        "ignored": lambda text, name: True,
    }
    chosen = matches[call.switch("records_search")]
    return [row for row in rows if chosen(text, row["opportunityName"].casefold())]


def _candidate(call: WidgetCall, row: Row) -> Row:
    address, contact = row["address"], row["contactDetails"]
    company = (row["currentClient"] or {}).get("name", "")
    details = {
        "firstname": row["firstName"],
        "lastname": row["surname"],
        "jobtitle": row["jobTitle"],
        "companyname": company,
        "address1": address["addressLine1"],
        "town": address["town"],
        "county": address["county"],
        "postcode": address["postcode"],
        "country": address["country"],
        "email": contact["email"],
        "otheremail": "",
        "worktelephone": contact["telephone"],
        "hometelephone": "",
        "mobiletelephone": contact["mobilePhone"],
        "linkedin": row["linkedInUrl"],
        "source": row["source"],
        "owner": row["ownerName"],
    }
    return {
        "id": row["id"],
        "name": full_name(row),
        "company": company,
        "status": row["resourceStatus"],
        "dateopened": row["creationDate"][:10],
        "customfields": [],
        "text": "",
        "details": {name: value or "" for name, value in details.items()},
    }


def _job(call: WidgetCall, row: Row) -> Row:
    number, name = row["opportunityId"], row["opportunityName"]
    links = call.store.find("links", "job", str(number))
    details = {
        "id": number,
        "name": name,
        "clientid": row["clientId"],
        "clientname": row["clientName"],
        "status": row["opportunityStatusDesc"],
        "type": row["workType"],
        "shortlisted": sum(link["list"] == jobs.SHORT for link in links),
        "description": row["opportunityDescription"],
        "subject": f"JOB-{number} {name}",
        "Owners": [],
    }
    return {
        "id": number,
        "name": name,
        "company": row["clientName"],
        "status": row["opportunityStatusDesc"],
        "dateopened": row["dateOpened"][:10],
        "customfields": [],
        "text": "",
        "details": details,
    }


def get_individual_record(call: WidgetCall) -> Row:
    """Return one record; a job with who has been placed on it."""
    call.require("read")
    given = call.part("instructions")
    kind, record_id = str(given.get("recordtype") or ""), _wanted_id(given)
    table = {"R": "candidates", "O": "jobs"}.get(kind)
    row = call.store.get(table, record_id) if table else None
    if row is None:
        raise invalid("The record does not exist.")
    result = _candidate(call, row) if kind == "R" else _job(call, row)
    if kind == "O":
        result["details"] |= {
            "location": row["location"],
            "Placements": _placed(call, row),
        }
    return {"status": 0, "message": "success", "count": 1, "results": [result]}


def _placed(call: WidgetCall, job: Row) -> list[Row]:
    return [
        {
            "PlacementId": link["opportunityResourceId"],
            "CandidateId": link["resourceId"],
            "CandidateName": link["resourceDisplayAs"],
        }
        for link in (jobs.placement(call, row) for row in jobs.placements(call))
        if link["opportunityId"] == job["opportunityId"]
    ]


def get_settings_data(call: WidgetCall) -> Row:
    """Return what the tenant calls things, and its lists."""
    call.require("read")
    words = (
        "client",
        "contact",
        "lead",
        "opportunity",
        "project",
        "resource",
        "ticket",
    )
    names = {word: word.capitalize() for word in words}
    names |= {"resource": "Candidate", "opportunity": "Job", "resume": "Resume"}
    return {
        "status": 0,
        "message": "success",
        "accessRights": "CR",
        "namingConventions": names,
        "resourceStatuses": _named(("Active", "Placed", "Do Not Use")),
        "resourceSources": _named(SOURCES),
        "opportunityStatuses": _named(("Active", "On Hold", "Closed", "Won")),
        "opportunityWorkTypes": _named(("Permanent", "Contract")),
        "departments": _named(("Engineering desk", "Healthcare desk")),
    }


def _named(names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"Id": number, "Name": name} for number, name in enumerate(names, start=1)]
