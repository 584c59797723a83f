"""The list of jobs, the details, the settings' tabs, and the archive."""

import pytest

from candidates.models import Kind
from jobs.models import Job
from tests.factories import JobCandidateFactory, JobFactory
from tests.integrations.conftest import make_connection

HOSTILE = "<script>alert(1)</script> {{ 7|add:7 }} {% now 'Y' %}"


def _text(response):
    return response.content.decode()


@pytest.fixture
def job(acme):
    return JobFactory(organization=acme, title="Controls Engineer")


def test_an_empty_list_says_what_belongs_there(as_bob):
    page = _text(as_bob.get("/jobs/"))
    assert "No jobs yet" in page
    assert "/jobs/new/" in page


def test_the_list_counts_candidates_and_those_in_outreach(as_bob, job, acme):
    JobCandidateFactory(job=job).record(Kind.ADDED)
    JobCandidateFactory.create_batch(2, job=job)
    page = _text(as_bob.get("/jobs/"))
    assert '<td class="number" data-name="Candidates">3</td>' in page
    assert '<td class="number" data-name="In outreach">1</td>' in page


def test_a_search_narrows_the_list(as_bob, job, acme):
    JobFactory(organization=acme, title="Head of Quality", client="Contoso")
    page = _text(as_bob.get("/jobs/?q=quality contoso"))
    assert "Head of Quality" in page
    assert "Controls Engineer" not in page
    assert "No job matches “nothing”" in _text(as_bob.get("/jobs/?q=nothing"))


def test_a_new_job_leads_to_its_candidates(as_bob, bob, acme):
    response = as_bob.post("/jobs/new/", {"title": "Welder", "location": "Leeds"})
    job = Job.objects.get(title="Welder")
    assert response.url == f"/jobs/{job.pk}/candidates/"
    assert (job.organization, job.created_by) == (acme, bob)


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("", "Title is missing."),
        ("x" * 10_000, "Title is 10,000 characters long; at most 200 fit."),
        ("a\0b", "Title holds a character that no text has (NUL). Remove it."),
    ],
)
def test_what_is_wrong_names_the_field(as_bob, title, sentence):
    response = as_bob.post("/jobs/new/", {"title": title})
    assert response.status_code == 422
    assert sentence in _text(response)
    assert not Job.objects.exists()


def test_nothing_is_cut_off_in_the_browser(as_bob):
    assert "maxlength" not in _text(as_bob.get("/jobs/new/"))


def test_the_details_are_saved(as_bob, job):
    url = f"/jobs/{job.pk}/settings/"
    page = as_bob.post(url, {"title": "PLC Engineer"}, follow=True)
    assert "The position details were saved." in _text(page)
    job.refresh_from_db()
    assert (job.title, job.client) == ("PLC Engineer", "")


def test_a_refused_title_does_not_become_the_heading(as_bob, job):
    page = _text(as_bob.post(f"/jobs/{job.pk}/settings/", {"title": "y" * 201}))
    assert "<h1>Controls Engineer</h1>" in page


def test_a_job_leads_to_its_candidates(as_bob, job):
    assert as_bob.get(f"/jobs/{job.pk}/").url == f"/jobs/{job.pk}/candidates/"


@pytest.mark.parametrize("tab", ["candidates", "settings", "automation"])
def test_every_tab_names_the_others(as_bob, job, tab):
    page = _text(as_bob.get(f"/jobs/{job.pk}/{tab}/"))
    assert ">Candidates</a>" in page
    assert ">Job settings</a>" in page
    if tab != "candidates":
        assert ">Position details</a>" in page
        assert ">Automation</a>" in page


def test_an_archived_job_leaves_the_list_and_comes_back(as_bob, job):
    as_bob.post(f"/jobs/{job.pk}/archive/")
    assert "No jobs yet" in _text(as_bob.get("/jobs/"))
    assert "Controls Engineer" in _text(as_bob.get("/jobs/?archived"))
    assert "was archived" in _text(as_bob.get(f"/jobs/{job.pk}/settings/"))
    as_bob.post(f"/jobs/{job.pk}/unarchive/")
    assert "Controls Engineer" in _text(as_bob.get("/jobs/"))


@pytest.mark.parametrize("tab", ["settings", "automation"])
def test_an_archived_job_says_that_it_sends_nobody(as_bob, acme, alice, job, tab):
    make_connection(acme, by=alice)
    make_connection(acme, "crelate", by=alice)
    as_bob.post(f"/jobs/{job.pk}/archive/")
    page = _text(as_bob.get(f"/jobs/{job.pk}/{tab}/"))
    assert "once they are connected" not in page
    assert "Bring it back" in page


def test_archiving_twice_is_once(as_bob, job):
    as_bob.post(f"/jobs/{job.pk}/archive/")
    assert as_bob.post(f"/jobs/{job.pk}/archive/").status_code == 404


def test_markup_in_a_title_is_printed_as_it_is(as_bob, acme):
    job = JobFactory(organization=acme, title=HOSTILE, client=HOSTILE)
    for url in ("/jobs/", f"/jobs/{job.pk}/settings/", f"/jobs/{job.pk}/candidates/"):
        page = _text(as_bob.get(url))
        assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7|add:7 }}" in page
        assert "<script>alert" not in page


PATHS = ["", "settings/", "automation/", "candidates/"]
POSTS = [
    "settings/",
    "archive/",
    "unarchive/",
    "candidates/add/",
    "candidates/outreach/",
]


@pytest.mark.parametrize("path", PATHS)
def test_charlie_does_not_see_jobs_of_acme(as_charlie, job, path):
    assert as_charlie.get(f"/jobs/{job.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", POSTS)
def test_charlie_does_not_change_jobs_of_acme(as_charlie, job, path):
    response = as_charlie.post(f"/jobs/{job.pk}/{path}", {"title": "Mine"})
    assert response.status_code == 404
    job.refresh_from_db()
    assert (job.title, job.archived_at) == ("Controls Engineer", None)


def test_charlies_list_is_empty(as_charlie, job):
    assert "Controls Engineer" not in _text(as_charlie.get("/jobs/?q=controls"))


@pytest.mark.parametrize("path", ["archive/", "unarchive/", "candidates/outreach/"])
def test_changes_are_posts(as_bob, job, path):
    assert as_bob.get(f"/jobs/{job.pk}/{path}").status_code == 405


def test_the_list_asks_as_often_for_fifty_jobs_as_for_one(
    as_bob, acme, django_assert_max_num_queries
):
    JobFactory.create_batch(60, organization=acme)
    with django_assert_max_num_queries(10):
        page = _text(as_bob.get("/jobs/"))
    assert page.count('data-name="Candidates"') == 50
    assert 'rel="next"' in page


def test_the_administration_archives_and_never_deletes(admin_client, job):
    data = {"action": "archive", "_selected_action": [job.pk]}
    admin_client.post("/admin/jobs/job/", data)
    job.refresh_from_db()
    assert job.archived_at
    admin_client.post("/admin/jobs/job/", {**data, "action": "restore"})
    job.refresh_from_db()
    assert job.archived_at is None
    assert admin_client.get(f"/admin/jobs/job/{job.pk}/change/").status_code == 200
    url = f"/admin/jobs/job/{job.pk}/delete/"
    assert admin_client.post(url, {"post": "yes"}).status_code == 403
