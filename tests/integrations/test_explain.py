"""Why not yet, what happened, what would be sent: in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from candidates.models import Education, Experience, JobCandidate, OutreachEvent
from integrations import (
    breaker,
    connections,
    decisions,
    explain,
    mappings,
    preview,
    triggers,
)
from integrations.activity import activity_of
from integrations.derived import refresh_exports
from integrations.errors import NotSent
from integrations.models import AtsConnection, AtsPerson, Export, ExportStep
from integrations.standings import Standing, standings_of
from pinsync import clock
from pinsync.local_time import at
from tests.factories import CandidateFactory, JobCandidateFactory

from .conftest import make_connection

State = ExportStep.State
Kind = OutreachEvent.Kind


@pytest.fixture(autouse=True)
def _resume(ready_resume): ...


@pytest.fixture
def crelate(acme, alice) -> AtsConnection:
    return make_connection(acme, "crelate", by=alice)


@pytest.fixture
def on_job(job, dana) -> JobCandidate:
    return JobCandidateFactory(job=job, candidate=dana)


def set_up(job, connection, trigger, bob, **fields):
    return mappings.save_mapping(
        job=job, connection=connection, trigger=trigger, by=bob, **fields
    )


def why(candidate, connection) -> str:
    connection.refresh_from_db()
    return explain.why_not_yet(candidate, connection)


# --- Before there is an export -------------------------------------------------------


def test_not_on_a_job(crelate, dana):
    assert why(dana, crelate) == "Not on a job. Add them to one, or use Export to ATS."


def test_their_job_is_archived(crelate, dana, on_job, job):
    type(job).objects.update(archived_at=clock.now())
    assert why(dana, crelate) == (
        "The job “Controls Engineer” is archived. Use Export to ATS."
    )


def test_the_job_is_not_set_up(crelate, dana, on_job):
    assert why(dana, crelate) == (
        "The job “Controls Engineer” is not set up for Crelate. Choose when under "
        "Job settings > Position details, or use Export to ATS."
    )


def test_the_job_is_switched_off(crelate, dana, on_job, job, bob):
    set_up(job, crelate, "never", bob)
    assert why(dana, crelate) == (
        "Crelate is switched off for the job “Controls Engineer”. Choose when under "
        "Job settings > Position details, or use Export to ATS."
    )


def test_what_was_cancelled_is_not_called_too_early(crelate, dana, on_job, job, bob):
    set_up(job, crelate, "added", bob)
    on_job.record(Kind.ADDED)
    decisions.cancel(press(crelate, dana, bob), reason="Cancelled by Bob.", by=bob)
    assert why(dana, crelate) == (
        "Cancelled by Bob. Use Export to ATS to send them after all."
    )


def test_who_was_skipped_has_nothing_under_way(crelate, dana, bob):
    decisions.cancel(press(crelate, dana, bob), reason="Cancelled by Bob.", by=bob)
    ExportStep.objects.filter(candidate=dana, kind="resume").update(state=State.READY)
    assert lines(dana) == []
    assert "Use Export to ATS to send them after all." in why(dana, crelate)


def test_a_rung_not_reached_yet_counts_more_than_an_old_cancellation(
    crelate, dana, on_job, job, bob
):
    set_up(job, crelate, "replied", bob)
    on_job.record(Kind.ADDED)
    decisions.cancel(press(crelate, dana, bob), reason="Cancelled by Bob.", by=bob)
    assert why(dana, crelate) == "No reply so far."


def test_not_in_outreach_yet(crelate, dana, on_job, job, bob):
    set_up(job, crelate, "replied", bob)
    assert why(dana, crelate) == "Not in outreach yet."


def test_no_reply_so_far(crelate, dana, on_job, job, bob):
    set_up(job, crelate, "replied", bob)
    on_job.record(Kind.ADDED)
    assert why(dana, crelate) == "No reply so far."


def test_no_contact_details(crelate, acme, job, bob):
    nobody = CandidateFactory(organization=acme, email="", phone="")
    set_up(job, crelate, "contact_found", bob)
    JobCandidateFactory(job=job, candidate=nobody).record(Kind.ADDED)
    assert why(nobody, crelate) == "No email or phone number yet."


def test_it_happened_before_the_setting(crelate, dana, on_job, job, bob):
    on_job.record(Kind.REPLIED)
    set_up(job, crelate, "replied", bob)
    assert why(dana, crelate) == (
        "Replied before Crelate was set up for “Controls Engineer”. Use Export to ATS."
    )


def test_the_connection_is_parked(crelate, dana):
    breaker.park(crelate, kind="bad_credentials", sentence="Crelate refused it.")
    assert why(dana, crelate) == "Crelate refused it."


def test_the_connection_ended(crelate, dana, alice):
    connections.disconnect(crelate, by=alice)
    assert why(dana, crelate) == "Crelate is no longer connected."


# --- While there is one --------------------------------------------------------------


def press(connection, candidate, bob, *, ats_job_id="", **step) -> Export:
    export = triggers.request_export(
        connection=connection, candidate=candidate, ats_job_id=ats_job_id, by=bob
    )
    ExportStep.objects.filter(export=export, kind="person").update(**step)
    refresh_exports(connection.pk, candidate.pk)
    return export


def unclear(candidate, kind, **fields):
    now = clock.now()
    steps = ExportStep.objects.filter(candidate=candidate)
    steps.exclude(kind="person").update(state=State.DONE)
    steps.filter(kind=kind).update(
        state=State.UNCERTAIN,
        intent_at=now,
        not_before=now,
        ever_unclear=True,
        **fields,
    )


def standing_of(candidate, connection=None) -> Standing:
    standings = standings_of([candidate], candidate.organization)[candidate.pk]
    return next(s for s in standings if connection in (None, s.connection))


def export_sentence(candidate, connection) -> str:
    refresh_exports(connection.pk, candidate.pk)
    standing = standing_of(candidate, connection)
    return explain.sentence_of_export(standing, standing.exports[0], clock.now())


def lines(candidate) -> list[tuple[str, str]]:
    return explain.step_lines(standing_of(candidate), clock.now())


def test_waiting_for_a_retry_says_when(crelate, dana, bob):
    later = clock.now() + timedelta(minutes=30)
    press(crelate, dana, bob, error="Crelate cannot be reached.", not_before=later)
    assert why(dana, crelate).startswith("Crelate cannot be reached. Next try at ")
    assert why(dana, crelate).endswith(f"{at(later)}.")


def test_unclear_says_that_it_is_checked_again(crelate, dana, bob):
    later = clock.now() + timedelta(minutes=1)
    press(
        crelate,
        dana,
        bob,
        state=State.UNCERTAIN,
        intent_at=clock.now(),
        not_before=later,
    )
    assert why(dana, crelate).startswith(
        "We could not tell whether Crelate saved Dana Example. Checking again at "
    )


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("job_link", "Crelate added Dana Example to the job"),
        ("resume", "Crelate saved the resume of Dana Example"),
    ],
)
def test_unclear_says_what_is_unclear(crelate, dana, bob, kind, what):
    press(crelate, dana, bob, state=State.DONE, ats_job_id="7")
    unclear(dana, kind, error_kind="unclear")
    assert any("not sure that Crelate has it." in words for _, words in lines(dana))
    assert export_sentence(dana, crelate).startswith(
        f"We could not tell whether {what}."
    )


def test_an_accepted_resume_is_not_called_unclear(crelate, dana, bob):
    press(crelate, dana, bob, state=State.DONE)
    reading = "Crelate has the resume and is still reading it."
    unclear(dana, "resume", error_kind="confirming", error=reading)
    assert export_sentence(dana, crelate) == reading
    assert ("going", f"Resume: {reading}") in lines(dana)
    steps = ExportStep.objects.filter(candidate=dana, kind="resume")
    steps.update(state=State.DONE, error="")
    assert ("ok", "Resume") in lines(dana)


def test_a_pause_says_until_when(crelate, dana, bob):
    press(crelate, dana, bob, not_before=clock.now())
    AtsConnection.objects.update(paused_until=clock.now() + timedelta(minutes=5))
    assert "Crelate is busy or does not answer. Goes on at" in why(dana, crelate)


def test_a_parked_connection_explains_what_waits(crelate, dana, bob):
    press(crelate, dana, bob)
    breaker.park(crelate, kind="bad_credentials", sentence="Crelate refused it.")
    assert why(dana, crelate) == "Crelate refused it."


def test_an_open_question_is_the_answer(crelate, dana, bob):
    press(crelate, dana, bob, state=State.ASKING, error="Which one is she?")
    assert why(dana, crelate) == "Which one is she?"


def test_being_sent_now(crelate, dana, bob):
    press(crelate, dana, bob, state=State.SENDING, intent_at=clock.now())
    assert why(dana, crelate) == "Is being sent to Crelate now."


# --- Once there ----------------------------------------------------------------------


def known(connection, candidate, **fields) -> AtsPerson:
    return AtsPerson.objects.create(
        connection=connection,
        candidate=candidate,
        person_id="1",
        known_at=clock.now(),
        **{"known_by": AtsPerson.KnownBy.CREATED, **fields},
    )


def sentence(candidate, connection) -> str:
    return explain.sentence_of(standing_of(candidate, connection), clock.now())


def test_it_says_since_when_and_how_long_it_took(crelate, dana, on_job, job, bob):
    AtsConnection.objects.update(connected_at=clock.now() - timedelta(days=1))
    mapping = set_up(job, crelate, "contact_found", bob)
    mapping.active_since = clock.now() - timedelta(hours=1)
    mapping.save()
    on_job.record(Kind.ADDED)
    person = known(crelate, dana)
    export = Export.objects.get()
    asked = clock.now() - timedelta(seconds=3)
    Export.objects.update(requested_at=asked, in_ats_at=asked + timedelta(seconds=3))
    assert export.state == Export.State.WAITING
    assert sentence(dana, crelate) == (
        f"In Crelate since {at(person.known_at)} (3 s after contact found)."
    )
    assert why(dana, crelate) == ""


def test_what_took_no_time_is_said_so(crelate, dana, bob):
    press(crelate, dana, bob)
    known(crelate, dana)
    asked = clock.now()
    Export.objects.update(requested_at=asked, in_ats_at=asked)
    assert "(within a second of Export to ATS)" in sentence(dana, crelate)


def test_linked_says_by_what(crelate, dana):
    known(crelate, dana, known_by=AtsPerson.KnownBy.LINKED, reason="same email")
    assert sentence(dana, crelate) == (
        "Already in Crelate (same email). Linked; nothing was changed."
    )


def test_what_a_recruiter_linked_says_so(crelate, dana):
    known(crelate, dana, known_by=AtsPerson.KnownBy.DECIDED, reason="same full name")
    assert sentence(dana, crelate) == (
        "Already in Crelate (decided here: same full name). Linked; nothing was changed."
    )


def test_the_lines_name_the_job_and_the_resume(crelate, dana, bob):
    triggers.request_export(
        connection=crelate,
        candidate=dana,
        ats_job_id="7",
        ats_job_name="Controls Engineer – Acme",
        by=bob,
    )
    known(crelate, dana)
    steps = ExportStep.objects.filter(candidate=dana)
    steps.filter(kind="job_link").update(state=State.DONE)
    steps.filter(kind="resume").update(error="Crelate has not shown it yet.")
    assert ("ok", "Controls Engineer – Acme") in lines(dana)
    assert ("going", "Resume: Crelate has not shown it yet.") in lines(dana)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (3, "3 s"), (240, "4 min"), (7200, "2 h"), (864_000, "10 days")],
)
def test_periods_in_words(seconds, words):
    assert explain.took(seconds) == words


# --- Preview and activity ------------------------------------------------------------


def test_the_preview_is_what_the_vendor_declares(crelate, dana):
    fields = preview.fields_of(dana, crelate)
    assert [f.label for f in fields] == [
        sent.label for sent in crelate.adapter_class.sends
    ]
    values = {f.label: f.value for f in fields}
    assert values["Full name"] == "Dana Example"
    assert values["Phone"] == "+12025550123"
    assert values["Current job and company"] == "Controls Engineer at Acme Widgets"


def test_the_preview_lists_roles_and_education(connection, dana):
    Experience.objects.create(candidate=dana, title="Fitter", company="Globex")
    Education.objects.create(candidate=dana, school="MIT", degree="BSc")
    values = {f.label: f.value for f in preview.fields_of(dana, connection)}
    assert values["Current and previous roles"] == (
        "Controls Engineer at Acme Widgets · Fitter at Globex"
    )
    assert values["Education"] == "BSc, MIT"


def test_the_preview_names_who_sourced_only_where_that_is_sent(acme, alice, dana, bob):
    row = make_connection(acme, "kortivity", by=alice)
    dana.sourced_by = bob
    shown = {f.place: f.value for f in preview.fields_of(dana, row)}
    assert shown["sourcedFrom"] == "Yes"
    assert shown["sourcedBy.name, sourcedBy.email"] == "Bob Reyes"
    dana.source = dana.Source.CSV
    shown = {f.place: f.value for f in preview.fields_of(dana, row)}
    assert shown["sourcedFrom"] == shown["sourcedBy.name, sourcedBy.email"] == ""


def test_every_declared_field_can_be_previewed(connection, crelate, dana):
    Experience.objects.create(candidate=dana, title="Fitter", company="Globex")
    Education.objects.create(candidate=dana, school="MIT")
    for row in (connection, crelate):
        assert all(field.value for field in preview.fields_of(dana, row))


def test_who_cannot_be_checked_for_duplicates(connection, crelate, dana):
    dana.email = ""
    assert preview.can_be_checked(dana, connection)  # by LinkedIn
    assert not preview.can_be_checked(dana, crelate)  # which knows email only


def test_the_activity_tells_the_story(crelate, dana, bob):
    export = press(crelate, dana, bob)
    known(crelate, dana)
    sentences = [line["sentence"] for line in activity_of(dana)]
    assert "Created in Crelate." in sentences
    assert "Export to Crelate: asked for by Bob Reyes." in sentences
    Export.objects.filter(pk=export.pk).update(
        state=Export.State.CANCELLED,
        cancel_reason="disconnected",
        finished_at=clock.now(),
    )
    assert "Export to Crelate: Cancelled: disconnected." in [
        line["sentence"] for line in activity_of(dana)
    ]


# --- Said to somebody who waits at the page ------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (
            "Ashby answered with an error (500). PinSync tries again by itself.",
            "Ashby answered with an error (500). Try again in a moment.",
        ),
        (
            "Ashby asks for fewer calls. PinSync goes on by itself.",
            "Ashby asks for fewer calls. Try again in a moment.",
        ),
        (
            "Ashby's answer is cut short. It is asked again automatically.",
            "Ashby's answer is cut short. Try again in a moment.",
        ),
        ("Ashby refuses the phone number.", "Ashby refuses the phone number."),
    ],
)
def test_nothing_is_promised_where_nothing_is_repeated(sentence, said):
    assert explain.at_the_page(NotSent(sentence)) == said
