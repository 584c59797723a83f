"""Which events make exports, and what a changed setting does to them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from candidates.models import OutreachEvent
from integrations import mappings, triggers
from integrations.models import AtsConnection, AtsPerson, Export, ExportStep
from integrations.triggers import InAtsAlready
from integrations.verify import broken_invariants
from pinsync import clock
from tests.factories import CandidateFactory, JobCandidateFactory

from .conftest import make_connection
from .fakeats import Bench, FakeAts

pytestmark = pytest.mark.django_db

Kind = OutreachEvent.Kind


@pytest.fixture(autouse=True)
def _resumes(ready_resume):
    yield
    assert broken_invariants() == {}


@pytest.fixture
def on_job(job, dana):
    return JobCandidateFactory(job=job, candidate=dana)


@pytest.fixture
def setting(job, connection, bob):
    def save(trigger="replied", ats_job_id="job-1", **fields):
        return mappings.save_mapping(
            job=job,
            connection=fields.pop("connection", connection),
            trigger=trigger,
            ats_job_id=ats_job_id,
            ats_job_name=ats_job_id,
            by=bob,
            **fields,
        )

    return save


@pytest.fixture
def crelate(acme, alice):
    return make_connection(acme, "crelate", by=alice)


def test_the_event_of_the_setting_makes_an_export(setting, on_job, dana, job):
    setting("replied")
    on_job.record(Kind.ADDED)
    assert not Export.objects.exists()
    on_job.record(Kind.REPLIED)
    export = Export.objects.get()
    assert (export.candidate, export.job, export.ats_job_id) == (dana, job, "job-1")
    assert export.origin == Export.Origin.TRIGGER
    assert export.event.kind == Kind.REPLIED
    kinds = ExportStep.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["person", "job_link", "resume", "note"]


def test_ten_events_make_one_export(setting, on_job):
    setting("replied")
    for _ in range(10):
        on_job.record(Kind.REPLIED)
    assert Export.objects.count() == 1


def test_a_later_rung_reaches_the_rungs_below_it(setting, on_job):
    setting("replied")
    on_job.record(Kind.INTERESTED)
    assert Export.objects.get().event.implied


def test_events_before_the_setting_export_nothing(setting, on_job):
    on_job.record(Kind.REPLIED)
    setting("replied")
    on_job.record(Kind.REPLIED)
    assert not Export.objects.exists()


def test_an_event_that_happened_before_the_setting_but_is_heard_later_does_not_count(
    setting, on_job
):
    setting("replied")
    on_job.record(Kind.REPLIED, occurred_at=clock.now() - timedelta(days=1))
    assert not Export.objects.exists()


def test_events_before_the_connection_export_nothing(setting, on_job, connection):
    setting("replied")
    connection.connected_at = clock.now() + timedelta(minutes=1)
    connection.save()
    on_job.record(Kind.REPLIED)
    assert not Export.objects.exists()


def test_contact_found_fires_whichever_comes_second(setting, crelate, acme, job):
    setting("contact_found", connection=crelate)
    silent = CandidateFactory(organization=acme, email="", phone="")
    row = JobCandidateFactory(job=job, candidate=silent)
    row.record(Kind.ADDED)
    assert not Export.objects.exists()
    silent.phone = "+12025550123"
    silent.save()
    assert Export.objects.get().event.kind == Kind.CONTACT_FOUND


def test_contact_found_fires_at_once_for_somebody_with_an_email(
    setting, crelate, on_job
):
    setting("contact_found", connection=crelate)
    on_job.record(Kind.ADDED)
    assert Export.objects.get().event.implied


def test_disabled_settings_and_other_jobs_stay_quiet(setting, on_job, acme, dana):
    setting("replied", enabled=False)
    on_job.record(Kind.REPLIED)
    elsewhere = JobCandidateFactory(candidate=dana, job__organization=acme)
    elsewhere.record(Kind.REPLIED)
    assert not Export.objects.exists()


@pytest.mark.parametrize("archived", ["job", "candidate"])
def test_what_is_archived_sends_nobody_until_it_is_brought_back(
    setting, on_job, archived
):
    setting("replied")
    what = getattr(on_job, archived)
    type(what).objects.filter(pk=what.pk).update(archived_at=clock.now())
    assert not on_job.record(Kind.REPLIED)
    assert not Export.objects.exists()
    type(what).objects.filter(pk=what.pk).update(archived_at=None)
    assert on_job.record(Kind.REPLIED)
    assert Export.objects.exists()


@pytest.mark.parametrize("archived", ["job", "candidate"])
def test_an_email_found_meanwhile_counts_once_they_are_brought_back(
    setting, crelate, acme, job, archived, admin_client
):
    setting("contact_found", connection=crelate)
    dana = CandidateFactory(organization=acme, email="", phone="")
    row = JobCandidateFactory(job=job, candidate=dana)
    row.record(Kind.ADDED)
    what = {"job": job, "candidate": dana}[archived]
    type(what).objects.filter(pk=what.pk).update(archived_at=clock.now())
    dana.refresh_from_db()
    dana.email = "dana@example.com"
    dana.save()
    assert not Export.objects.exists()
    page = {
        "job": "admin:jobs_job_changelist",
        "candidate": "admin:candidates_candidate_changelist",
    }[archived]
    data = {"action": "restore", "_selected_action": [what.pk]}
    admin_client.post(reverse(page), data)
    assert Export.objects.get().candidate == dana


def test_a_parked_connection_still_collects_exports(setting, on_job, connection):
    setting("replied")
    AtsConnection.objects.update(state="parked")
    on_job.record(Kind.REPLIED)
    assert Export.objects.get().state == Export.State.WAITING


def test_a_disconnected_one_does_not(setting, on_job, connection):
    setting("replied")
    AtsConnection.objects.update(state="disconnected", credentials="")
    on_job.record(Kind.REPLIED)
    assert not Export.objects.exists()


def test_a_person_who_is_there_already_only_joins_the_job(
    setting, on_job, connection, dana
):
    AtsPerson.objects.create(
        connection=connection,
        candidate=dana,
        person_id="p1",
        known_by="imported",
        known_at=clock.now(),
    )
    setting("replied")
    on_job.record(Kind.REPLIED)
    ats = FakeAts()
    ats.add("Dana Example")
    Bench(connection, ats).run()
    assert ats.links == [("p1", "job-1")]
    assert Export.objects.get().state == Export.State.SENT


def test_the_button_refuses_a_person_who_is_there(connection, dana, bob):
    AtsPerson.objects.create(
        connection=connection,
        candidate=dana,
        person_id="p1",
        known_by="created",
        known_at=clock.now(),
    )
    with pytest.raises(InAtsAlready) as refusal:
        triggers.request_export(connection=connection, candidate=dana, by=bob)
    assert refusal.value.sentence == (
        "Dana Example is in Ashby already; details are updated there."
    )


def test_the_button_works_for_what_was_before_the_setting(
    setting, on_job, connection, dana, bob
):
    on_job.record(Kind.REPLIED)
    setting("replied")
    export = triggers.request_export(connection=connection, candidate=dana, by=bob)
    assert export.by_hand
    assert ExportStep.objects.filter(urgent=True).count() == 3


# --- Changing the setting --------------------------------------------------------


def test_changing_the_trigger_moves_active_since_the_job_alone_does_not(setting):
    first = setting("replied").active_since
    second = setting("replied", "job-2").active_since
    third = setting("interested", "job-2").active_since
    assert first == second
    assert third > second


def test_disabling_and_enabling_again_is_never_retroactive(setting, on_job):
    setting("replied")
    setting("replied", enabled=False)
    on_job.record(Kind.REPLIED)
    setting("replied")
    assert not Export.objects.exists()


def test_disable_cancels_automatic_exports_and_keeps_those_made_by_hand(
    setting, on_job, connection, acme, bob
):
    mapping = setting("replied")
    on_job.record(Kind.REPLIED)
    other = CandidateFactory(organization=acme)
    by_hand = triggers.request_export(
        connection=connection, candidate=other, job=mapping.job, by=bob
    )
    assert mappings.exports_to_cancel(mapping) == 1
    setting("replied", enabled=False)
    cancelled = Export.objects.get(origin="trigger")
    assert cancelled.state == Export.State.CANCELLED
    assert "Disable" in cancelled.cancel_reason
    by_hand.refresh_from_db()
    assert by_hand.state == Export.State.WAITING
    assert not ExportStep.objects.due(clock.now()).filter(export=cancelled).exists()


def test_never_cancels_too(setting, crelate, on_job):
    mapping = setting("replied", connection=crelate)
    on_job.record(Kind.REPLIED)
    assert mappings.exports_to_cancel(mapping) == 1
    setting("never", connection=crelate)
    assert "Never" in Export.objects.get().cancel_reason


def test_pressing_the_button_makes_an_automatic_export_one_by_hand(
    setting, on_job, connection, dana, bob
):
    mapping = setting("replied")
    on_job.record(Kind.REPLIED)
    triggers.request_export(
        connection=connection, candidate=dana, ats_job_id="job-1", by=bob
    )
    setting("replied", enabled=False)
    assert Export.objects.get().state == Export.State.WAITING
    assert mappings.exports_to_cancel(mapping) == 0


def test_choosing_another_job_moves_exports_whose_link_has_not_begun(
    setting, on_job, connection
):
    setting("replied")
    on_job.record(Kind.REPLIED)
    setting("replied", "job-2")
    ats = FakeAts()
    Bench(connection, ats).run()
    assert [job for _, job in ats.links] == ["job-2"]
    assert Export.objects.get().ats_job_name == "job-2"


def test_choosing_no_job_moves_them_too(setting, crelate, on_job):
    setting("replied", connection=crelate)
    on_job.record(Kind.REPLIED)
    setting("replied", "", connection=crelate)
    ats = FakeAts()
    Bench(crelate, ats, resume_appears_within=0).run()
    assert len(ats.people) == 1
    assert ats.links == []
    assert Export.objects.get().state == Export.State.SENT


def test_an_export_that_has_gone_out_stays_on_its_job(setting, on_job, connection):
    setting("replied")
    on_job.record(Kind.REPLIED)
    ats = FakeAts()
    Bench(connection, ats).run()
    setting("replied", "job-2")
    assert Export.objects.get().ats_job_id == "job-1"


def test_two_exports_are_never_moved_onto_one_job(
    setting, on_job, connection, dana, bob
):
    setting("replied")
    on_job.record(Kind.REPLIED)
    triggers.request_export(
        connection=connection, candidate=dana, ats_job_id="job-2", by=bob
    )
    setting("replied", "job-2")
    assert Export.objects.count() == 2


def test_a_reenabled_trigger_reopens_a_cancelled_export(
    setting, on_job, connection, dana, bob
):
    setting("replied")
    on_job.record(Kind.REPLIED)
    setting("replied", enabled=False)
    export = triggers.request_export(
        connection=connection, candidate=dana, ats_job_id="job-1", by=bob
    )
    assert (export.state, export.origin) == (Export.State.WAITING, "button")
    ats = FakeAts()
    Bench(connection, ats).run()
    assert len(ats.people) == 1
