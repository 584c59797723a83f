"""What a recruiter and an ATS find in the resume."""

from __future__ import annotations

import io
import re
import socket
from typing import Any

import pypdf
import pytest

from candidates import fonts, resume
from candidates.fonts import Drawing
from candidates.models import Education, Experience
from candidates.resume_contents import facts_of
from candidates.typesetting import Typesetter
from tests.factories import CandidateFactory, OrganizationFactory

from .people import dana, made, role

pytestmark = pytest.mark.django_db


def person(acme, **fields):
    plain = {"city": "", "state": "", "country": "", "current_title": ""}
    return CandidateFactory(
        organization=acme, **{**plain, "current_company": "", **fields}
    )


def test_the_resume_tells_everything_in_reading_order(acme):
    text, pages, notes = made(dana(acme))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert (pages, notes) == (1, "")
    assert lines == [
        "Prepared by PinSync for Acme Recruiting · Sourced",
        "Dana Example",
        "Senior Controls Engineer",
        "dana.example@example.com  ·  +12025550123  ·  "
        "linkedin.com/in/dana-example  ·  Denver, CO, United States",
        "Summary",
        "Hands over machines that operators understand.",
        "Experience",
        "Senior Controls Engineer",
        "Mar 2021 – present",
        "Acme Widgets, Denver, CO",
        "Leads.",
        "• Cut downtime.",
        "Controls Engineer",
        "Mar 2016 – Feb 2021",
        "Acme Widgets, Denver, CO",
        "• Built two cells.",
        "Technician",
        "Mar 2013 – Feb 2016",
        "Acme Widgets, Denver, CO",
        "Education",
        "Colorado State University",
        "2009 – 2013",
        "B.Sc., Electrical Engineering",
        "Skills",
        "PLC programming · SCADA · Python",
    ]


def test_somebody_known_by_name_only_gets_a_resume_without_empty_sections(acme):
    text, pages, _ = made(
        person(acme, last_name="Only", email="", phone="", linkedin_url="")
    )
    assert pages == 1
    assert "Dana Only" in text
    assert not any(word in text for word in ("Summary", "Experience", "Skills"))


def test_the_current_position_stands_for_a_missing_history(acme):
    text, _, _ = made(CandidateFactory(organization=acme))
    assert "Controls Engineer at Acme Widgets" in text
    assert "Experience\nControls Engineer" in text
    company_only, _, _ = made(person(acme, current_company="Initech"))
    assert company_only.count("Initech") == 2  # the headline, and the one role


def test_a_role_without_a_known_start_says_until_when(acme):
    candidate = person(acme)
    Experience.objects.create(candidate=candidate, title="Welder", end="2019-05-01")
    Education.objects.create(candidate=candidate, school="Evening school")
    text, _, _ = made(candidate)
    assert "until May 2019" in text
    assert "Evening school" in text


def test_the_source_line_names_the_organization_and_the_origin(acme, settings):
    settings.PRODUCT_NAME = "Pin"
    text, _, _ = made(person(acme, source="csv"))
    assert "Prepared by Pin for Acme Recruiting · Imported from CSV" in text


def test_links_lead_to_mail_and_profile_but_never_to_another_scheme(acme):
    candidate = person(acme, linkedin_url="javascript:alert(1)")
    pdf, _, _ = resume.make(facts_of(candidate))
    page: Any = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
    targets = [note.get_object()["/A"]["/URI"] for note in page["/Annots"]]
    assert targets == [f"mailto:{candidate.email}"]
    assert "javascript:alert(1)" in page.extract_text()


NAMES = [
    ("Łukasz", "Żółć-Gęślą"),
    ("Příliš", "Žluťoučký"),
    ("Nguyễn", "Đặng Thị Ưởng"),
    ("Αλέξανδρος", "Παπαδόπουλος"),
    ("Щукин", "Їжакевич"),
    ("小明", "张伟"),
    ("さくら", "田中ヨウコ"),
    ("민준", "김철수"),
    ("محمد", "الأحمد"),
    ("بِسْمِ", "علي"),
    ("نازنین", "می\u200cنا"),
    ("דוד", "שָׁלוֹם"),
    ("สมชาย", "ที่รัก ปู่น้ำ"),
    ("प्रिया", "शर्मा हिन्दी"),
    ("𠮷野", "Zoë"),
]


@pytest.mark.parametrize(("first", "last"), NAMES)
def test_a_name_can_be_read_back_in_its_own_script(acme, first, last):
    text, _, notes = made(
        person(acme, first_name=first, last_name=last, headline=f"{first} {last}")
    )
    assert f"{first} {last}" in text.splitlines()  # in semibold
    assert text.count(f"{first} {last}") == 2  # and in regular
    assert notes == ""


def test_shaped_letters_are_drawn_as_one_and_read_as_written():
    clusters = fonts.shaped("Devanagari", "हिम", bold=False)
    assert clusters is not None
    assert [cluster.meaning for cluster in clusters] == ["हि", "म"]
    # The vowel sign stands before its consonant, although it is typed after it.
    consonant = fonts.drawing_of("Devanagari", "ह", bold=False)
    assert consonant is not None
    assert consonant.parts[0].glyph == clusters[0].parts[1].glyph


def test_a_paragraph_from_right_to_left_ends_on_the_left(acme):
    summary = "مهندس تحكم يعمل مع PLC في 4 مصانع."
    text, _, _ = made(person(acme, summary=f"{summary}\n• יחיד 31%."))
    assert "مهندس تحكم يعمل مع" in text
    assert "PLC" in text
    assert "• 31%" not in text  # the bullet stands at the right


def test_arabic_digits_keep_their_order():
    assert Typesetter().line("٤٦") == "٤٦"


def test_a_text_with_more_joined_forms_than_codes_stays_readable(monkeypatch):
    monkeypatch.setattr("candidates.typesetting._RTL_CODES", [0xFB50, 0xFB51])
    typesetter = Typesetter()
    assert typesetter.line("محمد")[2:] == "مد"
    assert typesetter.notes() == ""


def test_joiners_of_letters_stay_with_them():
    typesetter = Typesetter()
    typesetter.line("क्\u200dष")
    meanings = [drawn.meaning for drawn in typesetter.drawings[False].values()]
    assert meanings == ["क्\u200d", "ष"]
    assert typesetter.line("a\u200db") == "ab"


def test_a_document_may_have_more_clusters_than_private_codes():
    typesetter = Typesetter()
    typesetter._private = {Drawing("", (), n, ""): "" for n in range(6400)}
    line = typesetter.line("हि")
    assert ord(line) == 0xF0000
    assert typesetter.drawings[False][0xF0000].meaning == "हि"


def test_han_characters_follow_the_country_and_the_rest_of_the_text():
    def font(**fields):
        return Typesetter(**fields).han

    assert font(country="Taiwan") == "Traditional Chinese"
    assert font(country="Japan") == "Japanese"
    assert font(sample="田中さくら") == "Japanese"
    assert font(sample="김 金") == "Korean"
    assert font() == "Simplified Chinese"


def test_what_no_font_draws_is_printed_in_latin_letters_and_noted(acme):
    text, _, notes = made(
        person(acme, first_name="கார்த்திக்", last_name="Raja", headline="Welder 😀 ★")
    )
    assert "Karttik Raja" in text
    assert "Welder :grinning: ★" in text
    assert notes.startswith("Printed in Latin letters")
    assert "“கார்த்திக்”" in notes
    assert notes.endswith(".")


def test_many_such_words_are_counted_in_the_note(acme):
    words = ["ა", "ბ", "გ", "დ", "ე", "ვ", "ზ"]
    _, _, notes = made(person(acme, headline=" ".join(words)))
    assert notes.endswith("“ე” and 2 more.")


def test_letters_that_a_shaped_font_lacks_are_latinized(acme):
    text, _, notes = made(person(acme, headline="צה״ל", last_name="ก\u0e5c"))
    assert 'צה"ל' in text or 'ל"צה' in text
    assert "Dana ก?" in text
    assert "“״”" in notes


@pytest.fixture
def visitors():
    """A web server that must not be visited."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def test_markup_and_template_syntax_are_printed_as_they_are(acme, visitors):
    port = visitors.getsockname()[1]
    fetched = f"http://127.0.0.1:{port}/x.png"
    texts = {
        "first_name": "{{ 7*7 }}",
        "last_name": "<b>Bob</b>",
        "headline": f'{{% include "x" %}} <img src="{fetched}"> & Co',
        "summary": f"<link rel=stylesheet href={fetched}> &lt;pdf:pagecount&gt;\n"
        "<style>@import url(file:///etc/passwd)</style> {# no comment #}",
    }
    text, pages, _ = made(person(acme, **texts))
    joined = " ".join(text.split())
    assert "{{ 7*7 }} <b>Bob</b>" in joined
    assert '{% include "x" %}' in joined
    assert f'<img src="{fetched}"> & Co' in joined
    assert "&lt;pdf:pagecount&gt;" in joined
    assert "@import url(file:///etc/passwd)" in joined
    assert "{# no comment #}" in joined
    assert "root:" not in joined
    assert pages == 1
    with pytest.raises(BlockingIOError):
        visitors.accept()


def test_invisible_and_turning_characters_are_removed(acme):
    text, _, _ = made(
        person(
            acme,
            first_name="A\u202eli\u0007ce\u200b",
            last_name="\ue000Mo\ufeffore",
            summary="one\r\ntwo\u2028three",
        )
    )
    assert "Alice Moore" in text.splitlines()
    assert "one\ntwo three" in text


@pytest.mark.parametrize("letter", ["W", "ป", "ع", "漢", "हि", "<", "Z\u0351"])
def test_words_of_ten_thousand_letters_fit_on_two_pages(acme, letter):
    word = letter * 10_000
    name = word[:150]  # what the database takes
    candidate = person(acme, last_name=name, summary=word[:10_000], headline=word[:300])
    role(candidate, name, 2020, None, word[:5000])
    text, pages, _ = made(candidate)
    assert pages <= 2
    assert "…" in text


def test_a_long_history_keeps_every_role_on_two_pages(acme):
    candidate = person(acme)
    for number in range(30):
        bullets = "\n".join(f"• Point {n}. " + "Words of it. " * 12 for n in range(9))
        role(candidate, f"Role {number:02}", 1990 + number, None, bullets)
    text, pages, notes = made(candidate)
    assert pages == 2
    joined = " ".join(text.split())
    assert all(f"Role {number:02}" in joined for number in range(30))
    assert "earlier roles: " in text
    assert "Point 0" in text
    assert notes == "Long texts and older roles were shortened to fit on two pages."


def test_roles_that_fit_no_line_are_counted(acme):
    candidate = person(acme, skills=", ".join(["skill"] * 300), summary="a\n" * 5000)
    Experience.objects.bulk_create(
        Experience(candidate=candidate, title="A title of some length " * 5)
        for _ in range(300)
    )
    Education.objects.bulk_create(
        Education(candidate=candidate, school="A school") for _ in range(40)
    )
    text, pages, _ = made(candidate)
    joined = " ".join(text.split())
    assert pages == 2
    assert "earlier roles: A title" in joined
    assert "more schools: A school" in joined
    assert re.search(r"A title… and \d+ more", joined)


def test_the_same_details_give_the_same_bytes(acme):
    first, second = dana(acme), person(acme, last_name="张伟", headline="ที่ प्रिया")
    once = [resume.make(facts_of(candidate))[0] for candidate in (first, second)]
    again = [resume.make(facts_of(candidate))[0] for candidate in (second, first)]
    assert once == again[::-1]


def test_fonts_are_embedded_as_subsets(acme):
    pdf, _, _ = resume.make(facts_of(person(acme, last_name="张伟")))
    assert len(pdf) < 60_000  # of a font of 19 MB
    page: Any = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
    found = page["/Resources"]["/Font"].get_object().values()
    names = {str(font.get_object()["/BaseFont"]) for font in found}
    assert any("SourceSansPro" in name for name in names)
    assert "/AAAAAA+ResumeExtra-Semibold" in names


def test_latin_resumes_open_no_other_font(acme):
    fonts.opened.cache_clear()
    made(dana(acme, first_name="Żaneta", last_name="Щукина"))
    assert fonts.opened.cache_info().currsize == 0


def test_a_missing_font_package_is_named():
    with pytest.raises(FileNotFoundError, match="no_such_font"):
        fonts._path("no_such_font", "x.ttf")


def test_the_file_name_is_plain(acme):
    assert resume.file_name_of(dana(acme)) == "Dana-Example-resume.pdf"
    lukasz = person(acme, first_name="Łukasz", last_name="../张伟\r\n")
    assert resume.file_name_of(lukasz) == "Lukasz-ZhangWei-resume.pdf"
    nameless = person(acme, first_name="…", last_name="")
    assert resume.file_name_of(nameless) == f"Candidate-{nameless.pk}-resume.pdf"
    assert len(resume.file_name_of(person(acme, last_name="x" * 150))) <= 120


def test_the_digest_follows_what_is_shown_and_nothing_else(acme):
    candidate = dana(acme)
    before = resume.digest_of(candidate)
    candidate.sourced_by = None
    candidate.save()
    assert resume.digest_of(candidate) == before
    candidate.phone = "+12025550199"
    assert resume.digest_of(candidate) != before
    other = dana(OrganizationFactory(name="Globex Talent"))
    other.__dict__.update(email=candidate.email, phone="+12025550123")
    assert resume.digest_of(other) != before
