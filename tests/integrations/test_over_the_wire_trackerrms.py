"""What only TrackerRMS does, over the whole path: names that stop, look-ups that differ.

Nobody knows how its token is taken by its older API, nor whether its newer search
filters: each answer is played through.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from integrations import connections, decisions
from integrations.adapters import Key, vendors
from integrations.models import AtsConnection, AtsPerson, Decision, Export, ExportStep
from tests.faults.parts import wait_until

from .scene import Scene, only_trackerrms

pytestmark = [pytest.mark.django_db(transaction=True), only_trackerrms]

LINKEDIN = "https://www.linkedin.com/in/dana-example"
OWNER = "The candidate owner will always display as the team member who connected"
PARTIAL = "The duplicate check is partial"
NO_NAMES = "TrackerRMS cannot be asked for a name with this access token"


# --- The full name, exactly ---------------------------------------------------------


@pytest.fixture
def namesake(scene):
    """Somebody of Dana's name, in other letters, with nothing else in common."""
    there = scene.add(scene.dana(email="d@elsewhere.example", linkedin_url=""))
    candidate = scene.dana(first_name="dana", last_name=" EXAMPLE")
    sent = scene.press(candidate)
    scene.work()
    return candidate, there, sent


def test_the_same_full_name_alone_stops_the_create_and_asks(scene, namesake):
    candidate, there, sent = namesake
    assert scene.state(sent) == Export.State.NEEDS_YOU
    decision = Decision.objects.get()
    assert set(decision.allowed) == {"link", "create", "skip"}
    (shown,) = decision.shown
    assert (shown["person_id"], shown["why"]) == (there["id"], "same full name")
    assert "same full name" in scene.read(scene.badge(candidate).url)
    assert len(scene.people()) == 1
    assert scene.person()["jobs"] == []


@pytest.mark.parametrize(
    ("choice", "people", "known_by", "state"),
    [
        ("link", 1, "decided", "sent"),
        ("create", 2, "created", "sent"),
        ("skip", 1, "", "cancelled"),
    ],
)
def test_each_answer_about_a_namesake_is_carried_out(
    scene, namesake, choice, people, known_by, state
):
    candidate, there, sent = namesake
    before = scene.untouched()
    scene.answer(choice, there["id"] if choice == "link" else "")
    scene.work()
    assert len(scene.people()) == people
    assert scene.state(sent) == state
    if known_by:
        assert scene.known_by(candidate) == known_by
    if choice == "create":
        assert scene.jobs_of(scene.arrived(candidate)) == [scene.jobs[0]]
    else:
        assert scene.untouched() == before


@pytest.mark.parametrize(
    ("same", "why"),
    [
        ({"email": "dana@example.com"}, "same email, same full name"),
        ({"linkedin_url": LINKEDIN}, "same LinkedIn profile, same full name"),
    ],
)
def test_a_name_with_email_or_linkedin_is_linked(scene, same, why):
    there = scene.add(
        scene.dana(**{"email": "d@elsewhere.example", "linkedin_url": ""} | same)
    )
    before = scene.untouched()
    candidate = scene.dana(linkedin_url=LINKEDIN + "/?trk=x")
    scene.press(candidate)
    scene.work()
    known = AtsPerson.objects.get(candidate=candidate)
    assert (known.person_id, known.reason) == (there["id"], why)
    assert scene.untouched() == before
    assert scene.jobs_of(scene.person()) == [scene.jobs[0]]


def test_steve_is_not_steven(scene):
    names = {person["name"] for person in scene.sim.truth()["seeded"]}
    assert "Steven Lu" in names
    steve = scene.candidate(
        first_name="Steve", last_name="Lu", email="steve@lu.example"
    )
    sent = scene.press(steve)
    scene.work()
    assert scene.person()["name"] == "Steve Lu"
    assert scene.state(sent) == Export.State.SENT
    assert scene.known_by(steve) == "created"


def test_the_same_email_under_another_name_asks(scene):
    there = scene.add(scene.dana(first_name="Quentin", last_name="Other"))
    candidate = scene.dana()
    sent = scene.press(candidate)
    scene.work()
    assert scene.state(sent) == Export.State.NEEDS_YOU
    (shown,) = Decision.objects.get().shown
    assert shown["person_id"] == there["id"]
    assert shown["why"] == "same email, different name"
    assert len(scene.people()) == 1


# --- Which look-up works ------------------------------------------------------------

NEITHER = {"widget_access_token": "user_not_found", "email_filter": "ignored"}
ONLY_SEARCH = NEITHER | {"email_filter": "honoured"}
ONLY_OLDER = {"widget_access_token": "accepted", "email_filter": "ignored"}


def told(scene: Scene, settings: dict[str, Any]) -> str:
    """Let TrackerRMS be so, and test the connection; return its page."""
    scene.sim.set(**settings)
    page = scene.administer("test")
    assert "the connection works" in page
    scene.connection.refresh_from_db()
    return page


@pytest.mark.parametrize(
    ("settings", "is_partial", "says"),
    [(ONLY_OLDER, False, ""), (ONLY_SEARCH, False, NO_NAMES), (NEITHER, True, PARTIAL)],
)
def test_the_connection_page_tells_how_far_duplicates_can_be_checked(
    scene, settings, is_partial, says
):
    page = told(scene, settings)
    assert (PARTIAL in page) is is_partial
    assert says in page
    assert bool(scene.connection.limits) is bool(says)


def decide(scene: Scene, choice: str) -> None:
    by = scene.connection.connected_by
    decisions.decide(Decision.objects.get(), choice=choice, by=by)


@pytest.mark.parametrize("settings", [ONLY_OLDER, ONLY_SEARCH])
@pytest.mark.parametrize("is_done", [True, False])
def test_an_unclear_create_settles_itself_where_a_look_up_works(
    scene, settings, is_done
):
    told(scene, settings)
    fault = "commit_then_drop" if is_done else "drop_before"
    scene.sim.fault(fault, match=scene.facts.create)
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    scene.settle()
    scene.check_arrived_once(candidate, sent)
    assert scene.known_by(candidate) == ("recovered" if is_done else "created")
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "settings", [ONLY_OLDER | {"widget_reads": "lagging"}, ONLY_SEARCH]
)
def test_a_create_that_every_look_up_shows_late_is_not_made_again(scene, settings):
    told(scene, settings | {"search_lag_ms": 600})
    scene.sim.fault("commit_then_drop", match=scene.facts.create)
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    scene.pass_settling_time()  # the first look comes before it shows
    scene.work()
    assert scene.sim.count(scene.facts.create) == 1
    with scene.adapter() as adapter:
        wait_until(
            lambda: adapter.find(Key.EMAIL, candidate.email),
            seconds=10,
            what="the index",
        )
    scene.settle()
    scene.check_arrived_once(candidate, sent)
    assert scene.known_by(candidate) == "recovered"


def test_an_unclear_create_asks_where_none_works_and_nobody_is_seen(scene):
    told(scene, NEITHER)
    scene.sim.fault("drop_before", match=scene.facts.create)
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    scene.settle()
    assert scene.state(sent) == Export.State.NEEDS_YOU
    assert "could not tell whether TrackerRMS saved" in scene.sentence(candidate)
    assert scene.people() == []
    assert scene.sim.count(scene.facts.create) == 1
    decide(scene, "create")
    scene.work()
    scene.check_arrived_once(candidate, sent)


def test_an_unclear_create_is_found_in_the_list_where_it_can_be_seen(scene):
    told(scene, NEITHER)
    scene.sim.fault("commit_then_drop", match=scene.facts.create)
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    scene.settle()
    scene.check_arrived_once(candidate, sent)
    assert scene.known_by(candidate) == "recovered"


def test_a_duplicate_is_found_by_reading_the_list_where_no_look_up_works(scene):
    told(scene, NEITHER)
    there = scene.add(scene.dana())
    candidate = scene.dana()
    scene.press(candidate)
    scene.work()
    assert AtsPerson.objects.get(candidate=candidate).person_id == there["id"]
    assert scene.person()["id"] == there["id"]


# Everybody who comes is beyond the twentieth page.
FAR: dict[str, Any] = {"page_size": 1, "search_order": "oldest"}


@pytest.mark.parametrize(
    ("settings", "finds"),
    [(ONLY_OLDER, True), (ONLY_SEARCH, True), (NEITHER, False)],
)
def test_beyond_twenty_pages_only_a_look_up_finds_somebody(scene, settings, finds):
    told(scene, settings | FAR)
    there = scene.add(scene.dana())
    candidate = scene.dana()
    scene.press(candidate)
    scene.work()
    known = AtsPerson.objects.get(candidate=candidate)
    assert (known.person_id == there["id"]) is finds
    assert len(scene.people()) == (1 if finds else 2)


def test_a_partial_check_never_repeats_a_create_that_it_cannot_see(scene):
    told(scene, NEITHER | FAR)
    scene.sim.fault("commit_then_drop", match=scene.facts.create)
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    scene.settle()
    scene.settle()
    assert len(scene.people()) == scene.sim.count(scene.facts.create) == 1
    assert scene.state(sent) == Export.State.NEEDS_YOU


def test_a_look_up_that_stops_working_holds_everybody_until_the_next_test(scene):
    told(scene, ONLY_OLDER)
    scene.sim.set(**ONLY_SEARCH)
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    assert scene.people() == []
    assert "older API" in scene.sentence(candidate)
    assert "is tried again" in scene.sentence(candidate)
    told(scene, ONLY_SEARCH)
    scene.settle()
    scene.check_arrived_once(candidate, sent)


# --- Ways of writing ----------------------------------------------------------------


@pytest.mark.parametrize("answer", ["exists", "404", "405"])
def test_the_resume_arrives_by_either_api_and_once(scene, answer):
    scene.sim.set(document_upload=answer)
    candidate = scene.dana()
    sent = scene.press(candidate)
    scene.work()
    scene.check_arrived_once(candidate, sent)
    assert scene.person()["resume"]["name"] == "Dana-Example-resume.pdf"
    older = scene.sim.count("POST /api/widget/attachDocument$")
    assert older == (answer != "exists")


def test_a_resume_that_neither_api_takes_is_told_and_costs_nobody(scene):
    told(scene, NEITHER)
    scene.sim.set(document_upload="404")
    candidate = scene.dana()
    scene.press(candidate)
    scene.work()
    person = scene.person()
    assert (person["files"], scene.jobs_of(person)) == ([], [scene.jobs[0]])
    assert scene.badge(candidate).is_there
    step = ExportStep.objects.get(kind="resume")
    assert step.state == "failed"
    assert "TrackerRMS did not take the resume" in scene.page(candidate)


@pytest.mark.parametrize("refused", [1, 2])
def test_the_job_is_reached_by_the_next_way_where_the_first_is_not_there(
    scene, refused
):
    for way in ("/longlist/resource/", "/shortlist/resource/")[:refused]:
        scene.sim.fault("status", match=way, status=404, times=None)
    candidate = scene.dana()
    sent = scene.press(candidate)
    scene.work()
    scene.check_arrived_once(candidate, sent)
    (job,) = scene.person()["jobs"]
    assert job["stage"] == ("Shortlist" if refused == 1 else "Longlist")


def test_an_unclear_place_asks_where_nothing_tells_who_is_on_a_job(scene):
    scene.sim.set(placement_search="404")
    scene.sim.fault("commit_then_drop", match=scene.facts.add)
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    scene.settle()
    assert scene.state(sent) == Export.State.NEEDS_YOU
    assert scene.sim.count(scene.facts.add) == 1
    decide(scene, "done")
    scene.work()
    scene.check_arrived_once(candidate, sent)


@pytest.mark.parametrize("again", ["409", "400", "200"])
def test_a_longlist_that_does_not_show_puts_nobody_on_it_twice(scene, again):
    scene.sim.set(longlist_shows=False, already_linked=again)
    scene.sim.fault("commit_then_drop", match=scene.facts.add)
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    scene.settle()
    scene.check_arrived_once(candidate, sent)


def test_everybody_arrives_as_a_candidate_and_whole(scene):
    contacts = scene.sim.truth()["contacts"]
    candidate = scene.dana(
        city="Denver",
        state="CO",
        country="United States",
        phone="+1 202 555 0123",
        linkedin_url=LINKEDIN,
        current_title="Controls Engineer",
        current_company="Acme Widgets",
    )
    scene.press(candidate)
    scene.work()
    truth = scene.sim.truth()
    assert truth["contacts"] == contacts
    row = next(r for r in truth["candidates"] if str(r["id"]) == scene.person()["id"])
    assert row["dropped"] == []  # a flat body would lose email and phone
    person = scene.person()
    assert person["phones"] == ["+12025550123"]
    assert (person["title"], person["company"]) == ("Controls Engineer", "Acme Widgets")
    assert (person["location"], person["linkedin"]) == (
        "Denver, CO, United States",
        LINKEDIN,
    )
    assert (person["source"], person["owner"]) == (None, "Harriet Cole")
    writes = [r["path"] for r in scene.sim.requests() if r["method"] == "POST"]
    assert not [path for path in writes if path.lower().endswith(("/contact", "/lead"))]


# --- Pages --------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["{}", "JOB-{}", " job {} "])
def test_a_job_is_found_by_its_id(scene, text):
    job = next(j for j in scene.sim.truth()["jobs"] if j["title"] == "Data Engineer")
    url = reverse("integrations:job_search", args=[scene.connection.pk])
    page = scene.bob.get(url, {"q": text.format(job["id"])}).content.decode()
    assert "Data Engineer" in page
    assert f"JOB-{job['id']}" in page
    assert "Product Designer" not in page


def test_a_closed_job_is_not_offered_by_its_id(scene):
    job = next(j for j in scene.sim.truth()["jobs"] if j["state"] == "Closed")
    url = reverse("integrations:job_search", args=[scene.connection.pk])
    page = scene.bob.get(url, {"q": f"JOB-{job['id']}"}).content.decode()
    assert "No open job in TrackerRMS matches" in page


REGIONS = {"us": "US", "ca": "Canada", "other": "All other"}


def test_the_region_is_chosen_from_three(scene, alice):
    connections.disconnect(scene.connection, by=alice)
    page = scene.alice.get("/settings/ats/connect/trackerrms/").content.decode()
    for value, label in REGIONS.items():
        assert f'value="{value}"' in page
        assert label in page
    form = {"region": "moon", "access_token": scene.facts.key}
    reply = scene.alice.post("/settings/ats/connect/trackerrms/", form)
    assert reply.status_code in (200, 422)
    assert not AtsConnection.objects.live().exists()


@pytest.mark.parametrize("region", REGIONS)
def test_the_region_decides_where_the_token_goes(scene, alice, monkeypatch, region):
    """Only that region's two hosts are the simulator; the others do not answer."""
    connections.disconnect(scene.connection, by=alice)
    for variable in vendors()["trackerrms"].environment:
        if not variable.name.endswith(f"_{region.upper()}"):
            monkeypatch.setenv(variable.name, "http://127.0.0.1:9")
    for chosen in sorted(REGIONS, key=lambda one: one == region):
        assert not AtsConnection.objects.live().exists()
        form = {"region": chosen, "access_token": scene.facts.key}
        scene.alice.post("/settings/ats/connect/trackerrms/", form)
    connected = AtsConnection.objects.live().get()
    assert connected.account_name == f"TrackerRMS ({REGIONS[region]})"
    assert connected.limits == []


def test_a_refused_token_says_what_to_compare(scene, alice):
    connections.disconnect(scene.connection, by=alice)
    form = {"region": "us", "access_token": "regenerated-since"}
    page = scene.alice.post("/settings/ats/connect/trackerrms/", form).content.decode()
    assert "does not accept this access token in the chosen region" in page
    assert "regenerated-since" not in page


def test_the_connection_says_who_owns_what_arrives(scene):
    url = reverse("integrations:connection", args=[scene.connection.pk])
    page = " ".join(scene.alice.get(url).content.decode().split())
    assert OWNER in page
    assert "arrive in TrackerRMS as candidates, never as leads or contacts" in page


def test_the_search_page_says_that_the_filter_is_not_supported(scene):
    scene.dana()
    page = scene.read(reverse("candidates:list"))
    assert "TrackerRMS does not support the “ATS candidates” filter." in page
    assert 'name="in-trackerrms"' not in page


def test_a_token_regenerated_there_parks_and_the_new_one_goes_on(scene):
    candidate = scene.dana()
    new: Any = scene.sim.simulator.regenerate()
    sent = scene.trigger(candidate)
    scene.work()
    scene.connection.refresh_from_db()
    assert scene.connection.state == "parked"
    assert "it was probably regenerated" in scene.page(candidate)
    scene.administer("reconnect", **scene.credentials(new))
    scene.work()
    scene.check_arrived_once(candidate, sent)
