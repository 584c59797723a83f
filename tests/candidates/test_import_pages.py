"""Job > Candidates > Import CSV: the file, the preview, the confirmation, the result."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from candidates.csv_file import MAX_BYTES
from candidates.models import Candidate, CandidateImport, JobCandidate
from pinsync.uploads import MAX_REQUEST
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory

from .csv_files import DANA, file, people, sheet_of


def _text(response):
    page = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+([.,;:])", r"\1", " ".join(page.split()))


def _seen(response):
    found = re.search(r'name="seen" value="(\w+)"', response.content.decode())
    assert found
    return found[1]


@pytest.fixture
def job(acme):
    return JobFactory(organization=acme, title="Controls Engineer")


@pytest.fixture
def url(job):
    return f"/jobs/{job.pk}/candidates/import/"


@pytest.fixture
def upload(as_bob, url):
    """Upload the text as Bob and return the address of the preview."""

    def send(text, name="people.csv"):
        response = as_bob.post(url, {"file": file(text, name)})
        assert response.status_code == 302, _text(response)
        return response.url

    return send


@pytest.fixture
def confirm(as_bob):
    """Press Import on the preview and return the page after it."""

    def press(preview, **data):
        seen = _seen(as_bob.get(preview))
        return as_bob.post(preview, {"seen": seen, **data}, follow=True)

    return press


def test_the_job_leads_to_the_import_and_the_import_to_the_template(as_bob, job, url):
    assert f'href="{url}"' in as_bob.get(f"/jobs/{job.pk}/candidates/").content.decode()
    page = as_bob.get(url)
    assert f'href="{url}template.csv"' in page.content.decode()
    assert "At most 5,000 rows and 5 MB at once." in _text(page)
    for name in ("First name", "LinkedIn URL", "Current company", "Town/City"):
        assert name in _text(page)


def test_the_template_opens_in_excel_and_holds_two_examples(as_bob, url):
    response = as_bob.get(f"{url}template.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "candidates-template.csv" in response["Content-Disposition"]
    assert response.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["First name", "Last name", "Email"]
    assert len(rows) == 3
    assert {len(row) for row in rows} == {len(rows[0])}


def test_a_file_is_previewed_confirmed_and_imported(as_bob, job, upload, confirm):
    preview = upload(people(3))
    page = _text(as_bob.get(preview))
    assert "What will be imported from people.csv" in page
    assert "3 new candidates." in page
    assert "Person0 Number0" in page
    assert not Candidate.objects.exists()
    done = confirm(preview)
    assert "3 new candidates on this job." in _text(done)
    assert f'href="/jobs/{job.pk}/candidates/"' in done.content.decode()
    assert JobCandidate.objects.filter(job=job).count() == 3


def test_the_preview_counts_who_is_here_and_what_is_ignored(as_bob, acme, job, upload):
    dana = CandidateFactory(
        organization=acme, last_name="Doe", email="dana@doe.example", phone=""
    )
    JobCandidateFactory(job=job, candidate=dana)
    rows = [f"{DANA},22,42", "Al,Bo,,,", f"{DANA},22,42"]
    page = _text(
        as_bob.get(
            upload(sheet_of(*rows, header="First name,Last name,Email,Phone,Shoes"))
        )
    )
    assert "1 new candidate. 1 of them without email, LinkedIn URL or id" in page
    assert "1 in PinSync already, recognized by email, LinkedIn URL or id." in page
    assert "1 of them is on this job already." in page
    assert "1 of them lacks details that the file has" in page
    assert "1 row that repeats an earlier one; each is imported once." in page
    assert "does not know this column: Shoes." in page


def test_the_result_counts_them_too(acme, job, upload, confirm):
    for n in (0, 1):
        known = CandidateFactory(
            organization=acme,
            first_name=f"Person{n}",
            email=f"person{n}@people.example",
            linkedin_url="",
        )
        if n:
            JobCandidateFactory(job=job, candidate=known)
    page = _text(confirm(upload(people(5))))
    assert "3 new candidates on this job." in page
    assert "2 were in PinSync already. 1 of them was on this job before; the" in page


def test_the_result_says_when_everybody_was_there(upload, confirm):
    confirm(upload(people(2)))
    page = _text(confirm(upload(people(2))))
    assert "0 new candidates on this job." in page
    assert "2 were in PinSync already, and on this job, too." in page


def test_wrong_rows_are_listed_and_stop_the_import(as_bob, upload):
    text = sheet_of(DANA, "Al,Bo,nonsense", ",,x@y.example")
    page = as_bob.get(upload(text))
    assert "2 rows are wrong, and nothing was imported." in _text(page)
    assert "Row 3 Email “nonsense” is no email address." in _text(page)
    assert "Row 4 First name The name is missing." in _text(page)
    assert "Import 1 candidate without the wrong rows" in _text(page)


def test_a_confirmation_without_leave_to_skip_wrong_rows_imports_nothing(
    upload, confirm
):
    page = _text(confirm(upload(sheet_of(DANA, "Al,Bo,nonsense"))))
    assert "so nothing was imported" in page
    assert not Candidate.objects.exists()


def test_wrong_rows_can_be_left_out_and_are_counted(upload, confirm):
    preview = upload(sheet_of(DANA, "Al,Bo,nonsense"))
    page = _text(confirm(preview, without_wrong=""))
    assert "1 new candidate on this job." in page
    assert "1 wrong row was left out." in page
    assert Candidate.objects.get().full_name == "Dana Doe"


def test_the_wrong_rows_can_be_downloaded(as_bob, upload):
    preview = upload(sheet_of(DANA, "Al,Bo,nonsense"))
    response = as_bob.get(f"{preview}wrong-rows.csv")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[1][1:] == ["Al", "Bo", "nonsense"]


def test_of_many_wrong_rows_the_first_are_shown(as_bob, upload):
    page = _text(as_bob.get(upload(sheet_of(*[f"Al,Bo,{n}" for n in range(130)]))))
    assert "Row 101" in page
    assert "Row 102" not in page
    assert "And 30 more. The download has them all." in page
    assert "There is nothing to import." in page


def test_the_template_alone_asks_for_candidates(as_bob, url, upload):
    page = _text(as_bob.get(upload(as_bob.get(f"{url}template.csv").content)))
    assert "The examples of the template are left out (rows 2, 3)." in page
    assert "Put your candidates in their place." in page
    assert "Import 0" not in page


def test_a_guessed_encoding_is_announced_with_names_that_show_it(as_bob, upload):
    rows = [f"Al{n},Bo,al{n}@bo.example" for n in range(9)] + ["Zoë,Müller,"]
    page = _text(as_bob.get(upload(sheet_of(*rows).encode("cp1252"))))
    assert "It was read as Windows-1252" in page
    assert "Zoë Müller" in page
    assert "Al0 Bo" not in page


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The file is empty."),
        ("Email\na@b.example", "The file has no column with names."),
        (b"PK\x03\x04", "an Excel workbook (or a ZIP file), not a CSV file."),
        (b"x" * (MAX_BYTES + 1), "The file has 5.0 MB; at most 5 MB"),
    ],
)
def test_a_file_that_cannot_be_used_says_so_at_the_field(as_bob, url, text, sentence):
    response = as_bob.post(url, {"file": file(text)})
    assert response.status_code == 422
    assert sentence in _text(response)
    assert not CandidateImport.objects.exists()


def test_no_file_says_so(as_bob, url):
    assert "Choose a CSV file first." in _text(as_bob.post(url))


def test_a_huge_upload_is_refused_before_it_is_stored(as_bob, url):
    response = as_bob.post(url, {"file": file(b"x" * (MAX_REQUEST + 1))})
    assert response.status_code == 422
    assert "The file has 6.0 MB; at most 5 MB are read at once." in _text(response)


def test_pressing_twice_imports_once(as_bob, upload, confirm):
    preview = upload(people(2))
    confirm(preview)
    again = as_bob.post(preview, {"seen": "whatever"}, follow=True)
    assert "2 new candidates on this job." in _text(again)
    assert Candidate.objects.count() == 2


def test_a_change_since_the_preview_shows_what_would_happen_now(
    as_bob, acme, upload, confirm
):
    preview = upload(people(2))
    seen = _seen(as_bob.get(preview))
    CandidateFactory(
        organization=acme,
        first_name="Person1",
        email="person1@people.example",
        linkedin_url="",
    )
    page = _text(as_bob.post(preview, {"seen": seen}, follow=True))
    assert "Something has changed since the file was checked" in page
    assert "1 new candidate. " in page
    assert Candidate.objects.count() == 1
    assert "1 new candidate on this job." in _text(confirm(preview))


def test_the_file_is_forgotten_once_imported(upload, confirm):
    confirm(upload(people(1)))
    assert CandidateImport.objects.get().data is None


def test_the_file_is_forgotten_when_nobody_confirms(as_bob, upload):
    preview = upload(people(1))
    CandidateImport.objects.update(created_at=timezone.now() - timedelta(hours=3))
    page = _text(as_bob.get(preview, follow=True))
    assert "The file is not kept any longer and nothing of it was imported." in page
    assert CandidateImport.objects.get().data is None


def test_a_discarded_file_is_gone(as_bob, upload):
    preview = upload(people(1))
    page = _text(as_bob.post(preview, {"discard": ""}, follow=True))
    assert "The file was discarded. Nothing was imported." in page
    assert not CandidateImport.objects.exists()


def test_another_upload_takes_the_place_of_the_first(as_bob, upload):
    first = upload(people(1))
    upload(people(2))
    assert as_bob.get(first).status_code == 404


def test_colleagues_and_strangers_do_not_see_an_upload(as_alice, as_charlie, upload):
    preview = upload(people(1))
    for client in (as_alice, as_charlie):
        assert client.get(preview).status_code == 404
        assert client.post(preview, {"discard": ""}).status_code == 404
        assert client.get(f"{preview}wrong-rows.csv").status_code == 404


def test_a_job_of_others_is_not_found(as_charlie, url):
    assert as_charlie.get(url).status_code == 404
    assert as_charlie.get(f"{url}template.csv").status_code == 404
    response = as_charlie.post(url, {"file": file(people(1))})
    assert response.status_code == 404
    assert not CandidateImport.objects.exists()


def test_an_upload_belongs_to_its_job(as_bob, acme, job, upload):
    preview = upload(people(1))
    other = JobFactory(organization=acme)
    there = preview.replace(f"/jobs/{job.pk}/", f"/jobs/{other.pk}/")
    assert as_bob.get(there).status_code == 404


def test_nothing_is_imported_to_an_archived_job(as_bob, job, url, upload):
    preview = upload(people(1))
    job.archived_at = timezone.now()
    job.save()
    assert as_bob.get(url).status_code == 404
    assert as_bob.post(preview, {"seen": ""}).status_code == 404
    assert url not in as_bob.get(f"/jobs/{job.pk}/candidates/").content.decode()


def test_signed_out_people_are_asked_to_sign_in(client, url):
    assert client.get(url).url.startswith("/sign-in/")


def test_markup_in_a_file_stays_text(as_bob, upload):
    text = 'Name,<b>x</b>\n"<script>alert(1)</script> Doe",1'
    page = as_bob.get(upload(text, name="<i>.csv")).content.decode()
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Doe" in page
