"""The page Exports and the questions, as recruiters see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrations import connections, decisions
from integrations.derived import refresh_exports
from integrations.figures import figures_of
from integrations.models import AtsPerson, Decision, Export, ExportStep
from pinsync import clock
from pinsync.local_time import at
from tests.factories import CandidateFactory

from .conftest import make_connection

State = ExportStep.State
SHOWN = [
    {
        "person_id": "p1",
        "name": "Dana Example",
        "email": "dana@example.com",
        "linkedin": "",
        "title": "Fitter",
        "url": "https://ats.example/p1",
        "why": "same email",
    },
    {
        "person_id": "p2",
        "name": "D. Example",
        "email": "",
        "linkedin": "",
        "title": "",
        "url": "javascript:alert(1)",
        "why": "same name",
    },
]


def url(name, *args) -> str:
    return reverse(f"integrations:{name}", args=args)


def seen(response) -> str:
    return " ".join(response.content.decode().split())


def change(export, **changes):
    ExportStep.objects.filter(
        connection=export.connection, candidate=export.candidate, kind="person"
    ).update(**changes)
    refresh_exports(export.connection_id, export.candidate_id)
    export.refresh_from_db()
    return export


@pytest.fixture
def question(export, dana) -> Decision:
    change(export(dana), state=State.ASKING, error="Which one is she?")
    return Decision.objects.create(
        step=ExportStep.objects.get(candidate=dana, kind="person"),
        question="Two people in Ashby look like Dana Example. Which one is she?",
        shown=SHOWN,
        allowed=["link", "create", "skip"],
        asked_at=clock.now(),
    )


# --- The list ------------------------------------------------------------------------


def test_an_empty_page_says_what_belongs_there(as_bob):
    assert "Every candidate on the way" in seen(as_bob.get(url("exports")))


def test_each_state_has_its_words_and_one_button(as_bob, acme, export, connection):
    people = CandidateFactory.create_batch(4, organization=acme)
    waiting, failed, sent, cancelled = (export(person) for person in people)
    change(failed, state=State.FAILED, error="Ashby refuses the phone number.")
    decisions.cancel(cancelled, reason="Cancelled by Bob.", by=None)
    AtsPerson.objects.create(
        connection=connection,
        candidate=sent.candidate,
        person_id="1",
        url="https://ats.example/1",
        known_by="created",
        known_at=clock.now(),
    )
    ExportStep.objects.filter(candidate=sent.candidate).update(state=State.DONE)
    refresh_exports(connection.pk, sent.candidate_id)
    page = seen(as_bob.get(url("exports")))
    assert url("cancel", waiting.pk) in page
    assert url("retry", failed.pk) in page
    assert "Ashby refuses the phone number." in page
    assert 'href="https://ats.example/1"' in page
    assert "Cancelled by Bob." in page
    assert url("cancel", cancelled.pk) not in page


def test_somebody_linked_is_not_called_sent(as_bob, export, dana, connection):
    export(dana)
    AtsPerson.objects.create(
        connection=connection,
        candidate=dana,
        person_id="1",
        known_by="linked",
        known_at=clock.now(),
    )
    ExportStep.objects.filter(candidate=dana).update(state=State.DONE)
    refresh_exports(connection.pk, dana.pk)
    assert "Already there</span>" in seen(as_bob.get(url("exports")))


def test_all_that_failed_for_one_cause_are_retried_together(as_bob, acme, export):
    people = CandidateFactory.create_batch(4, organization=acme)
    *alike, other = [export(person) for person in people]
    for row in alike:
        change(row, state=State.FAILED, error=f"Ashby did not take {row.candidate}.")
    change(other, state=State.FAILED, error="Ashby refuses the phone number.")
    assert "Retry all 3" in seen(as_bob.get(url("exports")))
    page = seen(as_bob.post(url("retry_alike", alike[0].pk), follow=True))
    assert "3 exports are tried again in Ashby." in page
    assert "Retry all" not in page
    failed = Export.objects.filter(state=Export.State.FAILED)
    assert list(failed) == [other]


def test_another_job_that_failed_for_another_reason_is_not_retried_with_them(
    as_bob, acme, export
):
    ben, dana = CandidateFactory.create_batch(2, organization=acme)
    rows = [export(ben, "job-a"), export(dana, "job-a"), export(dana, "job-b")]
    for row, error in zip(
        rows, ("Closed.", "Closed.", "A field is missing."), strict=True
    ):
        change(row, state=State.DONE)
        link = ExportStep.objects.filter(kind="job_link", candidate=row.candidate)
        link.filter(ats_job_id=row.ats_job_id).update(state=State.FAILED, error=error)
        refresh_exports(row.connection_id, row.candidate_id)
    assert "Retry all 2" in seen(as_bob.get(url("exports")))
    page = seen(as_bob.post(url("retry_alike", rows[0].pk), follow=True))
    assert "2 exports are tried again in Ashby." in page
    rows[2].refresh_from_db()
    assert rows[2].state == Export.State.FAILED


def test_the_next_try_is_shown(as_bob, export, dana):
    later = clock.now() + timedelta(hours=1)
    change(export(dana), not_before=later, error="Ashby cannot be reached.")
    page = seen(as_bob.get(url("exports")))
    assert "Ashby cannot be reached. Next try at" in page
    assert f">{at(later)}</time>" in page
    assert "every 2s" not in page


def test_the_page_keeps_itself_up_to_date_while_something_moves(as_bob, export, dana):
    export(dana)
    assert "every 2s" in seen(as_bob.get(url("exports")))
    part = seen(as_bob.get(url("exports"), headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert "Dana Example" in part


def test_filters(as_bob, acme, export, job):
    one, other = CandidateFactory.create_batch(2, organization=acme)
    export(one, job=job)
    change(export(other), state=State.FAILED, error="No.")
    page = url("exports")

    def names(**query) -> set[str]:
        html = seen(as_bob.get(page, query))
        return {person.full_name for person in (one, other) if person.full_name in html}

    assert names() == {one.full_name, other.full_name}
    assert names(state="failed") == {other.full_name}
    assert names(job=job.pk) == {one.full_name}
    assert names(ats="ashby") == {one.full_name, other.full_name}
    assert names(ats="crelate") == set()
    assert names(state="nonsense", job="x") == {one.full_name, other.full_name}


def test_the_list_costs_no_more_queries_for_more_lines(
    as_bob, acme, export, django_assert_num_queries
):
    for person in CandidateFactory.create_batch(2, organization=acme):
        export(person)
    with CaptureQueriesContext(database) as few:
        as_bob.get(url("exports"))
    for person in CandidateFactory.create_batch(10, organization=acme):
        export(person)
    with django_assert_num_queries(len(few)):
        as_bob.get(url("exports"))


def test_other_organizations_see_nothing(as_charlie, export, dana, question):
    row = Export.objects.get()
    assert "Dana Example" not in seen(as_charlie.get(url("exports")))
    assert as_charlie.post(url("retry", row.pk)).status_code == 404
    assert as_charlie.post(url("cancel", row.pk)).status_code == 404
    assert as_charlie.get(url("decide", question.pk)).status_code == 404
    assert as_charlie.post(url("decide", question.pk)).status_code == 404


# --- Numbers -------------------------------------------------------------------------


def test_a_long_list_is_read_page_by_page(as_bob, acme, export, monkeypatch):
    monkeypatch.setattr("pinsync.paging.page_of.__kwdefaults__", {"size": 2})
    for name in ("Ann", "Ben", "Cleo"):
        export(CandidateFactory(organization=acme, first_name=name))

    def read(**cursor: str):
        response = as_bob.get(url("exports"), cursor)
        page = response.context["page"]
        return [line.export.candidate.first_name for line in page.lines], page

    names, first = read()
    assert names == ["Cleo", "Ben"]
    names, second = read(after=first.next)
    assert (names, second.next) == (["Ann"], "")
    assert read(before=second.previous)[0] == ["Cleo", "Ben"]


def test_the_numbers_of_a_connection(as_bob, acme, export, connection):
    people = CandidateFactory.create_batch(5, organization=acme)
    rows = [export(person) for person in people]
    change(rows[0], state=State.FAILED, error="No.")
    change(rows[1], state=State.ASKING, error="Who?")
    now = clock.now()
    for row, seconds in zip(rows[2:4], (2, 8), strict=True):
        Export.objects.filter(pk=row.pk).update(
            state=Export.State.SENT,
            requested_at=now - timedelta(seconds=seconds),
            in_ats_at=now,
        )
    (figures,) = figures_of([connection])
    assert (figures.waiting, figures.needs_you, figures.failed) == (1, 1, 1)
    assert (figures.sent_today, figures.median, figures.slowest) == (2, "5 s", "8 s")
    page = seen(as_bob.get(url("exports")))
    assert "<dt>Median</dt><dd>5 s</dd>" in page
    assert "<dt>Slowest</dt><dd>8 s</dd>" in page


def test_a_busy_ats_does_not_hide_the_times_of_another(
    acme, export, connection, alice, monkeypatch
):
    monkeypatch.setattr("integrations.figures._LATEST", 2)
    quiet = make_connection(acme, "crelate", by=alice)
    now = clock.now()
    for n, (where, seconds) in enumerate([(quiet, 7), *[(connection, 3)] * 5]):
        row = export(CandidateFactory(organization=acme), connection=where)
        there = now - timedelta(minutes=30) + timedelta(minutes=n)
        Export.objects.filter(pk=row.pk).update(
            requested_at=there - timedelta(seconds=seconds), in_ats_at=there
        )
    medians = {f.connection.vendor: f.median for f in figures_of([connection, quiet])}
    assert medians == {"ashby": "3 s", "crelate": "7 s"}


# --- Retry and cancel ----------------------------------------------------------------


def test_retry_opens_a_failed_export(as_bob, export, dana):
    row = change(export(dana), state=State.FAILED, error="No.")
    page = seen(as_bob.post(url("retry", row.pk), follow=True))
    row.refresh_from_db()
    assert row.state == Export.State.WAITING
    assert "Dana Example is tried again in Ashby." in page


def test_retry_of_what_has_not_failed_changes_nothing(as_bob, export, dana):
    row = export(dana)
    assert "has not failed" in seen(as_bob.post(url("retry", row.pk), follow=True))


def test_retry_needs_a_live_connection(as_bob, export, dana, connection, alice):
    row = change(export(dana), state=State.FAILED, error="No.")
    connections.disconnect(connection, by=alice)
    as_bob.post(url("retry", row.pk))
    row.refresh_from_db()
    assert row.state == Export.State.FAILED
    assert url("retry", row.pk) not in seen(as_bob.get(url("exports")))


def test_what_came_to_nothing_is_said_as_it_was(
    as_bob, acme, export, connection, alice
):
    cancelled, failed = [
        export(person) for person in CandidateFactory.create_batch(2, organization=acme)
    ]
    as_bob.post(url("cancel", cancelled.pk))
    change(failed, state=State.FAILED, error="No.")
    for name, row, sentence in (
        ("cancel", cancelled, "is cancelled already"),
        ("cancel", failed, "has failed: see why"),
        ("retry_alike", cancelled, "They have not failed, or go on already."),
    ):
        assert sentence in seen(as_bob.post(url(name, row.pk), follow=True))
    connections.disconnect(connection, by=alice)
    for name in ("retry", "retry_alike"):
        page = seen(as_bob.post(url(name, failed.pk), follow=True))
        assert "Ashby is no longer connected: nothing is sent there." in page


def test_cancel_says_who_did_it(as_bob, export, dana):
    row = export(dana)
    as_bob.post(url("cancel", row.pk))
    row.refresh_from_db()
    assert row.state == Export.State.CANCELLED
    assert "Cancelled by Bob Reyes." in seen(as_bob.get(url("exports")))


def test_what_is_being_sent_cannot_be_cancelled(as_bob, export, dana):
    row = change(export(dana), state=State.SENDING, intent_at=clock.now(), attempt=1)
    page = seen(as_bob.post(url("cancel", row.pk), follow=True))
    row.refresh_from_db()
    assert "nothing was cancelled" in page
    assert row.state == Export.State.EXPORTING


def test_changes_are_posts(as_bob, export, dana):
    row = export(dana)
    assert as_bob.get(url("retry", row.pk)).status_code == 405
    assert as_bob.get(url("cancel", row.pk)).status_code == 405


# --- Questions -----------------------------------------------------------------------


def test_the_question_shows_the_people_and_why(as_bob, question):
    page = seen(as_bob.get(url("decide", question.pk)))
    for words in (
        question.question,
        "same email",
        "same name",
        "Create anyway",
        "Skip",
    ):
        assert words in page
    assert 'href="https://ats.example/p1"' in page
    assert "javascript:" not in page
    assert "Send again" not in page


def test_linking_to_one_of_them(as_bob, bob, question):
    as_bob.post(url("decide", question.pk), {"choice": "link", "person_id": "p1"})
    question.refresh_from_db()
    assert (question.choice, question.person_id) == ("link", "p1")
    assert question.decided_by == bob


def test_creating_anyway(as_bob, question):
    page = seen(
        as_bob.post(url("decide", question.pk), {"choice": "create"}, follow=True)
    )
    question.refresh_from_db()
    assert question.choice == "create"
    assert "is created in Ashby as a new person" in page


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ("skip", "The resume of Dana Example is not sent to Ashby."),
        ("done", "The resume of Dana Example is marked as there in Ashby."),
        ("repeat", "The resume of Dana Example is sent to Ashby once more."),
    ],
)
def test_the_answer_about_a_resume_names_it(as_bob, export, dana, choice, sentence):
    change(export(dana), state=State.DONE)
    step = ExportStep.objects.get(candidate=dana, kind="resume")
    ExportStep.objects.filter(pk=step.pk).update(
        state=State.ASKING, ever_unclear=True, intent_at=clock.now(), error="There?"
    )
    asked = Decision.objects.create(
        step=step,
        question="There?",
        allowed=["done", "repeat", "skip"],
        asked_at=clock.now(),
    )
    page = as_bob.post(url("decide", asked.pk), {"choice": choice}, follow=True)
    assert sentence in seen(page)


def test_a_choice_that_is_not_offered_is_refused(as_bob, question):
    page = seen(as_bob.post(url("decide", question.pk), {"choice": "repeat"}))
    assert "not offered here" in page
    page = seen(
        as_bob.post(url("decide", question.pk), {"choice": "link", "person_id": "px"})
    )
    assert "Choose one of the people shown." in page
    question.refresh_from_db()
    assert question.choice == ""


def test_somebody_else_was_first(as_alice, as_bob, question):
    as_alice.post(url("decide", question.pk), {"choice": "skip"})
    response = as_bob.post(url("decide", question.pk), {"choice": "create"})
    page = seen(response)
    assert response.status_code == 409
    assert "Alice Moore answered this" in page
    question.refresh_from_db()
    assert question.choice == "skip"


def test_an_answered_question_has_no_buttons(as_bob, question):
    as_bob.post(url("decide", question.pk), {"choice": "skip"})
    page = seen(as_bob.get(url("decide", question.pk)))
    assert "Bob Reyes answered this" in page
    assert "Create anyway" not in page


def test_the_list_leads_to_the_question(as_bob, question):
    assert url("decide", question.pk) in seen(as_bob.get(url("exports")))
