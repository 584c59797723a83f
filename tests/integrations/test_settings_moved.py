"""A setting names another ATS job, or none any more, while exports are on their way."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from candidates.models import OutreachEvent
from integrations import connections, decisions, mappings, triggers
from integrations.models import AtsConnection, Decision, Export
from integrations.standings import standings_of
from integrations.verify import broken_invariants
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory

pytestmark = pytest.mark.django_db

Kind = OutreachEvent.Kind


@pytest.fixture(autouse=True)
def _sound(ready_resume):
    yield
    assert broken_invariants() == {}


@pytest.fixture
def other_job(acme):
    return JobFactory(organization=acme)


@pytest.fixture
def setting(job, connection, bob):
    def save(ats_job_id="job-1", *, of=job, **fields):
        return mappings.save_mapping(
            job=of,
            connection=connection,
            trigger="replied",
            ats_job_id=ats_job_id,
            ats_job_name=ats_job_id,
            by=bob,
            **fields,
        )

    return save


@pytest.fixture
def replies(job, dana):
    """Let Dana reply on a job."""

    def reply(on=job):
        row, _ = on.job_candidates.get_or_create(candidate=dana)
        row.record(Kind.REPLIED)

    return reply


def jobs_of(ats) -> list[str]:
    return sorted(job for _, job in ats.links)


def states() -> list[tuple[str, str]]:
    return sorted(Export.objects.values_list("ats_job_id", "state"))


# --- Two jobs that lead to one ATS job ---------------------------------------------


@pytest.mark.parametrize("ats_job_id", ["job-1", ""])
def test_what_another_job_wants_as_well_outlives_the_end_of_the_first(
    setting, replies, other_job, job, bench, ats, ats_job_id
):
    mapping = setting(ats_job_id)
    setting(ats_job_id, of=other_job)
    replies()
    replies(other_job)
    assert mappings.exports_to_cancel(mapping) == 0
    setting(ats_job_id, enabled=False)
    assert Export.objects.get().job == other_job
    bench.run()
    assert states() == [(ats_job_id, "sent")]
    assert len(ats.people) == 1


@pytest.mark.parametrize("end", ["switched off", "disconnected"])
def test_the_end_of_a_thousand_costs_no_statement_for_each(
    setting, acme, alice, job, other_job, connection, end
):
    setting(of=other_job)  # leads to the same ATS job, and has nobody yet
    people: list[int] = []

    def statements(number: int) -> int:
        mapping = setting()
        people.append(number)
        for person in CandidateFactory.create_batch(number, organization=acme):
            JobCandidateFactory(job=job, candidate=person).record(Kind.REPLIED)
        with CaptureQueriesContext(database) as made:
            if end == "switched off":
                assert mappings.exports_to_cancel(mapping) == number
                setting(enabled=False)
            else:
                connections.disconnect(connection, by=alice)
        assert Export.objects.filter(state="cancelled").count() == sum(people)
        return len(made)

    few = statements(2)
    AtsConnection.objects.update(state="connected")
    assert statements(40) == few


def test_it_ends_with_the_last_of_them(setting, replies, other_job):
    setting()
    last = setting(of=other_job)
    replies()
    replies(other_job)
    setting(enabled=False)
    assert mappings.exports_to_cancel(last) == 1
    setting(of=other_job, enabled=False)
    assert states() == [("job-1", "cancelled")]


def test_another_job_whose_trigger_did_not_come_keeps_nothing(
    setting, replies, other_job, dana
):
    setting()
    setting(of=other_job)
    replies()
    JobCandidateFactory(job=other_job, candidate=dana).record(Kind.ADDED)
    setting(enabled=False)
    assert states() == [("job-1", "cancelled")]


def test_one_that_names_another_ats_job_leaves_the_other_where_it_is(
    setting, replies, other_job, bench, ats
):
    setting()
    setting(of=other_job)
    replies()
    replies(other_job)
    setting("job-2")
    bench.run()
    assert jobs_of(ats) == ["job-1", "job-2"]
    assert len(ats.people) == 1


def test_what_another_job_asks_for_anew_is_its_own(setting, replies, other_job):
    setting()
    replies()
    setting(enabled=False)
    last = setting(of=other_job)
    replies(other_job)
    assert Export.objects.get().job == other_job
    assert mappings.exports_to_cancel(last) == 1


# --- What was asked, refused or wanted already on the old one ------------------------


def test_a_question_about_the_old_job_goes_with_it(setting, replies, bench, ats, bob):
    ats.add("Dana Example", emails=("dana@example.com",))
    bench.adapter.is_on_job = lambda *_: None  # this ATS does not tell
    setting()
    replies()
    bench.run()
    assert states() == [("job-1", "needs_you")]
    setting("job-2")
    bench.run()
    question = Decision.objects.get(choice="")
    assert question.step.ats_job_id == "job-2"
    assert decisions.decide(question, choice="repeat", by=bob)
    bench.run()
    assert jobs_of(ats) == ["job-2"]


def test_moved_there_and_back_it_is_asked_anew(
    setting, replies, bench, ats, dana, acme
):
    ats.add("Dana Example", emails=("dana@example.com",))
    bench.adapter.is_on_job = lambda *_: None
    setting()
    replies()
    bench.run()
    for ats_job_id in ("job-2", "job-1"):
        setting(ats_job_id)
        bench.run()
    assert states() == [("job-1", "needs_you")]
    ((standing,),) = standings_of([dana], acme).values()
    assert standing.decision
    assert standing.decision.step.ats_job_id == "job-1"


def test_a_closed_job_is_left_by_choosing_another(setting, replies, bench, ats):
    ats.fail["add_to_job"] = ["job gone"]
    setting()
    replies()
    bench.run()
    assert states() == [("job-1", "failed")]
    setting("job-2")
    bench.run()
    assert states() == [("job-2", "sent")]
    assert jobs_of(ats) == ["job-2"]


def test_where_it_is_unclear_they_stay(setting, replies, bench, ats):
    ats.fail["add_to_job"] = ["lost"]
    setting()
    replies()
    bench.run()
    setting("job-2")
    bench.settle()
    assert states() == [("job-1", "sent")]
    assert jobs_of(ats) == ["job-1"]


def test_somebody_who_is_wanted_on_the_new_job_already_leaves_the_old(
    setting, replies, connection, dana, bench, ats, bob
):
    setting()
    replies()
    triggers.request_export(
        connection=connection, candidate=dana, ats_job_id="job-2", by=bob
    )
    setting("job-2")
    bench.run()
    assert states() == [("job-1", "cancelled"), ("job-2", "sent")]
    assert jobs_of(ats) == ["job-2"]


def test_disable_also_cancels_what_stayed_on_an_earlier_job(
    setting, replies, bench, ats, bob
):
    bench.adapter.is_on_job = lambda *_: None
    ats.fail["add_to_job"] = ["unclear"]
    setting()
    replies()
    bench.run()
    for _ in range(2):
        bench.settle()
    setting("job-2")
    assert states() == [("job-1", "needs_you")]
    assert decisions.decide(Decision.objects.get(), choice="repeat", by=bob)
    setting("job-2", enabled=False)
    assert states() == [("job-1", "cancelled")]
