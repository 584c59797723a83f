"""The people of the demo, as the start page of ``make run`` lists them."""

from __future__ import annotations

from dataclasses import dataclass

# The exit status by which seed_demo says that the database is not for the demo.
NO_DEMO = 3


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who can sign in to the demo; the passwords are no secrets."""

    name: str
    email: str
    password: str
    part: str


BOB = DemoPerson(
    "Bob Reyes", "bob@acme.example", "bob-likes-tea", "recruiter at Acme Recruiting"
)
ALICE = DemoPerson(
    "Alice Moore",
    "alice@acme.example",
    "alice-runs-acme",
    "administrator of Acme Recruiting, also at Globex Talent",
)
CHARLIE = DemoPerson(
    "Charlie Stone",
    "charlie@globex.example",
    "charlie-at-globex",
    "administrator of Globex Talent",
)
OPERATOR = DemoPerson(
    "Olga Operator",
    "admin@pinsync.example",
    "keeps-it-running",
    "operator, for /admin/",
)

DEMO_PEOPLE = (BOB, ALICE, CHARLIE, OPERATOR)
