"""A lifelike small tenant: the same ids at every start."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_DNS, uuid5

from integrations.simulation import Request, Row, Somebody

from .calls import Call
from .contacts import blank

if TYPE_CHECKING:
    from ..simulator import CrelateSimulator

_SPACE = uuid5(NAMESPACE_DNS, "crelate.simulator.pinsync")
_FOUNDED = "2026-02-02T15:04:05.1234567Z"
RECRUITING = "f6ef012f-998d-4132-b38b-a17a00b2b958"  # probably the same in every tenant
_SALES = str(uuid5(_SPACE, "workflow:sales"))

_USERS = (
    ("Rosa", "Lindqvist", "rosa.lindqvist@example.com"),
    ("Dev", "Anand", "dev.anand@example.com"),
)
_COMPANIES = (
    "Northwind Robotics",
    "Halcyon Health",
    "Cobalt Freight",
    "Bright Harbor Bank",
    "Juniper Foods",
)
_SOURCES = ("LinkedIn", "Referral", "PinSync", "Job Board", "Website")
_TITLES = ("Controls Engineer", "Registered Nurse", "Logistics Manager", "Data Analyst")
_STAGES = (  # not in their order: nobody may rely on that
    ("Interviewing", 40),
    ("New", 10),
    ("Placed", 60),
    ("Submitted", 30),
    ("Maybe", 20),
    ("Offer", 50),
)
_SALES_STAGES = (("Lead", 10), ("Open", 20), ("On Hold", 30), ("Closed", 40))
# title, company, stage, city, state, opened on
_JOBS = (
    ("Controls Engineer", 0, "Open", "Denver", "CO", "2026-09-03"),
    ("Robotics Field Technician", 0, "Open", "Denver", "CO", "2026-10-21"),
    ("Nurse Manager, ICU", 1, "Open", "Columbus", "OH", "2026-09-17"),
    ("Clinical Data Analyst", 1, "Open", "Columbus", "OH", "2026-10-30"),
    ("Regional Logistics Manager", 2, "Open", "Memphis", "TN", "2026-08-27"),
    ("Fleet Safety Specialist", 2, "Open", "Memphis", "TN", "2026-11-05"),
    ("Senior Credit Analyst", 3, "Open", "Boston", "MA", "2026-10-08"),
    ("Branch Operations Lead", 3, "Open", "Boston", "MA", "2026-11-12"),
    ("Food Safety Manager", 4, "Open", "Portland", "OR", "2026-09-24"),
    ("Plant Maintenance Engineer", 4, "On Hold", "Portland", "OR", "2026-07-15"),
    ("Firmware Engineer", 0, "Closed", "Denver", "CO", "2026-04-20"),
    ("Night Shift Nurse", 1, "Closed", "Columbus", "OH", "2026-05-06"),
    ("Treasury Analyst", 3, "Lead", "Boston", "MA", "2026-11-16"),
)
# first, last, email slot, email, phone, LinkedIn, title, company, city, state, on job
_PEOPLE = (
    (
        "Marcus",
        "Webb",
        "Work",
        "m.webb@northwind-robotics.example",
        "+17205550119",
        None,
        "Controls Engineer",
        0,
        "Denver",
        "CO",
        None,
    ),
    (
        "Aisha",
        "Rahman",
        "Personal",
        "aisha.rahman@example.com",
        "+16145550164",
        "https://www.linkedin.com/in/aisha-rahman",
        "Nurse Manager",
        1,
        "Columbus",
        "OH",
        "Nurse Manager, ICU",
    ),
    (
        "Caleb",
        "Thornton",
        "Personal",
        "caleb.thornton@example.com",
        "+19015550107",
        "https://www.linkedin.com/in/caleb-thornton",
        "Logistics Manager",
        2,
        "Memphis",
        "TN",
        "Regional Logistics Manager",
    ),
    (
        "Ingrid",
        "Solheim",
        "Personal",
        "ingrid.solheim@example.com",
        None,
        "https://www.linkedin.com/in/ingrid-solheim",
        "Credit Analyst",
        3,
        "Boston",
        "MA",
        None,
    ),
    (
        "Victor",
        "Huang",
        "Other",
        "victor.huang@example.com",
        "+15035550188",
        None,
        "Food Safety Specialist",
        4,
        "Portland",
        "OR",
        None,
    ),
)


def seed_id(kind: str, name: str) -> str:
    return str(uuid5(_SPACE, f"{kind}:{name}"))


def sales_stage(name: str) -> str:
    return seed_id("status", f"{_SALES}/{name}")


def seed(sim: CrelateSimulator) -> None:
    """Fill an empty store."""
    _seed_lookups(sim)
    for job in _JOBS:
        _seed_job(sim, *job)
    for person in _PEOPLE:
        _seed_person(sim, *person)


def _put(sim: CrelateSimulator, table: str, row: Row) -> None:
    sim.store.put(table, row["Id"], row)


def _seed_lookups(sim: CrelateSimulator) -> None:
    for first, last, email in _USERS:
        user: Row = {"Id": seed_id("user", email), "FirstName": first, "LastName": last}
        user |= {"Name": f"{first} {last}", "Email": email, "CreatedOn": _FOUNDED}
        _put(sim, "users", user)
    tenant = {"Id": seed_id("organization", "demo"), "Name": "Demo Staffing"}
    _put(sim, "organizations", tenant)
    named = (
        ("companies", _COMPANIES),
        ("sources", _SOURCES),
        ("artifact_types", ("Resume", "Cover Letter")),
    )
    for table, names in named:
        for name in names:
            stamps = {"CreatedOn": _FOUNDED, "ModifiedOn": _FOUNDED}
            _put(sim, table, {"Id": seed_id(table, name), "Name": name, **stamps})
    for title in _TITLES:
        _put(sim, "job_titles", {"Id": seed_id("title", title), "Title": title})
    for title in ("Relocating", "Bilingual"):
        _put(sim, "tags", {"Id": seed_id("tag", title), "Title": title})
    _put(sim, "countries", {"Id": seed_id("country", "US"), "Title": "United States"})
    for workflow, stages in ((RECRUITING, _STAGES), (_SALES, _SALES_STAGES)):
        for name, order in stages:
            _put(sim, "statuses", _status(workflow, name, order))


def _status(workflow: str, name: str, order: int) -> Row:
    kind = {
        "Id": workflow,
        "Title": "Recruiting" if workflow == RECRUITING else "Sales",
    }
    row: Row = {"Id": seed_id("status", f"{workflow}/{name}"), "Name": name}
    return {**row, "SortOrder": order, "WorkflowTypeId": kind}


def _seed_job(
    sim: CrelateSimulator,
    title: str,
    company: int,
    stage: str,
    city: str,
    state: str,
    opened: str,
) -> None:
    client = _COMPANIES[company]
    created = f"{opened}T14:00:00.12Z"
    row: Row = {
        "Id": seed_id("job", title),
        "Name": f"{title} - {client}",
        "JobCode": str(1001 + len(sim.store.tables["jobs"])),
        "AccountId": {"Id": seed_id("companies", client), "Title": client},
        "JobTitleId": None,
        "JobTypeIds": [],
        "SalesWorkflowItemStatusId": {
            "Id": sales_stage(stage),
            "Title": stage,
        },
        "WorkflowTypeId": {"Id": RECRUITING, "Title": "Recruiting"},
        "IsLead": stage == "Lead",
        "IsOnHold": stage == "On Hold",
        "IsHidden": False,
        "ClosedOn": "2026-09-30T17:00:00.5Z" if stage == "Closed" else None,
        "NumberOfOpenings": 1,
        "NumberOfPlacements": 0,
        "OnPortal": stage == "Open",
        "PortalTitle": title,
        "PortalCity": city,
        "PortalState": state,
        "Description": None,
        "CreatedOn": created,
        "ModifiedOn": created,
    }
    _put(sim, "jobs", row)


def _seed_person(
    sim: CrelateSimulator,
    first: str,
    last: str,
    slot: str,
    email: str,
    phone: str | None,
    linkedin: str | None,
    title: str,
    company: int,
    city: str,
    state: str,
    job: str | None,
) -> None:
    name = f"{first} {last}"
    row = blank(Call(sim, Request("SEED", "/", {})), seed_id("contact", name))
    client = {
        "Id": seed_id("companies", _COMPANIES[company]),
        "Title": _COMPANIES[company],
    }
    row |= {"FirstName": first, "LastName": last, "Name": f"{last}, {first}"}
    row |= {"RecordType": 1, "ContactNum": 1001 + len(sim.store.tables["contacts"])}
    row[f"EmailAddresses_{slot}"] = _value(name, "email", email)
    if phone:
        row["PhoneNumbers_Mobile"] = {**_value(name, "phone", phone), "Extension": None}
    if linkedin:
        row["Websites_LinkedIn"] = _value(name, "linkedin", linkedin)
    place = {"Id": seed_id("address", name), "City": city, "State": state}
    country = {"Id": seed_id("country", "US"), "Title": "United States"}
    row["Addresses_Home"] = {**place, "IsPrimary": True, "CountryId": country}
    position = {"Id": seed_id("position", name), "IsPrimary": True, "JobTitle": title}
    row["CurrentPosition"] = {**position, "CompanyId": client}
    row |= dict.fromkeys(("CreatedOn", "ModifiedOn", "_lastAt"), _FOUNDED)
    row["_seed"] = True
    _put(sim, "contacts", row)
    if job:
        _put(sim, "links", _link(row["Id"], seed_id("job", job), name))


def of_crowd(sim: CrelateSimulator, somebody: Somebody) -> Row:
    """Return one of the made-up people; a third of them have no LinkedIn profile."""
    row = blank(Call(sim, Request("SEED", "/", {})), somebody.id)
    row |= {"FirstName": somebody.first, "LastName": somebody.last, "RecordType": 1}
    row["Name"] = f"{somebody.last}, {somebody.first}"
    row["ContactNum"] = 100_001 + somebody.number
    row["EmailAddresses_Personal"] = _value(somebody.id, "email", somebody.email)
    if somebody.number % 3:
        linkedin = _value(somebody.id, "linkedin", somebody.linkedin)
        row["Websites_LinkedIn"] = linkedin
    row |= dict.fromkeys(("CreatedOn", "ModifiedOn", "_lastAt"), _FOUNDED)
    row["_seed"] = True
    return row


def _value(name: str, kind: str, value: str) -> Row:
    row: Row = {"Id": seed_id(kind, name), "Value": value, "IsPrimary": True}
    return {**row, "CreatedOnSystem": _FOUNDED}


def _link(contact_id: str, job_id: str, name: str) -> Row:
    stage = seed_id("status", f"{RECRUITING}/Submitted")
    reference = {"Id": stage, "Title": "Submitted"}
    row = {"Id": seed_id("link", name), "ContactId": contact_id, "JobId": job_id}
    history = [{"Date": _FOUNDED, "Stage": reference}]
    return {**row, "Stage": reference, "History": history}
