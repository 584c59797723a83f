"""What only Kortivity does, over the whole path: what it is sent, its locks, its sessions.

Nothing of its API is known, so each way in which it may answer is played through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from candidates.models import Candidate
from integrations import connections, directory, guard, mappings
from integrations.adapters import vendors
from integrations.models import AtsConnection, AtsPerson, Decision, Export, ExportStep
from integrations.simulation import RunningSimulator, simulators
from pinsync import clock
from tests.factories import JobFactory
from tests.vendors import kortivity_profiles
from tests.vendors.desk import FACTS

from .scene import Scene, only_kortivity, seen

pytestmark = [pytest.mark.django_db(transaction=True), only_kortivity]

LOGIN = "POST /api/login$"
USER = FACTS["kortivity"].key.partition(":")[0]
LINKEDIN = "https://www.linkedin.com/in/dana-example"
HX = {"HX-Request": "true"}
UNVERIFIED = (
    "PinSync's Kortivity connector is not yet verified with Kortivity, so it calls no "
    "real system. To try it there, the operator sets KORTIVITY_UNVERIFIED_OK=true and "
    "restarts."
)
LOCKED = "Kortivity has locked the account of this user."


# --- What it is sent ----------------------------------------------------------------


@pytest.fixture
def with_a_past(scene, bob) -> Candidate:
    """Dana with two roles and a school, sourced by Bob."""
    dana = scene.dana(
        linkedin_url="linkedin.com/in/dana-example",
        phone="(202) 555-0123",
        city="Denver",
        state="CO",
        country="United States",
        current_title="Controls Engineer",
        current_company="Acme Widgets",
        sourced_by=bob,
    )
    dana.experiences.create(
        title="Controls Engineer", company="Acme Widgets", start="2021-04-01"
    )
    dana.experiences.create(
        title="Technician",
        company="Widgets & Sons",
        start="2018-01-15",
        end="2021-03-31",
    )
    dana.education.create(
        school="State University", degree="BSc", field="Robotics", end_year=2018
    )
    return dana


def test_everything_that_the_guide_lists_goes_over(scene, with_a_past):
    scene.press(with_a_past)
    scene.work()
    person = scene.person()
    assert (person["name"], person["emails"]) == ("Dana Example", ["dana@example.com"])
    assert person["phones"] == ["+12025550123"]
    assert person["location"] == "Denver, CO, United States"
    assert [(role["title"], role["company"]) for role in person["roles"]] == [
        ("Controls Engineer", "Acme Widgets"),
        ("Technician", "Widgets & Sons"),
    ]
    assert person["roles"][1]["endDate"] == "2021-03-31"
    (school,) = person["education"]
    assert (school["school"], school["degree"]) == ("State University", "BSc")
    assert person["sourced_from"] == "PinSync"
    assert person["sourced_by"] == {"name": "Bob Reyes", "email": "bob@acme.example"}
    assert (person["files"], person["notes"]) == ([], [])
    row = next(
        r for r in scene.sim.truth()["candidates"] if str(r["id"]) == person["id"]
    )
    assert row["ignored"] == []


def test_linkedin_goes_into_the_personal_url_field(scene, with_a_past):
    scene.press(with_a_past)
    scene.work()
    (sent,) = [
        r["json"]
        for r in scene.sim.requests()
        if r["path"] == "/api/candidates" and r["method"] == "POST"
    ]
    assert sent["personalUrl"] == "https://linkedin.com/in/dana-example"
    assert "linkedinUrl" not in sent
    assert scene.person()["linkedin"] == sent["personalUrl"]


@pytest.mark.parametrize("source", [Candidate.Source.CSV, Candidate.Source.ATS])
def test_who_was_imported_carries_neither_mark_nor_member(scene, with_a_past, source):
    Candidate.objects.update(source=source)
    scene.press(Candidate.objects.get())
    scene.work()
    person = scene.person()
    assert (person["sourced_from"], person["sourced_by"]) == (None, None)
    assert len(person["roles"]) == 2


# --- Duplicates ---------------------------------------------------------------------


@pytest.mark.parametrize("how", ["slug", "exact"])
@pytest.mark.parametrize(
    ("same", "why"),
    [
        ({"email": "dana@example.com", "linkedin_url": ""}, "same email"),
        ({"email": "d@elsewhere.example"}, "same LinkedIn profile"),
        ({}, "same email, same LinkedIn profile"),
    ],
)
def test_whoever_shares_email_or_linkedin_is_linked_and_stays_as_they_are(
    scene, same, why, how
):
    scene.sim.set(linkedin_match=how)
    candidate = scene.dana(linkedin_url=f"{LINKEDIN}/?trk=x")
    there = scene.add(candidate, **{"linkedin_url": LINKEDIN} | same)
    before = scene.untouched()
    sent = scene.press(candidate)
    scene.work()
    known = AtsPerson.objects.get(candidate=candidate)
    assert (known.person_id, known.reason) == (there["id"], why)
    assert scene.untouched() == before
    assert scene.jobs_of(scene.person()) == [scene.jobs[0]]
    assert scene.state(sent) == Export.State.SENT


@pytest.mark.parametrize("rule", ["409", "409_with_id"])
def test_a_duplicate_that_only_kortivity_sees_is_found_or_asked_about(scene, rule):
    candidate = scene.dana()
    there = scene.add(candidate)
    scene.sim.set(duplicate_email=rule)
    scene.sim.fault("status", match=scene.facts.find, json={"data": []}, status=200)
    sent = scene.press(candidate)
    scene.work()
    scene.settle()
    assert scene.person()["id"] == there["id"]
    assert scene.known_by(candidate) == "linked"
    assert scene.state(sent) == Export.State.SENT


def test_a_search_that_finds_nobody_is_said_on_the_connection_page(scene):
    scene.sim.set(filters="ignored")
    page = scene.administer("test")
    assert "answers a search by email with people who do not have that email" in page
    candidate = scene.dana()
    scene.sim.fault("commit_then_drop", match=scene.facts.create)
    sent = scene.trigger(candidate)
    scene.work()
    scene.settle()
    assert scene.state(sent) == Export.State.SENT  # their row is among all of them
    assert scene.known_by(candidate) == "recovered"


# --- Nobody is locked out -----------------------------------------------------------


def test_a_wrong_password_on_reconnecting_is_tried_once_and_says_what_to_do(scene):
    before = scene.sim.count(LOGIN)
    page = scene.administer("reconnect", **scene.credentials("wr0ng"))
    assert scene.sim.count(LOGIN) == before + 1
    assert (
        "Kortivity does not accept this user name or password. Nothing was saved. Check "
        "them by signing in to Kortivity in the browser before you enter them again: too "
        "many tries may lock the account."
    ) in page
    assert "wr0ng" not in page
    candidate = scene.dana()
    scene.press(candidate)
    scene.work()
    assert scene.arrived(candidate)  # the stored one still serves
    assert scene.sim.count(LOGIN) == before + 1


def failures(scene: Scene) -> Counter[str]:
    """Return how often each user has entered a wrong password."""
    simulator: Any = scene.sim.simulator
    return simulator.failures


def lock(scene: Scene, status: int) -> None:
    scene.sim.set(locked_status=status)
    failures(scene)[USER] = 5
    scene.sim.fault("expired_token", match=scene.facts.find)


@pytest.mark.parametrize("status", [423, 403])
def test_a_locked_account_parks_and_nobody_hammers_at_it(scene, status):
    people = [scene.candidate() for _ in range(6)]
    exports = [scene.trigger(person) for person in people]
    before = scene.sim.count(LOGIN)
    lock(scene, status)
    scene.work()
    scene.settle()
    connections.prove_due()
    assert scene.sim.count(LOGIN) == before + 1
    scene.connection.refresh_from_db()
    assert scene.connection.state == AtsConnection.State.PARKED
    waiting = [e for e in exports if scene.state(e) == Export.State.WAITING]
    assert waiting
    candidate = waiting[0].candidate
    for text in (scene.sentence(candidate), scene.page(candidate)):
        assert f"{LOCKED} Somebody who manages Kortivity has to unlock it" in text
    page = scene.administer("reconnect", **scene.credentials())
    assert f"{LOCKED} Nothing was saved." in page
    scene.grant(FACTS["kortivity"].key)  # unlocked there
    scene.administer("reconnect", **scene.credentials())
    scene.work()
    emails = sorted(email for person in scene.people() for email in person["emails"])
    assert emails == sorted(person.email for person in people)
    assert {scene.state(export) for export in exports} == {Export.State.SENT}


def test_a_password_changed_there_is_tried_once_for_all_who_wait(scene):
    for _ in range(6):
        scene.trigger(scene.candidate())
    scene.sim.revoke(scene.facts.key)
    before = scene.sim.count(LOGIN)
    scene.work()
    scene.settle()
    assert scene.sim.count(LOGIN) == before + 1
    assert scene.people() == []
    scene.connection.refresh_from_db()
    assert scene.connection.state == AtsConnection.State.PARKED
    assert "lock" not in scene.connection.trouble


# --- The session ends in the middle -------------------------------------------------


@pytest.fixture(params=["bearer_login", "cookie_session", "csrf"])
def style(request, vendor, kortivity_sim, monkeypatch) -> str:
    """Kortivity that signs in so, and the profile that says so."""
    if request.param != "bearer_login":
        spoken = kortivity_profiles.CORRECTED["sign_in", "cookie_session"]
        monkeypatch.setitem(vendors(), "kortivity", spoken)
        csrf = "header" if request.param == "csrf" else "off"
        kortivity_sim.set(sign_in="cookie_session", csrf=csrf)
    return str(request.param)


@pytest.mark.parametrize("call", ["find", "create", "add"])
@pytest.mark.parametrize("shown", ["401", "html_login", "redirect"])
def test_a_session_that_ends_in_the_middle_costs_one_login_and_nothing_else(
    style, scene, shown, call
):
    scene.sim.set(expired_reply=shown)
    before = scene.sim.count(LOGIN)
    candidate = scene.dana()
    scene.sim.fault("expired_token", match=getattr(scene.facts, call))
    sent = scene.trigger(candidate)
    scene.work()
    scene.settle()
    scene.check_arrived_once(candidate, sent)
    assert scene.known_by(candidate) == "created"
    assert scene.sim.count(LOGIN) == before + 1
    assert not Decision.objects.exists()
    scene.connection.refresh_from_db()
    assert scene.connection.state == AtsConnection.State.CONNECTED


def test_a_session_that_is_never_good_parks_after_one_more_login(scene):
    before = scene.sim.count(LOGIN)
    scene.sim.fault("expired_token", match="/api/candidates", times=None)
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    scene.settle()
    assert scene.sim.count(LOGIN) == before + 1
    assert scene.state(sent) == Export.State.WAITING
    assert scene.sentence(candidate).startswith(
        "Kortivity accepts the user name and password, but then refuses the session."
    )


def test_with_a_password_in_every_call_somebody_arrives_and_a_refusal_parks(
    vendor, kortivity_sim, monkeypatch, request
):
    spoken = kortivity_profiles.CORRECTED["sign_in", "basic"]
    monkeypatch.setitem(vendors(), "kortivity", spoken)
    kortivity_sim.set(sign_in="basic")
    scene = request.getfixturevalue("scene")
    candidate = scene.dana()
    scene.check_arrived_once(candidate, _sent(scene, candidate))
    assert scene.sim.count(LOGIN) == 0
    scene.sim.revoke(scene.facts.key)
    other = scene.candidate()
    scene.trigger(other)
    scene.work()
    scene.settle()
    assert failures(scene)[USER] == 1
    assert "does not accept the user name or password any more" in scene.sentence(other)


def _sent(scene: Scene, candidate: Candidate) -> Export:
    sent = scene.press(candidate)
    scene.work()
    return sent


# --- Not verified -------------------------------------------------------------------


@pytest.fixture
def no_network(monkeypatch) -> None:
    def resolve(host: str, *_: Any, **__: Any) -> None:
        raise AssertionError(f"{host} was to be called.")

    monkeypatch.delenv("KORTIVITY_UNVERIFIED_OK", raising=False)
    monkeypatch.setattr(guard, "resolve", resolve)


def lead_to(scene: Scene, url: str) -> None:
    """Let the connection be one that was made while the operator allowed more."""
    scene.connection.set_credentials({**scene.credentials(), "api_url": url})
    scene.connection.save()


@pytest.mark.parametrize("typed", ["https://k7y.app/#/jobs", " k7y.app", ""])
def test_a_real_host_is_refused_on_connecting(scene, alice, no_network, typed):
    connections.disconnect(scene.connection, by=alice)
    url = reverse("integrations:connect", args=["kortivity"])
    form = {**scene.credentials(), "api_url": typed or "https://k7y.app"}
    page = seen(scene.alice.post(url, form))
    assert UNVERIFIED in _plain(page)
    assert not AtsConnection.objects.live().exists()


def test_a_real_host_is_refused_in_the_worker_and_in_the_picker(scene, no_network):
    lead_to(scene, "https://k7y.app")
    calls = scene.sim.count()
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    assert scene.state(sent) == Export.State.FAILED
    assert scene.sentence(candidate) == UNVERIFIED
    picker = reverse("integrations:job_search", args=[scene.connection.pk])
    found = seen(scene.bob.get(picker, {"q": "a"}, headers=HX))
    assert UNVERIFIED in _plain(found)
    assert UNVERIFIED in _plain(scene.administer("test"))
    AtsConnection.objects.update(last_proven_at=clock.now() - timedelta(days=1))
    connections.prove_due()
    assert not directory.is_due()
    assert scene.sim.count() == calls


def test_an_operator_may_allow_a_real_host(scene, monkeypatch):
    monkeypatch.setenv("KORTIVITY_UNVERIFIED_OK", "true")
    lead_to(scene, "https://kortivity.invalid")
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    assert scene.state(sent) == Export.State.WAITING
    assert "could not be reached" in scene.sentence(candidate)
    lead_to(scene, scene.sim.url)  # what failed goes on where somebody answers
    scene.settle()
    scene.check_arrived_once(candidate, sent)


def _plain(page: str) -> str:
    return page.replace("&#x27;", "'").replace("&quot;", '"')


# --- Two instances ------------------------------------------------------------------


@pytest.fixture
def elsewhere(monkeypatch) -> Iterator[RunningSimulator]:
    """Another customer's Kortivity, at an address of its own."""
    running = simulators()["kortivity"]().start()
    yield running
    running.stop()


def move(scene: Scene, to: RunningSimulator) -> str:
    return scene.administer("reconnect", **{**scene.credentials(), "api_url": to.url})


def test_two_instances_do_not_mix(scene, elsewhere):
    first = scene.connection
    dana = scene.dana()
    scene.press(dana)
    scene.work()
    page = move(scene, elsewhere)
    assert "This is another Kortivity account, so a new connection was made." in page
    second = AtsConnection.objects.live().get()
    assert second.pk != first.pk
    there = Scene(elsewhere, second, {"alice": scene.alice, "bob": scene.bob})
    assert there.badge(dana).words == "Not in Kortivity"
    erin = there.candidate(first_name="Erin")
    there.press(erin)
    there.work()
    assert [p["name"] for p in scene.people()] == ["Dana Example"]
    assert [p["emails"] for p in there.people()] == [[erin.email]]
    # Both are candidate 501, each in a Kortivity of their own.
    assert scene.person()["id"] == there.person()["id"]
    known = AtsPerson.objects.values_list("connection", "candidate")
    assert set(known) == {(first.pk, dana.pk), (second.pk, erin.pk)}


def test_jobs_chosen_at_one_address_are_not_taken_to_another(scene, elsewhere, bob):
    job = JobFactory(organization=scene.connection.organization)
    mappings.save_mapping(
        job=job,
        connection=scene.connection,
        trigger="replied",
        ats_job_id=scene.jobs[0],
        by=bob,
    )
    move(scene, elsewhere)
    second = AtsConnection.objects.live().get()
    assert second.pk != scene.connection.pk
    assert not second.mappings.exists()


def test_the_same_address_pasted_otherwise_is_the_same_account(scene):
    pasted = f"  {scene.sim.url.removeprefix('http://')}/#/jobs?x=1 "
    form = {**scene.credentials(), "api_url": f"http://{pasted.strip()}"}
    page = scene.administer("reconnect", **form)
    assert "is connected again" in page
    assert AtsConnection.objects.live().get() == scene.connection


def test_an_instance_that_has_moved_names_its_new_address(scene):
    scene.sim.set(redirect_to_https=True)
    page = scene.administer("reconnect", **scene.credentials())
    site = scene.sim.url.replace("http:", "https:")
    assert f"Kortivity answers at another address, {site}." in page
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    assert scene.state(sent) == Export.State.WAITING
    assert f"Kortivity answers at another address, {site}." in scene.sentence(candidate)
    scene.sim.set(redirect_to_https=False)
    scene.settle()
    scene.check_arrived_once(candidate, sent)


# --- Who is on a job cannot be told --------------------------------------------------


def test_whom_we_created_goes_onto_a_job_that_cannot_be_read(scene):
    scene.sim.set(job_candidates="404")
    candidate = scene.dana()
    scene.check_arrived_once(candidate, _sent(scene, candidate))


@pytest.mark.parametrize("again", ["409", "200"])
@pytest.mark.parametrize(
    ("on_it", "choice", "adds"),
    [(False, "repeat", 1), (True, "done", 0), (True, "repeat", 1), (False, "skip", 0)],
)
def test_who_was_there_goes_onto_it_when_a_recruiter_has_looked(
    scene, on_it, choice, adds, again
):
    scene.sim.set(job_candidates="404", already_on_job=again)
    candidate = scene.dana()
    there = scene.add(candidate)
    if on_it:
        with scene.adapter() as adapter, adapter.http.writing(lambda: None):
            adapter.add_to_job(there["id"], scene.jobs[0])
    before = scene.sim.count(scene.facts.add)
    sent = _sent(scene, candidate)
    assert scene.state(sent) == Export.State.NEEDS_YOU
    assert scene.sim.count(scene.facts.add) == before
    question = (
        "Kortivity does not tell who is on this job, and Dana Example may be on it "
        "already. Look there before they are added."
    )
    page = scene.read(reverse("integrations:decide", args=[Decision.objects.get().pk]))
    assert question in page
    assert f"Kortivity job: {sent.ats_job_name}" in page
    assert "Dana is not on the job." in page
    assert question in scene.page(candidate)
    scene.answer(choice)
    scene.work()
    assert scene.state(sent) == Export.State.SENT
    assert scene.sim.count(scene.facts.add) == before + adds
    assert len(scene.person()["jobs"]) == (on_it or choice == "repeat")


def test_an_unclear_place_is_sent_again_once_a_recruiter_says_so(scene):
    scene.sim.set(job_candidates="404")
    scene.sim.fault("drop_before", match=scene.facts.add)
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    scene.settle()
    assert scene.state(sent) == Export.State.NEEDS_YOU
    assert scene.sim.count(scene.facts.add) == 1
    assert "Add to the job" in scene.read(
        reverse("integrations:decide", args=[Decision.objects.get().pk])
    )
    scene.answer("repeat")
    scene.work()
    scene.check_arrived_once(candidate, sent)
    assert scene.sim.count(scene.facts.add) == 2


# --- The badge ----------------------------------------------------------------------


def test_without_a_link_the_badge_names_the_person_and_a_template_makes_it_lead(scene):
    candidate = scene.dana()
    _sent(scene, candidate)
    assert scene.badge(candidate).url == ""
    assert "Kortivity candidate 501" in scene.page(candidate)
    page = scene.administer(
        "connection", profile_url=f"{scene.sim.url}/candidates/{{person_id}}"
    )
    assert "Where the badge leads" in page
    link = f"{scene.sim.url}/candidates/501"
    assert scene.badge(candidate).url == link
    assert f'href="{link}"' in scene.page(candidate)
    assert ExportStep.objects.get(kind="person").state == "done"
