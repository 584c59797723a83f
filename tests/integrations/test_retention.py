"""What is old is forgotten; what the engine still needs is not."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from axes.models import AccessAttempt, AccessLog
from django.core.management import call_command
from django.db import OperationalError
from django.db.models import F
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from candidates.models import OutreachEvent
from integrations import dispatcher, mappings, retention, tasks
from integrations.errors import Unexpected
from integrations.models import (
    AtsPerson,
    Duty,
    ExportAttempt,
    ExportStep,
    IdentityClaim,
    LaterLook,
)
from integrations.verify import broken_invariants
from pinsync import clock, waking
from tests.factories import CandidateFactory, JobCandidateFactory

pytestmark = pytest.mark.django_db

DAY = 86_400


@pytest.fixture
def exported(bench, export, dana):
    export(dana)
    bench.run()
    assert set(ExportStep.objects.values_list("state", flat=True)) <= {"done"}
    return dana


def age(days: float) -> None:
    """Let that many (scaled) days pass."""
    by = clock.period(days * DAY)
    ExportStep.objects.update(updated_at=F("updated_at") - by)
    ExportStep.objects.exclude(excerpt_at=None).update(excerpt_at=F("excerpt_at") - by)
    ExportAttempt.objects.update(
        intent_at=F("intent_at") - by, ended_at=F("ended_at") - by
    )
    LaterLook.objects.update(looked_at=F("looked_at") - by)


def forget() -> dict[str, int]:
    numbers = retention.prune()
    assert broken_invariants() == {}
    return numbers


def snapshots() -> list[dict]:
    return list(ExportAttempt.objects.values_list("snapshot", flat=True))


def test_what_was_sent_is_kept_for_a_month_and_then_emptied(exported):
    age(29)
    forget()
    assert all(snapshots())
    age(2)
    assert forget()["snapshots emptied"] == len(snapshots())
    assert not any(snapshots())


def test_attempts_are_kept_for_90_days_and_the_ledger_stays_sound(exported):
    number = ExportAttempt.objects.count()
    age(89)
    forget()
    assert ExportAttempt.objects.count() == number
    age(2)
    assert forget()["attempts deleted"] == number
    assert not ExportAttempt.objects.exists()
    assert set(ExportStep.objects.values_list("attempt", "pruned")) == {(1, 1)}
    assert AtsPerson.objects.count() == 1
    assert IdentityClaim.objects.exists()


def test_what_is_still_open_is_kept_however_old(bench, export, dana, ats):
    ats.fail["create"].append("lost")
    export(dana)
    bench.run()
    assert ExportStep.objects.get(kind="person").state == "uncertain"
    age(400)
    forget()
    (sent,) = snapshots()
    assert sent["email"] == dana.email
    bench.settle()
    assert len(ats.people) == 1


def test_somebody_of_whom_all_was_forgotten_is_still_not_sent_again(
    bench, exported, connection, job, bob, ats
):
    age(400)
    forget()
    mappings.save_mapping(
        job=job, connection=connection, trigger="replied", ats_job_id="job-2", by=bob
    )
    row = JobCandidateFactory(job=job, candidate=exported)
    row.record(OutreachEvent.Kind.REPLIED)
    bench.run()
    assert len(ats.people) == 1
    assert (len(ats.links), len(ats.resumes)) == (2, 1)
    assert broken_invariants() == {}


def test_many_are_forgotten_in_short_transactions(bench, export, acme, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 3)
    for _ in range(5):
        export(CandidateFactory(organization=acme))
    bench.ats.hidden.update(f"p{n}" for n in range(9))
    bench.run(60)
    made = ExportAttempt.objects.count()
    age(100)
    recent = ExportAttempt.objects.order_by("-pk")[0]
    ExportAttempt.objects.filter(pk=recent.pk).update(
        intent_at=clock.now(), ended_at=clock.now()
    )
    assert forget()["attempts deleted"] == made - 1


def test_an_excerpt_of_a_reply_is_kept_for_the_administrators_and_for_a_month(
    bench, export, dana, ats
):
    ats.fail["find"].append(Unexpected("A page.", excerpt="<html>Sorry"))
    export(dana)
    bench.run()
    assert ExportStep.objects.get(kind="person").excerpt == "<html>Sorry"
    age(29)
    forget()
    assert ExportStep.objects.exclude(excerpt="").exists()
    age(2)
    forget()
    assert not ExportStep.objects.exclude(excerpt="").exists()


def test_later_looks_go_a_month_after_the_last_unless_somebody_is_there_twice(
    exported,
):
    steps = list(ExportStep.objects.all()[:2])
    for step, twice in zip(steps, (None, clock.now()), strict=True):
        LaterLook.objects.create(
            step=step, unclear_at=clock.now(), looked_at=clock.now(), twice_at=twice
        )
    age(31)
    forget()
    assert LaterLook.objects.get().twice_at


def test_who_signed_in_is_forgotten_after_three_months(as_bob, bob):
    Client().login(request=HttpRequest(), username=bob.email, password="wrong")
    kinds = (AccessLog, AccessAttempt)
    assert [kind.objects.count() for kind in kinds] == [1, 1]
    for days, left in ((89, 1), (91, 0)):
        for kind in kinds:
            kind.objects.update(attempt_time=timezone.now() - timedelta(days=days))
        retention.prune()
        assert [kind.objects.count() for kind in kinds] == [left, left]


def test_it_counts_as_done_only_where_it_ended_well(exported, monkeypatch):
    def away():
        raise OperationalError("the database went away")

    monkeypatch.setitem(retention._KINDS, "uploads emptied", away)
    with pytest.raises(OperationalError):
        tasks.prune()
    assert Duty.objects.done_last("prune") is None
    assert not retention.is_due()  # tomorrow, not every second
    monkeypatch.undo()
    retention.prune()
    assert Duty.objects.done_last("prune")


def test_the_command_says_what_it_did(exported):
    age(100)
    out = StringIO()
    call_command("prune", stdout=out)
    assert "attempts deleted" in out.getvalue()


def test_the_dispatcher_has_it_done_once_a_day(exported, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(
        waking, "wake_now", lambda queue, task, **options: asked.append(task)
    )
    dispatcher.tick()
    assert asked[-1] == "integrations.tasks.prune"
    age(100)
    tasks.prune()
    assert not ExportAttempt.objects.exists()
    asked.clear()
    dispatcher.tick()
    assert "integrations.tasks.prune" not in asked
    Duty.objects.update(done_at=clock.now() - timedelta(days=1))
    dispatcher.tick()
    assert "integrations.tasks.prune" in asked
