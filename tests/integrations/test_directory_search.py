"""The filter “ATS candidates”, the hint, and people who are only in the ATS."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections as databases
from django.urls import reverse

from candidates.models import Candidate, JobCandidate
from integrations import connections, directory, sourcing, triggers
from integrations.adapters import Page, RemotePerson
from integrations.directory_store import store
from integrations.models import (
    AtsConnection,
    AtsDirectoryEntry,
    AtsDirectoryPull,
    AtsPerson,
    Export,
    IdentityClaim,
)
from integrations.verify import broken_invariants
from pinsync import clock, waking
from tests.factories import CandidateFactory, JobFactory

from .conftest import make_connection

pytestmark = pytest.mark.django_db

PRIYA = "priya.natarajan@example.com"  # one of the simulated Ashby's own people


@pytest.fixture(autouse=True)
def no_redis(monkeypatch):
    monkeypatch.setattr(waking, "wake_now", lambda *args, **kwargs: None)


@pytest.fixture
def listed(connection):
    """Let the directory of Acme's connection hold these people."""
    return lambda *people, **fields: fill(connection, *people, **fields)


def fill(connection: AtsConnection, *people: RemotePerson, **fields) -> None:
    now = clock.now()
    given = {"due_at": now, "finished_at": now, "full_at": now, "people": len(people)}
    pull, _ = AtsDirectoryPull.objects.update_or_create(
        connection=connection, defaults={"leased_by": "test", **given, **fields}
    )
    assert store(pull, Page(people, None))
    AtsDirectoryPull.objects.update(leased_by="", leased_until=None)


def somebody(number: int = 1, **fields) -> RemotePerson:
    return RemotePerson(id=f"p{number}", **{"name": f"Somebody {number}"} | fields)


def found(client, query: str) -> list[str]:
    """Return the names in the list of candidates."""
    page = client.get(f"/candidates/?{query}").context["page"]
    return sorted(candidate.first_name for candidate in page.rows)


def seen(reply) -> str:
    return " ".join(reply.content.decode().split())


@pytest.fixture
def three(acme):
    """Ann, Ben and Cem, who share nothing but their organization."""
    for first in ("Ann", "Ben", "Cem"):
        CandidateFactory(
            organization=acme,
            first_name=first,
            last_name="Example",
            email=f"{first.lower()}@example.com",
            linkedin_url=f"https://www.linkedin.com/in/{first.lower()}-example",
        )


# --- The filter -----------------------------------------------------------------------


def test_the_filter_shows_all_only_those_there_or_only_the_others(
    as_bob, three, listed
):
    listed(somebody(emails=("ann@example.com",)))
    assert found(as_bob, "in-ashby=") == ["Ann", "Ben", "Cem"]
    assert found(as_bob, "in-ashby=only") == ["Ann"]
    assert found(as_bob, "in-ashby=not") == ["Ben", "Cem"]
    assert found(as_bob, "in-ashby=nonsense") == ["Ann", "Ben", "Cem"]


@pytest.mark.parametrize(
    "there",
    [
        {"emails": ("ANN@Example.com",)},
        {"emails": ("other@example.com", "ann@example.com")},
        {"linkedin_urls": ("linkedin.com/in/Ann-Example/",)},
        {"linkedin_urls": ("https://de.linkedin.com/in/ann-example?trk=x",)},
    ],
)
def test_a_key_in_any_spelling_counts(as_bob, three, listed, there):
    listed(somebody(**there))
    assert found(as_bob, "in-ashby=only") == ["Ann"]


def test_the_same_name_alone_never_counts(as_bob, three, listed):
    listed(somebody(name="Ann Example", emails=("another.ann@example.com",)))
    assert found(as_bob, "in-ashby=only") == []


def test_who_is_linked_is_there_whatever_the_directory_says(
    as_bob, three, listed, connection
):
    ben = Candidate.objects.get(first_name="Ben")
    AtsPerson.objects.create(
        connection=connection,
        candidate=ben,
        person_id="p9",
        known_by=AtsPerson.KnownBy.CREATED,
        known_at=clock.now(),
    )
    assert found(as_bob, "in-ashby=only") == ["Ben"]
    assert found(as_bob, "in-ashby=not") == ["Ann", "Cem"]


def test_filters_of_two_ats_and_words_go_together(as_bob, three, listed, acme, alice):
    listed(
        somebody(1, emails=("ann@example.com",)),
        somebody(2, emails=("ben@example.com",)),
    )
    crelate = make_connection(acme, "crelate", by=alice)
    fill(crelate, somebody(3, emails=("ben@example.com",)))
    assert found(as_bob, "in-ashby=only&in-crelate=not") == ["Ann"]
    assert found(as_bob, "in-ashby=only&in-crelate=only") == ["Ben"]
    assert found(as_bob, "in-ashby=only&q=ann") == ["Ann"]


def test_another_organizations_ats_says_nothing_about_ours(
    as_bob, three, listed, globex, charlie
):
    fill(make_connection(globex, by=charlie), somebody(emails=("ann@example.com",)))
    listed()
    assert found(as_bob, "in-ashby=only") == []


def test_without_an_ats_there_is_no_filter_and_its_words_change_nothing(as_bob, three):
    reply = as_bob.get("/candidates/?in-ashby=only")
    assert len(reply.context["page"].rows) == 3
    assert "ATS candidates" not in seen(reply)


def test_nobody_passes_the_filter(as_bob, three, listed):
    listed()
    page = seen(as_bob.get("/candidates/?in-ashby=only"))
    assert "No candidate passes this filter." in page
    assert "Everybody in Ashby is a candidate here already." in page


def test_an_ats_that_cannot_list_people_is_named_with_the_reason(
    as_bob, three, acme, alice
):
    make_connection(acme, "trackerrms", by=alice)
    page = seen(as_bob.get("/candidates/"))
    assert "TrackerRMS does not support the “ATS candidates” filter." in page
    assert "import" in page.lower()
    assert 'name="in-trackerrms"' not in page


def test_a_directory_that_is_not_complete_says_so(as_bob, three, listed):
    listed(somebody(), began_at=clock.now(), full_at=None, finished_at=None, read=11)
    page = seen(as_bob.get("/candidates/"))
    assert "Being read for the first time: 12 people so far" in page
    assert "Until then the filter does not know everybody there." in page


# --- The hint -------------------------------------------------------------------------


def test_the_hint_names_the_person_and_the_ats(as_bob, dana, listed):
    listed(somebody(emails=("dana@example.com",)))
    page = seen(as_bob.get(f"/candidates/{dana.pk}/"))
    hint = "Looks like Dana is in Ashby already; the export looks there first."
    assert hint in page
    assert "Not in Ashby" not in page
    AtsDirectoryEntry.objects.all().delete()
    assert hint not in seen(as_bob.get(f"/candidates/{dana.pk}/"))


def test_the_directory_never_links_and_never_blocks_an_export(
    dana, listed, export, bench, ats
):
    listed(somebody(emails=("dana@example.com",)))
    sent = export(dana)
    bench.run()
    sent.refresh_from_db()
    assert sent.state == Export.State.SENT
    # The ATS itself, looked at afresh, had nobody: she was created.
    assert AtsPerson.objects.get().known_by == AtsPerson.KnownBy.CREATED
    assert len(ats.people) == 1


def test_somebody_the_directory_does_not_know_is_found_by_the_export(
    dana, listed, export, bench, ats
):
    listed()
    ats.add("Dana Example", emails=("dana@example.com",))
    export(dana)
    bench.run()
    assert AtsPerson.objects.get().known_by == AtsPerson.KnownBy.LINKED


# --- People who are only there, over the wire -----------------------------------------


@pytest.fixture(params=["ashby", "crelate"])
def connected(request, acme, alice) -> Any:
    """Connect a simulated ATS and read who is there."""
    slug = request.param
    sim = request.getfixturevalue(f"{slug}_sim")
    row: Any = connections.connect(
        organization=acme,
        vendor=slug,
        credentials={"api_key": f"demo-{slug}-key"},
        by=alice,
    )
    directory.pull(row)
    row.sim = sim
    return row


@pytest.fixture
def ashby(ashby_sim, acme, alice) -> AtsConnection:
    row = connections.connect(
        organization=acme,
        vendor="ashby",
        credentials={"api_key": "demo-ashby-key"},
        by=alice,
    )
    directory.pull(row)
    return row


def people(connection: AtsConnection) -> str:
    return reverse("integrations:people", args=[connection.pk])


def press_add(client, connection, entry, job):
    url = reverse("integrations:add_person", args=[connection.pk])
    data = {"entry": entry.pk, "job": job.pk, "next": people(connection)}
    return client.post(url, data, follow=True)


def entry_of(connection, email=PRIYA) -> AtsDirectoryEntry:
    return AtsDirectoryEntry.objects.get(connection=connection, email=email)


def test_everybody_of_the_ats_is_in_its_directory(connected):
    truth = connected.sim.truth()
    everybody = [*truth["people"], *truth["seeded"]]
    listed = AtsDirectoryEntry.objects.filter(connection=connected)
    assert {row.name for row in listed} == {person["name"] for person in everybody}
    assert {row.email for row in listed} - {""} == {
        email for person in everybody for email in person["emails"][:1]
    }


def test_who_is_only_there_is_listed_and_found(connected, as_bob, acme):
    person = connected.sim.truth()["seeded"][0]
    page = seen(as_bob.get(people(connected)))
    assert person["name"] in page
    assert f"Only in {connected.label}" in page
    assert person["name"] in seen(as_bob.get(f"{people(connected)}?q={person['name']}"))
    nobody = seen(as_bob.get(f"{people(connected)}?q=nobody-at-all"))
    assert "matches “nobody-at-all”" in nobody
    CandidateFactory(organization=acme, email=person["emails"][0])
    assert person["name"] not in seen(as_bob.get(people(connected)))


def test_the_search_shows_some_of_them_below_its_results(connected, as_bob, acme):
    CandidateFactory(organization=acme, first_name="Ann")
    assert "no candidates here yet" not in seen(as_bob.get("/candidates/"))
    page = seen(as_bob.get(f"/candidates/?in-{connected.vendor}=only"))
    assert "no candidates here yet" in page
    assert "Show all" in page


def test_adding_one_to_a_job_makes_a_linked_candidate(connected, as_bob, bob, job):
    person = next(p for p in connected.sim.truth()["seeded"] if p["linkedin"])
    entry = entry_of(connected, person["emails"][0])
    page = seen(press_add(as_bob, connected, entry, job))
    assert f"{person['name']} is on {job.title} now" in page
    candidate = Candidate.objects.get()
    assert candidate.full_name == person["name"]
    assert candidate.email == person["emails"][0]
    assert candidate.linkedin_url == person["linkedin"]
    assert (candidate.source, candidate.sourced_by) == (Candidate.Source.ATS, bob)
    assert candidate.job_candidates.get().job == job
    known = AtsPerson.objects.get()
    assert (known.candidate, known.person_id) == (candidate, person["id"])
    assert known.known_by == AtsPerson.KnownBy.IMPORTED
    assert IdentityClaim.objects.filter(value=candidate.email).exists()
    badge = seen(as_bob.get(f"/candidates/{candidate.pk}/"))
    assert f"Already in {connected.label}" in badge
    assert person["name"] not in seen(as_bob.get(people(connected)))
    assert broken_invariants() == {}


def test_who_was_added_is_never_exported_there_again(ashby, as_bob, bob, job):
    press_add(as_bob, ashby, entry_of(ashby), job)
    candidate = Candidate.objects.get()
    with pytest.raises(triggers.InAtsAlready):
        triggers.request_export(connection=ashby, candidate=candidate, by=bob)


def test_adding_twice_changes_nothing(ashby, as_bob, job):
    entry = entry_of(ashby)
    press_add(as_bob, ashby, entry, job)
    page = seen(press_add(as_bob, ashby, entry, job))
    assert f"was on {job.title} already" in page
    other = JobFactory(organization=job.organization)
    press_add(as_bob, ashby, entry, other)
    assert Candidate.objects.count() == AtsPerson.objects.count() == 1
    assert JobCandidate.objects.count() == 2


def test_nothing_is_written_to_the_ats(ashby, ashby_sim, as_bob, job):
    before = ashby_sim.truth()
    press_add(as_bob, ashby, entry_of(ashby), job)
    assert ashby_sim.truth() == before


def test_somebody_who_has_left_is_not_added(ashby, ashby_sim, as_bob, job):
    entry = entry_of(ashby)
    ashby_sim.remove("person", entry.person_id)
    page = seen(press_add(as_bob, ashby, entry, job))
    assert f"{entry.name} is not in Ashby any more, so nobody was added." in page
    assert not Candidate.objects.exists()
    assert entry.name not in seen(as_bob.get(people(ashby)))


def test_an_ats_that_does_not_answer_adds_nobody(ashby, ashby_sim, as_bob, job):
    ashby_sim.fault("status", "candidate.info", status=503)
    page = seen(press_add(as_bob, ashby, entry_of(ashby), job))
    assert "message-error" in page
    assert not Candidate.objects.exists()


def test_a_job_must_be_chosen(ashby, as_bob):
    url = reverse("integrations:add_person", args=[ashby.pk])
    reply = as_bob.post(url, {"entry": entry_of(ashby).pk, "job": ""}, follow=True)
    assert "Choose a job first." in seen(reply)
    assert not Candidate.objects.exists()


def test_a_candidate_who_came_meanwhile_is_linked_not_made_twice(
    ashby, as_bob, job, acme
):
    priya = CandidateFactory(
        organization=acme, first_name="Priya", last_name="Natarajan", email=PRIYA
    )
    press_add(as_bob, ashby, entry_of(ashby), job)
    assert Candidate.objects.get() == priya
    assert AtsPerson.objects.get().candidate == priya


def test_the_same_email_under_plainly_another_name_is_not_taken_for_one_person(
    ashby, as_bob, job, acme
):
    CandidateFactory(
        organization=acme, first_name="Oskar", last_name="Lind", email=PRIYA
    )
    page = seen(press_add(as_bob, ashby, entry_of(ashby), job))
    assert "Oskar Lind has the same email or LinkedIn profile here" in page
    assert not AtsPerson.objects.exists()
    assert not JobCandidate.objects.exists()


def test_an_archived_candidate_is_not_brought_back_silently(ashby, as_bob, job, acme):
    CandidateFactory(
        organization=acme,
        first_name="Priya",
        last_name="Natarajan",
        email=PRIYA,
        archived_at=clock.now(),
    )
    page = seen(press_add(as_bob, ashby, entry_of(ashby), job))
    assert "is archived here" in page
    assert not JobCandidate.objects.exists()


def test_others_neither_see_nor_add_them(ashby, as_charlie, job, globex):
    assert as_charlie.get(people(ashby)).status_code == 404
    theirs = JobFactory(organization=globex)
    reply = press_add(as_charlie, ashby, entry_of(ashby), theirs)
    assert reply.status_code == 404


def test_nobody_is_added_to_a_job_of_others(ashby, as_bob, globex):
    reply = press_add(as_bob, ashby, entry_of(ashby), JobFactory(organization=globex))
    assert reply.status_code == 404
    assert not Candidate.objects.exists()


def test_an_ats_without_a_list_has_no_such_page(as_bob, acme, alice):
    tracker = make_connection(acme, "trackerrms", by=alice)
    assert as_bob.get(people(tracker)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_who_add_the_same_person_make_one_candidate(ashby, bob, job):
    entry = entry_of(ashby)

    def add(_):
        try:
            row = AtsDirectoryEntry.objects.select_related("connection")
            return sourcing.add(row.get(pk=entry.pk), job=job, by=bob)
        finally:
            databases.close_all()

    with ThreadPoolExecutor(4) as threads:
        added = list(threads.map(add, range(4)))
    assert sum(one.is_new for one in added) == 1
    assert Candidate.objects.count() == AtsPerson.objects.count() == 1
    assert JobCandidate.objects.count() == 1
    assert broken_invariants() == {}


# --- The connection page --------------------------------------------------------------


def test_the_connection_page_says_how_far_it_is_read(ashby, as_alice):
    page = seen(as_alice.get(reverse("integrations:connection", args=[ashby.pk])))
    count = AtsDirectoryEntry.objects.count()
    assert f"{count} people, updated" in page
    assert "Read again at" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"full_at": None, "finished_at": None, "began_at": clock.now},
            "so far, since",
        ),
        ({"began_at": clock.now}, "Read again now."),
        (
            {"trouble": "Ashby cannot be reached."},
            "cannot be reached. PinSync reads on at",
        ),
    ],
)
def test_every_state_is_a_sentence(ashby, as_alice, fields, words):
    changes = {key: v() if callable(v) else v for key, v in fields.items()}
    AtsDirectoryPull.objects.update(**changes)
    page = seen(as_alice.get(reverse("integrations:connection", args=[ashby.pk])))
    assert words in page


def test_before_the_first_reading_the_page_says_when(connection, as_alice):
    page = seen(as_alice.get(reverse("integrations:connection", args=[connection.pk])))
    assert "The first reading begins within a minute." in page


def test_a_parked_connection_reads_on_after_reconnecting(connection, listed, as_alice):
    listed(somebody())
    AtsConnection.objects.update(state=AtsConnection.State.PARKED)
    page = seen(as_alice.get(reverse("integrations:connection", args=[connection.pk])))
    assert "Goes on as soon as Ashby is connected again." in page


def test_an_ats_that_cannot_list_says_why_on_its_page(acme, alice, as_alice):
    tracker = make_connection(acme, "trackerrms", by=alice)
    page = seen(as_alice.get(reverse("integrations:connection", args=[tracker.pk])))
    assert "TrackerRMS does not support the “ATS candidates” filter." in page


def test_an_index_of_yesterday_says_its_day(connection, listed, as_alice):
    listed(somebody(), finished_at=clock.now() - timedelta(days=2))
    page = seen(as_alice.get(reverse("integrations:connection", args=[connection.pk])))
    assert "1 person, updated" in page
