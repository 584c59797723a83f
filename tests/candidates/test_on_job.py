"""Job > Candidates, and the steps that are marked there and on the person's page."""

import pytest
from django.urls import reverse
from django.utils import timezone

from candidates.models import JobCandidate, Kind
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory


def _text(response):
    return response.content.decode()


@pytest.fixture
def job(acme):
    return JobFactory(organization=acme, title="Controls Engineer")


@pytest.fixture
def dana(acme):
    return CandidateFactory(organization=acme, last_name="Example")


@pytest.fixture
def row(job, dana):
    return JobCandidateFactory(job=job, candidate=dana)


def test_an_empty_job_says_what_to_do_first(as_bob, job):
    page = _text(as_bob.get(f"/jobs/{job.pk}/candidates/"))
    assert "Nobody is on this job yet" in page
    assert "Set up the ATS before you add people to outreach" in page


def test_the_table_shows_how_far_everybody_is(as_bob, job, row):
    JobCandidateFactory(job=job).record(Kind.INTERESTED)
    page = _text(as_bob.get(f"/jobs/{job.pk}/candidates/"))
    assert "Not in outreach" in page
    assert "Interested" in page
    assert "2 candidates · 1 in outreach" in page


@pytest.mark.parametrize("archived", ["job", "candidate"])
def test_nothing_is_recorded_where_something_is_archived(as_bob, row, archived):
    what = getattr(row, archived)
    type(what).objects.filter(pk=what.pk).update(archived_at=timezone.now())
    pages = (f"/jobs/{row.job_id}/candidates/", f"/candidates/{row.candidate_id}/")
    for path in pages:
        assert reverse("candidates:record", args=[row.pk]) not in _text(
            as_bob.get(path)
        )
    record = reverse("candidates:record", args=[row.pk])
    page = _text(as_bob.post(record, {"kind": "added"}, follow=True))
    assert f"{what} is archived: nothing was recorded." in page
    if archived == "job":
        page = _text(as_bob.get(pages[0]))
        assert "Add to outreach" not in page
        assert "checkbox" not in page  # there is nothing to tick for
        add = reverse("candidates:add_to_outreach", args=[row.job_id])
        page = _text(as_bob.post(add, {"candidate": row.candidate_id}, follow=True))
        assert f"{what} is archived: nothing was recorded." in page
    row.refresh_from_db()
    assert row.added_to_outreach_at is None


def test_a_search_offers_only_people_who_are_not_on_the_job(as_bob, acme, job, row):
    CandidateFactory(organization=acme, last_name="Second")
    page = _text(as_bob.get(f"/jobs/{job.pk}/candidates/?find=dana"))
    found = page[page.index('id="found"') :]
    found = found[: found.index("</ul>")]
    assert "Dana Second" in found
    assert "Dana Example" not in found


def test_a_search_does_not_offer_people_of_others(as_bob, globex, job):
    CandidateFactory(organization=globex, last_name="Secret")
    page = _text(as_bob.get(f"/jobs/{job.pk}/candidates/?find=dana"))
    assert "Nobody else matches “dana”" in page


def test_bob_puts_dana_on_the_job_once(as_bob, job, dana):
    url = f"/jobs/{job.pk}/candidates/add/"
    first = as_bob.post(url, {"candidate": dana.pk}, follow=True)
    assert "Dana Example is on Controls Engineer now." in _text(first)
    again = as_bob.post(url, {"candidate": dana.pk}, follow=True)
    assert "was on Controls Engineer already." in _text(again)
    assert JobCandidate.objects.count() == 1


def test_bob_puts_dana_on_a_job_from_her_page(as_bob, job, dana):
    page = _text(as_bob.get(f"/candidates/{dana.pk}/"))
    assert f'<option value="{job.pk}">Controls Engineer' in page
    as_bob.post(f"/candidates/{dana.pk}/jobs/", {"job": job.pk})
    assert dana.job_candidates.get().job == job


def test_no_job_chosen_says_so(as_bob, dana, job):
    page = as_bob.post(f"/candidates/{dana.pk}/jobs/", {"job": ""}, follow=True)
    assert "Choose a job first." in _text(page)


@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 30])
def test_nonsense_is_nobody(as_bob, job, value):
    url = f"/jobs/{job.pk}/candidates/add/"
    assert as_bob.post(url, {"candidate": value}).status_code == 404


def test_people_and_jobs_of_others_do_not_mix_with_ours(as_bob, globex, job, dana):
    stranger = CandidateFactory(organization=globex)
    theirs = JobFactory(organization=globex)
    url = f"/jobs/{job.pk}/candidates/add/"
    assert as_bob.post(url, {"candidate": stranger.pk}).status_code == 404
    url = f"/candidates/{dana.pk}/jobs/"
    assert as_bob.post(url, {"job": theirs.pk}).status_code == 404
    assert not JobCandidate.objects.exists()


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("added", "Dana Example was added to the outreach of Controls Engineer."),
        ("first_message", "Dana Example received the first message"),
        ("replied", "Dana Example replied about Controls Engineer."),
        ("interested", "Dana Example replied and is interested in Controls Engineer."),
    ],
)
def test_a_step_is_recorded_and_said(as_bob, bob, row, kind, sentence):
    url = f"/outreach/{row.pk}/record/"
    assert sentence in _text(as_bob.post(url, {"kind": kind}, follow=True))
    assert row.events.get(kind=kind).by == bob


def test_a_second_click_changes_nothing_and_says_so(as_bob, row):
    url = f"/outreach/{row.pk}/record/"
    as_bob.post(url, {"kind": "added"})
    page = as_bob.post(url, {"kind": "added"}, follow=True)
    assert "That was recorded already. Nothing was changed." in _text(page)
    assert row.events.filter(kind="added").count() == 1


@pytest.mark.parametrize("kind", ["", "contact_found", "hired"])
def test_steps_that_people_do_not_mark_are_refused(as_bob, row, kind):
    response = as_bob.post(f"/outreach/{row.pk}/record/", {"kind": kind})
    assert response.status_code == 400
    assert not row.events.exists()


def test_only_sensible_next_steps_are_offered(as_bob, row):
    url = f"/candidates/{row.candidate_id}/"
    page = _text(as_bob.get(url))
    assert "Add to outreach" in page
    assert "Mark reply" not in page
    row.record(Kind.REPLIED)
    page = _text(as_bob.get(url))
    assert "Mark interested" in page
    assert "Mark first message" not in page
    assert "Add to outreach" not in page


def test_the_way_back_is_the_page_one_came_from(as_bob, row):
    url, back = f"/outreach/{row.pk}/record/", f"/jobs/{row.job_id}/candidates/"
    response = as_bob.post(url, {"kind": "added", "next": back})
    assert response.url == back
    response = as_bob.post(url, {"kind": "added", "next": "//evil.example"})
    assert response.url == f"/candidates/{row.candidate_id}/"


def test_ticked_people_are_added_to_the_outreach(as_bob, bob, acme, job, row):
    second = JobCandidateFactory(job=job)
    row.record(Kind.ADDED)
    data = {"candidate": [row.candidate_id, second.candidate_id, "x", "999999"]}
    page = as_bob.post(f"/jobs/{job.pk}/candidates/outreach/", data, follow=True)
    assert "1 candidate was added to the outreach. 1 had been in it before." in _text(
        page
    )
    assert second.events.get(kind="added").by == bob


def test_nobody_ticked_says_so(as_bob, job, row):
    page = as_bob.post(f"/jobs/{job.pk}/candidates/outreach/", follow=True)
    assert "Tick the candidates first." in _text(page)


def test_people_of_another_job_are_not_added_with_it(as_bob, acme, job):
    other = JobCandidateFactory(job=JobFactory(organization=acme))
    data = {"candidate": [other.candidate_id]}
    as_bob.post(f"/jobs/{job.pk}/candidates/outreach/", data)
    other.refresh_from_db()
    assert not other.in_outreach


def test_the_table_asks_as_often_for_fifty_people_as_for_one(
    as_bob, job, django_assert_max_num_queries
):
    JobCandidateFactory.create_batch(60, job=job)
    with django_assert_max_num_queries(16):
        page = _text(as_bob.get(f"/jobs/{job.pk}/candidates/"))
    assert page.count('name="candidate" value=') == 50


def test_a_very_long_title_does_not_break_the_sentences(as_bob, acme, dana):
    row = JobCandidateFactory(
        job=JobFactory(organization=acme, title="T" * 200), candidate=dana
    )
    page = as_bob.post(f"/outreach/{row.pk}/record/", {"kind": "added"}, follow=True)
    assert f"the outreach of {'T' * 79}…." in _text(page)
