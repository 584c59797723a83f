"""Transactions that meet: only where writers do not wait for each other, on PostgreSQL."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import connection as database
from django.db import connections as databases
from django.db import transaction

from candidates.models import (
    Candidate,
    CandidateQuerySet,
    JobCandidate,
    OutreachEvent,
)
from integrations import (
    connections,
    decisions,
    dependents,
    imported,
    ledger,
    mappings,
    moves,
    triggers,
)
from integrations.models import AtsPerson, Decision, Export, ExportStep
from integrations.verify import broken_invariants
from pinsync import clock
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory

from .fakeats import Bench

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        database.vendor == "sqlite", reason="SQLite has one writer at a time"
    ),
]


@pytest.fixture
def elsewhere():
    """Run something in another thread, with a database connection of its own."""
    with ThreadPoolExecutor() as pool:

        def run(action):
            def and_close():
                try:
                    return action()
                finally:
                    databases.close_all()

            return pool.submit(and_close)

        yield run


@pytest.fixture
def setting(connection, bob):
    def save(job, ats_job_id="job-1", *, trigger="replied", enabled=True):
        return mappings.save_mapping(
            job=job,
            connection=connection,
            trigger=trigger,
            ats_job_id=ats_job_id,
            enabled=enabled,
            by=bob,
        )

    return save


def test_a_second_job_asked_for_as_the_person_becomes_known_is_not_lost(
    dana, connection, export, bench, ats, monkeypatch, elsewhere
):
    export(dana, "job-1")
    want = getattr(triggers, "want_resume")  # noqa: B009 (imported there)

    def want_while_the_worker_goes_on(candidate):
        work.append(elsewhere(bench.run))
        time.sleep(1)  # until it waits for us, or is through
        return want(candidate)

    work: list[Future[object]] = []
    monkeypatch.setattr(triggers, "want_resume", want_while_the_worker_goes_on)
    second = export(dana, "job-2")
    work[0].result(30)
    assert AtsPerson.objects.exists()
    bench.run()
    dependents.release_forgotten()
    bench.run()
    second.refresh_from_db()
    assert second.state == Export.State.SENT
    assert len(ats.people) == 1
    assert sorted(job for _, job in ats.links) == ["job-1", "job-2"]


def test_disconnecting_and_a_worker_about_to_send_do_not_block_each_other(
    dana, connection, export, bench, ats, alice, monkeypatch, elsewhere
):
    export(dana)
    real, work = decisions.cancel_all, []

    def cancel(*args, **kwargs):
        work.append(elsewhere(Bench(connection, ats).run))
        time.sleep(1)  # until it has sent everything, or waits for our lock
        return real(*args, **kwargs)

    monkeypatch.setattr(decisions, "cancel_all", cancel)
    connections.disconnect(connection, by=alice)
    work[0].result(30)
    assert broken_invariants() == {}
    assert len(ats.people) == AtsPerson.objects.count() == 1


def test_an_import_and_a_worker_that_creates_them_end_as_one_person(
    dana, connection, export, bench, ats, bob, monkeypatch, elsewhere
):
    export(dana)
    real, work = imported._know, []

    def know_while_the_worker_goes_on(*args):
        work.append(elsewhere(Bench(connection, ats).run))
        time.sleep(1)  # until it waits for our lock, or has given up
        return real(*args)

    monkeypatch.setattr(imported, "_know", know_while_the_worker_goes_on)
    people = [imported.Imported(dana, "188077")]
    imported.people_imported(connection, people, reason="", by=bob)
    work[0].result(30)
    assert ats.people == {}
    assert AtsPerson.objects.get().person_id == "188077"
    bench.run()
    assert ats.links == [("188077", "job-1")]
    assert broken_invariants() == {}


def test_an_export_asked_for_as_they_are_imported_creates_nobody(
    dana, connection, export, bench, ats, bob, monkeypatch, elsewhere
):
    real, asked = imported._know, []

    def know_while_somebody_asks(*args):
        asked.append(elsewhere(lambda: export(dana)))
        time.sleep(1)
        return real(*args)

    monkeypatch.setattr(imported, "_know", know_while_somebody_asks)
    people = [imported.Imported(dana, "188077")]
    imported.people_imported(connection, people, reason="", by=bob)
    asked[0].result(30)
    bench.run()
    assert ats.people == {}
    assert AtsPerson.objects.get().person_id == "188077"
    assert ats.links == [("188077", "job-1")]
    assert broken_invariants() == {}


def test_a_person_created_meanwhile_is_not_imported_as_another(
    dana, connection, export, bench, ats, bob, monkeypatch, elsewhere
):
    export(dana)
    real = imported._locked_steps

    def lock_after_the_worker_was_there(*args):
        elsewhere(Bench(connection, ats).run).result(30)
        return real(*args)

    monkeypatch.setattr(imported, "_locked_steps", lock_after_the_worker_was_there)
    people = [imported.Imported(dana, "188077")]
    with pytest.raises(imported.OnTheWay):
        imported.people_imported(connection, people, reason="", by=bob)
    assert AtsPerson.objects.get().person_id == "p1"
    assert broken_invariants() == {}


def test_whom_a_worker_is_putting_on_a_job_is_not_moved_to_another(
    dana, job, connection, setting, bench, ats, monkeypatch, elsewhere
):
    setting(job)
    JobCandidateFactory(job=job, candidate=dana).record(OutreachEvent.Kind.REPLIED)
    real, work = moves.is_on_no_job, []

    def and_the_worker_goes_on(export):
        answer = real(export)
        work.append(elsewhere(Bench(connection, ats).run))
        time.sleep(1)  # until it waits for our lock, or has put them on the old job
        return answer

    monkeypatch.setattr(moves, "is_on_no_job", and_the_worker_goes_on)
    setting(job, "job-2")
    work[0].result(30)
    dependents.release_forgotten()
    bench.run()
    assert [job for _, job in ats.links] == ["job-2"]
    assert len(ats.people) == 1
    assert broken_invariants() == {}


@pytest.mark.parametrize("new", [{"enabled": False}, {"ats_job_id": "job-2"}])
def test_a_setting_changed_while_an_event_is_recorded_counts_for_it(
    dana, job, setting, elsewhere, new
):
    def record():
        with transaction.atomic():
            row.record(OutreachEvent.Kind.REPLIED)
            recorded.set()
            time.sleep(1)  # until the setting waits for us, or is saved without

    setting(job)
    row = JobCandidateFactory(job=job, candidate=dana)
    recorded = threading.Event()
    work = elsewhere(record)
    assert recorded.wait(30)
    setting(job, **new)
    work.result(30)
    export = Export.objects.get()
    assert (export.state, export.ats_job_id) == (
        ("cancelled", "job-1") if "enabled" in new else ("waiting", "job-2")
    )
    assert broken_invariants() == {}


@pytest.mark.parametrize("new", [{"enabled": False}, {"ats_job_id": "job-2"}])
def test_what_another_job_asks_for_in_that_moment_stays(
    dana, acme, job, setting, elsewhere, new
):
    other = JobFactory(organization=acme)
    setting(job)
    setting(other)
    JobCandidateFactory(job=job, candidate=dana).record(OutreachEvent.Kind.REPLIED)
    row = JobCandidateFactory(job=other, candidate=dana)
    recorded = threading.Event()

    def record():
        with transaction.atomic():
            row.record(OutreachEvent.Kind.REPLIED)
            recorded.set()
            time.sleep(1)  # until the setting waits for us, or is saved without

    work = elsewhere(record)
    assert recorded.wait(30)
    setting(job, **new)
    work.result(30)
    wanted = Export.objects.get(ats_job_id="job-1")
    assert (wanted.state, wanted.job) == (Export.State.WAITING, other)
    assert broken_invariants() == {}


def test_an_event_that_waits_for_a_new_setting_counts_for_it(
    dana, job, setting, elsewhere
):
    setting(job, trigger="interested")
    row = JobCandidateFactory(job=job, candidate=dana)
    real, work = CandidateQuerySet.lock, []

    def and_one_comes(people):
        real(people)
        patch.undo()
        work.append(elsewhere(lambda: row.record(OutreachEvent.Kind.REPLIED)))
        time.sleep(1)  # until it waits for us

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CandidateQuerySet, "lock", and_one_comes)
        setting(job, trigger="replied")
    assert work[0].result(30)
    assert Export.objects.exists()
    assert broken_invariants() == {}


def test_a_press_while_the_export_is_being_cancelled_brings_it_back(
    dana, export, bench, bob, ats, elsewhere
):
    row = export(dana)
    cancelled = threading.Event()

    def cancel():
        with transaction.atomic():
            decisions.cancel(row, reason="Not now.", by=bob)
            cancelled.set()
            time.sleep(1)  # until the press waits for us, or is through without

    work = elsewhere(cancel)
    assert cancelled.wait(30)
    export(dana)
    work.result(30)
    bench.run()
    row.refresh_from_db()
    assert (row.state, len(ats.people)) == (Export.State.SENT, 1)


@pytest.mark.parametrize("first", ["the new export", "the end of the old one"])
def test_a_new_export_outlives_the_end_of_another_of_the_same_person(
    dana, job, export, setting, bench, bob, ats, elsewhere, first
):
    setting(job, "job-2")
    row = JobCandidateFactory(job=job, candidate=dana)
    old = export(dana)

    def ask():
        row.record(OutreachEvent.Kind.REPLIED)

    def end():
        assert decisions.cancel(old, reason="Not that job.", by=bob)

    def begin():
        with transaction.atomic():
            begun()
            done.set()
            time.sleep(1)  # until the other waits for us, or is through without

    begun, follows = (ask, end) if first == "the new export" else (end, ask)
    done = threading.Event()
    work = elsewhere(begin)
    assert done.wait(30)
    follows()
    work.result(30)
    bench.run()
    states = Export.objects.order_by("ats_job_id").values_list("ats_job_id", "state")
    assert list(states) == [("job-1", "cancelled"), ("job-2", "sent")]
    assert ats.links == [("p1", "job-2")]
    assert broken_invariants() == {}


def test_what_is_cancelled_as_the_setting_moves_stays_cancelled(
    dana, job, setting, bench, bob, ats, elsewhere, monkeypatch
):
    setting(job, "")
    JobCandidateFactory(job=job, candidate=dana).record(OutreachEvent.Kind.REPLIED)
    row, real = Export.objects.get(), Export.lock

    def after_it_was_cancelled(mine):
        patch.undo()
        now = clock.now()
        ExportStep.objects.update(state="cancelled", not_before=None, updated_at=now)
        Export.objects.update(state="cancelled", finished_at=now)
        real(mine)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Export, "lock", after_it_was_cancelled)
        setting(job, "job-2")
    bench.run()
    row.refresh_from_db()
    assert (row.state, row.ats_job_id) == (Export.State.CANCELLED, "")
    assert ats.people == {}


def test_a_press_as_the_setting_ends_is_not_cancelled_with_it(
    dana, job, export, setting, elsewhere, monkeypatch
):
    setting(job)
    JobCandidateFactory(job=job, candidate=dana).record(OutreachEvent.Kind.REPLIED)
    real, pressed = decisions._cancel, []

    def with_a_press(*args):
        pressed.append(elsewhere(lambda: export(dana)))
        time.sleep(1)  # until it waits for us, or is through
        return real(*args)

    monkeypatch.setattr(decisions, "_cancel", with_a_press)
    setting(job, enabled=False)
    pressed[0].result(30)
    row = Export.objects.get()
    assert (row.state, row.origin) == (Export.State.WAITING, Export.Origin.BUTTON)


def test_cancelling_waits_for_a_worker_and_never_in_a_ring(
    dana, export, connection, bob, elsewhere
):
    """A worker ends the person first, and then what follows."""
    row = export(dana)
    begun = threading.Event()

    def end():
        with transaction.atomic():
            steps = ExportStep.objects.filter(candidate=dana)
            steps.filter(kind="person").update(urgent=True)
            begun.set()
            time.sleep(1)  # until the other waits for us
            steps.exclude(kind="person").update(urgent=True)

    work = elsewhere(end)
    assert begun.wait(30)
    assert decisions.cancel(row, reason="Not now.", by=bob)
    work.result(30)


@pytest.mark.parametrize("first", ["the email", "the outreach"])
def test_an_email_entered_as_they_are_added_to_outreach_is_found(
    acme, job, elsewhere, first
):
    dana = CandidateFactory(organization=acme, email="", phone="")
    row = JobCandidateFactory(job=job, candidate=dana)

    def save():
        mine = Candidate.objects.get(pk=dana.pk)
        mine.email = "dana@example.com"
        mine.save()

    def add():
        JobCandidate.objects.get(pk=row.pk).record(OutreachEvent.Kind.ADDED)

    def begin():
        with transaction.atomic():
            begun()
            done.set()
            time.sleep(1)  # until the other waits for us, or is through without

    begun, follows = (save, add) if first == "the email" else (add, save)
    done = threading.Event()
    work = elsewhere(begin)
    assert done.wait(30)
    follows()
    work.result(30)
    kinds = sorted(OutreachEvent.objects.values_list("kind", flat=True))
    assert kinds == ["added", "contact_found"]


def test_of_two_who_retry_at_once_none_brings_back_what_is_being_sent(
    dana, export, connection, bench, ats, bob, elsewhere, monkeypatch
):
    def while_the_first_write_is_under_way():
        go_on.set()
        late.result(30)
        elsewhere(Bench(connection, ats).run).result(30)

    def after_the_other_if_they_need_not_wait(rows):
        started.set()
        go_on.wait(2)
        return real(rows)

    ats.fail["create"] = ["invalid", while_the_first_write_is_under_way]
    row = export(dana)
    bench.run()
    row.refresh_from_db()
    assert row.state == Export.State.FAILED
    started, go_on = threading.Event(), threading.Event()
    real = getattr(ledger, "in_doubt")  # noqa: B009 (imported there)
    monkeypatch.setattr(ledger, "in_doubt", after_the_other_if_they_need_not_wait)
    late = elsewhere(lambda: decisions.retry(row, by=bob))
    assert started.wait(30)
    monkeypatch.setattr(ledger, "in_doubt", real)
    decisions.retry(row, by=bob)
    bench.run()
    assert len(ats.people) == 1
    row.refresh_from_db()
    assert row.state == Export.State.SENT
    assert broken_invariants() == {}


def test_of_who_answers_and_who_cancels_at_once_one_is_told_so(
    dana, job, connection, bench, ats, bob, export, monkeypatch, elsewhere
):
    ats.add("Quentin Ruiz", emails=("dana@example.com",))
    asked = export(dana)
    bench.run()
    question = Decision.objects.get(choice="")
    real, answer = decisions.drop, []

    def drop(steps):
        answer.append(
            elsewhere(lambda: decisions.decide(question, choice="create", by=bob))
        )
        time.sleep(1)  # until it waits for our lock
        real(steps)

    monkeypatch.setattr(decisions, "drop", drop)
    assert decisions.cancel(asked, reason="Cancelled by Bob.", by=bob)
    assert answer[0].result(30) is False
    asked.refresh_from_db()
    assert asked.state == Export.State.CANCELLED
    assert broken_invariants() == {}
