"""The list, the form, the profile, the activity."""

import pytest
from django.utils import timezone

from candidates.models import Candidate, Kind
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory

HOSTILE = "<img src=x onerror=alert(1)> {{ 7|add:7 }} {% now 'Y' %}"
EMPTY_ROWS = {
    f"{prefix}-{name}": value
    for prefix in ("experiences", "education")
    for name, value in (("TOTAL_FORMS", "1"), ("INITIAL_FORMS", "0"))
}


def _text(response):
    return response.content.decode()


def _new(client, query="", **fields):
    return client.post(f"/candidates/new/{query}", {**EMPTY_ROWS, **fields})


@pytest.fixture
def dana(acme):
    return CandidateFactory(organization=acme, last_name="Example")


@pytest.fixture
def job(acme):
    return JobFactory(organization=acme, title="Controls Engineer")


# --- The list --------------------------------------------------------------------


def test_an_empty_list_says_what_belongs_there(as_bob):
    assert "No candidates yet" in _text(as_bob.get("/candidates/"))


@pytest.mark.parametrize(
    "query", ["zolc", "ŻÓŁĆ lukasz", "widgets", "dana.zo", "controls"]
)
def test_a_search_finds_people_however_they_are_written(as_bob, acme, query):
    CandidateFactory(
        organization=acme,
        first_name="Łukasz",
        last_name="Żółć",
        email="dana.zo@x.example",
    )
    assert "Łukasz Żółć" in _text(as_bob.get("/candidates/", {"q": query}))


def test_nobody_found_says_so_and_shows_the_query_as_text(as_bob, dana):
    page = _text(as_bob.get("/candidates/", {"q": "<b>nobody</b>"}))
    assert "Nobody matches “&lt;b&gt;nobody&lt;/b&gt;”" in page


def test_archived_people_are_not_listed(as_bob, dana):
    Candidate.objects.update(archived_at=timezone.now())
    assert "Dana Example" not in _text(as_bob.get("/candidates/"))


def test_the_count_stops_at_a_thousand(as_bob, acme):
    Candidate.objects.bulk_create(
        Candidate(organization=acme, first_name=f"P{n}") for n in range(1001)
    )
    assert "1,000+ candidates" in _text(as_bob.get("/candidates/"))


def test_the_list_asks_as_often_for_fifty_people_as_for_one(
    as_bob, acme, django_assert_max_num_queries
):
    CandidateFactory.create_batch(60, organization=acme)
    with django_assert_max_num_queries(14):
        page = _text(as_bob.get("/candidates/"))
    assert page.count('data-name="Updated"') == 50


# --- The form --------------------------------------------------------------------


def test_a_new_person_belongs_to_bob_and_acme(as_bob, bob, acme):
    response = _new(
        as_bob,
        first_name="Dana",
        email=" Dana@Example.COM ",
        linkedin_url="linkedin.com/in/d",
    )
    dana = Candidate.objects.get()
    assert response.url == f"/candidates/{dana.pk}/"
    assert (dana.organization, dana.sourced_by, dana.source) == (acme, bob, "sourced")
    assert dana.email == "dana@example.com"
    assert dana.linkedin_url == "https://linkedin.com/in/d"


def test_a_new_person_with_a_role_and_a_school(as_bob):
    _new(
        as_bob,
        first_name="Dana",
        **{
            "experiences-0-title": "Engineer",
            "experiences-0-start": "2020-03-01",
            "education-0-school": "Mines",
            "education-0-end_year": "2014",
        },
    )
    dana = Candidate.objects.get()
    page = _text(as_bob.get(f"/candidates/{dana.pk}/"))
    assert "Engineer" in page
    assert "Mar 2020 – now" in page
    assert "Mines" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Enter a first name or a last name."),
        (
            {"first_name": "x" * 10_000},
            "First name is 10,000 characters long; at most 150 fit.",
        ),
        ({"first_name": "D", "email": "d"}, "Email must look like name@example.com."),
        ({"first_name": "D", "linkedin_url": "javascript://x"}, "Enter a valid URL."),
        ({"first_name": "D", "experiences-0-company": "Acme"}, "Title is missing."),
        (
            {
                "first_name": "D",
                "experiences-0-title": "T",
                "experiences-0-start": "2020-01-01",
                "experiences-0-end": "2019-01-01",
            },
            "End is before start.",
        ),
        (
            {
                "first_name": "D",
                "experiences-0-title": "T",
                "experiences-0-end": "soon",
            },
            "End must be a date.",
        ),
        (
            {
                "first_name": "D",
                "education-0-school": "S",
                "education-0-end_year": "20",
            },
            "End year must be at least 1900.",
        ),
        (
            {"first_name": "D", "education-0-school": "S", "education-0-end_year": "x"},
            "End year must be a whole number.",
        ),
        (
            {
                "first_name": "D",
                "education-0-school": "S",
                "education-0-start_year": "2010",
                "education-0-end_year": "2009",
            },
            "End year is before start year.",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(as_bob, fields, sentence):
    response = _new(as_bob, **fields)
    assert response.status_code == 422
    assert sentence in _text(response)
    assert not Candidate.objects.exists()


def test_a_form_with_its_counters_torn_off_is_no_crash(as_bob):
    response = as_bob.post("/candidates/new/", {"first_name": "Dana"})
    assert response.status_code == 422
    assert not Candidate.objects.exists()


def test_a_new_person_on_a_job_is_on_it_at_once(as_bob, job):
    _new(as_bob, query=f"?job={job.pk}", first_name="Dana")
    assert job.job_candidates.get().candidate.first_name == "Dana"


def test_editing_changes_removes_and_adds_rows(as_bob, dana):
    keep = dana.experiences.create(title="Keep")
    gone = dana.experiences.create(title="Gone")
    data = {
        **EMPTY_ROWS,
        "experiences-TOTAL_FORMS": "3",
        "experiences-INITIAL_FORMS": "2",
        "experiences-0-id": keep.pk,
        "experiences-0-title": "Kept",
        "experiences-1-id": gone.pk,
        "experiences-1-title": "Gone",
        "experiences-1-DELETE": "on",
        "experiences-2-title": "Added",
        "first_name": "Dana",
    }
    as_bob.post(f"/candidates/{dana.pk}/edit/", data)
    titles = sorted(dana.experiences.values_list("title", flat=True))
    assert titles == ["Added", "Kept"]


def test_a_row_of_somebody_else_cannot_be_changed(as_bob, dana, acme):
    other = CandidateFactory(organization=acme).experiences.create(title="Theirs")
    data = {
        **EMPTY_ROWS,
        "experiences-INITIAL_FORMS": "1",
        "experiences-0-id": other.pk,
        "experiences-0-title": "Mine",
        "first_name": "Dana",
    }
    as_bob.post(f"/candidates/{dana.pk}/edit/", data)
    other.refresh_from_db()
    assert other.title == "Theirs"


def test_an_email_that_is_entered_is_contact_information_found(as_bob, acme, job):
    person = CandidateFactory(organization=acme, email="", phone="")
    row = JobCandidateFactory(job=job, candidate=person)
    row.record(Kind.ADDED)
    data = {**EMPTY_ROWS, "first_name": "Dana", "email": "d@example.com"}
    as_bob.post(f"/candidates/{person.pk}/edit/", data)
    row.refresh_from_db()
    assert row.contact_found_at


def test_a_refused_name_does_not_stand_above_the_form(as_bob, dana):
    data = {**EMPTY_ROWS, "first_name": "y" * 151}
    page = _text(as_bob.post(f"/candidates/{dana.pk}/edit/", data))
    assert "Dana Example</a>" in page


# --- One person ------------------------------------------------------------------


def test_the_profile_shows_who_it_is(as_bob, dana):
    page = _text(as_bob.get(f"/candidates/{dana.pk}/"))
    assert "Controls Engineer at Acme Widgets" in page
    assert "Denver, CO, United States" in page
    assert f"mailto:{dana.email}" in page
    assert f'href="{dana.linkedin_url}"' in page
    for tab in ("Profile", "Resume", "Activity"):
        assert f">{tab}</a>" in page


def test_a_tab_that_does_not_exist_is_the_profile(as_bob, dana):
    page = _text(as_bob.get(f"/candidates/{dana.pk}/?tab=../../etc"))
    assert 'href="?tab=profile" aria-current="page">' in page


def test_markup_and_template_syntax_in_a_name_are_printed_as_they_are(
    as_bob, acme, job
):
    person = CandidateFactory(
        organization=acme,
        first_name=HOSTILE,
        last_name="</title>",
        current_title=HOSTILE,
        email="h@example.com",
        skills=HOSTILE,
        summary=HOSTILE,
        headline=HOSTILE,
    )
    JobCandidateFactory(job=job, candidate=person).record(Kind.ADDED)
    for url in (
        "/candidates/",
        f"/candidates/{person.pk}/",
        f"/candidates/{person.pk}/?tab=activity",
        f"/candidates/{person.pk}/edit/",
        f"/jobs/{job.pk}/candidates/",
        f"/jobs/{job.pk}/candidates/?find=img",
    ):
        page = _text(as_bob.get(url))
        assert "&lt;img src=x" in page, url
        assert "<img src=x" not in page, url
        assert "{{ 7|add:7 }}" in page, url


def test_the_activity_tells_what_happened_newest_first(as_bob, bob, dana, job):
    row = JobCandidateFactory(job=job, candidate=dana)
    row.record(Kind.ADDED, by=bob)
    row.record(Kind.REPLIED, by=bob)
    page = _text(as_bob.get(f"/candidates/{dana.pk}/?tab=activity"))
    replied = page.index("Replied about Controls Engineer.")
    added = page.index("Added to the outreach of Controls Engineer.")
    assert replied < added
    assert "Bob Reyes" in page
    assert "implied by a later step" in page


def test_no_activity_says_what_will_appear(as_bob, dana):
    page = _text(as_bob.get(f"/candidates/{dana.pk}/?tab=activity"))
    assert "Nothing has happened yet" in page


# --- Other organizations ---------------------------------------------------------

GETS = ["", "?tab=resume", "?tab=activity", "edit/", "resume/"]


@pytest.mark.parametrize("path", GETS)
def test_charlie_does_not_see_people_of_acme(as_charlie, dana, path):
    assert as_charlie.get(f"/candidates/{dana.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["edit/", "jobs/"])
def test_charlie_does_not_change_people_of_acme(as_charlie, dana, path):
    data = {**EMPTY_ROWS, "first_name": "Mine"}
    assert as_charlie.post(f"/candidates/{dana.pk}/{path}", data).status_code == 404
    dana.refresh_from_db()
    assert dana.first_name == "Dana"


def test_charlie_records_nothing_for_people_of_acme(as_charlie, dana, job):
    row = JobCandidateFactory(job=job, candidate=dana)
    response = as_charlie.post(f"/outreach/{row.pk}/record/", {"kind": "added"})
    assert response.status_code == 404
    row.refresh_from_db()
    assert not row.in_outreach


def test_charlie_creates_nobody_on_a_job_of_acme(as_charlie, job):
    assert _new(as_charlie, query=f"?job={job.pk}", first_name="X").status_code == 404
    assert not Candidate.objects.exists()


def test_charlie_finds_nobody_of_acme(as_charlie, dana):
    assert "Dana Example" not in _text(as_charlie.get("/candidates/?q=dana"))


@pytest.mark.parametrize(
    "path", ["/candidates/", "/candidates/1/", "/outreach/1/record/"]
)
def test_strangers_are_led_to_the_sign_in(client, db, path):
    assert client.post(path).url.startswith("/sign-in/")


@pytest.mark.parametrize("pk", ["0", str(2**63), "9" * 40])
def test_numbers_that_no_row_has_are_not_found(as_bob, pk):
    assert as_bob.get(f"/candidates/{pk}/").status_code == 404
