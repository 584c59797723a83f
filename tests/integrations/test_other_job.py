"""An export failed at its ATS job: another one is chosen for this person."""

from __future__ import annotations

import pytest
from django.urls import reverse

from integrations import connections, decisions, mappings, moves
from integrations.derived import refresh_exports
from integrations.models import Export, ExportStep
from integrations.verify import broken_invariants

from .screens import Screen

pytestmark = pytest.mark.django_db

State = Export.State
CLOSED = "The job is closed."


def page_of(export: Export) -> str:
    return reverse("integrations:other_job", args=[export.pk])


def choose(export: Export, ats_job_id: str, by) -> bool:
    return moves.choose_job(
        export, ats_job_id=ats_job_id, ats_job_name=ats_job_id, by=by
    )


def jobs_of(ats) -> list[str]:
    return sorted(job for _, job in ats.links)


def states() -> list[tuple[str, str]]:
    return sorted(Export.objects.values_list("ats_job_id", "state"))


@pytest.fixture(autouse=True)
def _sound():
    yield
    assert broken_invariants() == {}


@pytest.fixture
def failed(export, dana, bench, ats):
    """Dana is in the ATS; its job turned out to be closed."""
    ats.fail["add_to_job"] = ["job gone"]
    row = export(dana)
    bench.run()
    row.refresh_from_db()
    assert row.state == State.FAILED
    return row


# --- What it does --------------------------------------------------------------------


def test_they_go_onto_the_chosen_job_and_nothing_is_sent_twice(failed, bench, ats, bob):
    assert choose(failed, "job-2", bob)
    bench.run()
    assert states() == [("job-2", "sent")]
    assert jobs_of(ats) == ["job-2"]
    assert [len(ats.people), len(ats.resumes)] == [1, 1]


def test_they_can_be_left_without_a_job(failed, bench, ats, bob):
    assert choose(failed, "", bob)
    bench.run()
    assert states() == [("", "sent")]
    assert ats.links == []


def test_the_same_job_may_have_been_opened_again(failed, bench, ats, bob):
    assert choose(failed, "job-1", bob)
    bench.run()
    assert states() == [("job-1", "sent")]
    assert jobs_of(ats) == ["job-1"]


def test_back_to_the_first_job_after_the_second_was_closed_too(failed, bench, ats, bob):
    ats.fail["add_to_job"] = ["job gone"]
    assert choose(failed, "job-2", bob)
    bench.run()
    failed.refresh_from_db()
    assert choose(failed, "job-1", bob)
    bench.run()
    assert states() == [("job-1", "sent")]
    assert jobs_of(ats) == ["job-1"]


def test_onto_a_job_they_are_on_already(export, dana, bench, ats, bob):
    ats.fail["add_to_job"] = [lambda: None, "job gone"]
    export(dana, "job-2")
    row = export(dana)
    bench.run()
    row.refresh_from_db()
    assert row.state == State.FAILED
    assert choose(row, "job-2", bob)
    bench.run()
    assert states() == [("job-1", "cancelled"), ("job-2", "sent")]
    assert jobs_of(ats) == ["job-2"]


def test_onto_a_job_on_which_they_were_skipped_once(export, dana, bench, ats, bob):
    ats.fail["add_to_job"] = ["job gone"]
    skipped, row = export(dana, "job-2"), export(dana)
    ExportStep.objects.filter(ats_job_id="job-2").update(state="skipped")
    bench.run()
    skipped.refresh_from_db()
    row.refresh_from_db()
    assert (skipped.state, row.state) == (State.SENT, State.FAILED)
    assert choose(row, "job-2", bob)
    bench.run()
    assert states() == [("job-1", "cancelled"), ("job-2", "sent")]
    assert jobs_of(ats) == ["job-2"]


def test_while_nobody_knows_yet_what_became_of_the_resume(
    export, dana, bench, ats, bob
):
    ats.fail["add_to_job"] = [lambda: None, "job gone"]
    ats.fail["attach_resume"] = ["lost"]
    export(dana, "job-2")
    row = export(dana)
    bench.run()
    row.refresh_from_db()
    assert row.state == State.FAILED
    assert choose(row, "job-2", bob)
    assert states()[0] == ("job-1", "cancelled")
    bench.settle()
    assert states() == [("job-1", "cancelled"), ("job-2", "sent")]
    assert (jobs_of(ats), len(ats.resumes)) == (["job-2"], 1)


def test_what_a_person_chose_no_setting_takes_back(
    dana, job, connection, bench, ats, bob
):
    def save(ats_job_id):
        mappings.save_mapping(
            job=job,
            connection=connection,
            trigger="replied",
            ats_job_id=ats_job_id,
            ats_job_name=ats_job_id,
            by=bob,
        )

    save("job-1")
    ats.fail["add_to_job"] = ["job gone"]
    row, _ = job.job_candidates.get_or_create(candidate=dana)
    row.record("replied")
    bench.run()
    sent = Export.objects.get()
    assert choose(sent, "job-2", bob)
    save("job-3")
    bench.run()
    assert states() == [("job-2", "sent")]


def test_a_resume_that_failed_meanwhile_goes_on_as_well(export, dana, bench, ats, bob):
    ats.fail["add_to_job"] = ["job gone"]
    ats.fail["attach_resume"] = ["invalid"]
    row = export(dana)
    bench.run()
    assert choose(row, "job-2", bob)
    bench.run()
    assert states() == [("job-2", "sent")]
    assert len(ats.resumes) == 1


# --- When it is too late -------------------------------------------------------------


def test_not_once_somebody_pressed_retry(failed, bench, ats, bob):
    decisions.retry(failed, by=bob)
    assert not choose(failed, "job-2", bob)
    bench.run()
    assert jobs_of(ats) == ["job-1"]


def test_not_where_they_may_be_on_the_first_job(failed, bob):
    failed.steps().filter(kind="job_link").update(ever_unclear=True)
    assert not choose(failed, "job-2", bob)
    assert states() == [("job-1", "failed")]


def test_not_after_disconnecting(failed, connection, alice, as_bob):
    connections.disconnect(connection, by=alice)
    assert page_of(failed) not in as_bob.get("/exports/").content.decode()
    assert (
        "nothing was changed" in Screen(as_bob.get(page_of(failed), follow=True)).words
    )


def test_only_what_failed_at_its_job_offers_it(export, dana, as_bob, connection):
    row = export(dana)
    assert "Choose another job" not in Screen(as_bob.get("/exports/")).words
    ExportStep.objects.filter(kind="person").update(state="failed", error="No.")
    refresh_exports(connection.pk, dana.pk)
    words = Screen(as_bob.get("/exports/")).words
    assert "Retry" in words
    assert "Choose another job" not in words
    assert Screen(as_bob.get(page_of(row), follow=True)).words.count(
        "nothing was changed"
    )


def test_other_organizations_do_not_find_it(failed, as_charlie):
    assert as_charlie.get(page_of(failed)).status_code == 404
    assert as_charlie.post(page_of(failed), {"ats_job_id": "x"}).status_code == 404


# --- The page ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_deleted_job_is_replaced_on_the_page_that_the_list_leads_to(scene):
    candidate = scene.dana()
    sent = scene.press(candidate)
    scene.sim.remove("job", scene.jobs[0])
    scene.work()
    scene.state(sent)
    for start in ("/exports/", reverse("candidates:detail", args=[candidate.pk])):
        assert page_of(sent) in scene.read(start)
    page = Screen(scene.bob.get(page_of(sent), {"next": "/exports/?state=failed"}))
    assert "Choose another one." in page.words
    # The words alone, without JavaScript: a question first, then a choice.
    asked = Screen(
        scene.bob.post(page_of(sent), {"q": "", "search": "1", "next": "/exports/"})
    )
    assert scene.jobs[1] in {
        row.get("value") for row in asked.root.iterfind(".//input[@type='radio']")
    }
    reply = scene.bob.post(
        page_of(sent),
        {"ats_job_id": scene.jobs[1], "picked": "1", "next": "/exports/"},
        follow=True,
    )
    assert "Dana Example goes onto “" in Screen(reply).words
    scene.work()
    sent.refresh_from_db()
    assert (sent.state, sent.ats_job_id) == (State.SENT, scene.jobs[1])
    assert len(scene.people()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("vendor", ["jobadder"])
def test_a_job_that_is_closed_as_well_is_refused_with_a_sentence(scene):
    scene.sim.set(closed_job="422")
    sent = scene.press(scene.dana())
    for job in scene.jobs[:2]:
        scene.sim.close_job(job)
    scene.work()
    page = Screen(
        scene.bob.post(page_of(sent), {"ats_job_id": scene.jobs[1], "picked": "1"})
    )
    assert "is closed in JobAdder. Choose another job, or open it there." in page.words
    sent.refresh_from_db()
    assert (sent.state, sent.ats_job_id) == (State.FAILED, scene.jobs[0])
