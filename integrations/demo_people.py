"""Who and what the demo is about: jobs and people that nobody has met."""

from __future__ import annotations

from dataclasses import dataclass

from .adapters import Screen, Trigger


@dataclass(frozen=True)
class DemoJob:
    """A position; ``goes_over`` says on which kind of screen it is set up, and when."""

    title: str
    client: str
    location: str
    description: str
    goes_over: tuple[tuple[Screen, Trigger], ...] = ()


@dataclass(frozen=True)
class DemoPlace:
    city: str
    state: str
    country: str
    area: str  # of the fictional telephone numbers 555-01xx


@dataclass(frozen=True)
class DemoTrack:
    """What people of one trade have in common."""

    summary: str
    skills: str
    duties: tuple[str, str, str]
    earlier: tuple[str, str]  # title and company of the role before
    degree: tuple[str, str]


@dataclass(frozen=True)
class DemoCandidate:
    """A person; ``contact``: which of email, phone and LinkedIn are known."""

    first: str
    last: str
    handle: str
    title: str
    company: str
    place: str
    track: str
    school: str
    since: int
    contact: str = "epl"
    domain: str = "example.com"


AUTOMATION, DETAILS = Screen.AUTOMATION, Screen.POSITION_DETAILS

JOBS = (
    DemoJob(
        "Senior Backend Engineer",
        "Lumen Analytics",
        "San Francisco, CA",
        "Owns the services that ingest two billion events a day: Python, PostgreSQL, "
        "Kafka. Works with three product teams and is on call one week in six.",
        ((AUTOMATION, Trigger.REPLIED),),
    ),
    DemoJob(
        "Controls Engineer",
        "Northwind Robotics",
        "Denver, CO",
        "Designs and tunes motion control for palletising robots, from simulation to "
        "the customer's floor. A quarter of the time on site.",
        ((DETAILS, Trigger.CONTACT_FOUND),),
    ),
    DemoJob(
        "Site Reliability Engineer",
        "Harbor Cloud",
        "Berlin, Germany",
        "Keeps 400 services dependable: capacity, incident reviews, and the tools that "
        "make both boring.",
        (
            (AUTOMATION, Trigger.ADDED),
            (DETAILS, Trigger.FIRST_MESSAGE),
            (DETAILS, Trigger.ADDED),
        ),
    ),
    DemoJob(
        "Robotics Software Engineer",
        "Northwind Robotics",
        "Denver, CO",
        "Perception and planning in C++ and ROS 2 for mobile manipulators.",
    ),
    DemoJob(
        "Product Designer",
        "Fieldnote",
        "Remote (Europe)",
        "Leads the design of a notebook for field scientists, from research to detail.",
    ),
    DemoJob(
        "Data Engineer",
        "Lumen Analytics",
        "Remote (Europe)",
        "Builds the pipelines that finance and science trust.",
    ),
    DemoJob(
        "Account Executive, DACH",
        "Harbor Cloud",
        "Berlin, Germany",
        "Sells to industrial companies in Germany, Austria and Switzerland.",
    ),
    DemoJob(
        "Clinical Research Nurse",
        "St. Brigid's Hospital",
        "Dublin, Ireland",
        "Looks after patients in oncology trials and keeps the record straight.",
    ),
    DemoJob(
        "Warehouse Operations Manager",
        "Peak Logistics",
        "Reno, NV",
        "Runs two shifts, 120 people and a fleet of autonomous forklifts.",
    ),
)

PLACES = {
    "sf": DemoPlace("San Francisco", "CA", "United States", "415"),
    "denver": DemoPlace("Denver", "CO", "United States", "303"),
    "austin": DemoPlace("Austin", "TX", "United States", "512"),
    "reno": DemoPlace("Reno", "NV", "United States", "775"),
    "toronto": DemoPlace("Toronto", "Ontario", "Canada", "416"),
    "berlin": DemoPlace("Berlin", "", "Germany", "202"),
    "dublin": DemoPlace("Dublin", "", "Ireland", "202"),
    "lisbon": DemoPlace("Lisbon", "", "Portugal", "202"),
    "athens": DemoPlace("Athens", "", "Greece", "202"),
    "warsaw": DemoPlace("Warsaw", "", "Poland", "202"),
    "tokyo": DemoPlace("Tokyo", "", "Japan", "202"),
    "seoul": DemoPlace("Seoul", "", "South Korea", "202"),
    "taipei": DemoPlace("Taipei", "", "Taiwan", "202"),
    "telaviv": DemoPlace("Tel Aviv", "", "Israel", "202"),
    "amman": DemoPlace("Amman", "", "Jordan", "202"),
    "bangkok": DemoPlace("Bangkok", "", "Thailand", "202"),
    "pune": DemoPlace("Pune", "Maharashtra", "India", "202"),
}

TRACKS = {
    "backend": DemoTrack(
        "Builds services that stay simple while they grow, and leaves the on-call "
        "rota quieter than it was.",
        "Python, PostgreSQL, Kafka, Go, Distributed systems, API design",
        (
            "Split a payment monolith into four services without a night of downtime.",
            "Cut the cost of the event store by 38 % by moving cold data to files.",
            "Brought up two junior engineers who now lead teams of their own.",
        ),
        ("Software Engineer", "Bluefin Systems"),
        ("B.Sc.", "Computer Science"),
    ),
    "controls": DemoTrack(
        "Makes machines move precisely and safely; at home between the simulation "
        "and the shop floor.",
        "PLC, EtherCAT, MATLAB/Simulink, Motion control, Functional safety, C++",
        (
            "Tuned six-axis palletisers to 1 400 cycles an hour, up from 1 150.",
            "Wrote the safety concept (ISO 13849) that passed its audit at first try.",
            "Commissioned 14 lines in five countries.",
        ),
        ("Automation Engineer", "Ridgeline Controls"),
        ("M.Sc.", "Mechatronics"),
    ),
    "reliability": DemoTrack(
        "Prefers the incident that did not happen. Measures first, automates second.",
        "Kubernetes, Terraform, Prometheus, Linux, Incident response, Go",
        (
            "Brought the error budget of the checkout back from minus 12 to plus 40 %.",
            "Replaced 60 pages of runbooks by tools that ask before they act.",
            "Led the reviews of 90 incidents, without blame and with results.",
        ),
        ("Systems Administrator", "Open Meridian"),
        ("B.Eng.", "Information Technology"),
    ),
    "design": DemoTrack(
        "Designs tools for people who know more about their work than we do.",
        "User research, Interaction design, Figma, Accessibility, Design systems",
        (
            "Took a data entry form from eleven minutes to four.",
            "Started the design system that nine teams use today.",
            "Ran field studies in greenhouses, ambulances and a quarry.",
        ),
        ("UX Designer", "Studio Parallel"),
        ("B.A.", "Interaction Design"),
    ),
    "data": DemoTrack(
        "Turns tables nobody trusts into numbers that people decide by.",
        "SQL, dbt, Spark, Airflow, Python, Data modelling",
        (
            "Made the revenue figures of three systems agree, and stay so.",
            "Cut the nightly run from six hours to fifty minutes.",
            "Wrote the tests that find a broken source before the morning.",
        ),
        ("Analytics Engineer", "Kestrel Insights"),
        ("M.Sc.", "Statistics"),
    ),
    "sales": DemoTrack(
        "Sells complicated things to careful people, and is still welcome a year later.",
        "Enterprise sales, Negotiation, German, CRM, Industrial customers",
        (
            "Closed 1.9 M EUR in new contracts in 2025, 121 % of the plan.",
            "Opened the Austrian market with four reference customers.",
            "Kept 96 % of accounts over three years.",
        ),
        ("Account Manager", "Alpenrand Software"),
        ("B.A.", "Business Administration"),
    ),
    "nursing": DemoTrack(
        "Looks after people first and the protocol second, and after both thoroughly.",
        "Oncology, Good Clinical Practice, Patient care, Documentation, Phlebotomy",
        (
            "Coordinated seven phase II trials with 140 patients.",
            "Trained 25 colleagues in consent conversations.",
            "Passed two inspections without a finding.",
        ),
        ("Staff Nurse", "Mercy Street Clinic"),
        ("B.Sc.", "Nursing"),
    ),
    "logistics": DemoTrack(
        "Runs warehouses in which people like to work and parcels leave on time.",
        "Lean, Shift planning, WMS, Occupational safety, Team leadership",
        (
            "Brought the share of late parcels from 4.1 to 0.6 %.",
            "Introduced 18 autonomous forklifts without a single accident.",
            "Halved the turnover of the night shift.",
        ),
        ("Shift Supervisor", "Granite Freight"),
        ("Diploma", "Supply Chain Management"),
    ),
}

_P = DemoCandidate

PEOPLE = (
    # Known to one of the simulated ATSs by the email address.
    _P(
        "Priya", "Natarajan", "priya.natarajan", "Senior Software Engineer",
        "Lumen Analytics", "sf", "backend", "UC San Diego", 2021,
    ),
    # Has a namesake at the same company in the other.
    _P(
        "Marcus", "Webb", "marcus.webb", "Controls Engineer", "Northwind Robotics",
        "denver", "controls", "Colorado School of Mines", 2020, domain="example.org",
    ),
    # Nothing to be recognised by: neither email nor LinkedIn.
    _P(
        "Ruth", "Adeyemi", "ruth.adeyemi", "PLC Programmer", "Ironwood Automation",
        "denver", "controls", "Red Rocks College", 2022, contact="p",
    ),
    _P(
        "Daniel", "Okonkwo", "daniel.okonkwo", "Backend Engineer", "Copperline",
        "austin", "backend", "UT Austin", 2022,
    ),
    _P(
        "Zoë", "Lindqvist", "zoe.lindqvist", "Staff Engineer", "Paper Kite",
        "lisbon", "backend", "KTH Stockholm", 2019, domain="example.org",
    ),
    _P(
        "Łukasz", "Wiśniewski", "lukasz.wisniewski", "Senior Python Developer",
        "Sowa Systems", "warsaw", "backend", "University of Warsaw", 2020,
    ),
    _P(
        "Σοφία", "Παπαδοπούλου", "sofia.papadopoulou", "Backend Engineer",
        "Delos Software", "athens", "backend", "NTU Athens", 2021,
    ),
    _P(
        "Олена", "Шевченко", "olena.shevchenko", "Backend Engineer", "Dnipro Labs",
        "warsaw", "backend", "KPI Kyiv", 2022, domain="example.org",
    ),
    _P(
        "José", "Álvarez Peña", "jose.alvarez", "Software Engineer", "Bluefin Systems",
        "austin", "backend", "Tec de Monterrey", 2023,
    ),
    _P(
        "Hannah", "Grünwald", "hannah.gruenwald", "Site Reliability Engineer",
        "Spreebogen", "berlin", "reliability", "TU Berlin", 2021,
    ),
    _P(
        "Иван", "Петров", "ivan.petrov", "DevOps Engineer", "Baltic Grid", "berlin",
        "reliability", "ITMO University", 2022,
    ),
    _P(
        "เมธาวี", "ศรีสุวรรณ", "methawee.srisuwan", "Platform Engineer",
        "Chao Phraya Digital", "bangkok", "reliability", "Chulalongkorn University",
        2022, domain="example.org",
    ),
    _P(
        "Owen", "MacAuley", "owen.macauley", "Infrastructure Engineer", "Granite Cloud",
        "dublin", "reliability", "Trinity College Dublin", 2020,
    ),
    _P(
        "Amara", "Diallo", "amara.diallo", "Site Reliability Engineer", "Open Meridian",
        "toronto", "reliability", "University of Waterloo", 2019,
    ),
    _P(
        "Keiko", "Watanabe", "keiko.watanabe", "Motion Control Engineer",
        "Hoshino Machinery", "tokyo", "controls", "University of Tokyo", 2018,
    ),
    _P(
        "健太", "山田", "kenta.yamada", "制御エンジニア", "星野機械", "tokyo",
        "controls", "東京工業大学", 2021,
    ),
    _P(
        "Tom", "Breckenridge", "tom.breckenridge", "Automation Lead",
        "Ridgeline Controls", "denver", "controls", "Colorado State University", 2017,
    ),
    _P(
        "Nadia", "Haddad", "nadia.haddad", "Controls Engineer", "Ironwood Automation",
        "denver", "controls", "University of Michigan", 2022,
    ),
    _P(
        "Will", "Thornbury", "will.thornbury", "Mechatronics Engineer", "Pivot Motion",
        "reno", "controls", "University of Nevada", 2023, contact="l",
    ),
    _P(
        "Grace", "Kim", "grace.kim", "Robotics Engineer", "Arm & Hand", "sf", "controls",
        "Stanford University", 2021, contact="el",
    ),
    _P(
        "민준", "김", "minjun.kim", "로봇 소프트웨어 엔지니어", "한빛로보틱스", "seoul",
        "controls", "KAIST", 2020,
    ),
    _P(
        "Felix", "Brandt", "felix.brandt", "Perception Engineer", "Spreebogen", "berlin",
        "controls", "TU Munich", 2022, contact="l",
    ),
    _P(
        "小明", "王", "xiaoming.wang", "機器人工程師", "玉山科技", "taipei", "controls",
        "國立臺灣大學", 2021, domain="example.org",
    ),
    _P(
        "Clara", "Fonseca", "clara.fonseca", "Senior Product Designer", "Maré Studio",
        "lisbon", "design", "University of Porto", 2019,
    ),
    _P(
        "نور", "الخطيب", "nour.alkhatib", "Product Designer", "Jasmine Apps", "amman",
        "design", "University of Jordan", 2021,
    ),
    _P(
        "Saoirse", "Ní Bhriain", "saoirse.nibhriain", "UX Lead", "Studio Parallel",
        "dublin", "design", "NCAD Dublin", 2018, contact="el",
    ),
    _P(
        "Emil", "Sørensen", "emil.soerensen", "Design Engineer", "Fjordlys", "berlin",
        "design", "Aarhus University", 2023, contact="l",
    ),
    _P(
        "נועה", "לוי", "noa.levi", "Product Designer", "Carmel Labs", "telaviv",
        "design", "Bezalel Academy", 2022,
    ),
    _P(
        "अनन्या", "देशपांडे", "ananya.deshpande", "Data Engineer", "Sahyadri Data",
        "pune", "data", "Savitribai Phule Pune University", 2021,
    ),
    _P(
        "Peter", "Novák", "peter.novak", "Analytics Engineer", "Kestrel Insights",
        "berlin", "data", "Charles University", 2020, domain="example.org",
    ),
    _P(
        "Leila", "Farahani", "leila.farahani", "Senior Data Engineer", "Paper Kite",
        "toronto", "data", "University of Toronto", 2019,
    ),
    _P(
        "Ben", "Achterberg", "ben.achterberg", "Data Platform Engineer", "Canal Street",
        "lisbon", "data", "Utrecht University", 2022, contact="el",
    ),
    _P(
        "Victoria", "Steiner", "victoria.steiner", "Senior Account Executive",
        "Alpenrand Software", "berlin", "sales", "WU Vienna", 2018,
    ),
    _P(
        "Jonas", "Keller", "jonas.keller", "Account Executive", "Rheinpunkt", "berlin",
        "sales", "University of St. Gallen", 2021, contact="p",
    ),
    _P(
        "Mireille", "Dubois", "mireille.dubois", "Key Account Manager", "Lac Noir",
        "berlin", "sales", "HEC Lausanne", 2020,
    ),
    _P(
        "Aoife", "Gallagher", "aoife.gallagher", "Clinical Research Nurse",
        "Mercy Street Clinic", "dublin", "nursing", "University College Dublin", 2019,
    ),
    _P(
        "Grace", "Mutasa", "grace.mutasa", "Oncology Nurse", "Lakeside Hospital",
        "dublin", "nursing", "University of Zimbabwe", 2020, domain="example.org",
    ),
    _P(
        "Carlos", "Mendoza", "carlos.mendoza", "Warehouse Manager", "Granite Freight",
        "reno", "logistics", "Arizona State University", 2018,
    ),
    _P(
        "Deborah", "Pruitt", "deborah.pruitt", "Operations Manager", "Sierra Parcel",
        "reno", "logistics", "University of Nevada", 2016, contact="p",
    ),
    _P(
        "Hiroshi", "Tanaka-Reilly", "hiroshi.tanakareilly", "Fulfilment Lead",
        "Peak Logistics", "reno", "logistics", "Oregon State University", 2021,
        contact="el",
    ),
)  # fmt: skip

# Who is how far in which outreach: nobody here is in an ATS before the engine has run.
OUTREACH: dict[str, dict[str, tuple[str, ...]]] = {
    "Senior Backend Engineer": {
        "replied": ("priya.natarajan", "daniel.okonkwo", "zoe.lindqvist"),
        "first_message": ("lukasz.wisniewski", "sofia.papadopoulou"),
        "added": ("olena.shevchenko",),
        "": ("jose.alvarez",),
    },
    "Controls Engineer": {
        "added": (
            "marcus.webb",
            "keiko.watanabe",
            "kenta.yamada",
            "tom.breckenridge",
            "ruth.adeyemi",
            "will.thornbury",
        ),
        "": ("nadia.haddad", "grace.kim"),
    },
    "Site Reliability Engineer": {
        "first_message": ("hannah.gruenwald", "methawee.srisuwan"),
        "added": ("owen.macauley",),
        "": ("ivan.petrov", "amara.diallo"),
    },
    "Robotics Software Engineer": {
        "first_message": ("minjun.kim",),
        "added": ("felix.brandt",),
        "": ("xiaoming.wang", "keiko.watanabe", "grace.kim"),
    },
    "Product Designer": {
        "interested": ("clara.fonseca",),
        "replied": ("nour.alkhatib",),
        "": ("saoirse.nibhriain", "emil.soerensen", "noa.levi"),
    },
    "Data Engineer": {
        "first_message": ("ananya.deshpande", "peter.novak"),
        "": ("leila.farahani", "ben.achterberg"),
    },
    "Account Executive, DACH": {
        "added": ("victoria.steiner", "jonas.keller"),
        "": ("mireille.dubois",),
    },
    "Clinical Research Nurse": {"": ("aoife.gallagher", "grace.mutasa")},
    "Warehouse Operations Manager": {
        "": ("carlos.mendoza", "deborah.pruitt", "hiroshi.tanakareilly"),
    },
}

ELSEWHERE_JOB = DemoJob(
    "Plant Manager", "Initech Chemicals", "Houston, TX", "Runs a plant of 300 people."
)
ELSEWHERE_PEOPLE = (
    _P(
        "Imani", "Brooks", "imani.brooks", "Plant Manager", "Gulf Polymers", "austin",
        "logistics", "Texas A&M University", 2017,
    ),
    _P(
        "Sven", "Halvorsen", "sven.halvorsen", "Operations Director", "Nordhavn Chem",
        "lisbon", "logistics", "NTNU Trondheim", 2015,
    ),
)  # fmt: skip
