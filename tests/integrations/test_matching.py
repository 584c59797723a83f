"""Whom the ATS's rows are taken for."""

from __future__ import annotations

import pytest

from integrations import matching
from integrations.adapters import Key, RemotePerson
from integrations.matching import Answer
from integrations.records import PersonRecord, e164

DANA = PersonRecord(
    first_name="Dana",
    last_name="Example",
    email="dana@example.com",
    phone_e164="+12025550123",
    linkedin_url="https://www.linkedin.com/in/dana-example",
)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/in/dana-example",
        "http://linkedin.com/in/Dana-Example/",
        "linkedin.com/in/dana-example?trk=profile",
        "https://de.linkedin.com/in/dana-example/en",
        "https://www.linkedin.com/in/dana%2Dexample#about",
    ],
)
def test_every_spelling_of_a_profile_is_one_profile(url):
    assert matching.linkedin_key(url) == "in/dana-example"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://example.com/in/dana-example",
        "https://linkedin.com.evil.example/in/dana",
        "https://www.linkedin.com/company/acme",
        "not a url",
    ],
)
def test_what_is_no_profile_identifies_nobody(url):
    assert matching.linkedin_key(url) == ""


@pytest.mark.parametrize(
    ("ours", "theirs", "differ"),
    [
        ("Dana Example", "Example, Dana", False),
        ("Dana Example", "D. Example", False),
        ("Łukasz Żółć", "Lukasz Zolc", False),
        ("Dana Example", "Dana Miller", False),  # people marry
        ("Dana Example", "Robert Miller", True),
        ("Dana Example", "", False),
        ("王小明", "Wang Xiaoming", False),  # another script proves nothing
    ],
)
def test_names_that_plainly_differ(ours, theirs, differ):
    assert matching.names_plainly_differ(ours, theirs) is differ


EMAIL_AND_LINKEDIN = (Key.EMAIL, Key.LINKEDIN)
ALL_THREE = (Key.NAME, Key.EMAIL, Key.LINKEDIN)


def person(person_id="1", name="Dana Example", **fields) -> RemotePerson:
    return RemotePerson(id=person_id, name=name, **fields)


def test_a_row_that_agrees_on_no_key_is_nobody():
    rows = [person(emails=("other@example.com",), phones=("+1 202 555 0123",))]
    verdict = matching.judge(DANA, rows, keys=EMAIL_AND_LINKEDIN)
    assert verdict.answer is Answer.NOBODY


def test_the_same_person_in_two_rows_of_an_answer_is_one_match():
    row = person(emails=("DANA@Example.com",))
    verdict = matching.judge(DANA, [row, row], keys=EMAIL_AND_LINKEDIN)
    assert verdict.answer is Answer.LINK
    assert verdict.match.why == "same email"


def test_people_declared_to_be_others_are_left_out():
    row = person(emails=("dana@example.com",))
    verdict = matching.judge(DANA, [row], keys=EMAIL_AND_LINKEDIN, not_them={"1"})
    assert verdict.answer is Answer.NOBODY


def test_the_full_name_alone_stops_where_it_is_a_key_but_does_not_link():
    row = person(name="  dana   EXAMPLE ")
    assert matching.judge(DANA, [row], keys=ALL_THREE).answer is Answer.ASK
    assert matching.judge(DANA, [row], keys=EMAIL_AND_LINKEDIN).answer is Answer.NOBODY


def test_the_full_name_links_when_the_email_agrees_too():
    row = person(emails=("dana@example.com",))
    verdict = matching.judge(DANA, [row], keys=ALL_THREE)
    assert verdict.answer is Answer.LINK
    assert verdict.match.why == "same email, same full name"


def test_steve_is_not_steven():
    steve = PersonRecord(first_name="Steve", last_name="Lu")
    rows = [person(name="Steven Lu")]
    assert matching.judge(steve, rows, keys=ALL_THREE).answer is Answer.NOBODY


def test_what_is_shown_to_the_recruiter_names_the_agreement():
    row = person(
        name="Example, Dana",
        emails=("other@example.com",),
        phones=("(202) 555-0123", "1-202-555-0123"),
        title="Engineer",
        company="Acme",
        url="https://ats.example/1",
    )
    (match,) = matching.alike(DANA, [row, person("2", "Nobody Else")])
    assert match.to_json() == {
        "person_id": "1",
        "name": "Example, Dana",
        "email": "other@example.com",
        "linkedin": "",
        "title": "Engineer at Acme",
        "url": "https://ats.example/1",
        "why": "same full name, same phone number",
    }


def test_rows_with_different_profiles_are_different_people():
    other = PersonRecord(
        first_name="Dana", last_name="Example", linkedin_url="linkedin.com/in/dana-2"
    )
    assert not matching.same_human(DANA, other)
    assert matching.same_human(DANA, PersonRecord(first_name="Dana", last_name="E."))
    assert not matching.same_human(DANA, PersonRecord("Robert", "Miller"))


def test_identities_come_in_one_order_and_without_blanks():
    assert matching.identities(DANA) == [
        (Key.EMAIL, "dana@example.com"),
        (Key.LINKEDIN, "in/dana-example"),
    ]
    assert matching.identities(PersonRecord("Dana", "Example")) == []


@pytest.mark.parametrize(
    ("phone", "country", "expected"),
    [
        ("+1 202 555 0123", "", "+12025550123"),
        ("(202) 555-0123", "United States", "+12025550123"),
        ("020 7946 0958", "uk", "+442079460958"),
        ("(202) 555-0123", "", ""),  # no country: no guess
        ("+1 202 555 01234", "", ""),
        ("call me", "us", ""),
        ("", "us", ""),
    ],
)
def test_phone_numbers_are_completed_only_where_that_is_safe(phone, country, expected):
    assert e164(phone, country) == expected


def test_a_record_survives_its_way_through_the_database():
    data = {**DANA.to_json(), "experiences": [{"title": "Engineer"}], "future": 1}
    again = PersonRecord.from_json(data)
    assert again.email == "dana@example.com"
    assert again.experiences[0].title == "Engineer"
    assert again.location == ""
