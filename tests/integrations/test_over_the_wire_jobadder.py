"""The whole path with what only JobAdder does: its 409 and its code, its tokens."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from candidates.models import Candidate
from integrations import connections
from integrations.models import AtsConnection, AtsPerson, Decision, Export, ExportStep
from integrations.preview import fields_of
from integrations.sign_in import stored
from pinsync import clock
from tests.vendors.desk import FACTS

from .consenting import come_back
from .fakeats import pass_time
from .scene import Scene, only_jobadder, seen

pytestmark = [pytest.mark.django_db(transaction=True), only_jobadder]

TOKEN = "POST /connect/token$"
HOUR = 3_700  # seconds: longer than a token lives
TOO_LONG = 10 * 60_000  # for a search to show somebody, in this test
SIGN_IN_AGAIN = "An administrator has to sign in again under Settings > ATS Integration"


def codes(scene: Scene) -> list[str]:
    """Return the override code of each request to create somebody; "" where none."""
    simulator = scene.sim.simulator
    with simulator.lock:
        requests = list(simulator._requests)
    name = "x-allow-duplicates"
    return [
        request.headers.get(name, "")
        for request in requests
        if f"{request.method} {request.path}$" == scene.facts.create
    ]


# --- Duplicates by LinkedIn ---------------------------------------------------------


def test_only_the_profile_decides_among_people_of_one_name(scene):
    candidate = scene.dana(linkedin_url="https://www.linkedin.com/in/dana-example")
    for number in range(4):
        other = f"https://www.linkedin.com/in/dana-{number}"
        scene.add(candidate, email=f"d{number}@example.org", linkedin_url=other)
    there = scene.add(
        candidate,
        email="elsewhere@example.org",
        linkedin_url="https://uk.linkedin.com/in/dana-example/",
    )
    before = scene.untouched()
    sent = scene.press(candidate)
    scene.work()
    assert scene.untouched() == before
    known = AtsPerson.objects.get(candidate=candidate)
    assert (known.person_id, known.reason) == (there["id"], "same LinkedIn profile")
    assert scene.state(sent) == Export.State.SENT


def test_namesakes_with_other_profiles_do_not_stop_the_create(scene):
    candidate = scene.dana()
    for number in range(3):
        other = f"https://www.linkedin.com/in/dana-{number}"
        scene.add(candidate, email=f"d{number}@example.org", linkedin_url=other)
    sent = scene.press(candidate)
    scene.work()
    assert scene.arrived(candidate)["linkedin"] == candidate.linkedin_url
    assert scene.state(sent) == Export.State.SENT
    assert not Decision.objects.exists()


# --- 409: there is somebody with this email -----------------------------------------


@pytest.fixture
def unseen(scene):
    """Somebody with the candidate's email, whom JobAdder's search does not show yet."""
    candidate = scene.dana(linkedin_url="")
    scene.sim.set(search_lag_ms=TOO_LONG)
    there = scene.add(candidate, first_name="Zoe", last_name="Quux")
    sent = scene.press(candidate)
    scene.work()
    return candidate, there, sent


def test_a_refused_create_asks_and_sends_no_code(scene, unseen):
    candidate, _, sent = unseen
    assert scene.state(sent) == Export.State.NEEDS_YOU
    assert scene.sentence(candidate) == (
        "JobAdder will not create Dana Example: it has someone it takes for the same "
        "person. Is it?"
    )
    assert Decision.objects.get().allowed == ["skip", "create"]
    assert codes(scene) == ["", ""]  # the one entered by hand, and ours
    assert len(scene.people()) == 1


def test_create_anyway_sends_the_code_of_the_refusal(scene, unseen):
    candidate, there, sent = unseen
    scene.answer("create")
    scene.work()
    assert len(scene.people()) == 2
    assert scene.state(sent) == Export.State.SENT
    assert scene.known_by(candidate) == "created"
    *without, code = codes(scene)
    assert without == ["", "", ""]
    assert len(code) == 32
    assert AtsPerson.objects.get().person_id != there["id"]


def test_a_skipped_one_is_never_created(scene, unseen):
    _, _, sent = unseen
    scene.answer("skip")
    scene.work()
    scene.settle()
    assert scene.state(sent) == Export.State.CANCELLED
    assert codes(scene) == ["", ""]
    assert len(scene.people()) == 1


def test_a_code_that_is_not_taken_asks_again_and_creates_nobody(scene, unseen):
    _, _, sent = unseen
    scene.sim.set(override_lifetime_s=0)
    scene.answer("create")
    scene.work()
    assert scene.state(sent) == Export.State.NEEDS_YOU
    assert len(scene.people()) == 1
    assert len(codes(scene)) == 4


def test_a_create_with_the_code_whose_answer_is_lost_is_found_again(scene, unseen):
    _, there, sent = unseen
    scene.sim.set(search_lag_ms=0)
    # The refusal is answered; what the code lets through is not.
    scene.sim.fault("commit_then_drop", match=scene.facts.create, skip=1)
    scene.answer("create")
    scene.work()
    assert len(scene.people()) == 2
    assert scene.state(sent) == Export.State.EXPORTING
    scene.settle()
    assert scene.state(sent) == Export.State.SENT
    assert len(scene.people()) == 2
    assert AtsPerson.objects.get().person_id != there["id"]


@pytest.fixture
def another_name(scene):
    """Somebody with the candidate's email under a plainly different name."""
    candidate = scene.dana(linkedin_url="")
    there = scene.add(candidate, first_name="Zoe", last_name="Quux")
    sent = scene.press(candidate)
    scene.work()
    return candidate, there, sent


def test_the_same_email_under_another_name_asks_before_anything_is_sent(
    scene, another_name
):
    _, there, sent = another_name
    assert scene.state(sent) == Export.State.NEEDS_YOU
    (shown,) = Decision.objects.get().shown
    assert (shown["person_id"], shown["name"]) == (there["id"], "Zoe Quux")
    assert shown["why"] == "same email, different name"
    assert codes(scene) == [""]


def test_the_one_that_is_linked_gets_the_job_and_no_code_is_sent(scene, another_name):
    candidate, there, _ = another_name
    before = scene.untouched()
    scene.answer("link", there["id"])
    scene.work()
    assert scene.untouched() == before
    assert scene.jobs_of(scene.person()) == [scene.jobs[0]]
    assert scene.known_by(candidate) == "decided"
    assert codes(scene) == [""]


def test_the_other_that_is_created_after_all_is_let_through_by_the_code(
    scene, another_name
):
    _, _, sent = another_name
    scene.answer("create")
    scene.work()
    assert [bool(code) for code in codes(scene)] == [False, False, True]
    assert len(scene.people()) == 2
    assert scene.state(sent) == Export.State.SENT


# --- What else it answers -----------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "mark"),
    [
        (Candidate.Source.SOURCED, "Sourced from PinSync"),
        (Candidate.Source.CSV, None),
        (Candidate.Source.ATS, None),
    ],
)
def test_only_who_was_sourced_is_marked_so(scene, source, mark):
    candidate = scene.dana(source=source)
    told = {
        field.place: field.value for field in fields_of(candidate, scene.connection)
    }
    scene.press(candidate)
    scene.work()
    assert scene.person()["source"] == mark
    assert told["source"] == ("Yes" if mark else "")


def test_a_source_that_the_account_does_not_take_goes_into_the_summary(scene):
    scene.sim.set(unknown_source="422")
    candidate = scene.dana()
    sent = scene.press(candidate)
    scene.work()
    scene.check_arrived_once(candidate, sent)
    assert scene.person()["source"] is None
    (row,) = scene.sim.truth()["candidates"][-1:]
    assert row["summary"] == "Sourced from PinSync"


def test_on_the_job_already_is_success(scene):
    candidate = scene.dana()
    scene.sim.fault(
        "status",
        match=scene.facts.add,
        status=409,
        json={"message": "Candidate already exists"},
        carry_out=True,
    )
    sent = scene.press(candidate)
    scene.work()
    scene.check_arrived_once(candidate, sent)
    assert scene.sim.count(scene.facts.add) == 1


def test_a_name_that_is_too_long_is_cut_and_stands_whole_in_the_summary(scene):
    candidate = scene.dana(first_name="Ж" * 60)
    scene.press(candidate)
    scene.work()
    assert scene.person()["name"] == f"{'Ж' * 50} Example"
    (row,) = scene.sim.truth()["candidates"][-1:]
    assert row["summary"] == f"Full name: {'Ж' * 60} Example"


def test_a_refusal_of_its_own_fields_is_said_and_goes_on_after_correction(scene):
    scene.sim.set(mandatory_custom=True)
    candidate = scene.dana()
    sent = scene.press(candidate)
    scene.work()
    assert scene.state(sent) == Export.State.FAILED
    assert scene.sentence(candidate) == (
        "JobAdder refused this: Validation error; Right to work is required (custom). "
        "Correct it, then retry."
    )
    assert scene.people() == []
    scene.sim.set(mandatory_custom=False)
    scene.bob.post(reverse("integrations:retry", args=[sent.pk]))
    scene.work()
    scene.check_arrived_once(candidate, sent)


def test_a_closed_job_is_said_so_and_the_person_stays(scene):
    scene.sim.set(closed_job="422")
    candidate = scene.dana()
    sent = scene.press(candidate)
    scene.sim.close_job(scene.jobs[0])
    scene.work()
    assert scene.state(sent) in (Export.State.FAILED, Export.State.NEEDS_YOU)
    assert "The job is closed in JobAdder, or not there any more." in scene.page(
        candidate
    )
    assert scene.person()["jobs"] == []
    assert scene.badge(candidate).is_there


# --- Tokens -------------------------------------------------------------------------


def age(scene: Scene, seconds: int = HOUR) -> None:
    """Let JobAdder's clock go on without ours: it refuses what we take for good."""
    scene.sim.set(clock_ahead_s=scene.sim.simulator.settings["clock_ahead_s"] + seconds)


def token(scene: Scene):
    scene.connection.refresh_from_db()
    held = stored(scene.connection)
    assert held
    return held.token


def test_a_token_that_ends_under_load_is_renewed_once_and_loses_nobody(scene):
    people = [scene.candidate() for _ in range(20)]
    for candidate in people:
        scene.trigger(candidate)
    asked, before = scene.sim.count(TOKEN), token(scene)
    age(scene)
    scene.work()
    assert scene.sim.count(TOKEN) == asked + 1
    assert token(scene).renewal != before.renewal
    emails = sorted(email for person in scene.people() for email in person["emails"])
    assert emails == sorted(candidate.email for candidate in people)
    assert set(Export.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.parametrize("write", ["create", "add", "resume"])
def test_a_write_refused_for_its_token_is_sent_with_a_new_one(scene, write):
    candidate = scene.dana()
    scene.sim.fault("expired_token", match=getattr(scene.facts, write))
    asked = scene.sim.count(TOKEN)
    sent = scene.trigger(candidate)
    scene.work()
    scene.settle()
    scene.check_arrived_once(candidate, sent)
    assert scene.sim.count(TOKEN) == asked + 1
    assert scene.sim.count(getattr(scene.facts, write)) == 2


def test_a_token_due_for_renewal_is_renewed_before_it_is_used(scene):
    asked = scene.sim.count(TOKEN)
    AtsConnection.objects.update(token_renew_at=clock.now() - timedelta(seconds=1))
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    scene.check_arrived_once(candidate, sent)
    assert scene.sim.count(TOKEN) == asked + 1


@pytest.mark.parametrize("code", ["invalid_grant", "invalid_request"])
def test_a_sign_in_that_has_ended_parks_and_a_new_one_lets_all_go_on(scene, code):
    scene.sim.set(gone_user=code)
    known = scene.candidate()
    scene.trigger(known)
    scene.work()
    people = [scene.dana(), scene.candidate()]
    scene.sim.revoke(scene.facts.key)
    exports = [scene.trigger(candidate) for candidate in people]
    scene.work()
    scene.connection.refresh_from_db()
    assert scene.connection.state == "parked"
    for text in (scene.page(people[0]), scene.read_settings()):
        assert "JobAdder has ended the sign-in" in text
        assert SIGN_IN_AGAIN in unescape(text)
    calls = scene.sim.count()
    scene.settle()
    assert scene.sim.count() == calls  # nobody knocks at a closed door
    since = scene.connection.connected_at
    scene.sim.grant(scene.facts.key)
    assert "is connected again" in scene.reconnect(scene.facts.key)
    scene.work()
    assert [scene.state(sent) for sent in exports] == ["sent", "sent"]
    assert len(scene.people()) == 3
    scene.connection.refresh_from_db()
    assert (scene.connection.state, scene.connection.connected_at) == (
        "connected",
        since,
    )


@pytest.mark.parametrize("fault", ["commit_then_drop", "half_body"])
@pytest.mark.parametrize("old", ["dies", "lives_a_minute"])
def test_a_renewal_whose_answer_is_lost_costs_at_most_a_sign_in(scene, old, fault):
    """Whether the old refresh token still serves then is not known."""
    scene.sim.set(old_refresh_token=old)
    AtsConnection.objects.update(token_renew_at=clock.now() - timedelta(seconds=1))
    scene.sim.fault(fault, match=TOKEN)
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    scene.settle()
    scene.connection.refresh_from_db()
    if old == "dies":
        assert scene.connection.state == "parked"
        assert "has ended the sign-in" in scene.page(candidate)
        assert scene.people() == []
        scene.reconnect("robin")
        scene.work()
    scene.check_arrived_once(candidate, sent)


def test_two_weeks_without_a_call_end_the_sign_in(scene):
    age(scene, 15 * 86_400)
    candidate = scene.dana()
    scene.trigger(candidate)
    scene.work()
    scene.connection.refresh_from_db()
    assert scene.connection.state == "parked"
    assert "it was not used for two weeks" in scene.page(candidate)


def test_two_weeks_without_an_export_do_not(scene):
    """The hourly proof renews the token long before."""
    for _ in range(15):
        age(scene, 86_400)
        pass_time(86_400)
        AtsConnection.objects.update(
            last_proven_at=clock.now() - timedelta(days=1),
            token_renew_at=clock.now() - timedelta(seconds=1),
        )
        connections.prove_due()
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    scene.check_arrived_once(candidate, sent)


def test_a_permission_taken_away_is_named_and_signing_in_again_helps(scene):
    scene.sim.grant("sam", FACTS["jobadder"].may)
    page = scene.reconnect("sam")
    assert "is connected again" in page
    assert "Manage candidates" in page
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    assert scene.sentence(candidate) == (
        "JobAdder did not let this happen: the permission “Manage candidates” "
        f"(write_candidate) is missing. {SIGN_IN_AGAIN}, with a JobAdder user who may "
        "grant API access."
    )
    assert scene.people() == []
    scene.reconnect("robin")
    scene.work()
    scene.check_arrived_once(candidate, sent)


def test_a_scope_that_the_sign_in_names_as_missing_is_shown_at_once(scene):
    scene.sim.set(scope_in_reply=True)
    scene.sim.grant("sam", FACTS["jobadder"].may)
    page = scene.reconnect("sam")
    assert "it lacks permissions" in page
    states = dict(scene.connection.permissions.values_list("code", "state"))
    missing = {code for code in states if states[code] == "missing"}
    assert missing == {"write_candidate", "write_jobapplication"}


# --- A token reply that leads elsewhere -----------------------------------------------

ELSEWHERE = "https://api.jobadder.com.evil.example/v2/"
NOT_THEIRS = (
    "JobAdder's sign-in named an API address that is not JobAdder's own, so it is not "
    "called. Sign in again; if it stays so, ask JobAdder's support."
)


@pytest.fixture
def led_astray(scene, monkeypatch):
    """Let token replies name another host, and no operator's address replace it."""
    monkeypatch.setenv("JOBADDER_API_URL", "")
    scene.sim.set(api_address=ELSEWHERE)
    return scene


def test_a_sign_in_that_names_another_host_is_refused_in_words(led_astray):
    scene = led_astray
    before = token(scene)
    calls = scene.sim.count("/v2/")
    page = seen(come_back(scene.alice, "jobadder", "robin"))
    assert NOT_THEIRS in unescape(page)
    assert token(scene) == before
    assert scene.sim.count("/v2/") == calls


def test_a_renewal_that_names_another_host_parks_and_calls_nobody(led_astray):
    scene = led_astray
    AtsConnection.objects.update(token_renew_at=clock.now() - timedelta(seconds=1))
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    calls = scene.sim.count("/v2/")
    scene.work()
    scene.connection.refresh_from_db()
    assert scene.connection.state == "parked"
    assert scene.connection.trouble == NOT_THEIRS
    assert scene.sim.count("/v2/") == calls
    assert scene.state(sent) == Export.State.WAITING
    assert ExportStep.objects.filter(attempt__gt=0).count() == 0
