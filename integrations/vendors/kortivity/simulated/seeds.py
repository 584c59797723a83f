"""A lifelike small agency: the same ids at every start."""

from __future__ import annotations

from integrations.simulation import Row, Store

from .candidates import blank
from .jobs import STAGE

_FOUNDED = "2026-01-19T10:00:00Z"
_USERS = (
    ("Jo Park", "jo@agency.example"),
    ("Reader", "reader@agency.example"),
)
# title, client, place, status; the first is job 42
_JOBS = (
    ("Senior Backend Engineer", "Lumen Analytics", "San Francisco, CA", "open"),
    ("Controls Engineer", "Northwind Robotics", "Denver, CO", "open"),
    ("Site Reliability Engineer", "Harbor Cloud", "Berlin, Germany", "open"),
    ("Robotics Software Engineer", "Northwind Robotics", "Denver, CO", "open"),
    ("Product Designer", "Fieldnote", "Remote (Europe)", "open"),
    ("Data Engineer", "Lumen Analytics", "Remote (Europe)", "open"),
    ("Account Executive, DACH", "Harbor Cloud", "Berlin, Germany", "open"),
    ("Clinical Research Nurse", "St. Brigid's Hospital", "Dublin, Ireland", "open"),
    ("Warehouse Operations Manager", "Peak Logistics", "Reno, NV", "open"),
    ("Loan Officer", "Bright Harbor Bank", "Austin, TX", "open"),
    ("Field Service Engineer", "Hill Country Solar", "Austin, TX", "open"),
    ("Talent Coordinator", "Barton Creek Staffing", "Austin, TX", "open"),
    ("Store Manager", "Lone Star Outfitters", "San Antonio, TX", "closed"),
    ("Android Developer", "Pecan Street Apps", "Austin, TX", "closed"),
    ("Facilities Lead", "Peak Logistics", "Reno, NV", "closed"),
)
# first, last, mail, phone, personal URL, title, company, city, state, job
_PEOPLE: tuple[tuple[str, ...], ...] = (
    ("Priya", "Natarajan", "priya.natarajan@example.com", "+14155550142",
     "priya-natarajan", "Senior Software Engineer", "Lumen Analytics",
     "San Francisco", "CA", ""),
    ("Marcus", "Webb", "m.webb@northwind-robotics.example", "+17205550119", "",
     "Controls Engineer", "Northwind Robotics", "Denver", "CO", ""),
    ("Jane", "Selby", "jane.selby@example.org", "+16195550100", "jane-selby",
     "Java Programmer", "Wonderful Java", "San Diego", "CA", ""),
    ("Luis", "Carrillo", "luis.carrillo@example.com", "+15125550111",
     "luis-carrillo", "Solar Technician", "Hill Country Solar", "Austin", "TX",
     "Field Service Engineer"),
    ("Delia", "Whitfield", "delia.whitfield@example.com", "+15125550112", "",
     "Credit Analyst", "Bright Harbor Bank", "Austin", "TX", "Loan Officer"),
    ("Ellie", "Nakamura", "ellie.nakamura@example.org", "+15125550113",
     "ellie-nakamura", "Recruiting Assistant", "Barton Creek Staffing", "Austin",
     "TX", "Talent Coordinator"),
    ("Roy", "Castellanos", "roy.castellanos@example.com", "+12105550114", "",
     "Shift Lead", "Lone Star Outfitters", "San Antonio", "TX", "Store Manager"),
    ("Meera", "Iyer", "meera.iyer@example.com", "+15125550115", "meera-iyer",
     "Backend Developer", "Pecan Street Apps", "Austin", "TX",
     "Senior Backend Engineer"),
    ("Trent", "Oakley", "trent.oakley@example.org", "", "trent-oakley",
     "Android Developer", "Pecan Street Apps", "Austin", "TX", "Android Developer"),
    ("Camille", "Broussard", "camille.broussard@example.com", "+15045550116", "",
     "Operations Manager", "Delta Freight", "New Orleans", "LA", ""),
    ("Isaac", "Feldman", "isaac.feldman@example.com", "+12125550117",
     "isaac-feldman", "Data Engineer", "Hudson Software", "New York", "NY",
     "Data Engineer"),
    ("Joanna", "Kruger", "joanna.kruger@example.org", "+13035550118",
     "joanna-kruger", "Robotics Engineer", "Ridgeline Controls", "Denver", "CO",
     "Robotics Software Engineer"),
    ("Tyrell", "Banks", "tyrell.banks@example.com", "+17755550121", "",
     "Warehouse Supervisor", "Granite Freight", "Reno", "NV",
     "Warehouse Operations Manager"),
    ("Sunita", "Rao", "sunita.rao@example.com", "+14085550122", "sunita-rao",
     "Product Designer", "Orchard Studio", "San Jose", "CA", "Product Designer"),
    ("Wes", "Lindgren", "wes.lindgren@example.org", "+16125550123", "",
     "Systems Engineer", "North Shore Hosting", "Minneapolis", "MN", ""),
    ("Alma", "Vasquez", "alma.vasquez@example.com", "+19155550124", "alma-vasquez",
     "Nurse", "Sun Valley Clinic", "El Paso", "TX", ""),
    ("Gregory", "Pope", "gregory.pope@example.com", "+15125550125", "",
     "Branch Manager", "Bright Harbor Bank", "Austin", "TX", "Loan Officer"),
    ("Noor", "Rahimi", "noor.rahimi@example.org", "", "noor-rahimi",
     "Machine Learning Engineer", "Copperline", "Austin", "TX", ""),
    ("Beatrix", "Holm", "beatrix.holm@example.com", "+12065550127", "beatrix-holm",
     "Account Manager", "Sound Software", "Seattle", "WA", ""),
    ("Dmitri", "Volkov", "dmitri.volkov@example.com", "+17135550128", "",
     "Controls Technician", "Gulf Polymers", "Houston", "TX", "Controls Engineer"),
    ("Francesca", "Neri", "francesca.neri@example.org", "+13055550129",
     "francesca-neri", "UX Researcher", "Biscayne Labs", "Miami", "FL", ""),
    ("Harold", "Quigley", "harold.quigley@example.com", "+14055550131", "",
     "Facilities Manager", "Prairie Storage", "Oklahoma City", "OK", ""),
    ("Kavya", "Menon", "kavya.menon@example.com", "+15125550132", "kavya-menon",
     "Site Reliability Engineer", "Open Meridian", "Austin", "TX",
     "Site Reliability Engineer"),
    ("Leonard", "Strauss", "leonard.strauss@example.org", "+12125550133", "",
     "Sales Director", "Hudson Software", "New York", "NY", ""),
    ("Maribel", "Ochoa", "maribel.ochoa@example.com", "+19565550134",
     "maribel-ochoa", "HR Generalist", "Rio Grande Foods", "McAllen", "TX", ""),
    ("Nate", "Ferris", "nate.ferris@example.com", "", "nate-ferris", "Go Developer",
     "Paper Kite", "Portland", "OR", ""),
    ("Opal", "Hutchins", "opal.hutchins@example.org", "+15015550136", "",
     "Clinic Coordinator", "Ozark Health", "Little Rock", "AR", ""),
    ("Quentin", "Abara", "quentin.abara@example.com", "+17025550137",
     "quentin-abara", "Logistics Analyst", "Mojave Freight", "Las Vegas", "NV", ""),
    ("Ruthanne", "Pell", "", "+15125550138", "ruthanne-pell", "Office Manager",
     "Barton Creek Staffing", "Austin", "TX", ""),
    ("Stellan", "Vik", "stellan.vik@example.com", "+16515550139", "stellan-vik",
     "Embedded Engineer", "Twin City Devices", "Saint Paul", "MN", ""),
)  # fmt: skip


def seed(store: Store) -> None:
    """Fill an empty store."""
    for number, (name, email) in enumerate(_USERS, start=7):
        store.put("users", str(number), {"id": number, "name": name, "email": email})
    for number, (title, client, place, status) in enumerate(_JOBS, start=42):
        row: Row = {"id": number, "title": title, "companyName": client}
        store.put("jobs", str(number), {**row, "status": status, "location": place})
    for number, person in enumerate(_PEOPLE, start=401):
        _seed_person(store, number, *person)


def _seed_person(
    store: Store,
    number: int,
    first: str,
    last: str,
    email: str,
    phone: str,
    handle: str,
    title: str,
    company: str,
    city: str,
    state: str,
    job: str,
) -> None:
    row = blank() | {"id": number, "firstName": first, "lastName": last}
    row |= {"email": email or None, "phone": phone or None, "title": title}
    row |= {"url": f"https://www.linkedin.com/in/{handle}" if handle else None}
    row |= {"company": company, "city": city, "state": state, "source": "Website"}
    row |= {"country": "United States", "last": "Created", "isSeed": True}
    row |= dict.fromkeys(("createdAt", "updatedAt", "lastAt"), _FOUNDED)
    store.put("candidates", str(number), {**row, "ignored": []})
    if job:
        found = next(r for r in store.rows("jobs") if r["title"] == job)
        link: Row = {"id": 8000 + number, "jobId": found["id"], "stage": STAGE}
        link |= {"candidateId": number, "createdAt": _FOUNDED}
        store.put("links", str(link["id"]), link)
