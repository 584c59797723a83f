"""Which files an import reads, whom it recognizes, what it takes and what it refuses."""

from __future__ import annotations

import csv
import io

import pytest
from django.utils import timezone

from candidates import importing
from candidates.csv_file import MAX_BYTES, Unreadable, harmless, restored
from candidates.import_cells import split_name
from candidates.import_columns import template
from candidates.models import Candidate, CandidateImport, JobCandidate, Kind
from pinsync import clock
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory

from .csv_files import DANA, check, data, people, sheet_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(acme):
    return JobFactory(organization=acme, title="Controls Engineer")


@pytest.fixture
def take(job, bob):
    """Import the text, as after a preview that was confirmed."""

    def carry_out(text, *, without_wrong=False):
        kept = CandidateImport.objects.create(
            organization=job.organization,
            job=job,
            user=bob,
            file_name="people.csv",
            data=data(text),
            created_at=clock.now(),
        )
        seen = check(text, job).seen
        importing.carry_out(kept, seen=seen, without_wrong=without_wrong, by=bob)
        return kept

    return carry_out


def refusal(text, job) -> str:
    with pytest.raises(Unreadable) as refused:
        check(text, job)
    return refused.value.sentence


def problems(text, job):
    return [(p.row, p.column, p.sentence) for p in check(text, job).problems]


def problem(text, job):
    (only,) = problems(text, job)
    return only


# --- Files -------------------------------------------------------------------------


TEXT = "First name;Last name;Email\nZoë;Müller;zoe@example.org\n"


@pytest.mark.parametrize(
    "file",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
        TEXT.replace(";", ",").encode(),
        TEXT.replace(";", "\t").encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        f"sep=;\r\n{TEXT}".encode(),
        f"\n\n{TEXT}\n;;\n".encode(),
    ],
)
def test_files_of_every_program_are_read(file, job):
    (entry,) = check(file, job).entries
    assert entry.values == {
        "first_name": "Zoë",
        "last_name": "Müller",
        "email": "zoe@example.org",
    }


def test_a_guessed_encoding_is_known_as_one(job):
    assert check(TEXT.encode("cp1252"), job).sheet.is_guessed
    assert not check(TEXT.encode(), job).sheet.is_guessed


def test_a_separator_within_a_name_of_a_column_does_not_mislead(job):
    plan = check('Full name;"City, in short";Email\nDana Doe;D;d@doe.example', job)
    assert plan.entries[0].full_name == "Dana Doe"
    assert plan.layout.ignored == ["City, in short"]


def test_line_breaks_within_quotes_belong_to_the_cell(job):
    text = 'Full name,Summary,City\nDana Doe,"One.\n\nTwo, three.","Den\nver"\nAl Bo,,'
    dana, al = check(text, job).entries
    assert dana.values["summary"] == "One.\n\nTwo, three."
    assert dana.values["city"] == "Den ver"
    assert (dana.row, al.row) == (2, 3)


def test_rows_are_numbered_as_spreadsheets_show_them(job):
    text = sheet_of(DANA, "", "Al,Bo,nonsense")
    assert problem(text, job)[0] == 4


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n \n", "The file is empty."),
        (b"First name,Email\n", "nothing below it"),
        (b"PK\x03\x04 and more", "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0 and more", "an old Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"<html><table><tr><td>First name", "a web page"),
        ("Name,Email\nDana,d@doe.example".encode("utf-16-le"), "Save as"),
        (b"Name\x01,Email\nDana,d@doe.example", "not a CSV file"),
        (b"Name,Email\n\x81\x8d,d@doe.example", "letters of the file cannot be read"),
        (b'Name,Email\nDana,a@b.example\nBo,"b@c.example\nCy,', "Row 3: a quotation"),
        (b'Name,Email\n"Dana" Doe,a@b.example', "Row 2: a quotation mark"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(file, sentence, job):
    assert sentence in refusal(file, job)


def test_an_excel_workbook_says_how_to_save_it(job):
    assert "CSV UTF-8 (comma delimited)" in refusal(b"PK\x03\x04", job)


def test_too_many_bytes_and_rows_are_refused_with_the_limit(job):
    assert "at most 5 MB" in refusal(b"x" * (MAX_BYTES + 1), job)
    text = "Full name\n" + "\n".join(f"Dana {n}" for n in range(5001))
    assert "The file has 5,001 rows; at most 5,000" in refusal(text, job)
    assert "The file has 301 columns; at most 300" in refusal("Name" + "," * 300, job)


def test_a_file_without_names_is_refused_with_what_it_has(job):
    sentence = refusal("Email,Pohne\na@b.example,1", job)
    assert "“First name” and “Last name”, or “Full name”" in sentence
    assert "“Email”, “Pohne”." in sentence


# --- Columns -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("E-mail", "email"),
        ("EMAIL_ADDRESS", "email"),
        ("Mobile", "phone"),
        ("LinkedIn", "linkedin_url"),
        ("linkedin_profile_url", "linkedin_url"),
        ("Town", "city"),
        ("County", "state"),
        ("Job Title", "current_title"),
        ("Company", "current_company"),
        ("Key Skills", "skills"),
    ],
)
def test_columns_may_be_called_as_ats_exports_call_them(header, field, job):
    values = {
        "email": "a@b.example",
        "phone": "12",
        "linkedin_url": "linkedin.com/in/d",
    }
    text = f"Forename,Surname,{header}\nDana,Doe,{values.get(field, 'Some')}"
    (entry,) = check(text, job).entries
    assert entry.full_name == "Dana Doe"
    assert field in entry.values


def test_the_template_is_what_the_import_reads(job):
    header, *rows = csv.reader(io.StringIO(template().decode("utf-8-sig")))
    plan = check(template(), job)
    assert plan.layout.ignored == []
    assert [column.name for column, _ in plan.layout.places] == header
    assert plan.examples == [2, 3]
    assert len(rows) == 2
    assert (plan.entries, plan.problems) == ([], [])


def test_unknown_columns_are_named(job):
    plan = check("Name,Shoe size,Notes,\nDana Doe,42,Nice,", job)
    assert plan.layout.ignored == ["Shoe size", "Notes"]


def test_of_two_columns_for_one_thing_the_first_that_is_filled_in_counts(job):
    text = "Name,Home phone,Mobile\nDana Doe,,22\nAl Bo,11,22"
    assert [e.values["phone"] for e in check(text, job).entries] == ["22", "11"]


def test_a_form_of_address_is_no_position(job):
    text = "Title,Full name,Job title\nMrs.,Dana Doe,Engineer\nDr,Al Bo,"
    dana, al = check(text, job).entries
    assert dana.values["current_title"] == "Engineer"
    assert "current_title" not in al.values


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Dana Example", ("Dana", "Example")),
        ("Example, Dana", ("Dana", "Example")),
        ("Mary Ann Smith-Jones", ("Mary Ann", "Smith-Jones")),
        ("Ludwig van Beethoven", ("Ludwig", "van Beethoven")),
        ("Dana Example, PhD", ("Dana", "Example")),
        ("Dana", ("Dana", "")),
    ],
)
def test_full_names_are_split(name, parts):
    assert split_name(name) == parts


def test_own_names_win_over_the_full_name(job):
    (entry,) = check("Name,First name,Last name\nD. D.,Dana,Doe", job).entries
    assert entry.full_name == "Dana Doe"


# --- Cells -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "cell", "sentence"),
    [
        ("Email", "dana at doe", "“dana at doe” is no email address."),
        ("Email", "a@b.example; c@d.example", "is no email address."),
        ("Email", f"{'x' * 260}@b.example", "270 characters long; at most 254 fit."),
        ("Phone", "4.47E+11", "Format the column as text"),
        ("Phone", "n/a", "has no digits"),
        ("Phone", "1" * 51, "51 characters long; at most 50 fit."),
        ("LinkedIn", "dana-example", "is no LinkedIn address"),
        ("LinkedIn", "https://example.com/in/dana", "is no LinkedIn address"),
        ("LinkedIn", "https://[", "is no LinkedIn address"),
        ("City", "x" * 121, "121 characters long; at most 120 fit."),
        ("City", "Den\0ver", "(NUL). Remove it."),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(header, cell, sentence, job):
    row, column, said = problem(f'Name,{header}\nAl Bo,\nDana Doe,"{cell}"', job)
    assert (row, column) == (3, header)
    assert sentence in said


def test_every_wrong_cell_of_a_row_is_named(job):
    text = "Name,Email,Phone\nDana Doe,nonsense,none"
    assert [p[:2] for p in problems(text, job)] == [(2, "Email"), (2, "Phone")]


def test_a_row_without_a_name_is_wrong(job):
    row = problem(sheet_of(",,a@b.example"), job)
    assert row == (2, "First name", "The name is missing. Enter it, or delete the row.")


def test_too_long_a_part_of_a_full_name_is_wrong(job):
    row = problem(f"Name\n{'x' * 151} Doe", job)
    assert row[:2] == (2, "Name")


def test_more_cells_than_columns_are_wrong(job):
    row, column, sentence = problem(sheet_of("Dana,Doe,d@doe.example,Denver"), job)
    assert (row, column) == (2, "")
    assert "The row has 4 cells, the first row has 3." in sentence


def test_fewer_cells_than_columns_are_empty_ones(job):
    (entry,) = check(sheet_of("Dana"), job).entries
    assert entry.values == {"first_name": "Dana"}


@pytest.mark.parametrize("cell", ["=1+1", "+1 202", "-", "@x", "'=x", "''+x", "\tx"])
def test_formulas_are_disarmed_and_come_back(cell):
    assert harmless(cell).startswith("'")
    assert restored(harmless(cell)) == cell


@pytest.mark.parametrize("cell", ["Dana", "'t Hooft", "", "1+1", "O'Neil"])
def test_what_is_no_formula_stays_as_it_is(cell):
    assert harmless(cell) == restored(cell) == cell


def test_our_apostrophe_is_taken_off_again(job):
    (entry,) = check("Last name,Phone\n't Hooft,'+12025550123", job).entries
    assert entry.values == {"last_name": "'t Hooft", "phone": "+12025550123"}


def test_digits_that_were_kept_as_a_formula_are_read(job):
    (entry,) = check('Name,Phone\nDana Doe,"=""0042 17"""', job).entries
    assert entry.values["phone"] == "0042 17"


# --- Twice in the file -------------------------------------------------------------


def test_a_row_that_repeats_another_is_imported_once(job):
    plan = check(sheet_of(DANA, "Al,Bo,", DANA, "Al,Bo,"), job)
    assert [entry.row for entry in plan.entries] == [2, 3]
    assert plan.repeats == {4: 2, 5: 3}
    assert plan.problems == []


def test_two_rows_with_one_email_and_other_facts_are_wrong(job):
    row = problem(sheet_of(DANA, "Dan,Doe,DANA@doe.example"), job)
    assert row[:2] == (3, "Email")
    assert "Row 2 says the same here and something else elsewhere." in row[2]


def test_two_rows_with_one_profile_are_wrong_however_it_is_spelt(job):
    text = (
        "Name,LinkedIn\nDana Doe,https://www.linkedin.com/in/dana/\n"
        "Dana X,de.linkedin.com/in/Dana?a=b"
    )
    assert problem(text, job)[:2] == (3, "LinkedIn")


# --- Who is in PinSync already -----------------------------------------------------


@pytest.fixture
def dana(acme):
    return CandidateFactory(
        organization=acme,
        last_name="Doe",
        email="dana@doe.example",
        phone="",
        linkedin_url="https://www.linkedin.com/in/dana-doe/",
        city="Denver",
        state="",
        country="",
        current_title="",
        current_company="",
    )


def test_people_are_recognized_by_email(dana, job):
    (entry,) = check(sheet_of("Dana,Doe,DANA@DOE.example"), job).entries
    assert entry.candidate == dana


def test_people_are_recognized_by_profile(dana, job):
    text = "Name,LinkedIn\nDana Doe,linkedin.com/in/Dana-Doe"
    (entry,) = check(text, job).entries
    assert entry.candidate == dana


def test_people_of_others_are_not_recognized(globex, job):
    CandidateFactory(organization=globex, email="dana@doe.example")
    assert check(sheet_of(DANA), job).entries[0].candidate is None


def test_of_two_entries_of_one_human_that_on_the_job_is_taken(dana, job):
    twin = CandidateFactory(
        organization=dana.organization,
        last_name="Doe",
        email=dana.email,
        linkedin_url="",
    )
    assert check(sheet_of(DANA), job).entries[0].candidate == dana
    JobCandidateFactory(job=job, candidate=twin)
    plan = check(sheet_of(DANA), job)
    assert plan.entries[0].candidate == twin
    assert plan.on_job == {twin.pk}


def test_an_email_of_one_and_a_profile_of_another_are_wrong(dana, job):
    CandidateFactory(
        organization=dana.organization,
        first_name="Eve",
        last_name="Moss",
        linkedin_url="linkedin.com/in/eve",
    )
    text = "Name,Email,LinkedIn\nDana Doe,dana@doe.example,linkedin.com/in/eve"
    row, column, sentence = problem(text, job)
    assert (row, column) == (2, "LinkedIn")
    assert "Email is that of Dana Doe and LinkedIn is that of Eve Moss." in sentence


def test_the_same_email_under_a_plainly_different_name_is_wrong(dana, job):
    row, column, sentence = problem(sheet_of("Eve,Moss,dana@doe.example"), job)
    assert (row, column) == (2, "Last name")
    assert "Dana Doe has the same Email in PinSync." in sentence


def test_the_same_email_with_another_profile_is_wrong(dana, job):
    text = "Name,Email,LinkedIn\nDana Doe,dana@doe.example,linkedin.com/in/other"
    row, column, sentence = problem(text, job)
    assert (row, column) == (2, "LinkedIn")
    assert "Dana Doe has the same Email in PinSync and another LinkedIn" in sentence


def test_two_rows_that_are_one_person_here_are_wrong(dana, job):
    text = (
        "Name,Email,LinkedIn\nDana Doe,dana@doe.example,\n"
        "Dana Doe,,linkedin.com/in/dana-doe"
    )
    row, column, sentence = problem(text, job)
    assert (row, column) == (3, "LinkedIn")
    assert "This is Dana Doe, as in row 2." in sentence


def test_somebody_archived_is_not_brought_back_in_silence(dana, job):
    Candidate.objects.update(archived_at=timezone.now())
    assert "Dana Doe is archived in PinSync." in problem(sheet_of(DANA), job)[2]


# --- What is taken -----------------------------------------------------------------


def test_new_people_are_created_on_the_job(take, job):
    text = (
        "First name,Last name,Email,Phone,LinkedIn,City,State,Country,Job title,"
        "Company,Headline,Skills\nZoë,Müller,ZOE@example.org,+49 30 123,"
        "linkedin.com/in/zoe,Berlin,BE,Germany,Analyst,Acme,Counts things,Python"
    )
    kept = take(text)
    zoe = Candidate.objects.get()
    assert zoe.organization == job.organization
    assert zoe.job_candidates.get().job == job
    assert zoe.source == Candidate.Source.CSV
    assert zoe.sourced_by is None
    assert zoe.linkedin_url == "https://linkedin.com/in/zoe"
    assert (zoe.email, zoe.location) == ("zoe@example.org", "Berlin, BE, Germany")
    assert zoe.position == "Analyst at Acme"
    assert list(Candidate.objects.matching("muller zoe")) == [zoe]
    assert (kept.added, kept.known, kept.data) == (1, 0, None)


def test_imported_people_are_found_again_as_saved_ones_are(take, job):
    take(people(3))
    again = check(people(3), job)
    assert (len(again.new), len(again.known), len(again.on_job)) == (0, 3, 3)
    assert Candidate.objects.exclude(linkedin_key="").count() == 3


def test_who_is_known_is_put_on_the_job_and_keeps_everything(take, dana, job):
    text = (
        "Name,Email,Phone,City,State,Country,Job title,Company\n"
        "D. Doe,dana@doe.example,,Austin,TX,United States,Engineer,Acme"
    )
    plan = check(text, job)
    assert plan.blanks == {
        dana.pk: {"current_title": "Engineer", "current_company": "Acme"}
    }
    kept = take(text)
    dana.refresh_from_db()
    assert dana.job_candidates.get().job == job
    assert (dana.full_name, dana.location) == ("Dana Doe", "Denver")
    assert dana.position == "Engineer at Acme"
    assert dana.source == Candidate.Source.SOURCED
    assert list(Candidate.objects.matching("acme")) == [dana]
    assert (kept.added, kept.known, kept.were_on_job) == (0, 1, 0)


def test_contact_information_that_the_file_brings_is_found(take, dana, job, bob):
    dana.email = ""
    dana.save()
    row = JobCandidateFactory(job=job, candidate=dana)
    row.record(Kind.ADDED)
    elsewhere = JobCandidateFactory(
        job=JobFactory(organization=job.organization), candidate=dana
    )
    take("Name,LinkedIn,Email\nDana Doe,linkedin.com/in/dana-doe,dana@doe.example")
    dana.refresh_from_db()
    assert dana.email == "dana@doe.example"
    assert row.events.get(kind=Kind.CONTACT_FOUND).by == bob
    assert not elsewhere.events.exists()


def test_wrong_rows_stop_everything_unless_they_are_left_out(take, job):
    text = sheet_of(DANA, "Al,Bo,nonsense")
    with pytest.raises(importing.Changed):
        take(text)
    assert not Candidate.objects.exists()
    kept = take(text, without_wrong=True)
    assert Candidate.objects.get().full_name == "Dana Doe"
    assert (kept.added, kept.left_out) == (1, 1)


def test_what_fails_half_way_leaves_nothing(take, job, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(importing, "_fill_in", fail)
    with pytest.raises(RuntimeError):
        take(people(3))
    assert not Candidate.objects.exists()
    assert not JobCandidate.objects.exists()
    assert CandidateImport.objects.get().data is not None


def test_what_changed_since_the_preview_is_not_imported(job, bob, dana):
    text = sheet_of(DANA, "Al,Bo,al@bo.example")
    kept = CandidateImport.objects.create(
        organization=job.organization,
        job=job,
        user=bob,
        file_name="people.csv",
        data=data(text),
        created_at=clock.now(),
    )
    seen = check(text, job).seen
    CandidateFactory(
        organization=job.organization,
        first_name="Al",
        last_name="Bo",
        email="al@bo.example",
    )
    with pytest.raises(importing.Changed):
        importing.carry_out(kept, seen=seen, without_wrong=False, by=bob)
    assert not JobCandidate.objects.exists()


def test_a_thousand_people_cost_few_questions(take, job, django_assert_max_num_queries):
    CandidateFactory(organization=job.organization)
    with django_assert_max_num_queries(60):
        take(people(1000))
    assert Candidate.objects.count() == 1001


def test_the_wrong_rows_come_back_as_a_file(job):
    text = sheet_of(DANA, '=Al,"Bo, Jr",nonsense', "Cy,Do,none")
    written = importing.wrong_rows(check(text, job)).decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(written))
    assert header == ["What is wrong", "First name", "Last name", "Email"]
    assert rows[0][0].startswith("Email: “nonsense” is no email address.")
    assert [row[1:] for row in rows] == [
        ["'=Al", "Bo, Jr", "nonsense"],
        ["Cy", "Do", "none"],
    ]
    corrected = written.replace("nonsense", "al@bo.example")
    (al,) = check(corrected, job).entries
    assert al.values["first_name"] == "=Al"
