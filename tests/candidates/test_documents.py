"""How a resume is asked for, made, given up and asked for again."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import islice, pairwise

import pytest
from django.db import connection, transaction
from redis import Redis
from xhtml2pdf.config.resources import RenderLimitError

from candidates import resume, tasks
from candidates.events import resume_finished
from candidates.models import ResumeDocument
from candidates.resume_contents import LEVELS
from pinsync import clock, waking

from .people import dana, role, text_of

State = ResumeDocument.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """The documents that were announced as finished."""
    documents: list[ResumeDocument] = []

    def listen(document, **_):
        documents.append(document)

    resume_finished.connect(listen)
    yield documents
    resume_finished.disconnect(listen)


@pytest.fixture
def broken(monkeypatch):
    """A renderer that gives up, with the person's details in its words."""

    def give_up(*_, **__):
        raise RenderLimitError("too deep: <p>dana@example.com</p>")

    monkeypatch.setattr("candidates.pdf.made_of", give_up)


def make_due(document):
    ResumeDocument.objects.filter(pk=document.pk).update(not_before=clock.now())


def render_due(document):
    make_due(document)
    tasks.render_due()
    document.refresh_from_db()


def test_a_wanted_resume_is_made_and_announced_once(acme, heard):
    candidate = dana(acme)
    document = resume.want_resume(candidate)
    assert (document.state, document.file_name) == (
        State.WANTED,
        "Dana-Example-resume.pdf",
    )
    assert resume.current_document(candidate) is None
    tasks.render_due()
    ready = resume.current_document(candidate)
    assert ready == document
    assert (ready.state, ready.pages, ready.tries) == (State.READY, 1, 1)
    assert ready.rendered_at is not None
    assert "Dana Example" in text_of(ready.pdf)
    assert [(d, d.state) for d in heard] == [(document, State.READY)]
    tasks.render_due()
    assert len(heard) == 1


def test_asking_twice_gives_the_same_document(acme):
    candidate = dana(acme)
    with transaction.atomic():
        first = resume.want_resume(candidate)
    tasks.render_due()
    assert resume.want_resume(candidate) == first
    assert ResumeDocument.objects.count() == 1


def test_changed_details_need_another_document_and_keep_the_old_one(acme):
    candidate = dana(acme)
    old = resume.want_resume(candidate)
    tasks.render_due()
    role(candidate, "Plant manager", 2024, None, "")
    assert resume.current_document(candidate) is None
    new = resume.want_resume(candidate)
    tasks.render_due()
    assert new != old
    assert resume.current_document(candidate) == new
    old.refresh_from_db()
    assert old.state == State.READY


def test_details_changed_before_it_was_made_are_the_ones_that_are_printed(acme, heard):
    candidate = dana(acme)
    old = resume.want_resume(candidate)
    candidate.headline = "Plant manager"
    candidate.save()
    tasks.render_due()
    assert not ResumeDocument.objects.filter(pk=old.pk).exists()
    ready = resume.current_document(candidate)
    assert ready is not None
    assert "Plant manager" in text_of(ready.pdf)
    assert [d.state for d in heard] == [State.READY]


def test_details_that_come_back_before_it_was_made_are_printed_after_all(acme):
    candidate = dana(acme)
    resume.want_resume(candidate)
    for headline in ("Plant manager", candidate.headline):
        candidate.headline = headline
        candidate.save()
        tasks.render_due()
    assert resume.want_resume(candidate).state == State.WANTED
    tasks.render_due()
    assert resume.want_resume(candidate).state == State.READY


def test_a_new_version_of_the_template_makes_new_documents(acme, monkeypatch):
    candidate = dana(acme)
    resume.want_resume(candidate)
    tasks.render_due()
    monkeypatch.setattr(resume, "TEMPLATE_VERSION", 2)
    assert resume.current_document(candidate) is None
    assert resume.want_resume(candidate).state == State.WANTED


def test_a_note_tells_what_was_transliterated(acme):
    document = resume.want_resume(dana(acme, first_name="கார்த்திக்"))
    tasks.render_due()
    document.refresh_from_db()
    assert document.notes.startswith("Printed in Latin letters")
    assert document.file_name == "karttik-Example-resume.pdf"


def test_a_renderer_that_gives_up_three_times_is_a_failed_document(
    acme, broken, heard, caplog
):
    document = resume.want_resume(dana(acme))
    tasks.render_due()
    document.refresh_from_db()
    assert (document.state, document.tries) == (State.WANTED, 1)
    assert document.error == "The PDF could not be made (RenderLimitError)."
    assert document.not_before > clock.now()
    assert heard == []
    render_due(document)
    render_due(document)
    assert (document.state, document.tries) == (State.FAILED, 3)
    assert document.error == "The PDF could not be made (RenderLimitError)."
    assert [d.state for d in heard] == [State.FAILED]
    assert "dana@example.com" not in caplog.text


def test_a_failed_document_can_be_asked_for_once_more(acme, broken, monkeypatch):
    document = resume.want_resume(dana(acme))
    for _ in range(3):
        render_due(document)
    monkeypatch.undo()
    assert resume.want_resume(document.candidate).state == State.FAILED
    assert resume.reopen(document)
    assert (document.state, document.tries, document.error) == (State.WANTED, 0, "")
    assert not resume.reopen(document)
    render_due(document)
    assert document.state == State.READY


def test_errors_that_the_renderer_only_reports_count_too(acme, monkeypatch):
    class Result:
        err = 2

    monkeypatch.setattr("candidates.pdf.pisa.CreatePDF", lambda *_, **__: Result())
    document = resume.want_resume(dana(acme))
    tasks.render_due()
    document.refresh_from_db()
    assert document.error == "The PDF could not be made (NotMade)."


def test_what_fits_at_no_level_is_a_failed_document(acme, monkeypatch):
    monkeypatch.setattr(resume, "MAX_PAGES", 0)
    document = resume.want_resume(dana(acme))
    tasks.render_due()
    document.refresh_from_db()
    assert document.error == "The PDF could not be made (NotMade)."


def test_a_missing_glyph_is_noted(acme, monkeypatch):
    monkeypatch.setattr(
        "candidates.typesetting.Typesetter.line", lambda _, text, **__: text
    )
    monkeypatch.setattr(
        "candidates.resume_contents._blocks", lambda *_: [{"text": "Привіт 张伟"}]
    )
    document = resume.want_resume(dana(acme))
    tasks.render_due()
    document.refresh_from_db()
    assert document.notes == "Some characters have no glyph in any installed font."


def test_one_broken_document_does_not_hold_up_the_others(acme, monkeypatch):
    make = resume.make

    def fail_for_bob(facts):
        if facts["name"].startswith("Bob"):
            raise ValueError
        return make(facts)

    monkeypatch.setattr(resume, "make", fail_for_bob)
    bob = resume.want_resume(dana(acme, first_name="Bob"))
    document = resume.want_resume(dana(acme))
    tasks.render_due()
    assert [d.state for d in _fresh(bob, document)] == [State.WANTED, State.READY]


def _fresh(*documents):
    for document in documents:
        document.refresh_from_db()
    return documents


def test_a_claimed_document_is_left_to_its_worker_until_that_counts_as_dead(acme):
    document = resume.want_resume(dana(acme))
    claimed = resume.claim_next()
    assert claimed == document
    assert resume.claim_next() is None
    make_due(document)  # its worker died
    again = resume.claim_next()
    assert again == document
    resume.render(claimed)  # or was only slow: its result is no longer wanted
    document.refresh_from_db()
    assert document.state == State.WANTED
    resume.render(again)
    document.refresh_from_db()
    assert document.state == State.READY


def test_a_claim_that_another_worker_was_quicker_with_is_not_made(acme, monkeypatch):
    document = resume.want_resume(dana(acme))
    quicker = resume.claim_next
    queryset = type(ResumeDocument.objects.all())
    update = queryset.update

    def slow(self, **values):
        monkeypatch.setattr(queryset, "update", update)
        assert quicker() == document
        return update(self, **values)

    monkeypatch.setattr(queryset, "update", slow)
    assert resume.claim_next() is None
    document.refresh_from_db()
    assert document.tries == 1


def test_organizations_have_their_turns_however_many_resumes_one_of_them_wants(
    acme, globex
):
    for number in range(5):
        resume.want_resume(dana(acme, first_name=f"Dana{number}"))
    theirs = resume.want_resume(dana(globex))
    first, second = islice(resume.claims(), 2)
    assert first.candidate.organization == acme
    assert second == theirs


def test_a_document_that_ended_three_workers_is_given_up(acme, heard):
    document = resume.want_resume(dana(acme))
    for _ in range(3):
        make_due(document)
        assert resume.claim_next()
    render_due(document)
    assert document.state == State.FAILED
    assert "stopped three times" in document.error
    assert heard == [document]


def test_an_error_of_a_listener_leaves_the_document_to_be_made_again(acme):
    document = resume.want_resume(dana(acme))

    def stumble(**_):
        raise ZeroDivisionError

    resume_finished.connect(stumble)
    try:
        with pytest.raises(ZeroDivisionError):
            tasks.render_due()
    finally:
        resume_finished.disconnect(stumble)
    document.refresh_from_db()
    assert document.state == State.WANTED
    render_due(document)
    assert document.state == State.READY


def test_a_run_ends_after_its_time_and_asks_for_another(acme, monkeypatch):
    document = resume.want_resume(dana(acme))
    woken = []
    monkeypatch.setattr(tasks, "_LONGEST", 0)
    monkeypatch.setattr(tasks, "wake_documents", lambda: woken.append(True))
    tasks.render_due()
    document.refresh_from_db()
    assert (document.state, woken) == (State.WANTED, [True])


def test_a_document_that_is_not_due_waits(acme):
    document = resume.want_resume(dana(acme))
    later = clock.now() + timedelta(hours=1)
    ResumeDocument.objects.filter(pk=document.pk).update(not_before=later)
    tasks.render_due()
    document.refresh_from_db()
    assert document.state == State.WANTED


def test_warming_up_makes_a_page(db):
    tasks.warm_up()


def test_every_level_shows_less_than_the_one_before():
    for wider, narrower in pairwise(LEVELS):
        assert wider.roles > narrower.roles
        assert wider.description > narrower.description


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_one_document(acme):
    candidate = dana(acme)
    together = threading.Barrier(2)
    found = []

    def ask():
        together.wait()
        found.append(resume.want_resume(candidate).pk)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1


# --- Waking ----------------------------------------------------------------------


def test_many_wishes_wake_one_worker_after_the_commit(
    acme, redis, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            resume.want_resume(dana(acme))
        assert redis.llen("rq:queue:documents") == 0
    assert redis.llen("rq:queue:documents") == 1


def test_a_worker_that_has_begun_may_be_followed_by_another(
    redis, django_capture_on_commit_callbacks
):
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.wake_documents()
        assert redis.llen("rq:queue:documents") == 1
        redis.delete("rq:queue:documents")  # a worker took it
        tasks.render_due()  # and began


def test_without_redis_nothing_breaks_and_one_line_says_so(
    acme, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    dead = Redis(port=1, socket_connect_timeout=0.2)
    monkeypatch.setattr(waking, "connection", lambda: dead)
    with django_capture_on_commit_callbacks(execute=True):
        resume.want_resume(dana(acme))
    assert [r.getMessage() for r in caplog.records if r.name == "pinsync.waking"] == [
        "Redis does not answer (ConnectionError): no worker is woken for 0.1 s."
    ]
    tasks.render_due()
    assert ResumeDocument.objects.filter(state=State.READY).count() == 1
