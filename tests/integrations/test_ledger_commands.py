"""exports_verify finds each broken invariant; exports_report counts."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from candidates.models import OutreachEvent
from integrations import mappings
from integrations.models import (
    AtsConnection,
    AtsPerson,
    Export,
    ExportAttempt,
    ExportStep,
    IdentityClaim,
)
from pinsync import clock
from tests.factories import JobCandidateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(dana, export, bench):
    export(dana)
    bench.run()
    return ExportStep.objects.get(kind="person")


def broken(capsys) -> dict:
    with pytest.raises(SystemExit) as end:
        call_command("exports_verify", "--json")
    assert end.value.code == 1
    return json.loads(capsys.readouterr().out)["broken"]


def test_a_sound_ledger_passes(sent, capsys):
    call_command("exports_verify")
    assert capsys.readouterr().out == "Every invariant holds.\n"
    call_command("exports_verify", "--json")
    assert json.loads(capsys.readouterr().out) == {"ok": True, "broken": {}}


def test_a_forgotten_sending_step_is_found(sent, capsys):
    ExportStep.objects.filter(pk=sent.pk).update(
        state="sending", intent_at=clock.now() - timedelta(days=1)
    )
    assert broken(capsys)["no step SENDING long past its intent"] == [f"step {sent.pk}"]


def test_a_done_step_without_a_person_is_found(sent, capsys):
    AtsPerson.objects.all().delete()
    assert "no PERSON done without AtsPerson" in broken(capsys)


def test_a_write_without_an_intent_is_found(sent, capsys):
    ExportAttempt.objects.filter(step=sent).delete()
    ExportAttempt.objects.update(ended_at=clock.now() - timedelta(days=1))
    rows = broken(capsys)["no write attempt without an intent before it"]
    assert f"step {sent.pk}" in rows
    assert len(rows) == 4


def second_attempt(step, **fields):
    ExportStep.objects.filter(pk=step.pk).update(attempt=2)
    return ExportAttempt.objects.create(
        step=step, number=2, intent_at=clock.now(), **fields
    )


def test_two_creates_are_found(sent, capsys):
    second_attempt(sent, outcome="done")
    assert "at most one successful create per person" in broken(capsys)


def test_a_blind_repetition_is_found(sent, capsys):
    ExportAttempt.objects.filter(step=sent).update(outcome="unclear")
    second_attempt(sent, outcome="done", looked_up_at=clock.now() - timedelta(days=1))
    assert "no write after an unclear one without a look-up between" in broken(capsys)


def test_a_claim_of_nobody_is_found(sent, capsys):
    AtsPerson.objects.all().delete()
    assert IdentityClaim.objects.count() == 3  # email, LinkedIn, place on the job
    name = "every held claim belongs to a live step or a known person"
    assert len(broken(capsys)[name]) == 3


def test_an_event_without_its_export_is_found(dana, job, connection, bob, capsys):
    mappings.save_mapping(
        job=job, connection=connection, trigger="replied", ats_job_id="1", by=bob
    )
    row = JobCandidateFactory(job=job, candidate=dana)
    row.record(OutreachEvent.Kind.REPLIED)
    ExportStep.objects.all().delete()
    Export.objects.all().delete()
    assert "every event that counts has an export" in broken(capsys)


def test_due_work_on_a_disconnected_connection_is_found(dana, export, capsys):
    export(dana)
    AtsConnection.objects.update(state="disconnected", credentials="")
    with pytest.raises(SystemExit):
        call_command("exports_verify")
    assert "BROKEN: nothing due on a disconnected" in capsys.readouterr().out


def test_the_report_counts_by_state(sent, capsys):
    call_command("exports_report", "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["exports"]["sent"] == 1
    assert report["exports"]["failed"] == 0
    assert report["steps"]["resume"] == {"done": 1}
    assert report["unclear"] == 0
    call_command("exports_report")
    assert "exports sent" in capsys.readouterr().out
