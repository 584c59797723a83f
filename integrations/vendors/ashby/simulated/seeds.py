"""A lifelike small organization: the same ids at every start."""

from __future__ import annotations

from uuid import NAMESPACE_DNS, uuid5

from integrations.simulation import Row, Somebody, Store

from . import shapes
from .candidates import blank

_SPACE = uuid5(NAMESPACE_DNS, "ashby.simulator.pinsync")
_FOUNDED = "2026-03-02T09:00:00.000Z"

_USERS = (
    ("Morgan", "Ellis", "morgan.ellis@example.com", "Organization Admin", True),
    ("Sam", "Okafor", "sam.okafor@example.com", "Elevated Access", True),
    ("Lena", "Brandt", "lena.brandt@example.com", "Limited Access", True),
    ("Pat", "Gone", "pat.gone@example.com", "Limited Access", False),
)
_LOCATIONS = (
    ("San Francisco", "California", "United States", "Hybrid"),
    ("Berlin", "Berlin", "Germany", "OnSite"),
    ("Remote (Europe)", "", "", "Remote"),
)
_DEPARTMENTS = ("Engineering", "Product and Design", "Go to Market", "People")
_STAGES = (
    ("New Lead", "Lead"),
    ("Reached Out", "Lead"),
    ("Replied", "Lead"),
    ("Application Review", "PreInterviewScreen"),
    ("Recruiter Screen", "Active"),
    ("Onsite", "Active"),
    ("Offer", "Offer"),
    ("Hired", "Hired"),
    ("Archived", "Archived"),
)
_SOURCES = (
    ("Sourced: PinSync", "Sourced"),
    ("LinkedIn", "Sourced"),
    ("LinkedIn", "Inbound"),
    ("Applied", "Inbound"),
    ("Referral", "Referral"),
    ("Internal Transfer", "Internal"),
)
_REASONS = (
    ("Not enough experience", "RejectedByOrg"),
    ("Took another offer", "RejectedByCandidate"),
    ("Position filled", "Other"),
)
# title, status, employment, department, location, opened on
_JOBS = (
    ("Senior Backend Engineer", "Open", "FullTime", 0, 0, "2026-09-01"),
    ("Staff Machine Learning Engineer", "Open", "FullTime", 0, 0, "2026-09-14"),
    ("Site Reliability Engineer", "Open", "FullTime", 0, 1, "2026-10-05"),
    ("Robotics Software Engineer", "Open", "FullTime", 0, 1, "2026-10-12"),
    ("Product Designer", "Open", "FullTime", 1, 2, "2026-08-20"),
    ("Senior Product Manager, Platform", "Open", "FullTime", 1, 0, "2026-10-19"),
    ("Account Executive, DACH", "Open", "FullTime", 2, 1, "2026-09-28"),
    ("Customer Success Manager", "Open", "PartTime", 2, 2, "2026-11-02"),
    ("Technical Recruiter", "Open", "Contract", 3, 2, "2026-11-09"),
    ("Data Engineer", "Open", "FullTime", 0, 2, "2026-11-10"),
    ("Frontend Engineer", "Closed", "FullTime", 0, 0, "2026-04-07"),
    ("Office Manager", "Closed", "PartTime", 3, 1, "2026-05-11"),
    ("Solutions Architect", "Archived", "FullTime", 2, 0, "2026-03-16"),
    ("Engineering Intern 2027", "Draft", "Intern", 0, 1, None),
    ("Chief Financial Officer", "Open", "FullTime", 3, 0, "2026-11-03"),
)
_CONFIDENTIAL = "Chief Financial Officer"
# name, email, phone, LinkedIn, position, company, place, on which job
_PEOPLE = (
    (
        "Priya Natarajan",
        "priya.natarajan@example.com",
        "+1 415 555 0142",
        "https://www.linkedin.com/in/priya-natarajan",
        "Senior Software Engineer",
        "Lumen Analytics",
        ("San Francisco", "California", "United States"),
        None,
    ),
    (
        "Tomasz Kowalczyk",
        "tomasz.kowalczyk@example.com",
        "+48 22 555 01 12",
        "https://www.linkedin.com/in/tomasz-kowalczyk",
        "Site Reliability Engineer",
        "Baltic Cloud",
        ("Warsaw", "Masovia", "Poland"),
        "Site Reliability Engineer",
    ),
    (
        "Grace Oyelaran",
        "grace.oyelaran@example.com",
        "+44 20 7946 0321",
        "https://www.linkedin.com/in/grace-oyelaran",
        "Product Designer",
        "Fieldnote",
        ("London", "England", "United Kingdom"),
        "Product Designer",
    ),
    (
        "Jens Mortensen",
        "jens.mortensen@example.com",
        None,
        "https://linkedin.com/in/jens-mortensen",
        "Data Engineer",
        "Havn Logistics",
        ("Copenhagen", "", "Denmark"),
        None,
    ),
    (
        "Maya Delgado",
        None,
        "+1 312 555 0177",
        "https://www.linkedin.com/in/maya-delgado",
        "Account Executive",
        "Prairie Systems",
        ("Chicago", "Illinois", "United States"),
        None,
    ),
)


def seed_id(kind: str, name: str) -> str:
    return str(uuid5(_SPACE, f"{kind}:{name}"))


def seed(store: Store) -> None:
    """Fill an empty store."""
    _seed_organization(store)
    _seed_plan(store)
    for job in _JOBS:
        _seed_job(store, *job)
    for person in _PEOPLE:
        _seed_person(store, *person)


def _put(store: Store, table: str, row: Row) -> None:
    store.put(table, row["id"], row)


def _seed_organization(store: Store) -> None:
    for first, last, email, role, enabled in _USERS:
        user: Row = {"id": seed_id("user", email), "firstName": first, "lastName": last}
        user |= {"email": email, "globalRole": role, "isEnabled": enabled}
        _put(store, "users", {**user, "updatedAt": _FOUNDED})
    for city, region, country, workplace in _LOCATIONS:
        _put(store, "locations", _location(city, region, country, workplace))
    for name in _DEPARTMENTS:
        row: Row = {
            "id": seed_id("department", name),
            "name": name,
            "isArchived": False,
        }
        _put(
            store, "departments", {**row, "createdAt": _FOUNDED, "updatedAt": _FOUNDED}
        )
    for title, kind in _SOURCES:
        _put(store, "sources", _source(title, kind))
    for text, kind in _REASONS:
        row = {"id": seed_id("reason", text), "text": text, "reasonType": kind}
        _put(store, "archive_reasons", {**row, "isArchived": False})
    for title in ("Do not contact", "Silver medalist"):
        row = {"id": seed_id("tag", title), "title": title, "isArchived": False}
        _put(store, "tags", row)
    _put(store, "projects", _project("Future leaders"))
    _put(store, "custom_fields", _field("Notice period", "String"))
    choices = [{"label": label, "value": label.lower()} for label in ("Yes", "No")]
    options = [{**choice, "isArchived": False} for choice in choices]
    relocates = _field("Would relocate", "ValueSelect")
    _put(store, "custom_fields", {**relocates, "selectableValues": options})


def _location(city: str, region: str, country: str, workplace: str) -> Row:
    address = {"addressLocality": city, "addressRegion": region}
    row: Row = {"id": seed_id("location", city), "name": city, "isArchived": False}
    if country:
        row["address"] = {"postalAddress": {**address, "addressCountry": country}}
    return {**row, "workplaceType": workplace, "isRemote": workplace == "Remote"}


def _source(title: str, kind: str) -> Row:
    kind_row = {"id": seed_id("source type", kind), "title": kind, "isArchived": False}
    row: Row = {"id": seed_id("source", f"{title}/{kind}"), "title": title}
    return {**row, "isArchived": False, "sourceType": kind_row}


def _project(title: str) -> Row:
    row: Row = {"id": seed_id("project", title), "title": title, "description": ""}
    row |= {"isArchived": False, "confidential": False, "createdAt": _FOUNDED}
    owner = seed_id("user", _USERS[0][2])
    return {**row, "authorId": owner, "customFieldEntries": []}


def _field(title: str, kind: str) -> Row:
    row: Row = {
        "id": seed_id("custom field", title),
        "title": title,
        "isPrivate": False,
    }
    row |= {"objectType": "Candidate", "fieldType": kind, "isRequired": False}
    return {**row, "isArchived": False}


def _seed_plan(store: Store) -> None:
    plan = {"id": seed_id("plan", "Default"), "title": "Default", "isArchived": False}
    _put(store, "plans", {**plan, "createdAt": _FOUNDED, "updatedAt": _FOUNDED})
    for order, (title, kind) in enumerate(_STAGES):
        row: Row = {"id": seed_id("stage", title), "title": title, "type": kind}
        row |= {"orderInInterviewPlan": order, "interviewStageGroupId": None}
        _put(store, "stages", {**row, "interviewPlanId": plan["id"]})


def _seed_job(
    store: Store,
    title: str,
    status: str,
    employment: str,
    department: int,
    location: int,
    opened: str | None,
) -> None:
    plan_id = seed_id("plan", "Default")
    opened_at = f"{opened}T08:30:00.000Z" if opened else None
    closed_at = None if status in ("Open", "Draft") else "2026-08-31T16:00:00.000Z"
    row: Row = {
        "id": seed_id("job", title),
        "title": title,
        "confidential": title == _CONFIDENTIAL,
        "status": status,
        "employmentType": employment,
        "locationId": seed_id("location", _LOCATIONS[location][0]),
        "departmentId": seed_id("department", _DEPARTMENTS[department]),
        "defaultInterviewPlanId": plan_id,
        "interviewPlanIds": [plan_id],
        "jobPostingIds": [],
        "customFields": [],
        "customRequisitionId": None,
        "brandId": seed_id("brand", "Default"),
        "hiringTeam": [],
        "author": store.tables["users"][seed_id("user", _USERS[0][2])],
        "createdAt": opened_at or _FOUNDED,
        "updatedAt": closed_at or opened_at or _FOUNDED,
        "openedAt": opened_at,
        "closedAt": closed_at,
    }
    _put(store, "jobs", row)


def _seed_person(
    store: Store,
    name: str,
    email: str | None,
    phone: str | None,
    linkedin: str,
    position: str,
    company: str,
    place: tuple[str, str, str],
    job: str | None,
) -> None:
    row = blank(seed_id("person", name), name, "2026-06-15T10:20:30.000Z", seed=True)
    kind: Row = {"type": "Personal", "isPrimary": True}
    if email:
        row["emails"] = [{"value": email, **kind}]
    if phone:
        row["phones"] = [{"value": phone, **kind}]
    row["links"] = [{"type": "LinkedIn", "url": linkedin}]
    row["position"], row["company"] = position, company
    parts = dict(zip(("city", "region", "country"), place, strict=True))
    row["location"] = shapes.place(parts, seed_id("place", name))
    row["sourceId"] = seed_id("source", "LinkedIn/Sourced")
    _put(store, "candidates", row)
    if job:
        _put(store, "applications", _application(row, job))


def of_crowd(somebody: Somebody) -> Row:
    """Return one of the made-up people; a third of them have no LinkedIn link."""
    name = f"{somebody.first} {somebody.last}"
    row = blank(somebody.id, name, "2026-06-15T10:20:30.000Z", seed=True)
    email = {"value": somebody.email, "type": "Personal", "isPrimary": True}
    row["emails"] = [email]
    if somebody.number % 3:
        row["links"] = [{"type": "LinkedIn", "url": somebody.linkedin}]
    return row


def _application(person: Row, job: str) -> Row:
    stage = {
        "stageId": seed_id("stage", "Recruiter Screen"),
        "title": "Recruiter Screen",
    }
    entered = {"stageNumber": 0, "enteredStageAt": person["createdAt"]}
    entry: Row = {"id": seed_id("entry", person["name"]), **stage, **entered}
    entry |= {"allowedActions": ["set_entered_at"]}
    return {
        "id": seed_id("application", person["name"]),
        "candidateId": person["id"],
        "jobId": seed_id("job", job),
        "createdAt": person["createdAt"],
        "updatedAt": person["createdAt"],
        "status": "Active",
        "stageId": stage["stageId"],
        "sourceId": person["sourceId"],
        "creditedToUserId": None,
        "archiveReasonId": None,
        "archivedAt": None,
        "customFields": [],
        "history": [{**entry, "actorId": seed_id("user", _USERS[0][2])}],
    }
