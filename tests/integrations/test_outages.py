"""What people can do while a part is away: the matrix of docs/operations.md.

A row is what is away and how (``redis-silent``), a test is what people do meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import rq
from django.test import Client
from rq.serializers import JSONSerializer

from integrations import dispatcher
from integrations.models import Export
from integrations.verify import broken_invariants
from tests.factories import UserFactory
from tests.faults.parts import wait_until

from .every_page import NO_PAGES, Pages, named, open_admin
from .office import Office
from .working_day import Day

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [
    *("redis-refuses", "redis-silent"),
    *("no-worker", "no-dispatcher"),
    *("mail-refuses", "mail-silent"),
    *("ats-refuses", "ats-silent", "ats-503", "ats-html"),
]
each_row_of_ours = pytest.mark.parametrize("row", ROWS[:6])
each_row = pytest.mark.parametrize("row", ROWS)


@pytest.fixture
def operator(db) -> Client:
    client = Client()
    user = UserFactory(email="root@example.com", is_staff=True, is_superuser=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def office(vendor, brisk, request, clients) -> Iterator[Office]:
    """Yield one ATS connected on its page; the ledger is sound afterwards."""
    yield Office(vendor, request.getfixturevalue(f"{vendor}_sim"), clients)
    assert broken_invariants() == {}


def with_a_question(office: Office):
    """Return somebody about whom the recruiter is asked: their email, another name."""
    candidate = office.dana()
    office.add(candidate, first_name="Quentin", last_name="Ruiz")
    office.export(candidate, to=office.titles()[0])
    office.work()
    return candidate


# --- Pages -------------------------------------------------------------------------


def test_no_page_is_forgotten(offices):
    pages = Pages(offices[0], with_a_question(offices[0]))
    opened = {name.split(" ")[0] for name in (*pages.of_bob(), *pages.of_alice())}
    assert opened | {"accounts:sign_in"} == named() - NO_PAGES
    assert opened & NO_PAGES == set()


@each_row
def test_every_page_opens_while(row, request, operator, take_away):
    if row.startswith("ats"):  # all five at once
        offices = request.getfixturevalue("offices")
    else:
        offices = [request.getfixturevalue("office")]
    pages = Pages(offices[0], with_a_question(offices[0]))
    part = take_away(row, offices)
    answers = pages.open() | open_admin(operator)
    assert {name: status for name, status in answers.items() if status != 200} == {}
    assert len(answers) > 75
    assert part.calls == 0  # so that nobody waits, however long it takes to answer


# --- Work --------------------------------------------------------------------------

A_DAY = {
    "sign in": "Jobs",
    "a new job": "Planner was created. Add candidates to it.",
    "details": "The position details were saved.",
    "the setting": "{set}",
    "a candidate": "Erin Example was created.",
    "on the job": "Erin Example is on Controls Engineer now.",
    "outreach": "Erin Example was added to the outreach of Controls Engineer.",
    "a CSV": "people.csv was imported.",
    "Export to ATS": "Grace Example is on the way to {ats}.",
    "another one": "Fay Example is on the way to {ats}.",
    "cancel": "The export of Fay Example is cancelled.",
    "decide": "Dana Example is not sent to {ats}.",
    "password": "Your password was changed.",
    "sign out": "Sign in",
}


def a_day_at(office: Office) -> dict[str, str]:
    label = office.connection.label
    by_itself = office.tab == "jobs:settings"
    words = (
        f"The {label} setting of this job is saved."
        if by_itself
        else f"Export to {label} is enabled for this job."
    )
    return {what: said.format(set=words, ats=label) for what, said in A_DAY.items()}


def wishes() -> dict[str, str]:
    rows = Export.objects.values_list("candidate__first_name", "state")
    return dict(rows.order_by("candidate__first_name"))


@pytest.fixture
def vendor() -> str:
    return "ashby"


@each_row_of_ours
def test_a_days_work_is_recorded_and_then_goes_out_while(
    row, office, bob, redis, take_away
):
    day = Day(office, bob)
    part = take_away(row)
    assert day.run() == a_day_at(office)
    ended = {"Dana": "cancelled", "Fay": "cancelled"}
    assert wishes() == ended | {"Erin": "waiting", "Grace": "waiting"}
    part.end()
    if row.startswith("redis"):  # the wakes are lost, and nothing else
        wait_until(lambda: dispatched(redis), seconds=20, what="the dispatcher")
    for queue in QUEUES:
        take_what_waits(queue, redis)
    assert wishes() == ended | {"Erin": "sent", "Grace": "sent"}
    for person in map(office.arrived, (day.erin, day.grace)):
        assert office.jobs_of(person) == [office.jobs[0]]
        assert len(person["files"]) == 1


QUEUES = ("documents", "exports")


def dispatched(redis) -> bool:
    """Let a dispatcher tick; return whether workers of both queues are woken."""
    dispatcher.tick()
    return all(rq.Queue(name, connection=redis).count == 1 for name in QUEUES)


def take_what_waits(queue: str, redis) -> None:
    """Start a worker that takes what waits in the queue, and no more."""
    waiting = rq.Queue(queue, connection=redis, serializer=JSONSerializer)
    assert waiting.count == 1
    rq.SimpleWorker([waiting], connection=redis, serializer=JSONSerializer).work(
        burst=True, logging_level="WARNING"
    )


# --- Why no page waits -------------------------------------------------------------


def test_pages_rest_on_the_database_alone(settings):
    """Sessions, what is kept for a moment, and logs need no other server."""
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"
    (kept,) = settings.CACHES.values()
    assert kept["BACKEND"] == "django.core.cache.backends.locmem.LocMemCache"
    (handler,) = settings.LOGGING["handlers"].values()
    assert handler["class"] == "logging.StreamHandler"
