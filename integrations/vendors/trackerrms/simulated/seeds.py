"""A lifelike small tenant: the same ids at every start."""

from __future__ import annotations

from integrations.simulation import Row, Store

from . import fields

_FOUNDED = "2026-02-09T08:30:00"
_USERS = (
    # name, user name, password, active
    ("Harriet Cole", "harriet.cole", "demo-password", True),
    ("Ravi Menon", "ravi.menon", "demo-password", True),
    ("Pat Gone", "pat.gone", "demo-password", False),
)
_CLIENTS = (
    "Northwind Robotics",
    "Harbor Cloud",
    "Lumen Analytics",
    "Fieldnote",
    "St. Brigid's Hospital",
    "Peak Logistics",
    "Calder Foods",
    "Wexford Energy",
)
# title, client, place, status, opened on
_JOBS = (
    ("Senior Backend Engineer", 2, "San Francisco, CA", "Active", "2026-09-07"),
    ("Controls Engineer", 0, "Denver, CO", "Active", "2026-09-14"),
    ("Site Reliability Engineer", 1, "Berlin, Germany", "Active", "2026-10-01"),
    ("Robotics Software Engineer", 0, "Denver, CO", "Active", "2026-10-12"),
    ("Product Designer", 3, "Remote (Europe)", "Active", "2026-08-24"),
    ("Data Engineer", 2, "Remote (Europe)", "Active", "2026-11-10"),
    ("Account Executive, DACH", 1, "Berlin, Germany", "Active", "2026-09-28"),
    ("Clinical Research Nurse", 4, "Dublin, Ireland", "Active", "2026-10-19"),
    ("Warehouse Operations Manager", 5, "Reno, NV", "Active", "2026-11-02"),
    ("Food Safety Auditor", 6, "Leeds, UK", "Active", "2026-10-26"),
    ("Grid Protection Engineer", 7, "Cork, Ireland", "Active", "2026-11-09"),
    ("Payroll Specialist", 6, "Leeds, UK", "On Hold", "2026-07-20"),
    ("Embedded Linux Developer", 0, "Denver, CO", "Active", "2026-11-16"),
    ("Night Shift Supervisor", 5, "Reno, NV", "Closed", "2026-04-13"),
    ("Office Manager", 3, "Lisbon, Portugal", "Closed", "2026-05-18"),
    ("Wind Farm Technician", 7, "Cork, Ireland", "Won", "2026-03-23"),
)
# first, surname, mail, mobile, LinkedIn, title, company, town, county, country, job
_PEOPLE: tuple[tuple[str, ...], ...] = (
    ("Priya", "Natarajan", "priya.natarajan@example.com", "+14155550142",
     "priya-natarajan", "Senior Software Engineer", "Lumen Analytics",
     "San Francisco", "CA", "United States", ""),
    ("Marcus", "Webb", "m.webb@northwind-robotics.example", "+17205550119", "",
     "Controls Engineer", "Northwind Robotics", "Denver", "CO", "United States", ""),
    ("Jane", "Selby", "jane.selby@example.com", "+16195550100", "jane-selby",
     "Java Programmer", "Wonderful Java", "San Diego", "CA", "United States", ""),
    ("Steven", "Lu", "steven.lu@example.org", "+14165550153", "steven-lu",
     "Platform Engineer", "Maple Systems", "Toronto", "Ontario", "Canada",
     "Site Reliability Engineer"),
    ("Oliver", "Hartley", "oliver.hartley@example.com", "+441135550188",
     "oliver-hartley", "Quality Manager", "Calder Foods", "Leeds", "West Yorkshire",
     "United Kingdom", "Food Safety Auditor"),
    ("Niamh", "O'Sullivan", "niamh.osullivan@example.com", "+353215550131",
     "niamh-osullivan", "Protection Engineer", "Wexford Energy", "Cork", "",
     "Ireland", "Grid Protection Engineer"),
    ("Tobias", "Engel", "tobias.engel@example.org", "+49305550107", "",
     "Linux Administrator", "Spreewerk", "Berlin", "", "Germany", ""),
    ("Chiara", "Bellini", "chiara.bellini@example.com", "", "chiara-bellini",
     "UX Designer", "Officina Uno", "Milan", "", "Italy", "Product Designer"),
    ("Samuel", "Adeleke", "samuel.adeleke@example.com", "+13035550144",
     "samuel-adeleke", "Automation Engineer", "Ridgeline Controls", "Denver", "CO",
     "United States", "Controls Engineer"),
    ("Megan", "Price", "megan.price@example.org", "+441135550121", "", "Payroll Lead",
     "Calder Foods", "Leeds", "West Yorkshire", "United Kingdom", ""),
    ("Diego", "Herrera", "diego.herrera@example.com", "+17755550165",
     "diego-herrera", "Shift Manager", "Granite Freight", "Reno", "NV",
     "United States", "Warehouse Operations Manager"),
    ("Anneke", "de Wit", "anneke.dewit@example.com", "+31205550112", "anneke-de-wit",
     "Data Engineer", "Canal Street", "Amsterdam", "", "Netherlands", ""),
    ("Patrick", "Nolan", "patrick.nolan@example.org", "+35315550173", "",
     "Research Nurse", "Mercy Street Clinic", "Dublin", "", "Ireland",
     "Clinical Research Nurse"),
    ("Yuki", "Morita", "yuki.morita@example.com", "", "yuki-morita",
     "Firmware Engineer", "Hoshino Machinery", "Osaka", "", "Japan", ""),
    ("Elena", "Dimitrova", "elena.dimitrova@example.com", "+35925550140",
     "elena-dimitrova", "Python Developer", "Vitosha Soft", "Sofia", "", "Bulgaria",
     "Senior Backend Engineer"),
    ("Callum", "Fraser", "callum.fraser@example.org", "+441315550192",
     "callum-fraser", "Wind Technician", "North Sea Renewables", "Edinburgh", "",
     "United Kingdom", ""),
    ("Rachel", "Weiss", "rachel.weiss@example.com", "+12125550136", "rachel-weiss",
     "Account Executive", "Hudson Software", "New York", "NY", "United States", ""),
    ("Mateo", "Rossi", "", "+542215550118", "mateo-rossi", "Robotics Engineer",
     "Pampa Robotics", "La Plata", "", "Argentina", ""),
    ("Ingeborg", "Haugen", "ingeborg.haugen@example.com", "+4722555017", "",
     "Key Account Manager", "Fjordlys", "Oslo", "", "Norway", ""),
    ("Kwame", "Boateng", "kwame.boateng@example.com", "+233305550149",
     "kwame-boateng", "Site Reliability Engineer", "Volta Cloud", "Accra", "",
     "Ghana", ""),
    ("Lucy", "Chamberlain", "lucy.chamberlain@example.org", "+441135550176", "",
     "HR Administrator", "Aire Valley Council", "Leeds", "West Yorkshire",
     "United Kingdom", ""),
    ("Arjun", "Bhatt", "arjun.bhatt@example.com", "+912255550128", "arjun-bhatt",
     "Analytics Engineer", "Konkan Data", "Mumbai", "Maharashtra", "India",
     "Data Engineer"),
    ("Sophie", "Lambert", "sophie.lambert@example.com", "+33155550183",
     "sophie-lambert", "Product Designer", "Atelier Neuf", "Paris", "", "France", ""),
    ("Henrik", "Lund", "henrik.lund@example.org", "+4533555011", "",
     "Automation Lead", "Havn Logistics", "Copenhagen", "", "Denmark", ""),
    ("Tessa", "Marlowe", "tessa.marlowe@example.com", "+17755550138",
     "tessa-marlowe", "Fulfilment Manager", "Sierra Parcel", "Reno", "NV",
     "United States", ""),
    ("Bilal", "Chaudhry", "bilal.chaudhry@example.com", "+441215550147",
     "bilal-chaudhry", "Embedded Developer", "Brum Devices", "Birmingham", "",
     "United Kingdom", ""),
    ("Fiona", "Gallacher", "fiona.gallacher@example.org", "+441415550159", "",
     "Oncology Nurse", "Kelvin Infirmary", "Glasgow", "", "United Kingdom", ""),
    ("Andrés", "Quintero", "andres.quintero@example.com", "+5715550120",
     "andres-quintero", "Go Developer", "Cordillera Pay", "Bogotá", "", "Colombia",
     ""),
    ("Beth", "Underwood", "beth.underwood@example.com", "", "",
     "Food Technologist", "Calder Foods", "Leeds", "West Yorkshire",
     "United Kingdom", ""),
    ("Victor", "Huang", "victor.huang@example.com", "+15035550188", "victor-huang",
     "Controls Technician", "Pivot Motion", "Portland", "OR", "United States", ""),
)  # fmt: skip
_IN_ONE_FIELD = "Beth"  # list records of hers have the whole name in one field
# Client-side people: no candidates, but checkPerson tells of them, too.
_CONTACTS: tuple[tuple[str, ...], ...] = (
    ("Gordon", "Blythe", "gordon.blythe@calder-foods.example", "+441135550101",
     "gordon-blythe", "HR Director", "Calder Foods", "Leeds", "", "United Kingdom"),
    ("Paula", "Ferreira", "paula.ferreira@northwind-robotics.example",
     "+17205550102", "", "Talent Partner", "Northwind Robotics", "Denver", "CO",
     "United States"),
)  # fmt: skip


def seed(store: Store) -> None:
    """Fill an empty store."""
    for number, (name, user, password, active) in enumerate(_USERS, start=1):
        row = {"id": number, "name": name, "username": user, "password": password}
        store.put("users", str(number), {**row, "active": active})
    for number, job in enumerate(_JOBS, start=1):
        _seed_job(store, 1000 + 13 * number, *job)
    for number, person in enumerate(_PEOPLE, start=188_001):
        _seed_person(store, number, *person)
    for number, contact in enumerate(_CONTACTS, start=41_001):
        store.put("contacts", str(number), _record(number, *contact))


def _seed_job(
    store: Store,
    number: int,
    title: str,
    client: int,
    place: str,
    status: str,
    day: str,
) -> None:
    opened, (city, _, state) = f"{day}T00:00:00", place.partition(", ")
    row = {
        "opportunityId": number,
        "opportunityName": title,
        "opportunityStatusId": 1 + ("Active", "On Hold", "Closed", "Won").index(status),
        "opportunityStatusDesc": status,
        "clientRef": "",
        "location": place,
        "locationCity": city,
        "locationState": state,
        "dateOpened": opened,
        "creationDate": opened,
        "lastUpdatedDateTime": opened,
        "active": status in ("Active", "On Hold"),
        "workType": "Permanent",
        "clientId": 34_670 + client,
        "clientName": _CLIENTS[client],
        "contactId": 41_001,
        "opportunityOwnerId": 1,
        "opportunityOwnerFullName": _USERS[0][0],
        "opportunityDescription": "",
        "publishOnline": status == "Active" and client % 2 == 0,
        "customFields": [],
    }
    store.put("jobs", str(number), row)


def _record(
    number: int,
    first: str,
    surname: str,
    email: str,
    mobile: str,
    linkedin: str,
    title: str,
    company: str,
    town: str,
    county: str,
    country: str,
) -> Row:
    profile = f"https://www.linkedin.com/in/{linkedin}" if linkedin else None
    values: Row = {"firstName": first, "surname": surname, "jobTitle": title}
    values |= {"linkedInUrl": profile, "source": "Website"}
    values["currentClient"] = {"id": -1, "name": company}
    values["contactDetails"] = {"email": email or None, "mobilePhone": mobile or None}
    values["address"] = {"town": town, "county": county, "country": country}
    return {"id": number, **fields.merged(fields.blank(), values)}


def _seed_person(store: Store, number: int, *person: str) -> None:
    *given, job = person
    moments = dict.fromkeys(("creationDate", "updatedAt", "lastAt"), _FOUNDED)
    row = {**_record(number, *given), **moments, "resourceStatus": "Active"}
    row |= {"ownerName": _USERS[0][0], "last": "Created", "isSeed": True, "dropped": []}
    if row["firstName"] == _IN_ONE_FIELD:
        row["wholeName"] = True
    store.put("candidates", str(number), row)
    if job:
        _seed_link(store, number, job)


def _seed_link(store: Store, number: int, title: str) -> None:
    job = next(r for r in store.rows("jobs") if r["opportunityName"] == title)
    row = {"id": number - 136_000, "jobId": job["opportunityId"]}
    row |= {"candidateId": number, "list": "Shortlist", "createdAt": _FOUNDED}
    store.put("links", str(row["id"]), row)
