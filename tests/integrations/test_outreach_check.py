"""The early look for duplicates: asked on adding to outreach, read-only, least of all.

Everything goes through the real door to Crelate's simulator; what the sentences say of
vendors with other keys is shown with Crelate's declaration changed.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest
import rq
from django.db import connection as database
from django.db import transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from candidates.models import JobCandidate, OutreachEvent
from integrations import (
    connections,
    directory,
    dispatcher,
    mappings,
    matching,
    outreach_check,
    tasks,
)
from integrations.activity import activity_of
from integrations.adapters import Key, Trigger
from integrations.findings import finding_of
from integrations.models import (
    AtsConnection,
    AtsPerson,
    DuplicateCheck,
    Export,
    ExportStep,
)
from integrations.verify import broken_invariants
from pinsync import clock
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory

from .conftest import make_connection
from .scene import only_crelate

pytestmark = [pytest.mark.django_db(transaction=True), only_crelate]

Kind, State = OutreachEvent.Kind, DuplicateCheck.State
FIND = "GET /api3/contacts"
# Nothing but email and name to compare.
STRANGER = {"linkedin_url": "", "phone": "", "phone_e164": ""}
LOOKED = r"(checked \d\d:\d\d UTC)"


@pytest.fixture
def position(acme, scene, bob):
    """A job whose candidates go to Crelate once they reply."""
    return set_up(JobFactory(organization=acme, title="Controls Engineer"), scene, bob)


def set_up(job, scene, bob, trigger=Trigger.REPLIED):
    mappings.save_mapping(
        job=job, connection=scene.connection, trigger=trigger, ats_job_id="", by=bob
    )
    return job


def add(job, candidate) -> JobCandidate:
    row = JobCandidateFactory(job=job, candidate=candidate)
    row.record(Kind.ADDED)
    return row


def look(scene) -> None:
    """Carry out what is due; it never writes to the ATS, whatever comes of it."""
    before = scene.untouched()
    posts = methods(scene)
    while outreach_check.is_due():
        outreach_check.check_due()
    assert methods(scene) == posts
    assert scene.untouched() == before
    assert not ExportStep.objects.filter(attempt__gt=0).exists()


def methods(scene) -> Counter[str]:
    """Count the calls by method, but for those that only read."""
    calls = (words.split()[0] for words in Counter(scene.sim.counts()).elements())
    return Counter(method for method in calls if method != "GET")


def asked(scene) -> int:
    """Return how often the ATS was asked by email."""
    return sum("emails=" in request["path"] for request in scene.sim.requests())


def said(scene, candidate) -> str:
    finding = finding_of(scene.standing(candidate), clock.now())
    return finding.sentence if finding else ""


def pass_time(seconds: float) -> None:
    by = clock.period(seconds)
    DuplicateCheck.objects.update(
        not_before=F("not_before") - by, asked_at=F("asked_at") - by
    )
    DuplicateCheck.objects.update(checked_at=F("checked_at") - by)
    AtsConnection.objects.update(paused_until=F("paused_until") - by)


# --- When it is asked -----------------------------------------------------------------


def test_adding_to_outreach_asks_long_before_the_trigger(scene, position):
    candidate = scene.dana()
    add(position, candidate)
    check = DuplicateCheck.objects.get()
    assert (check.state, check.job, check.candidate) == ("wanted", position, candidate)
    assert not Export.objects.exists()
    assert said(scene, candidate) == "Dana Example is being looked for in Crelate."


def test_a_job_on_never_asks_nothing(scene, acme, bob):
    add(set_up(JobFactory(organization=acme), scene, bob, "never"), scene.dana())
    add(JobFactory(organization=acme), scene.dana(email="x@example.com"))
    assert not DuplicateCheck.objects.exists()


def test_an_ats_that_does_not_declare_it_is_not_asked(acme, scene, alice, bob):
    job = JobFactory(organization=acme)
    ashby = make_connection(acme, "ashby", by=alice)
    mappings.save_mapping(
        job=job, connection=ashby, trigger="replied", ats_job_id="job-1", by=bob
    )
    add(job, scene.dana())
    assert not DuplicateCheck.objects.exists()


def test_who_is_in_the_ats_already_is_not_looked_for(scene, position):
    candidate = scene.dana()
    known(scene, candidate)
    add(position, candidate)
    assert not DuplicateCheck.objects.exists()


def test_an_error_rolls_the_question_back_with_the_event(scene, position):
    row = JobCandidateFactory(job=position, candidate=scene.dana())
    with transaction.atomic():
        row.record(Kind.ADDED)
        assert DuplicateCheck.objects.exists()
        transaction.set_rollback(True)
    assert not DuplicateCheck.objects.exists()


def test_another_job_asks_again_only_after_a_day(scene, position, acme, bob):
    candidate = scene.dana()
    add(position, candidate)
    look(scene)
    add(set_up(JobFactory(organization=acme), scene, bob), candidate)
    assert DuplicateCheck.objects.get().state == State.DONE
    pass_time(86_401)
    third = set_up(JobFactory(organization=acme), scene, bob)
    add(third, candidate)
    check = DuplicateCheck.objects.get()
    assert (check.state, check.answer, check.job) == ("wanted", "", third)


def test_the_queue_is_woken_after_the_commit(redis, scene, position, monkeypatch):
    monkeypatch.undo()  # the scene keeps wakes back
    queue = rq.Queue("checks", connection=redis)
    with transaction.atomic():
        add(position, scene.dana())
        assert queue.count == 0
    assert queue.count == 1


# --- What is found --------------------------------------------------------------------


def test_nobody_is_found(scene, position):
    candidate = scene.dana()
    add(position, candidate)
    look(scene)
    assert_said(
        scene, candidate, rf"Nobody like Dana Example was found in Crelate {LOOKED}\."
    )


def test_somebody_with_this_email_is_told_with_a_link(scene, position):
    candidate = scene.dana()
    there = scene.add(candidate)
    add(position, candidate)
    look(scene)
    sentence = (
        "Crelate has someone with this email: Dana Example. An export will link to "
        "that record, not create a second one."
    )
    assert said(scene, candidate) == sentence
    check = DuplicateCheck.objects.get()
    (match,) = check.matches
    assert (match["person_id"], match["why"]) == (there["id"], "same email")
    page = scene.page(candidate)
    assert sentence in page
    assert match["url"].replace("&", "&amp;") in page
    assert not AtsPerson.objects.exists()


def test_a_record_without_a_link_is_named_by_its_id(scene, position, monkeypatch):
    candidate = scene.dana()
    add(position, candidate)
    look(scene)
    adapter = scene.connection.adapter_class
    monkeypatch.setattr(adapter, "profile_url_template", "")
    row = {"person_id": "188077", "name": "Dana", "url": "javascript:alert(1)"}
    match = {**row, "keys": ["email"], "name_differs": False}
    DuplicateCheck.objects.update(answer="link", matches=[match])
    page = scene.page(candidate)
    assert "Crelate record 188077" in page
    assert "javascript:" not in page


def test_what_was_said_is_what_the_export_then_does(scene, position):
    candidate = scene.dana()
    scene.add(candidate)
    row = add(position, candidate)
    look(scene)
    assert "will link" in said(scene, candidate)
    row.record(Kind.REPLIED)
    scene.work()
    assert scene.known_by(candidate) == "linked"
    assert len(scene.people()) == 1
    assert said(scene, candidate) == ""
    outreach_check.forget_outlived()
    assert not DuplicateCheck.objects.exists()


def test_the_same_email_under_another_name_will_ask(scene, position):
    candidate = scene.dana()
    scene.add(candidate, first_name="Robin", last_name="Stranger")
    add(position, candidate)
    look(scene)
    assert said(scene, candidate) == (
        "Crelate has someone with this email, under another name: Robin Stranger. An "
        "export will ask you first."
    )


def test_somebody_nearly_like_them_is_nobody(scene, position):
    candidate = scene.dana()
    scene.add(candidate, email="dana@example.co", first_name="Dan", **STRANGER)
    add(position, candidate)
    look(scene)
    assert said(scene, candidate).startswith("Nobody like Dana Example was found")


def test_the_same_name_alone_is_a_hint(scene, position):
    candidate = scene.dana()
    scene.add(candidate, email="other@example.com", **STRANGER)
    add(position, candidate)
    look(scene)
    check = DuplicateCheck.objects.get()
    assert (check.answer, check.matches) == ("nobody", [])
    assert_said(
        scene,
        candidate,
        rf"No duplicate of Dana Example was found in Crelate {LOOKED}\. Someone there "
        r"has the same full name: Dana Example; that alone is no match\.",
    )


def test_where_the_name_is_a_key_it_alone_will_ask(scene, position, monkeypatch):
    keys = (Key.NAME, Key.EMAIL, Key.LINKEDIN)
    monkeypatch.setattr(scene.connection.adapter_class, "duplicate_keys", keys)
    candidate = scene.dana()
    scene.add(candidate, email="other@example.com", linkedin_url="")
    add(position, candidate)
    look(scene)
    assert said(scene, candidate) == (
        "Crelate has someone with this full name: Dana Example. An export will ask you "
        "first."
    )


def test_without_an_email_nothing_is_asked_by_until_there_is_one(scene, position):
    candidate = scene.dana(email="", phone="")
    add(position, candidate)
    look(scene)
    assert_said(
        scene,
        candidate,
        rf"Dana Example has no email to look for in Crelate {LOOKED}\. An export looks "
        r"again before it creates anybody\.",
    )
    candidate.email = "dana@example.com"
    candidate.save()
    scene.add(candidate)
    look(scene)
    assert "Crelate has someone with this email" in said(scene, candidate)


def test_details_that_changed_since_are_said_to_have(scene, position):
    candidate = scene.dana()
    add(position, candidate)
    look(scene)
    candidate.email = "new@example.com"
    candidate.save()
    assert said(scene, candidate) == (
        "Dana Example's details have changed since Crelate was asked about duplicates. "
        "An export looks again before it creates anybody."
    )


def test_what_the_account_cannot_be_asked_is_shown_with_it(scene, position):
    limit = "This account cannot be asked by LinkedIn."
    AtsConnection.objects.update(limits=[limit])
    candidate = scene.dana()
    add(position, candidate)
    look(scene)
    assert limit in scene.page(candidate)


# --- What goes wrong ------------------------------------------------------------------


def test_a_vendor_that_is_down_is_asked_again_and_then_no_more(scene, position):
    candidate = scene.dana()
    add(position, candidate)
    scene.sim.fault("status", match=FIND, status=500, times=100)
    look(scene)
    assert "Crelate could not be asked about duplicates yet: " in said(scene, candidate)
    assert "Next try at" in said(scene, candidate)
    for wait in outreach_check.RETRIES:
        pass_time(wait + 1)
        look(scene)
    assert DuplicateCheck.objects.get().state == State.FAILED
    text = said(scene, candidate)
    assert text.startswith("Crelate could not be asked about duplicates: ")
    assert text.endswith("An export looks again before it creates anybody.")
    assert "by itself" not in text
    scene.connection.refresh_from_db()
    assert scene.connection.failures_in_row == 0


def test_while_one_fails_the_others_of_that_ats_wait_too(scene, position):
    for number in range(3):
        add(position, scene.candidate(email=f"n{number}@example.com"))
    scene.sim.fault("status", match=FIND, status=500)
    look(scene)
    assert asked(scene) == 1
    pass_time(31)
    look(scene)
    assert set(DuplicateCheck.objects.values_list("state", flat=True)) == {"done"}


def test_an_ats_that_asks_for_patience_is_left_alone(scene, position):
    candidate = scene.dana()
    add(position, candidate)
    scene.sim.fault("status", match=FIND, status=429, headers={"Retry-After": "120"})
    look(scene)
    assert scene.is_resting()
    look(scene)
    assert asked(scene) == 1
    assert DuplicateCheck.objects.get().tries == 0
    pass_time(121)
    look(scene)
    assert DuplicateCheck.objects.get().state == State.DONE


def test_a_refused_key_parks_and_the_check_waits_for_a_new_one(scene, position):
    candidate = scene.dana()
    add(position, candidate)
    scene.sim.revoke(scene.facts.key)
    look(scene)
    scene.connection.refresh_from_db()
    assert scene.connection.state == "parked"
    pass_time(3600)
    before = asked(scene)
    look(scene)
    assert asked(scene) == before
    assert said(scene, candidate) == (
        "Dana Example is looked for in Crelate once it is reconnected."
    )
    scene.sim.grant("a-new-key")
    scene.administer("reconnect", api_key="a-new-key")
    look(scene)
    assert said(scene, candidate).startswith("Nobody like Dana Example")


def test_a_fault_of_our_own_is_recorded_and_stops_nothing_else(
    scene, position, monkeypatch
):
    first, second = scene.dana(), scene.candidate()
    add(position, first)
    add(position, second)

    def judge(record, people, **options):
        if record.full_name == first.full_name:
            raise ZeroDivisionError
        return original(record, people, **options)

    original = matching.judge
    monkeypatch.setattr(matching, "judge", judge)
    look(scene)
    assert "Something went wrong inside PinSync" in said(scene, first)
    assert "was found in Crelate" in said(scene, second)


def test_a_worker_that_vanished_leaves_it_due_again(scene, position):
    add(position, scene.dana())
    assert outreach_check._claim_next(after=0)
    assert outreach_check._claim_next(after=0) is None
    pass_time(outreach_check.LEASE + 1)
    look(scene)
    assert DuplicateCheck.objects.get().state == State.DONE


def test_an_answer_that_comes_too_late_changes_nothing(scene, position):
    add(position, scene.dana())
    check = outreach_check._claim_next(after=0)
    assert check
    pass_time(outreach_check.LEASE + 1)
    look(scene)
    DuplicateCheck.objects.update(answer="link")
    outreach_check._carry_out(check)
    assert DuplicateCheck.objects.get().answer == "link"


# --- Least of all ---------------------------------------------------------------------


def test_exports_that_are_due_go_first(scene, position):
    candidate, other = scene.dana(), scene.candidate()
    add(position, candidate)
    scene.trigger(other)
    look(scene)
    assert asked(scene) == 0
    assert not outreach_check.is_due()
    scene.work()
    outreach_check.check_due()
    assert DuplicateCheck.objects.get().state == State.DONE


def test_while_a_drainer_is_at_work_there_it_waits(scene, position):
    add(position, scene.dana())
    AtsConnection.objects.update(
        leased_by="a drainer", leased_until=clock.now() + timedelta(minutes=1)
    )
    look(scene)
    assert asked(scene) == 0
    AtsConnection.objects.update(leased_by="", leased_until=None)
    look(scene)
    assert DuplicateCheck.objects.get().state == State.DONE


def test_the_export_of_the_same_moment_makes_the_look_needless(
    scene, acme, bob, monkeypatch
):
    """Where adding to outreach is the trigger, the export looks by itself."""
    job = set_up(JobFactory(organization=acme), scene, bob, Trigger.ADDED)
    candidate = scene.dana()
    add(job, candidate)
    assert DuplicateCheck.objects.exists()
    assert said(scene, candidate) == ""
    scene.work()
    before = asked(scene)
    outreach_check.check_due()
    assert asked(scene) == before
    assert scene.known_by(candidate) == "created"


def test_resumes_that_wait_go_first(scene, position):
    for number in range(3):
        add(position, scene.candidate(email=f"n{number}@example.com"))
    outreach_check.check_due(lambda: True)
    assert DuplicateCheck.objects.filter(state=State.DONE).count() == 1


def test_connections_take_turns(scene, position, globex, charlie, bob):
    other = connections.connect(
        organization=globex,
        vendor=scene.connection.vendor,
        credentials={"api_key": scene.facts.key},
        by=charlie,
    )
    for number in range(3):
        add(position, scene.candidate(email=f"n{number}@example.com"))
    job = JobFactory(organization=globex)
    mappings.save_mapping(job=job, connection=other, trigger="replied", by=charlie)
    add(job, CandidateFactory(organization=globex))
    first = outreach_check._claim_next(after=0)
    second = outreach_check._claim_next(after=first.connection_id)
    third = outreach_check._claim_next(after=second.connection_id)
    turns = [first.connection, second.connection, third.connection]
    assert turns == [scene.connection, other, scene.connection]


def test_the_dispatcher_wakes_while_one_is_due(scene, position, monkeypatch):
    woken = []
    monkeypatch.setattr(directory, "is_due", lambda: False)
    monkeypatch.setattr(dispatcher, "wake_checks", lambda: woken.append("checks"))
    dispatcher.tick()
    assert woken == []
    add(position, scene.dana())
    assert dispatcher.others_wait()
    dispatcher.tick()
    assert woken == ["checks"]
    tasks.look_for_duplicates()
    dispatcher.tick()
    assert woken == ["checks"]


def test_the_ledger_stays_as_it_was(scene, position):
    add(position, scene.dana())
    look(scene)
    assert broken_invariants() == {}
    assert not Export.objects.exists()
    assert not ExportStep.objects.exists()


# --- What is kept ---------------------------------------------------------------------


def known(scene, candidate) -> AtsPerson:
    return AtsPerson.objects.create(
        connection=scene.connection,
        candidate=candidate,
        person_id="188077",
        known_by=AtsPerson.KnownBy.LINKED,
        known_at=clock.now(),
    )


def test_once_the_person_is_known_it_is_shown_no_more_and_dropped(scene, position):
    candidate = scene.dana()
    add(position, candidate)
    look(scene)
    known(scene, candidate)
    assert said(scene, candidate) == ""
    assert not [line for line in activity_of(candidate) if line["icon"] == "search"]
    outreach_check.forget_outlived()
    assert not DuplicateCheck.objects.exists()


def test_what_was_found_of_people_is_dropped_after_a_month(scene, position):
    add(position, scene.dana())
    look(scene)
    pass_time(29 * 86_400)
    outreach_check.forget_outlived()
    assert DuplicateCheck.objects.exists()
    pass_time(2 * 86_400)
    outreach_check.forget_outlived()
    assert not DuplicateCheck.objects.exists()


def test_with_the_connection_its_checks_end(scene, position, alice):
    candidate = scene.dana()
    add(position, candidate)
    connections.disconnect(scene.connection, by=alice)
    assert not outreach_check.is_due()
    assert said(scene, candidate) == ""
    outreach_check.forget_outlived()
    assert not DuplicateCheck.objects.exists()


# --- On the pages ---------------------------------------------------------------------


def test_the_candidate_page_shows_it_and_why_not_yet_stays(scene, position):
    candidate = scene.dana()
    add(position, candidate)
    page = scene.page(candidate)
    assert "Dana Example is being looked for in Crelate." in page
    assert "every 1s" in page
    look(scene)
    page = scene.page(candidate)
    assert "Nobody like Dana Example was found in Crelate" in page
    assert "Why not yet?</span> No reply so far." in page
    assert "every 1s" not in page
    tab = scene.read(
        reverse("candidates:detail", args=[candidate.pk]) + "?tab=activity"
    )
    assert "<p>Nobody like Dana Example was found in Crelate.</p>" in tab


def test_the_table_of_the_job_shows_it_and_keeps_itself_up_to_date(scene, position):
    candidate = scene.dana()
    scene.add(candidate)
    add(position, candidate)
    url = reverse("candidates:on_job", args=[position.pk])
    page = scene.read(url)
    assert "Dana Example is being looked for in Crelate." in page
    assert "every 2s" in page
    poll = reverse("integrations:badges")
    query = {"candidates": str(candidate.pk), "show": "job"}
    look(scene)
    news = " ".join(scene.bob.get(poll, query).content.decode().split())
    for html in (news, scene.read(url)):
        assert "Crelate has someone with this email: Dana Example." in html
        assert "every 2s" not in html


def test_the_list_of_all_candidates_does_not_show_it(scene, position):
    add(position, scene.dana())
    page = scene.read(reverse("candidates:list"))
    assert "being looked for" not in page
    assert "every 2s" not in page


def test_ten_checks_cost_no_more_queries_than_one(
    scene, position, django_assert_num_queries
):
    url = reverse("candidates:on_job", args=[position.pk])
    add(position, scene.candidate())
    look(scene)
    scene.read(url)
    one = queries_of(scene, url)
    for _ in range(9):
        add(position, scene.candidate())
    look(scene)
    with django_assert_num_queries(one):
        page = scene.read(url)
    assert page.count("was found in Crelate") == 10


def queries_of(scene, url) -> int:
    with CaptureQueriesContext(database) as queries:
        scene.read(url)
    return len(queries)


def assert_said(scene, candidate, pattern: str) -> None:
    text = said(scene, candidate)
    pattern = pattern.replace("(checked", r"\(checked").replace("UTC)", r"UTC\)")
    assert re.fullmatch(pattern, text), text
