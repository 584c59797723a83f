"""A lifelike small agency: the same ids at every start."""

from __future__ import annotations

from integrations.simulation import Row, Store

from .applications import blank as blank_application
from .candidates import blank

_FOUNDED = "2024-02-05T09:00:00Z"
ACCOUNT = "Harbour Talent"
OPEN, INTERVIEWING, ON_HOLD, FILLED, CLOSED = 401, 402, 403, 404, 405
NEW, SUBMITTED, INTERVIEW, REJECTED = 501, 502, 503, 509

_OFFICE = {"officeId": 12, "name": "London", "city": "London", "countryCode": "GB"}
# login, first name, last name, position, admin, may grant access
_USERS = (
    ("robin", "Robin", "Example", "Managing Director", True, False),
    ("sam", "Sam", "Whitlock", "Operations Manager", False, True),
    ("kim", "Kim", "Ferreira", "Consultant", False, False),
    ("jude", "Jude", "Marsh", "Consultant", False, False),
)
# id, name, active, default
_CANDIDATE_STATUSES = (
    (11001, "Active", True, True),
    (11002, "Placed", True, False),
    (11003, "Do not contact", False, False),
)
_JOB_STATUSES = (
    (OPEN, "Open", True, True),
    (INTERVIEWING, "Interviewing", True, False),
    (ON_HOLD, "On Hold", False, False),
    (FILLED, "Filled", False, False),
    (CLOSED, "Closed", False, False),
)
# id, name, active, rejected, stage, step, progress
_APPLICATION_STATUSES = (
    (NEW, "New", True, False, "Applied", 0, "Started"),
    (SUBMITTED, "Submitted to client", True, False, "Submitted", 1, "InProgress"),
    (INTERVIEW, "Interview", True, False, "Interview", 2, "InProgress"),
    (504, "Offer", True, False, "Offer", 3, "InProgress"),
    (505, "Placed", False, False, "Placed", 4, "Complete"),
    (REJECTED, "Unsuccessful", False, True, "Applied", 0, "Complete"),
)
_SOURCES = ("LinkedIn", "Referral", "Seek", "Website", "PinSync")
_COMPANIES = (
    "Lumen Analytics",
    "Northwind Robotics",
    "Harbor Cloud",
    "Fieldnote",
    "St. Brigid's Hospital",
    "Peak Logistics",
)
# first name, last name, position, company
_CONTACTS = (
    ("Sasha", "Buyer", "CTO", 0),
    ("Noor", "Vance", "Head of Engineering", 1),
    ("Ivo", "Stern", "Talent Lead", 2),
    ("Cleo", "Hart", "Founder", 3),
    ("Moira", "Keane", "Director of Nursing", 4),
    ("Gil", "Ortega", "Regional Manager", 5),
)
# title, company, place, status, opened on
_JOBS = (
    ("Senior Backend Engineer", 0, "San Francisco", OPEN, "2026-09-03"),
    ("Controls Engineer", 1, "Denver", OPEN, "2026-09-10"),
    ("Site Reliability Engineer", 2, "Berlin", OPEN, "2026-09-17"),
    ("Robotics Software Engineer", 1, "Denver", OPEN, "2026-09-24"),
    ("Product Designer", 3, "London", OPEN, "2026-10-01"),
    ("Data Engineer", 0, "London", OPEN, "2026-10-08"),
    ("Account Executive, DACH", 2, "Berlin", OPEN, "2026-10-15"),
    ("Clinical Research Nurse", 4, "Dublin", OPEN, "2026-10-22"),
    ("Warehouse Operations Manager", 5, "Reno", OPEN, "2026-10-29"),
    ("Platform Engineer (contract)", 2, "London", OPEN, "2026-11-02"),
    ("Head of Finance", 3, "London", OPEN, "2026-11-05"),
    ("Night Shift Team Lead", 5, "Reno", INTERVIEWING, "2026-08-20"),
    ("Theatre Nurse", 4, "Dublin", INTERVIEWING, "2026-08-27"),
    ("Machine Learning Engineer", 0, "San Francisco", ON_HOLD, "2026-07-09"),
    ("Office Manager", 3, "London", FILLED, "2026-05-14"),
    ("Field Service Technician", 1, "Denver", CLOSED, "2026-04-16"),
    ("Junior Data Analyst", 0, "London", CLOSED, "2026-03-19"),
)
_PLACES = ("London", "San Francisco", "Denver", "Berlin", "Dublin", "Reno")
# first name, last name, email, mobile, LinkedIn, position, employer, city, state, country
_Person = tuple[str, str, str, str, str, str, str, str, str, str]
_PEOPLE: tuple[_Person, ...] = (
    # Someone the demo sources, too: known by the email address.
    (
        "Zoë", "Lindqvist", "zoe.lindqvist@example.org", "+351210550111",
        "zoe-lindqvist", "Staff Engineer", "Paper Kite", "Lisbon", "", "PT",
    ),
    # Another one: only the LinkedIn profile is the same.
    (
        "Owen", "MacAuley", "owen@macauley.example", "", "owen-macauley",
        "Infrastructure Engineer", "Granite Cloud", "Dublin", "", "IE",
    ),
    # A mere namesake of a third.
    (
        "Hannah", "Grünwald", "h.gruenwald@example.net", "+493055501177",
        "hannah-gruenwald-illustration", "Illustrator", "Freelance", "Hamburg", "",
        "DE",
    ),
    (
        "Marta", "Kowalska", "marta.kowalska@example.com", "+442079460144",
        "marta-kowalska", "Data Engineer", "Tessel Works", "London", "", "GB",
    ),
    (
        "Ethan", "Brooks", "ethan.brooks@example.com", "+13035550118", "",
        "Controls Engineer", "Ridgeline Controls", "Denver", "CO", "US",
    ),
    (
        "Amelia", "Hughes", "amelia.hughes@example.com", "+442079460162",
        "amelia-hughes", "Product Designer", "Studio Parallel", "Bristol", "", "GB",
    ),
    (
        "Liam", "Doyle", "liam.doyle@example.com", "+35315550133", "liam-doyle",
        "Theatre Nurse", "Mercy Street Clinic", "Dublin", "", "IE",
    ),
    (
        "Sofia", "Marques", "sofia.marques@example.com", "", "sofia-marques",
        "Backend Engineer", "Maré Studio", "Porto", "", "PT",
    ),
    (
        "Noah", "Fischer", "noah.fischer@example.com", "+493055501122",
        "noah-fischer", "Site Reliability Engineer", "Spreebogen", "Berlin", "", "DE",
    ),
    (
        "Chloe", "Bennett", "chloe.bennett@example.com", "+442079460177", "",
        "Finance Manager", "Oak & Ash", "London", "", "GB",
    ),
    (
        "Mateo", "Rivera", "mateo.rivera@example.com", "+17755550109",
        "mateo-rivera", "Shift Supervisor", "Granite Freight", "Reno", "NV", "US",
    ),
    (
        "Isla", "Campbell", "isla.campbell@example.com", "+442079460181",
        "isla-campbell", "UX Researcher", "Fieldnote", "Edinburgh", "", "GB",
    ),
    (
        "Arjun", "Mehta", "arjun.mehta@example.com", "+14155550127", "arjun-mehta",
        "Machine Learning Engineer", "Copperline", "San Francisco", "CA", "US",
    ),
    (
        "Freya", "Nilsson", "freya.nilsson@example.com", "", "freya-nilsson",
        "Platform Engineer", "Fjordlys", "Gothenburg", "", "SE",
    ),
    (
        "Lucas", "Moreau", "lucas.moreau@example.com", "+442079460193",
        "lucas-moreau", "Account Executive", "Rheinpunkt", "Paris", "", "FR",
    ),
    (
        "Ruby", "Walker", "ruby.walker@example.com", "+442079460195", "",
        "Office Manager", "Tessel Works", "London", "", "GB",
    ),
    (
        "Kofi", "Asante", "kofi.asante@example.com", "+442079460116", "kofi-asante",
        "DevOps Engineer", "Baltic Grid", "Manchester", "", "GB",
    ),
    (
        "Elin", "Dahl", "elin.dahl@example.com", "", "elin-dahl", "Service Designer",
        "Nordhavn", "Oslo", "", "NO",
    ),
    (
        "Oscar", "Wright", "oscar.wright@example.com", "+61255501102",
        "oscar-wright", "Data Analyst", "Kestrel Insights", "Sydney", "NSW", "AU",
    ),
    (
        "Thandi", "Nkosi", "thandi.nkosi@example.com", "", "thandi-nkosi",
        "Oncology Nurse", "Lakeside Hospital", "Cape Town", "", "ZA",
    ),
    (
        "Harvey", "Cole", "harvey.cole@example.com", "+442079460128", "",
        "Sales Manager", "Alpenrand Software", "Leeds", "", "GB",
    ),
    (
        "Yuki", "Sato", "yuki.sato@example.com", "", "yuki-sato",
        "Robotics Engineer", "Hoshino Machinery", "Osaka", "", "JP",
    ),
    (
        "Poppy", "Reid", "poppy.reid@example.com", "+442079460139", "poppy-reid",
        "Recruiter", "Self-employed", "London", "", "GB",
    ),
    (
        "Diego", "Castro", "diego.castro@example.com", "+13035550141",
        "diego-castro", "Field Service Technician", "Pivot Motion", "Denver", "CO",
        "US",
    ),
    (
        "Saoirse", "Flynn", "saoirse.flynn@example.com", "+35315550166",
        "saoirse-flynn", "Clinical Research Associate", "Trinity Trials", "Dublin",
        "", "IE",
    ),
    (
        "Ben", "Okonjo", "ben.okonjo@example.com", "", "ben-okonjo",
        "Software Engineer", "Bluefin Systems", "Austin", "TX", "US",
    ),
    (
        "Greta", "Vogel", "greta.vogel@example.com", "+493055501155", "greta-vogel",
        "Key Account Manager", "Alpenrand Software", "Munich", "", "DE",
    ),
    (
        "Tane", "Parata", "tane.parata@example.com", "+6495550107", "tane-parata",
        "Warehouse Manager", "Kauri Freight", "Auckland", "", "NZ",
    ),
    (
        "Meera", "Iyer", "meera.iyer@example.com", "", "meera-iyer",
        "Data Platform Engineer", "Sahyadri Data", "London", "", "GB",
    ),
    # Known by a second address, too; in the account, but without a first one.
    (
        "Callum", "Price", "", "+442079460150", "callum-price", "Plant Engineer",
        "Ironwood Automation", "Cardiff", "", "GB",
    ),
)  # fmt: skip
_OTHER_EMAILS = {
    "Marta": ["m.kowalska@tessel.example"],
    "Callum": ["callum.price@example.com"],
}
# person, job, status
_APPLICATIONS = (
    ("Marta", "Data Engineer", INTERVIEW),
    ("Amelia", "Product Designer", SUBMITTED),
    ("Liam", "Theatre Nurse", INTERVIEW),
    ("Sofia", "Senior Backend Engineer", NEW),
    ("Noah", "Site Reliability Engineer", SUBMITTED),
    ("Chloe", "Head of Finance", NEW),
    ("Mateo", "Night Shift Team Lead", INTERVIEW),
    ("Kofi", "Platform Engineer (contract)", REJECTED),
    ("Ruby", "Office Manager", 505),
)


def seed(store: Store) -> None:
    """Fill an empty store."""
    for number, (login, first, last, role, admin, grants) in enumerate(_USERS):
        row = user(10_231 + number, login, first, last, role)
        row |= {"admin": admin, "grantsAccess": grants}
        row["role"] = "may grant access" if admin or grants else "may not grant access"
        store.put("users", str(row["userId"]), row)
    _seed_lists(store)
    for number, job in enumerate(_JOBS):
        _seed_job(store, 936_001 + number, *job)
    for number, person in enumerate(_PEOPLE):
        _seed_person(store, 16_496_001 + number, person)
    for number, (name, title, status) in enumerate(_APPLICATIONS):
        _seed_application(store, 12_204_001 + number, name, title, status)
    following = {
        "user": 10_300,
        "candidate": 16_500_001,
        "application": 12_300_001,
        "attachment": 21_091_001,
    }
    for kind, first_id in following.items():
        store.put("counters", kind, {"next": first_id})


def user(user_id: int, login: str, first: str, last: str, position: str = "") -> Row:
    """Return a user who may do everything."""
    return {
        "userId": user_id,
        "login": login,
        "role": "may grant access",
        "firstName": first,
        "lastName": last,
        "position": position or None,
        "email": f"{login}@harbour-talent.example",
        "phone": None,
        "mobile": None,
        "inactive": login == "jude",
        "deleted": False,
        "mentionName": login,
        "office": _OFFICE,
        "createdAt": _FOUNDED,
        "updatedAt": _FOUNDED,
        "timeZone": "Europe/London",
        "culture": "en-GB",
        "admin": True,
        "grantsAccess": True,
        "accountName": ACCOUNT,
    }


def _seed_lists(store: Store) -> None:
    for table, statuses in (
        ("candidate_statuses", _CANDIDATE_STATUSES),
        ("job_statuses", _JOB_STATUSES),
    ):
        for status_id, name, active, default in statuses:
            row: Row = {"statusId": status_id, "name": name}
            row |= {"active": active, "default": default}
            store.put(table, str(status_id), row)
    for status in _APPLICATION_STATUSES:
        row = _application_status(*status)
        store.put("application_statuses", str(row["statusId"]), row)
    named = (
        ("sources", _SOURCES),
        ("ratings", ("A", "B", "C")),
        ("salutations", ("Ms", "Mr", "Mx", "Dr")),
    )
    for table, names in named:
        for name in names:
            store.put(table, name, {"name": name})
    for name in ("General", "Phone call", "Email"):
        used = {"note": name == "General", "email": name == "Email", "sms": False}
        store.put("note_types", name, {"name": name, "default": used})
    for number, name in enumerate(("Permanent", "Contract", "Temporary")):
        rate = "Year" if name == "Permanent" else "Day"
        row = {"workTypeId": 601 + number, "name": name, "ratePer": rate}
        store.put("work_types", str(row["workTypeId"]), row)
    for field in _custom_fields():
        store.put("custom_fields", str(field["fieldId"]), field)
    _seed_clients(store)


def _application_status(
    status_id: int,
    name: str,
    active: bool,
    rejected: bool,
    stage: str,
    index: int,
    progress: str,
) -> Row:
    return {
        "statusId": status_id,
        "name": name,
        "active": active,
        "rejected": rejected,
        "default": status_id == NEW,
        "defaultRejected": status_id == REJECTED,
        "workflow": {"stage": stage, "stageIndex": index, "progress": progress},
    }


def _custom_fields() -> list[Row]:
    common = {"mandatory": False, "multiLine": False, "multiSelect": False}
    values = ["Citizen", "Visa", "None"]
    return [
        {"fieldId": 1, "name": "Notice period", "type": "Text", **common},
        {
            "fieldId": 2,
            "name": "Right to work",
            "type": "List",
            **common,
            "mandatory": True,
            "values": values,
        },
        {"fieldId": 3, "name": "Available from", "type": "Date", **common},
    ]


def _seed_clients(store: Store) -> None:
    for number, name in enumerate(_COMPANIES):
        row: Row = {"companyId": 4410 + number, "name": name}
        store.put("companies", str(row["companyId"]), row)
    for number, (first, last, position, company) in enumerate(_CONTACTS):
        domain = _COMPANIES[company].lower().replace(" ", "-").replace("'", "")
        row = {"contactId": 8801 + number, "firstName": first, "lastName": last}
        row |= {"position": position, "email": f"{first}@{domain}.example".lower()}
        row |= {"phone": None, "mobile": None, "updatedAt": _FOUNDED}
        store.put("contacts", str(row["contactId"]), row)


def _seed_job(
    store: Store,
    job_id: int,
    title: str,
    company: int,
    place: str,
    status: int,
    opened: str,
) -> None:
    contact = store.tables["contacts"][str(8801 + company)]
    shown = ("contactId", "firstName", "lastName", "position", "email")
    over = "2026-09-30T16:00:00Z" if status in (FILLED, CLOSED) else None
    row: Row = {
        "jobId": job_id,
        "jobTitle": title,
        "companyId": 4410 + company,
        "contact": {key: contact[key] for key in shown},
        "location": {"locationId": 7 + _PLACES.index(place), "name": place},
        "statusId": status,
        "source": None,
        "workTypeId": 602 if "contract" in title else 601,
        "ownerUserId": 10_231,
        "recruiterUserId": [10_233],
        "createdBy": 10_231,
        "createdAt": f"{opened}T08:30:00Z",
        "updatedAt": over or f"{opened}T08:30:00Z",
        "closedAt": over,
        "jobDescription": f"<p>{title} at {_COMPANIES[company]}.</p>",
    }
    store.put("jobs", str(job_id), row)


def _seed_person(store: Store, candidate_id: int, person: _Person) -> None:
    first, last, email, mobile, linkedin, position, employer, city, state, code = person
    created = f"2026-06-{1 + candidate_id % 28:02d}T10:20:30Z"
    row = blank(candidate_id, created)
    row |= {"firstName": first, "lastName": last, "email": email or None}
    row |= {"mobile": mobile or None, "source": "LinkedIn", "_seed": True}
    row["otherEmail"] = _OTHER_EMAILS.get(first, [])
    if linkedin:
        row["social"] = {"linkedin": f"https://www.linkedin.com/in/{linkedin}"}
    row["address"] = {"city": city, "state": state or None, "countryCode": code}
    row["employment"] = {"current": {"employer": employer, "position": position}}
    row["createdBy"], row["recruiterUserId"] = 10_231, [10_233]
    store.put("candidates", str(candidate_id), row)


def _seed_application(
    store: Store, application_id: int, name: str, title: str, status: int
) -> None:
    person = _named(store, "candidates", "firstName", name)
    job = _named(store, "jobs", "jobTitle", title)
    row = blank_application(
        application_id, person["candidateId"], job["jobId"], "2026-10-30T11:00:00Z"
    )
    row |= {"statusId": status, "ownerUserId": 10_233, "createdBy": 10_233}
    store.put("applications", str(application_id), row)


def _named(store: Store, table: str, key: str, name: str) -> Row:
    return next(row for row in store.rows(table) if row[key] == name)
