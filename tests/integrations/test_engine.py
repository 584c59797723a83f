"""What the ATS ends up holding, and what the recruiter is told, whatever goes wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations import decisions, dispatcher, timing
from integrations.errors import AlreadyThere
from integrations.models import (
    AtsConnection,
    AtsPerson,
    Decision,
    Export,
    ExportAttempt,
    ExportStep,
    IdentityClaim,
)
from integrations.verify import broken_invariants
from tests.factories import CandidateFactory

from .fakeats import Bench, FakeAts

pytestmark = pytest.mark.django_db(transaction=False)

LINKEDIN = "https://www.linkedin.com/in/dana-example"


def person_step(candidate) -> ExportStep:
    return ExportStep.objects.get(candidate=candidate, kind="person")


def step(candidate, kind) -> ExportStep:
    return ExportStep.objects.get(candidate=candidate, kind=kind)


def state(export) -> str:
    export.refresh_from_db()
    return export.state


@pytest.fixture(autouse=True)
def invariants_hold(db):
    """Whatever a test did to the engine, the ledger is sound afterwards."""
    yield
    assert broken_invariants() == {}


# --- The plain path --------------------------------------------------------------


def test_a_new_person_arrives_once_with_job_resume_and_note(dana, export, bench, ats):
    sent = export(dana)
    bench.run()
    (person,) = ats.people.values()
    assert person.name == "Dana Example"
    assert ats.links == [(person.id, "job-1")]
    assert ats.resumes == [(person.id, "Dana-resume.pdf")]
    assert len(ats.notes) == 1
    assert state(sent) == Export.State.SENT
    assert AtsPerson.objects.get(candidate=dana).known_by == "created"


def test_pressing_twice_makes_one_export_and_one_person(dana, export, bench, ats):
    first, second = export(dana), export(dana)
    bench.run()
    assert first == second
    assert len(ats.people) == 1


def test_a_second_job_adds_the_same_person_to_it(dana, connection, export, bench, ats):
    export(dana, "job-1")
    export(dana, "job-2")
    bench.run()
    (person,) = ats.people.values()
    assert sorted(ats.links) == [(person.id, "job-1"), (person.id, "job-2")]
    assert len(ats.resumes) == len(ats.notes) == 1


def test_without_an_ats_job_the_person_is_sent_and_no_job_is_touched(
    dana, export, bench, ats
):
    sent = export(dana, "")
    bench.run()
    assert state(sent) == Export.State.SENT
    assert len(ats.people) == 1
    assert ats.links == []


def test_somebody_without_roles_gets_no_note(acme, export, bench, ats):
    quiet = CandidateFactory(organization=acme, current_title="", email="q@example.com")
    sent = export(quiet)
    bench.run()
    assert ats.notes == []
    assert state(sent) == Export.State.SENT


def test_a_link_that_is_too_long_to_keep_does_not_stop_the_export(
    dana, export, bench, ats
):
    ats.add("Dana Example", emails=("dana@example.com",), url="https://x/" + "a" * 2000)
    sent = export(dana)
    bench.run()
    assert state(sent) == Export.State.SENT
    assert AtsPerson.objects.get().url == ""


# --- Who is there already --------------------------------------------------------


def test_a_person_with_the_same_email_is_linked_and_only_the_job_added(
    dana, export, bench, ats
):
    there = ats.add("Dana Example", emails=("DANA@example.com",))
    sent = export(dana)
    bench.run()
    assert list(ats.people) == [there.id]
    assert ats.links == [(there.id, "job-1")]
    assert ats.resumes == ats.notes == []
    known = AtsPerson.objects.get(candidate=dana)
    assert (known.known_by, known.reason) == ("linked", "same email")
    assert state(sent) == Export.State.SENT


def test_rows_that_do_not_match_are_nobody(dana, export, bench, ats):
    ats.add("Somebody Else", emails=("else@example.com",))
    ats.add("Dana Example", emails=("another.dana@example.com",))
    export(dana)
    bench.run()
    assert len(ats.people) == 3


def test_two_matches_ask_the_recruiter(dana, export, bench, ats):
    ats.add("Dana Example", emails=("dana@example.com",))
    ats.add("D. Example", linkedin_urls=("linkedin.com/in/Dana-Example/",))
    sent = export(dana)
    bench.run()
    assert state(sent) == Export.State.NEEDS_YOU
    decision = Decision.objects.get()
    assert decision.question == (
        "2 people in Ashby look like Dana Example. Which one is it?"
    )
    assert [row["why"] for row in decision.shown] == [
        "same email",
        "same LinkedIn profile",
    ]
    assert len(ats.people) == 2
    assert IdentityClaim.objects.count() == 0


def test_the_same_email_under_a_plainly_different_name_asks(dana, export, bench, ats):
    ats.add("Robert Miller", emails=("dana@example.com",))
    export(dana)
    bench.run()
    assert Decision.objects.get().shown[0]["why"] == "same email, different name"


@pytest.fixture
def asked(dana, export, bench, ats):
    other = ats.add("Robert Miller", emails=("dana@example.com",))
    sent = export(dana)
    bench.run()
    return sent, Decision.objects.get(), other


def test_the_decision_to_link_links_and_adds_the_job(asked, bench, ats, bob):
    sent, decision, other = asked
    assert decisions.decide(decision, choice="link", person_id=other.id, by=bob)
    bench.run()
    assert ats.links == [(other.id, "job-1")]
    assert AtsPerson.objects.get().known_by == "decided"
    assert ats.resumes == []
    assert state(sent) == Export.State.SENT


def test_the_decision_to_create_creates_beside_the_person_shown(asked, bench, ats, bob):
    sent, decision, _ = asked
    assert decisions.decide(decision, choice="create", by=bob)
    bench.run()
    assert len(ats.people) == 2
    assert "anyway" in ats.log
    assert state(sent) == Export.State.SENT


def test_the_decision_to_skip_ends_the_export(asked, bench, ats, bob):
    sent, decision, _ = asked
    assert decisions.decide(decision, choice="skip", by=bob)
    bench.run()
    assert state(sent) == Export.State.CANCELLED
    assert sent.cancel_reason == "Skipped by a recruiter."
    assert len(ats.people) == 1


def test_after_a_skip_the_button_starts_anew(asked, bench, ats, bob, dana, export):
    sent, decision, other = asked
    decisions.decide(decision, choice="skip", by=bob)
    ats.people.pop(other.id)
    export(dana)
    bench.run()
    assert state(sent) == Export.State.SENT
    assert [p.name for p in ats.people.values()] == ["Dana Example"]


def test_of_two_people_who_decide_at_once_one_wins(asked, bob, alice):
    _, decision, other = asked
    assert decisions.decide(decision, choice="link", person_id=other.id, by=bob)
    assert not decisions.decide(decision, choice="skip", by=alice)
    decision.refresh_from_db()
    assert (decision.choice, decision.decided_by) == ("link", bob)


def test_a_choice_that_was_not_offered_is_refused(asked, bob):
    _, decision, _ = asked
    with pytest.raises(ValueError, match="was not offered"):
        decisions.decide(decision, choice="repeat", by=bob)
    with pytest.raises(ValueError, match="people shown"):
        decisions.decide(decision, choice="link", person_id="p999", by=bob)


def test_linking_to_somebody_who_left_meanwhile_looks_again(asked, bench, ats, bob):
    sent, decision, other = asked
    ats.people.pop(other.id)
    decisions.decide(decision, choice="link", person_id=other.id, by=bob)
    bench.run()
    assert [p.name for p in ats.people.values()] == ["Dana Example"]
    assert state(sent) == Export.State.SENT


# --- The ATS refuses -------------------------------------------------------------


def test_a_refused_namesake_can_be_linked_or_skipped(dana, export, bench, ats, bob):
    namesake = ats.add("Dana Example", emails=("other@example.com",))
    ats.fail["create"] = [AlreadyThere("Duplicate.", person_id=namesake.id)]
    export(dana)
    bench.run()
    decision = Decision.objects.get()
    assert decision.allowed == ["link", "skip"]
    assert decision.shown[0]["why"] == "same full name"
    decisions.decide(decision, choice="link", person_id=namesake.id, by=bob)
    bench.run()
    assert ats.links == [(namesake.id, "job-1")]
    assert len(ats.people) == 1


def test_create_anyway_is_offered_where_the_ats_can_be_overridden(
    dana, connection, ats, export, ready_resume
):
    bench = Bench(connection, ats, can_override_refusal=True)
    ats.fail["create"] = [AlreadyThere("Duplicate.")]
    export(dana)
    bench.run()
    assert Decision.objects.get().allowed == ["skip", "create"]


def test_a_refusal_that_names_our_person_links_to_them(dana, export, bench, ats):
    there = ats.add("Dana Example", emails=("dana@example.com",))
    ats.hidden.add(there.id)  # the search has not caught up, the create has
    ats.fail["create"] = [AlreadyThere("Duplicate.", person_id=there.id)]
    export(dana)
    bench.run()
    assert AtsPerson.objects.get().person_id == there.id
    assert len(ats.people) == 1


def test_a_refusal_without_an_id_looks_up_again(dana, export, bench, ats):
    there = ats.add("Dana Example", emails=("dana@example.com",))
    ats.hidden.add(there.id)

    def refuse():
        ats.hidden.clear()
        raise AlreadyThere("Duplicate.")

    ats.fail["create"] = [refuse]
    export(dana)
    bench.run()
    assert AtsPerson.objects.get().known_by == "linked"


def test_invalid_data_fails_with_the_reason_and_is_sent_after_an_edit(
    dana, export, bench, ats, bob
):
    ats.fail["create"] = ["invalid"]
    sent = export(dana)
    bench.run()
    assert state(sent) == Export.State.FAILED
    assert person_step(dana).error == "The ATS refuses the phone number."
    dana.phone = ""
    dana.save()
    decisions.retry(sent, by=bob)
    bench.run()
    assert state(sent) == Export.State.SENT
    assert len(ats.people) == 1


# --- Nobody answers --------------------------------------------------------------


def test_a_lost_answer_is_looked_up_and_the_person_found(dana, export, bench, ats):
    ats.fail["create"] = ["lost"]
    sent = export(dana)
    bench.run()
    assert state(sent) == Export.State.EXPORTING
    assert person_step(dana).state == "uncertain"
    assert len(ats.people) == 1
    bench.settle()
    assert len(ats.people) == 1
    assert AtsPerson.objects.get().known_by == "recovered"
    assert ats.resumes  # ours, so it gets the resume
    assert state(sent) == Export.State.SENT


def test_nothing_is_sent_before_the_settling_time(dana, export, bench, ats):
    ats.fail["create"] = ["unclear"]
    export(dana)
    bench.run()
    bench.pass_time(1)
    bench.run()
    assert ats.log.count("create") == 1


def test_a_write_that_was_not_done_is_repeated_once_after_two_looks(
    dana, export, bench, ats
):
    ats.fail["create"] = ["unclear"]
    sent = export(dana)
    bench.run()
    looked = ats.log.count("find")
    bench.pass_time(250)  # over the settling time, not yet twice that
    bench.run()
    assert person_step(dana).absences == 1
    assert not ats.people
    bench.settle()
    assert ats.log.count("find") > looked + 1
    assert len(ats.people) == 1
    assert state(sent) == Export.State.SENT


@pytest.fixture
def slow_search(monkeypatch, connection):
    """Let the ATS be hours behind with its search, as far as anybody knows."""
    wire = replace(connection.adapter_class.wire, search_lag=6 * 3600)
    monkeypatch.setattr(connection.adapter_class, "wire", wire)


def test_whoever_shows_early_is_found_early(dana, export, slow_search, bench, ats):
    ats.fail["create"] = ["lost"]
    sent = export(dana)
    bench.run()
    bench.pass_time(400)  # over the first look, far from six hours
    bench.run()
    assert AtsPerson.objects.get().known_by == "recovered"
    assert state(sent) == Export.State.SENT


def test_nobody_is_taken_for_absent_before_the_search_had_its_hours(
    dana, export, slow_search, bench, ats
):
    ats.fail["create"] = ["unclear"]
    export(dana)
    bench.run()
    looked = ats.log.count("find")
    bench.pass_time(400)  # over the first look, far from six hours
    bench.run()
    waiting = person_step(dana)
    assert ats.log.count("find") > looked
    assert (waiting.state, waiting.absences) == ("uncertain", 0)
    assert waiting.intent_at
    assert waiting.not_before == waiting.intent_at + timing.settle(bench.adapter.wire)
    assert ats.log.count("create") == 1


def patience(unclear: ExportStep) -> timedelta:
    assert unclear.not_before
    assert unclear.intent_at
    return unclear.not_before - unclear.intent_at


def test_a_vendor_that_stays_unclear_is_asked_less_and_less_often(
    dana, export, bench, ats
):
    ats.fail["create"] = ["unclear", "unclear"]
    sent = export(dana)
    bench.run()
    first = person_step(dana)
    bench.settle()
    second = person_step(dana)
    assert (second.attempt, second.repeats) == (2, 1)
    assert patience(second) == 2 * patience(first)
    bench.settle()
    bench.settle()
    assert len(ats.people) == 1
    assert state(sent) == Export.State.SENT


def test_what_stays_unclear_for_good_asks(dana, export, bench, ats, bob):
    ats.fail["create"] = ["unclear"] * (1 + timing.REPEATS)
    sent = export(dana)
    bench.run()
    for _ in range(4 + 2 * timing.REPEATS):
        bench.settle()
    assert ats.log.count("create") == 1 + timing.REPEATS
    assert state(sent) == Export.State.NEEDS_YOU
    decision = Decision.objects.get()
    assert decision.question.startswith("We could not tell whether Ashby saved Dana")
    assert IdentityClaim.objects.exists()  # it may be there: nobody else creates it
    decisions.decide(decision, choice="create", by=bob)
    bench.run()
    assert len(ats.people) == 1
    assert state(sent) == Export.State.SENT


def test_without_an_email_an_unclear_write_always_asks(acme, export, bench, ats):
    nameless = CandidateFactory(organization=acme, email="", linkedin_url="")
    ats.fail["create"] = ["lost"]
    export(nameless)
    bench.run()
    bench.settle()
    decision = Decision.objects.get()
    assert decision.shown[0]["why"] == "same full name"
    assert decision.allowed == ["link", "create", "skip"]
    assert len(ats.people) == 1


def test_a_500_that_names_a_field_fails_once_the_look_up_found_nobody(
    dana, export, bench, ats
):
    ats.fail["create"] = ["500 naming a field"]
    sent = export(dana)
    bench.run()
    assert state(sent) == Export.State.EXPORTING
    bench.settle()
    bench.settle()
    assert state(sent) == Export.State.FAILED
    assert person_step(dana).error == "The ATS says: Company is required."
    assert ats.log.count("create") == 1


def test_an_edit_in_between_is_looked_up_by_what_was_sent(dana, export, bench, ats):
    ats.fail["create"] = ["lost"]
    export(dana)
    bench.run()
    dana.email = "dana.new@example.com"
    dana.linkedin_url = ""
    dana.save()
    bench.settle()
    assert len(ats.people) == 1
    assert AtsPerson.objects.get().known_by == "recovered"


def test_two_people_found_after_an_unclear_write_ask(dana, export, bench, ats):
    ats.fail["create"] = ["lost"]
    export(dana)
    bench.run()
    ats.add("Dana Example", emails=("dana@example.com",))
    bench.settle()
    assert len(Decision.objects.get().shown) == 2


@pytest.mark.parametrize("op", ["add_to_job", "attach_resume", "add_note"])
def test_an_unclear_follow_up_is_looked_up_before_it_is_repeated(
    op, dana, export, bench, ats
):
    ats.fail[op] = ["lost"]
    sent = export(dana)
    bench.run()
    bench.settle()
    assert (len(ats.links), len(ats.resumes), len(ats.notes)) == (1, 1, 1)
    assert state(sent) == Export.State.SENT


@pytest.mark.parametrize("op", ["add_to_job", "attach_resume", "add_note"])
def test_an_unclear_follow_up_that_was_not_done_is_repeated(
    op, dana, export, bench, ats
):
    ats.fail[op] = ["unclear"]
    sent = export(dana)
    bench.run()
    bench.settle()
    bench.settle()
    assert (len(ats.links), len(ats.resumes), len(ats.notes)) == (1, 1, 1)
    assert state(sent) == Export.State.SENT


@pytest.mark.parametrize(
    ("choice", "resumes", "end"), [("done", 0, "sent"), ("repeat", 1, "sent")]
)
def test_a_follow_up_that_cannot_be_looked_up_asks(
    choice, resumes, end, dana, connection, export, ats, bob, ready_resume
):
    bench = Bench(connection, ats, has_resume=lambda self, *a: None)
    ats.fail["attach_resume"] = ["unclear"]
    sent = export(dana)
    bench.run()
    bench.settle()
    decision = Decision.objects.get()
    assert "the resume of Dana Example" in decision.question
    assert decisions.decide(decision, choice=choice, by=bob)
    bench.run()
    assert len(ats.resumes) == resumes
    assert state(sent) == end
    assert step(dana, "resume").error == ""


def test_a_resume_that_stays_unclear_asks_and_can_be_skipped(
    dana, export, bench, ats, bob
):
    ats.fail["attach_resume"] = ["unclear"] * (1 + timing.REPEATS)
    sent = export(dana)
    bench.run()
    for _ in range(4 + 2 * timing.REPEATS):
        bench.settle()
    decisions.decide(Decision.objects.get(), choice="skip", by=bob)
    assert state(sent) == Export.State.SENT
    assert ats.resumes == []
    assert step(dana, "resume").error == "Skipped by Bob Reyes."


# --- A resume that shows later ---------------------------------------------------


@pytest.fixture
def slow_reader(connection, ats, ready_resume):
    return Bench(connection, ats, resume_appears_within=60.0)


def test_a_resume_counts_as_sent_once_the_ats_shows_it(dana, export, slow_reader, ats):
    shown, ats.resumes = ats.resumes, []
    sent = export(dana)
    slow_reader.adapter.has_resume = lambda *a: bool(shown)
    slow_reader.run()
    assert state(sent) == Export.State.EXPORTING
    assert step(dana, "resume").error == "Ashby has the resume and is still reading it."
    shown.append("visible now")
    slow_reader.pass_time(4)
    slow_reader.run()
    assert state(sent) == Export.State.SENT
    assert len(ats.resumes) == 1


def test_a_resume_that_never_shows_is_reported_and_not_sent_again_by_itself(
    dana, export, slow_reader, ats, bob
):
    sent = export(dana)
    slow_reader.adapter.has_resume = lambda *a: False
    slow_reader.run()
    for _ in range(3):
        slow_reader.settle()
    assert state(sent) == Export.State.FAILED
    assert step(dana, "resume").error == (
        "Ashby accepted the resume of Dana Example but does not show it. "
        "Look there, or send it again."
    )
    assert len(ats.resumes) == 1
    decisions.retry(sent, by=bob)
    slow_reader.adapter.has_resume = lambda *a: True
    slow_reader.run()
    assert state(sent) == Export.State.SENT
    assert len(ats.resumes) == 1  # it had appeared after all


# --- Retries, pauses, parking ----------------------------------------------------


def test_an_ats_that_is_down_is_tried_again_later(dana, export, bench, ats):
    ats.fail["create"] = ["down"]
    sent = export(dana)
    bench.run()
    waiting = person_step(dana)
    assert (waiting.state, waiting.tries) == ("ready", 1)
    assert waiting.error == "The ATS cannot be reached."
    assert state(sent) == Export.State.WAITING
    bench.settle()
    assert state(sent) == Export.State.SENT


def test_a_look_up_that_fails_sends_nothing(dana, export, bench, ats):
    ats.fail["find"] = ["html"]
    export(dana)
    bench.run()
    assert not ats.people
    assert ExportAttempt.objects.count() == 0
    bench.settle()
    assert len(ats.people) == 1


def test_after_eleven_failures_it_gives_up_and_says_so(dana, export, bench, ats, bob):
    ats.fail["find"] = ["down"] * 20
    sent = export(dana)
    for _ in range(13):
        bench.run()
        bench.pass_time(40 * 86_400)
    assert state(sent) == Export.State.FAILED
    assert person_step(dana).tries == 11
    ats.fail["find"] = []
    decisions.retry(sent, by=bob)
    AtsConnection.objects.update(paused_until=None)
    bench.run()
    assert state(sent) == Export.State.SENT


def test_look_ups_of_an_unclear_write_are_never_given_up(dana, export, bench, ats):
    ats.fail["create"] = ["lost"]
    export(dana)
    bench.run()
    ats.fail["find"] = ["down"] * 15
    for _ in range(17):
        bench.pass_time(40 * 86_400)
        bench.run()
    assert person_step(dana).state == "done"
    assert len(ats.people) == 1


def test_a_throttled_connection_waits_as_told_and_it_costs_no_try(
    dana, connection, export, bench, ats
):
    ats.fail["create"] = ["busy"]
    export(dana)
    bench.run()
    assert person_step(dana).tries == 0
    connection.refresh_from_db()
    assert connection.paused_until is not None
    bench.pass_time(60)
    bench.run()
    assert not ats.people
    bench.settle()
    assert len(ats.people) == 1


def test_a_503_on_a_write_is_looked_up_and_pauses_the_connection(
    dana, connection, export, bench, ats
):
    ats.fail["create"] = ["503"]
    export(dana)
    bench.run()
    connection.refresh_from_db()
    assert connection.paused_until is not None
    assert person_step(dana).state == "uncertain"


def test_a_refused_key_parks_the_connection_and_exports_go_on_after_reconnecting(
    dana, connection, export, bench, ats
):
    ats.fail["find"] = ["bad key"]
    sent = export(dana)
    bench.run()
    connection.refresh_from_db()
    assert connection.state == "parked"
    assert connection.trouble == "The ATS refused the API key."
    bench.settle()
    assert not ats.people
    AtsConnection.objects.update(state="connected")
    bench.run()
    assert state(sent) == Export.State.SENT


def test_a_missing_permission_stops_that_kind_of_step_only(
    dana, acme, export, bench, ats
):
    other = CandidateFactory(organization=acme, email="other@example.com")
    ats.fail["attach_resume"] = ["no right"]
    export(dana)
    bench.run()
    assert step(dana, "resume").error == "The key may not do that."
    assert step(dana, "resume").not_before is None
    assert step(dana, "note").state == "done"
    export(other)
    bench.run()
    assert step(other, "person").state == "done"


def test_a_resume_that_fails_leaves_the_person_in_the_ats(dana, export, bench, ats):
    ats.fail["attach_resume"] = ["invalid"]
    sent = export(dana)
    bench.run()
    assert state(sent) == Export.State.FAILED
    assert AtsPerson.objects.filter(candidate=dana).exists()
    assert ats.links


def test_a_closed_job_fails_with_the_reason(dana, export, bench, ats):
    ats.fail["add_to_job"] = ["job gone"]
    sent = export(dana)
    bench.run()
    assert state(sent) == Export.State.FAILED
    assert step(dana, "job_link").error == "The job is closed."


def test_a_person_merged_away_is_looked_up_once_more(dana, export, bench, ats):
    def merge():
        (old,) = ats.people.values()
        ats.people.clear()
        ats.people["p77"] = type(old)(id="p77", name=old.name, emails=old.emails)
        bench.adapter._raise("person gone")

    ats.fail["add_to_job"] = [merge]
    sent = export(dana)
    bench.run()
    assert AtsPerson.objects.get().person_id == "p77"
    assert ats.links == [("p77", "job-1")]
    assert state(sent) == Export.State.SENT


def test_who_is_not_known_everywhere_yet_stays_ours_and_is_waited_for(
    dana, export, bench, ats
):
    ats.fail["add_to_job"] = ["person gone", "person gone"]
    sent = export(dana)
    bench.run()
    assert state(sent) == Export.State.EXPORTING
    for _ in range(3):
        bench.settle()
    assert state(sent) == Export.State.SENT
    assert AtsPerson.objects.get().known_by == "created"
    assert len(ats.links) == len(ats.resumes) == 1


def test_a_person_deleted_there_fails_the_job_link(dana, export, bench, ats):
    def delete():
        ats.people.clear()
        bench.adapter._raise("person gone")

    ats.fail["add_to_job"] = [delete]
    sent = export(dana)
    bench.run()
    assert state(sent) == Export.State.FAILED
    assert step(dana, "job_link").error == "Dana is not there."


def test_a_fault_of_our_own_after_the_write_is_unclear(dana, export, bench, ats):
    ats.fail["create"] = ["crash"]
    export(dana)
    bench.run()
    assert person_step(dana).state == "uncertain"
    assert "ZeroDivisionError" in person_step(dana).error


def test_a_fault_of_our_own_before_the_write_is_tried_again(dana, export, bench, ats):
    ats.fail["find"] = ["crash"]
    export(dana)
    bench.run()
    assert person_step(dana).state == "ready"
    bench.settle()
    assert len(ats.people) == 1


def test_the_fifth_failure_in_a_row_opens_the_breaker(
    acme, connection, export, bench, ats
):
    ats.fail["find"] = ["down"] * 5
    for number in range(7):
        export(CandidateFactory(organization=acme, email=f"n{number}@example.com"))
    bench.run()
    assert ats.log.count("find") == 5
    connection.refresh_from_db()
    assert connection.probe_wait == 30
    ats.fail["ping"] = ["down"]
    bench.pass_time(31)
    bench.run()
    assert ats.log.count("find") == 5
    connection.refresh_from_db()
    assert connection.probe_wait == 60
    bench.settle()
    bench.settle()
    assert len(ats.people) == 7
    connection.refresh_from_db()
    assert (connection.failures_in_row, connection.probe_wait) == (0, 0)


# --- Two rows of one human -------------------------------------------------------


def twin(dana, **fields):
    defaults = {
        "organization": dana.organization,
        "first_name": "Dana",
        "last_name": "Example",
        "email": dana.email,
        "linkedin_url": "",
    }
    return CandidateFactory(**{**defaults, **fields})


def test_two_rows_with_one_email_share_one_person(dana, export, bench, ats):
    other = twin(dana)
    export(dana)
    bench.run()
    for person in list(ats.people):
        ats.hidden.add(person)  # even while the search does not show them
    export(other, "job-2")
    bench.run()
    (person,) = ats.people
    assert set(AtsPerson.objects.values_list("person_id", flat=True)) == {person}
    assert (person, "job-2") in ats.links


def test_the_second_row_waits_while_the_first_is_unclear(dana, export, bench, ats):
    other = twin(dana)
    ats.fail["create"] = ["lost"]
    export(dana)
    bench.run()
    ats.hidden.update(ats.people)
    export(other)
    bench.run()
    waiting = person_step(other)
    assert waiting.state == "ready"
    assert "Another entry of the same person" in waiting.error
    ats.hidden.clear()
    bench.settle()
    bench.settle()
    assert len(ats.people) == 1
    assert AtsPerson.objects.count() == 2


def test_one_email_under_two_names_asks(dana, export, bench, ats, bob):
    other = twin(dana, first_name="Robert", last_name="Miller")
    export(dana)
    bench.run()
    ats.hidden.update(ats.people)
    sent = export(other)
    bench.run()
    assert state(sent) == Export.State.NEEDS_YOU
    decisions.decide(Decision.objects.get(), choice="create", by=bob)
    bench.run()
    assert sorted(p.name for p in ats.people.values()) == [
        "Dana Example",
        "Robert Miller",
    ]


def test_two_rows_of_one_human_are_put_on_one_job_once(dana, export, bench, ats):
    other = twin(dana)

    def meanwhile():
        ats.fail["add_to_job"] = ["lost"]  # the other row's answer is lost, too
        Bench(bench.connection, ats).run()

    export(dana)
    export(other)
    ats.fail["add_to_job"] = [meanwhile]
    bench.run()
    assert len(ats.links) == 1
    for _ in range(3):
        bench.settle()
    assert len(ats.links) == 1
    assert set(Export.objects.values_list("state", flat=True)) == {"sent"}


def test_who_appears_after_an_unclear_write_is_ours_however_late(
    dana, export, bench, ats
):
    ats.fail["create"] = ["unclear", "down"]
    export(dana)
    bench.run()
    bench.settle()
    assert not ats.people
    ats.add("Dana Example", emails=("dana@example.com",))  # committed at last
    bench.settle()
    assert len(ats.people) == 1
    assert AtsPerson.objects.get().known_by == "recovered"
    assert len(ats.resumes) == 1


# --- Races and vanished workers --------------------------------------------------


def test_a_vanished_worker_leads_to_a_look_up_not_to_a_second_person(
    dana, export, bench, ats
):
    def die():
        raise KeyboardInterrupt  # nothing of ours runs after this

    ats.fail["create"] = [die]
    sent = export(dana)
    with pytest.raises(KeyboardInterrupt):
        bench.run()
    ats.add("Dana Example", emails=("dana@example.com",))  # it had been carried out
    assert person_step(dana).state == "sending"
    assert dispatcher.sweep() == 0  # not yet: the call may still be under way
    bench.pass_time(3_600)
    assert dispatcher.sweep() == 1
    assert state(sent) == Export.State.EXPORTING
    bench.settle()
    assert len(ats.people) == 1
    assert AtsPerson.objects.get().known_by == "recovered"


def test_a_change_of_the_candidate_between_look_up_and_intent_starts_over(
    dana, export, bench, ats
):
    def edit():
        dana.email = "new@example.com"
        dana.save()

    ats.fail["find"] = [edit]
    export(dana)
    bench.run()
    (person,) = ats.people.values()
    assert person.emails == ("new@example.com",)
    assert ExportAttempt.objects.filter(step__kind="person").count() == 1


def test_a_connection_parked_between_look_up_and_intent_sends_nothing(
    dana, export, bench, ats
):
    ats.fail["find"] = [lambda: AtsConnection.objects.update(state="parked")]
    export(dana)
    bench.run()
    assert not ats.people
    assert ExportAttempt.objects.count() == 0


def test_of_two_workers_on_one_step_only_one_writes(dana, export, bench, ats):
    def other_worker():
        Bench(bench.connection, ats).run()

    ats.fail["find"] = [other_worker]
    export(dana)
    bench.run()
    assert len(ats.people) == 1


def test_an_old_look_up_supports_no_intent(dana, export, bench, ats, monkeypatch):
    monkeypatch.setattr(timing, "lookup_age", lambda: timedelta(seconds=-1))
    export(dana)
    bench.run(rounds=2)
    assert not ats.people


def test_an_answer_that_comes_late_still_counts(dana, export, bench, ats):
    def slow():
        bench.pass_time(3_600)
        assert dispatcher.sweep() == 1

    ats.fail["create"] = [slow]
    sent = export(dana)
    bench.run()
    assert person_step(dana).state == "done"
    assert AtsPerson.objects.get().known_by == "created"
    assert state(sent) == Export.State.SENT


def test_a_cancelled_export_sends_nothing(dana, export, bench, ats, bob):
    sent = export(dana)
    assert decisions.cancel(sent, reason="Not any more.", by=bob)
    assert not decisions.cancel(sent, reason="Not any more.", by=bob)
    bench.run()
    assert not ats.people
    assert state(sent) == Export.State.CANCELLED


def test_cancelling_one_of_two_exports_keeps_the_person(dana, export, bench, ats, bob):
    export(dana, "job-1")
    second = export(dana, "job-2")
    decisions.cancel(second, reason="Wrong job.", by=bob)
    bench.run()
    (person,) = ats.people
    assert ats.links == [(person, "job-1")]


def test_the_fake_ats_refuses_writes_outside_the_gate():
    adapter = Bench.__new__(Bench)
    adapter.ats = FakeAts()
    from .fakeats import fake_adapter

    with pytest.raises(AssertionError, match="outside the gate"):
        fake_adapter(adapter.ats).add_to_job("p1", "j1")
