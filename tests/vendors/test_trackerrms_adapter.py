"""TrackerRMS's adapter against scripted replies, from the documents alone."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integrations.adapters import Key, Unsupported
from integrations.errors import (
    AlreadyThere,
    BadCredentials,
    Gone,
    MissingPermission,
    NotSent,
    Rejected,
    Throttled,
    Unclear,
    Unexpected,
)
from integrations.vendors.trackerrms.adapter import TrackerRmsAdapter

from .fakehttp import HTML, FakeHttp, reply
from .people import BARE, FULL

TOKEN = "0123456789abcdef0123456789abcdef"
WIDGET = "https://evoapius.tracker-rms.com/api/widget"
DANA, JOB = "188077", "1026"

EXCHANGE = "POST /api/Auth/ExchangeToken"
CREATE = "POST /api/v1/Resource"
ONE = f"GET /api/v1/Resource/{DANA}"
PEOPLE = "POST /api/v1/Resource/Search"
JOBS = "POST /api/v1/Opportunity/PagedSearch"
ONE_JOB = f"GET /api/v1/Opportunity/{JOB}"
LINKS = "POST /api/v1/OpportunityResource/Search"
LONGLIST = f"POST /api/v1/Opportunity/{JOB}/longlist/resource/{DANA}"
SHORTLIST = f"POST /api/v1/Opportunity/{JOB}/shortlist/resource/{DANA}"
UPLOAD = f"POST /api/v1/Resource/{DANA}/Document"
DOCUMENTS = f"GET /api/v1/Resource/{DANA}/Documents"
CHECK = f"POST {WIDGET}/checkPerson"
RECORDS = f"POST {WIDGET}/getRecords"
APPLY = f"POST {WIDGET}/resourceApplication"
ATTACH = f"POST {WIDGET}/attachDocument"

EMAIL, LINKEDIN, NAME = FULL.email, FULL.linkedin_url, FULL.full_name
WORKS = {
    "get_records": "works",
    "check_person": "works",
    "check_linkedin": "works",
    "search_email": "ignored",
}
REFUSED = dict.fromkeys(("get_records", "check_person", "check_linkedin"), "refused")


def tracker(script, facts=None, *, region="us", **environment):
    http = FakeHttp(script)
    adapter = TrackerRmsAdapter(
        http=http,
        credentials={"region": region, "access_token": TOKEN},
        environment=environment,
    )
    adapter.facts = facts or {}
    http.adapter = adapter
    return adapter, http


def resource(id=188077, **more):
    """The full form, as GET gives it."""
    return {
        "id": id,
        "firstName": "Dana",
        "surname": "Example",
        "jobTitle": "Controls Engineer",
        "contactDetails": {"email": EMAIL, "mobilePhone": "+12025550123"},
        "linkedInUrl": LINKEDIN,
        "currentClient": {"id": -1, "name": "Acme Widgets"},
        **more,
    }


def row(id=188077, **more):
    """The flat form, as the search gives it."""
    person = {"firstname": "Dana", "surname": "Example", "email": EMAIL}
    return {"resourceId": id, "mobilePhone": "", **person, **more}


def record(id=188077, **details):
    """The older API's form."""
    told = {"firstname": "Dana", "lastname": "Example", "email": EMAIL}
    return {
        "id": id,
        "name": "Dana Example",
        "details": {**told, "linkedin": LINKEDIN, "otheremail": "", **details},
    }


def told(**more):
    return reply(200, {"status": 0, "message": "success", "count": 0, **more})


def records(*rows):
    """Answer getRecords: one page, then an empty one."""

    def answer(call):
        asked = call.json["trackerrms"]["getRecords"]["instructions"]
        return told(results=[] if asked["pagenum"] else list(rows))

    return answer


def checked(kinds="R", fullname="Dana Example"):
    return told(recordTypes=kinds, firstRecord={"fullname": fullname, "email": EMAIL})


NO_ONE = told(recordTypes="", firstRecord=None)
USER_NOT_FOUND = reply(200, {"status": 1, "message": "user not found"})


def pages(*lists):
    """Answer a search page by page, counted from 1; the first also without a number."""

    def answer(call):
        number = call.json.get("pageNumber", 1)
        return reply(200, lists[number - 1] if number <= len(lists) else [])

    return answer


def paged(name, *lists):
    """The same as an object that says whether more follow."""

    def answer(call):
        number = call.json.get("pageNumber", 1)
        rows = lists[number - 1] if number <= len(lists) else []
        return reply(200, {name: rows, "hasNextPage": number < len(lists)})

    return answer


def job(id=1026, **more):
    return {
        "opportunityId": id,
        "opportunityName": "Account Manager",
        "opportunityStatusDesc": "Active",
        "clientName": "Western Technical",
        "location": "Leeds",
        "active": True,
        "dateOpened": "2026-03-04T00:00:00",
        "publishReference": f"JOB-{id}",
        **more,
    }


# -- Where calls go, and signing in ------------------------------------------------


@pytest.mark.parametrize(
    ("region", "rest"),
    [
        ("us", "https://evousapi.tracker-rms.com"),
        ("ca", "https://evocaapi.tracker-rms.com"),
        ("other", "https://evoglapi.tracker-rms.com"),
    ],
)
def test_each_region_has_its_own_host(region, rest):
    assert tracker({}, region=region)[0].base_url() == rest
    name = f"TRACKERRMS_URL_{region.upper()}"
    moved, _ = tracker({}, region=region, **{name: "http://127.0.0.1:9/"})
    assert moved.base_url() == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("region", "widget"), [("ca", "evoapica"), ("other", "evoapi")]
)
def test_the_older_api_has_a_host_of_its_own_too(region, widget):
    url = f"POST https://{widget}.tracker-rms.com/api/widget/checkPerson"
    adapter, http = tracker({url: NO_ONE}, WORKS, region=region)
    assert adapter.find(Key.EMAIL, EMAIL) == []
    assert http.only(url).sign is False


def test_what_is_pasted_loses_its_spaces():
    typed = {"region": "us", "access_token": f" {TOKEN}\n"}
    assert TrackerRmsAdapter.cleaned(typed)["access_token"] == TOKEN


@pytest.mark.parametrize("zone", ["Z", "+00:00", ""])
def test_the_access_token_is_exchanged_for_one_that_signs(zone):
    end = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=7)
    answer = reply(200, {"token": "a.b.c", "expiration": f"{end.isoformat()}{zone}"})
    adapter, http = tracker({EXCHANGE: answer})
    token = adapter.new_token(None)
    assert token.headers == {"Authorization": "Bearer a.b.c"}
    assert token.expires_in == pytest.approx(7 * 86400, abs=300)
    call = http.only(EXCHANGE)
    assert call.json == {"bearerToken": TOKEN}
    assert (call.effect, call.sign) == ("helper", False)


@pytest.mark.parametrize("end", [None, "", "soon", 7, "2020-01-01T00:00:00Z"])
def test_a_token_without_a_sensible_end_serves_until_it_is_refused(end):
    adapter, _ = tracker({EXCHANGE: reply(200, {"token": "x", "expiration": end})})
    assert adapter.new_token(None).expires_in is None


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize("body", [b"", HTML, b'{"message": "no"}'])
def test_a_refused_exchange_says_what_to_do(status, body):
    adapter, _ = tracker({EXCHANGE: reply(status, body=body)})
    with pytest.raises(BadCredentials, match=r"regenerated.*region") as caught:
        adapter.new_token(None)
    assert TOKEN not in caught.value.sentence


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(200, {}), NotSent),
        (reply(200, {"token": None}), NotSent),
        (reply(200, {"token": 7}), NotSent),
        (reply(200, {"token": "two\nlines"}), NotSent),
        (reply(200, ["token"]), NotSent),
        (reply(200, body=HTML), NotSent),
        (reply(200, body=b""), NotSent),
        (reply(500), NotSent),
        (reply(429), Throttled),
    ],
)
def test_an_exchange_in_trouble_is_tried_again(answer, error):
    with pytest.raises(error, match="TrackerRMS"):
        tracker({EXCHANGE: answer})[0].new_token(None)


# -- The test of the connection ----------------------------------------------------


def of_whom(call):
    return call.json["trackerrms"]["checkPerson"]["details"]


def check_person(call):
    """Know Dana's email and profile, and nobody else's."""
    details = of_whom(call)
    return checked() if {EMAIL, LINKEDIN} & set(details.values()) else NO_ONE


def search_people(call, honours_email):
    email = call.json.get("email") if honours_email else None
    rows = [row(), row(5, email="b@example.com")]
    return reply(200, [r for r in rows if email in (None, r["email"])])


def search_records(call):
    asked = call.json["trackerrms"]["getRecords"]["instructions"]
    return told(results=[] if asked["searchtext"] else [record()])


def check_script(**changed):
    script = {
        JOBS: reply(200, {"opportunities": [], "hasNextPage": False}),
        PEOPLE: lambda call: search_people(call, honours_email=False),
        CHECK: check_person,
        RECORDS: search_records,
    }
    return script | changed


def facts_with(script):
    return dict(tracker(script)[0].check().facts)


def test_look_ups_that_work_are_shown_and_their_nobody_is_proof():
    adapter, http = tracker(check_script())
    account = adapter.check()
    assert (account.id, account.name) == (None, "TrackerRMS (US)")
    assert account.facts == WORKS
    assert account.limits == ()
    assert set(http.effects()) == {"read"}
    assert adapter.absence_keys() == ()
    adapter.facts = account.facts
    assert adapter.absence_keys() == (Key.EMAIL, Key.LINKEDIN)


def test_the_older_api_gets_the_token_in_the_body_and_nothing_signed():
    adapter, http = tracker(check_script())
    adapter.check()
    older = [call for call in http.calls if call.path.startswith(WIDGET)]
    assert len(older) == 6
    for call in older:
        (method,) = call.json["trackerrms"].values()
        assert method["credentials"] == {"oauthtoken": TOKEN}
        assert call.sign is False


def test_without_the_older_api_and_a_filter_the_check_is_partial():
    script = check_script(**{CHECK: USER_NOT_FOUND, RECORDS: USER_NOT_FOUND})
    adapter, _ = tracker(script)
    account = adapter.check()
    assert account.facts == REFUSED | {"search_email": "ignored"}
    (limit,) = account.limits
    assert "duplicate check is partial" in limit
    assert "a recruiter is always asked" in limit
    adapter.facts = account.facts
    assert adapter.absence_keys() == ()


def test_a_filter_that_works_proves_absence_by_email_alone():
    script = check_script(**{CHECK: USER_NOT_FOUND, RECORDS: USER_NOT_FOUND})
    script[PEOPLE] = lambda call: search_people(call, honours_email=True)
    adapter, _ = tracker(script)
    account = adapter.check()
    assert account.facts == REFUSED | {"search_email": "works"}
    assert len(account.limits) == 2
    adapter.facts = account.facts
    assert adapter.absence_keys() == (Key.EMAIL,)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (USER_NOT_FOUND, "refused"),
        (reply(200, {"status": 2, "message": "user not active"}), "refused"),
        (reply(401), "refused"),
        (reply(404, body=HTML), "refused"),
        (reply(500), "unreachable"),
        (NotSent("TrackerRMS could not be reached."), "unreachable"),
        (reply(200, {"status": 99, "message": "Object variable"}), "unreliable"),
        (reply(200, body=HTML), "unreliable"),
        (reply(200, {"message": "success"}), "unreliable"),
        (checked("CRU"), "unreliable"),  # everybody, whoever is asked for
        (NO_ONE, "unreliable"),  # nobody, whoever is asked for
        (checked("CU"), "unreliable"),
    ],
)
def test_a_look_up_counts_only_when_it_finds_somebody_and_not_nobody(answer, state):
    facts = facts_with(check_script(**{CHECK: answer}))
    assert facts["check_person"] == facts["check_linkedin"] == state


def test_a_look_up_that_nobody_could_be_tried_on_is_unproven():
    script = check_script(**{CHECK: NO_ONE, RECORDS: told(results=[])})
    adapter, _ = tracker(script | {PEOPLE: reply(200, [])})
    account = adapter.check()
    assert set(account.facts.values()) == {"unproven"}
    (limit,) = account.limits
    assert "could not be tried" in limit
    adapter.facts = account.facts
    assert adapter.absence_keys() == ()


def test_a_search_by_name_that_gives_everybody_is_shown():
    script = check_script(**{RECORDS: told(results=[record()])})
    adapter, _ = tracker(script)
    account = adapter.check()
    assert account.facts == WORKS | {"get_records": "ignored"}
    (limit,) = account.limits
    assert "names are compared with a part" in limit


def test_a_filter_that_finds_nobody_at_all_is_not_trusted():
    def nobody_by_email(call):
        return reply(200, [] if "email" in call.json else [row()])

    facts = facts_with(check_script(**{PEOPLE: nobody_by_email}))
    assert facts["search_email"] == "unreliable"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(401), BadCredentials),
        (reply(403, body=HTML), MissingPermission),
        (reply(404, body=HTML), Rejected),
        (reply(200, body=HTML), Unexpected),
        (reply(200, {"rows": []}), Unexpected),
        (reply(503), NotSent),
        (reply(429), Throttled),
    ],
)
@pytest.mark.parametrize("call", [JOBS, PEOPLE])
def test_the_newer_api_has_to_answer(call, answer, error):
    with pytest.raises(error, match="TrackerRMS"):
        tracker(check_script(**{call: answer}))[0].check()


def test_too_many_calls_to_the_older_api_are_no_verdict():
    with pytest.raises(Throttled):
        tracker(check_script(**{CHECK: reply(429)}))[0].check()


def test_ping_is_one_read():
    adapter, http = tracker({JOBS: reply(200, {"opportunities": []})})
    adapter.ping()
    assert len(http.calls) == 1


# -- Jobs --------------------------------------------------------------------------


def test_open_jobs_come_newest_first_with_reference_client_and_place():
    rows = [
        job(1),
        job(2, opportunityName="New", dateOpened="2026-05-01T00:00:00"),
        job(3, active=False),
        job(4, opportunityStatusDesc="Filled"),
        job(5, opportunityName=None, clientName=None, location=None, dateOpened=None),
        job(6, location="", locationCity="Reno", locationState="NV", dateOpened=""),
    ]
    adapter, http = tracker({JOBS: paged("opportunities", rows)})
    assert [(j.title, j.detail) for j in adapter.search_jobs("")] == [
        ("New", "JOB-2 · Western Technical · Leeds"),
        ("Account Manager", "JOB-1 · Western Technical · Leeds"),
        ("(unnamed job)", "JOB-5"),
        ("Account Manager", "JOB-6 · Western Technical · Reno, NV"),
    ]
    assert http.only(JOBS).json == {"state": "open"}


def test_jobs_are_found_by_words_of_title_client_place_or_reference():
    rows = [job(1), job(2, opportunityName="Welder", clientName="Forge")]
    adapter, http = tracker({JOBS: paged("opportunities", rows)})
    assert [j.id for j in adapter.search_jobs(" FORGE  weld ")] == ["2"]
    assert len(adapter.search_jobs("leeds")) == 2
    assert adapter.search_jobs("plumber") == []
    assert all("searchTerm" not in call.json for call in http.calls)


@pytest.mark.parametrize("text", ["JOB-1026", "job-1026", " JOB 1026 "])
def test_a_reference_is_read_directly(text):
    adapter, http = tracker({ONE_JOB: reply(200, job())})
    assert [j.id for j in adapter.search_jobs(text)] == [JOB]
    assert http.names() == [ONE_JOB]


def test_a_bare_number_is_an_id_first_and_a_word_second():
    rows = [job(7, opportunityName="1026 Ltd: Clerk"), job(1026), job(8)]
    script = {ONE_JOB: reply(200, job()), JOBS: paged("opportunities", rows)}
    adapter, _ = tracker(script)
    assert [j.id for j in adapter.search_jobs("1026")] == [JOB, "7"]


@pytest.mark.parametrize("one", [reply(404), reply(200, job(active=False))])
def test_a_job_id_that_is_closed_or_unknown_is_not_offered(one):
    adapter, _ = tracker({ONE_JOB: one, JOBS: paged("opportunities", [job(8)])})
    assert adapter.search_jobs("JOB-1026") == []


def test_all_pages_are_read_whether_they_count_from_nought_or_one():
    lists = [[job(n + 10 * page) for n in range(1, 11)] for page in range(3)]
    adapter, http = tracker({JOBS: paged("opportunities", *lists)})
    assert len(adapter.search_jobs("")) == 30
    assert [c.json.get("pageNumber") for c in http.calls] == [None, 1, 2, 3]

    def from_nought(call):
        number = call.json.get("pageNumber", 0)
        return reply(200, {"opportunities": lists[number], "hasNextPage": number < 2})

    adapter, http = tracker({JOBS: from_nought})
    assert len(adapter.search_jobs("")) == 30
    assert len(http.calls) == 3


def test_past_the_cap_the_vendors_own_search_is_asked_too():
    def endless(call):
        if "searchTerm" in call.json:
            return reply(200, {"opportunities": [job(5000, opportunityName="Rare")]})
        number = call.json.get("pageNumber", 1)
        rows = [job(number * 10 + n) for n in range(10)]
        return reply(200, {"opportunities": rows, "hasNextPage": True})

    adapter, http = tracker({JOBS: endless})
    assert [j.title for j in adapter.search_jobs("rare")] == ["Rare"]
    assert len(http.calls) == 21
    assert len(adapter.search_jobs("")) == 50


@pytest.mark.parametrize(
    "rows",
    [None, "text", [7], [job(opportunityId="1026")], [job(opportunityId=True)], [{}]],
)
def test_a_strange_list_of_jobs_is_unexpected(rows):
    with pytest.raises(Unexpected):
        tracker({JOBS: reply(200, {"opportunities": rows})})[0].search_jobs("")


@pytest.mark.parametrize(
    "absent", [reply(404), reply(404, body=HTML), reply(204), reply(200, body=b"")]
)
def test_a_job_that_is_not_there_is_none(absent):
    assert tracker({ONE_JOB: absent})[0].job(JOB) is None


def test_what_cannot_be_an_id_is_not_asked_for():
    adapter, http = tracker({})
    for nonsense in ("", "0", "x", "../1", "1.5", "١٢", "-3", "1" * 11):
        assert adapter.job(nonsense) is None
        assert adapter.person(nonsense) is None
        assert adapter.is_on_job(nonsense, JOB) is False
        assert adapter.has_resume(nonsense, "x.pdf") is False
    assert http.calls == []


# -- Finding by the older API ------------------------------------------------------


def ids(people):
    return [person.id for person in people]


def test_nobody_is_one_call_where_the_older_api_works():
    adapter, http = tracker({CHECK: NO_ONE}, WORKS)
    assert adapter.find(Key.EMAIL, EMAIL) == []
    assert of_whom(http.calls[-1]) == {"email": EMAIL, "phone": "", "linkedin": ""}
    assert adapter.find(Key.LINKEDIN, LINKEDIN) == []
    assert of_whom(http.calls[-1])["linkedin"] == LINKEDIN
    assert len(http.calls) == 2


@pytest.mark.parametrize(
    "answer",
    [
        NO_ONE,
        told(),
        told(recordTypes=None, firstRecord={}),
        checked("CU"),  # a contact and a user are no candidates
    ],
)
def test_every_form_of_nobody_is_nobody(answer):
    assert tracker({CHECK: answer}, WORKS)[0].find(Key.EMAIL, EMAIL) == []


@pytest.mark.parametrize("kinds", ["R", "CRU", "r", None])
def test_somebody_is_found_by_the_name_that_check_person_gives(kinds):
    rows = [record(), record(5, email="other@mail.example", linkedin="")]
    script = {CHECK: checked(kinds), RECORDS: records(*rows)}
    adapter, http = tracker(script, WORKS)
    (found,) = adapter.find(Key.EMAIL, EMAIL.upper())
    assert (found.id, found.name, found.complete) == (DANA, NAME, True)
    assert (found.emails, found.linkedin_urls) == ((EMAIL,), (LINKEDIN,))
    asked = http.calls[1].json["trackerrms"]["getRecords"]["instructions"]
    assert (asked["recordtype"], asked["searchtext"]) == ("R", "Dana Example")


def test_another_spelling_of_the_profile_is_the_same_profile():
    there = record(linkedin="http://linkedin.com/in/Dana-Example/?trk=x", email="")
    adapter, _ = tracker({CHECK: checked(), RECORDS: records(there)}, WORKS)
    assert ids(adapter.find(Key.LINKEDIN, LINKEDIN)) == [DANA]


def test_a_second_email_address_is_looked_at_too():
    there = record(email="old@mail.example", otheremail=EMAIL)
    adapter, _ = tracker({CHECK: checked(), RECORDS: records(there)}, WORKS)
    (found,) = adapter.find(Key.EMAIL, EMAIL)
    assert found.emails == ("old@mail.example", EMAIL)


def test_several_with_one_email_come_from_a_filter_that_works():
    script = {
        CHECK: checked(),
        RECORDS: records(record()),
        PEOPLE: pages([row(), row(5, firstname="Dan")]),
        ONE: reply(200, resource()),
        "GET /api/v1/Resource/5": reply(200, resource(5, firstName="Dan")),
    }
    adapter, _ = tracker(script, WORKS | {"search_email": "works"})
    assert ids(adapter.find(Key.EMAIL, EMAIL)) == [DANA, "5"]


def test_somebody_who_is_there_but_is_not_shown_is_never_nobody():
    script = {CHECK: checked(), RECORDS: records(), PEOPLE: pages([])}
    adapter, _ = tracker(script, WORKS)
    with pytest.raises(Unexpected, match="does not show which"):
        adapter.find(Key.EMAIL, EMAIL)
    with pytest.raises(Unexpected, match="LinkedIn profile"):
        adapter.find(Key.LINKEDIN, LINKEDIN)


def test_names_come_from_the_older_api_all_of_them():
    first = [record(n) for n in range(1, 51)]

    def answer(call):
        asked = call.json["trackerrms"]["getRecords"]["instructions"]
        return told(results=[first, [record(51)], []][asked["pagenum"]])

    adapter, _ = tracker({RECORDS: answer}, WORKS)
    assert len(adapter.find(Key.NAME, NAME)) == 51


def test_an_older_api_that_ignores_pages_is_asked_twice():
    adapter, http = tracker({RECORDS: told(results=[record()])}, WORKS)
    assert ids(adapter.find(Key.NAME, NAME)) == [DANA]
    assert len(http.calls) == 2


@pytest.mark.parametrize("answer", [USER_NOT_FOUND, reply(401), reply(404)])
@pytest.mark.parametrize(("key", "value"), [(Key.EMAIL, EMAIL), (Key.NAME, NAME)])
def test_a_look_up_that_worked_and_is_refused_now_proves_nothing(answer, key, value):
    jobs = reply(200, {"opportunities": []})
    adapter, _ = tracker({CHECK: answer, RECORDS: answer, JOBS: jobs}, WORKS)
    with pytest.raises(Unexpected, match="any more"):
        adapter.find(key, value)


@pytest.mark.parametrize(("key", "value"), [(Key.EMAIL, EMAIL), (Key.NAME, NAME)])
def test_a_token_that_was_regenerated_is_told_from_an_older_api_that_fails(key, value):
    gone = {CHECK: USER_NOT_FOUND, RECORDS: USER_NOT_FOUND, JOBS: reply(401)}
    adapter, _ = tracker(gone, WORKS)
    with pytest.raises(BadCredentials, match="regenerated"):
        adapter.find(key, value)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(200, {"status": 99, "message": "Object variable"}), Unexpected),
        (reply(200, {"status": "0"}), Unexpected),
        (reply(200, {"status": True}), Unexpected),
        (reply(200, []), Unexpected),
        (reply(200, body=HTML), Unexpected),
        (reply(200, body=b""), Unexpected),
        (told(recordTypes=7), Unexpected),
        (told(recordTypes="R", firstRecord="Dana"), Unexpected),
        (reply(500), NotSent),
        (reply(429), Throttled),
    ],
)
@pytest.mark.parametrize("facts", [WORKS, {}])
def test_strange_answers_of_the_older_api_stop_the_look_up(answer, error, facts):
    with pytest.raises(error, match="TrackerRMS") as caught:
        tracker({CHECK: answer}, facts)[0].find(Key.EMAIL, EMAIL)
    assert TOKEN not in caught.value.sentence


@pytest.mark.parametrize(
    "there", [record("188077"), record(None), record(email=7), {"id": 1, "details": 3}]
)
def test_a_strange_record_is_unexpected(there):
    with pytest.raises(Unexpected):
        tracker({RECORDS: records(there)}, WORKS)[0].find(Key.NAME, NAME)


# -- Finding by the newer API's list -----------------------------------------------


def test_without_the_older_api_the_list_is_read_and_compared():
    rows = [row(n, firstname=f"P{n}", email=f"p{n}@x.example") for n in range(1, 11)]
    script = {
        PEOPLE: pages(rows, [row(email=EMAIL.upper())]),
        ONE: reply(200, resource()),
    }
    adapter, http = tracker(script, REFUSED | {"search_email": "ignored"})
    (found,) = adapter.find(Key.EMAIL, EMAIL)
    assert (found.id, found.linkedin_urls, found.complete) == (DANA, (LINKEDIN,), True)
    assert all(call.sign for call in http.calls)
    assert http.calls[0].json == {}


def test_one_reading_of_the_list_answers_each_question_of_a_look_up():
    script = {PEOPLE: pages([row()]), ONE: reply(200, resource())}
    adapter, http = tracker(script, REFUSED | {"search_email": "ignored"})
    adapter.find(Key.EMAIL, "x@example.com")
    adapter.find(Key.LINKEDIN, LINKEDIN)
    once = http.names().count(PEOPLE)
    assert ids(adapter.find(Key.NAME, " dana  EXAMPLE")) == [DANA]
    assert http.names().count(PEOPLE) == once
    adapter.find(Key.EMAIL, EMAIL)  # the next look-up
    assert http.names().count(PEOPLE) == 2 * once


def test_after_a_create_the_list_is_read_anew():
    script = {PEOPLE: pages([]), CREATE: reply(201, {"id": 5, "success": True})}
    adapter, http = tracker(script, REFUSED | {"search_email": "ignored"})
    adapter.find(Key.EMAIL, EMAIL)
    adapter.create(BARE)
    adapter.find(Key.NAME, BARE.full_name)
    assert http.names().count(PEOPLE) == 2


def test_a_filter_that_may_work_is_used_and_its_rows_are_compared():
    script = {PEOPLE: pages([row()]), ONE: reply(200, resource())}
    adapter, http = tracker(script, REFUSED | {"search_email": "works"})
    assert ids(adapter.find(Key.EMAIL, EMAIL)) == [DANA]
    assert http.calls[0].json == {"email": EMAIL}
    adapter.find(Key.NAME, NAME)
    assert http.calls[-2].json.get("email") is None


def test_a_list_is_read_for_twenty_pages_and_no_more():
    def endless(call):
        return reply(200, [row(call.json.get("pageNumber", 0) + 1, email="")])

    adapter, http = tracker({PEOPLE: endless}, REFUSED)
    assert adapter.find(Key.EMAIL, EMAIL) == []
    assert len(http.calls) == 20


@pytest.mark.parametrize(
    ("answer", "calls"),
    [
        (reply(200, []), 1),
        (reply(200, [row(email="")]), 3),
        (pages([row(email="")]), 3),
    ],
)
def test_a_list_ends_at_an_empty_or_a_repeated_page(answer, calls):
    adapter, http = tracker({PEOPLE: answer}, REFUSED)
    assert adapter.find(Key.EMAIL, EMAIL) == []
    assert len(http.calls) == calls


def test_whoever_the_list_still_shows_but_is_deleted_is_left_out():
    script = {PEOPLE: pages([row()]), ONE: reply(404)}
    assert tracker(script, REFUSED)[0].find(Key.EMAIL, EMAIL) == []


@pytest.mark.parametrize(
    "there",
    [
        row(firstname="", surname="", name="Dana Example"),
        row(firstname=None, surname=None, resourceName="Example, Dana"),
        row(firstName="Dana", firstname=None),
    ],
)
def test_each_spelling_of_a_name_in_the_list_is_read(there):
    script = {PEOPLE: pages([there]), ONE: reply(200, resource())}
    assert ids(tracker(script, REFUSED)[0].find(Key.NAME, NAME)) == [DANA]


def test_before_any_test_the_older_api_is_tried_and_then_the_list():
    script = {CHECK: USER_NOT_FOUND, RECORDS: USER_NOT_FOUND, PEOPLE: pages([])}
    adapter, http = tracker(script)
    assert adapter.find(Key.EMAIL, EMAIL) == []
    assert adapter.find(Key.NAME, NAME) == []
    assert http.names() == [CHECK, PEOPLE, RECORDS, PEOPLE]


def test_other_questions_are_refused():
    with pytest.raises(Unsupported):
        tracker({})[0].find(Key.PHONE, "+1")


# -- One person --------------------------------------------------------------------


@pytest.mark.parametrize("key", ["id", "resourceId"])
def test_a_person_is_read_with_all_we_compare(key):
    full = resource()
    full[key] = full.pop("id")
    person = tracker({ONE: reply(200, full)})[0].person(DANA)
    assert (person.id, person.name, person.emails) == (DANA, NAME, (EMAIL,))
    assert person.phones == ("+12025550123",)
    assert (person.title, person.company) == ("Controls Engineer", "Acme Widgets")
    assert person.url == ""


@pytest.mark.parametrize(
    "absent", [reply(404), reply(204), reply(200, body=b" "), reply(200, body=b"null")]
)
def test_every_form_of_not_there_is_none(absent):
    assert tracker({ONE: absent})[0].person(DANA) is None


@pytest.mark.parametrize(
    "strange",
    [
        reply(200, {}),
        reply(200, []),
        reply(200, body=HTML),
        reply(200, resource(5)),
        reply(200, resource("188077")),
        reply(200, resource(firstName=7)),
        reply(200, resource(contactDetails="x")),
    ],
)
def test_a_strange_person_is_unexpected(strange):
    with pytest.raises(Unexpected):
        tracker({ONE: strange})[0].person(DANA)


# -- Creating ----------------------------------------------------------------------


def test_a_full_candidate_is_created_in_the_nested_form():
    adapter, http = tracker({CREATE: reply(201, {"id": 188077, "success": True})})
    created = adapter.create(FULL)
    assert http.only(CREATE).json == {
        "firstName": "Dana",
        "surname": "Example",
        "jobTitle": "Controls Engineer",
        "contactDetails": {"email": EMAIL, "mobilePhone": "+12025550123"},
        "address": {"town": "Denver", "county": "CO", "country": "United States"},
        "linkedInUrl": LINKEDIN,
        "currentClient": {"id": -1, "name": "Acme Widgets"},
    }
    assert http.effects() == ["write"]
    assert (created.id, created.name, created.url) == (DANA, NAME, "")


def test_a_bare_candidate_is_sent_without_anything_empty():
    adapter, http = tracker({CREATE: reply(201, {"id": 7})})
    adapter.create(replace(BARE, phone="ext. 7"))
    assert http.only(CREATE).json == {
        "firstName": "Ada",
        "surname": "Lovelace",
        "contactDetails": {"mobilePhone": "ext. 7"},
    }


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(201, {"success": True}), Unclear),
        (reply(201, {"id": None, "success": True}), Unclear),
        (reply(201, {"id": "188077", "success": True}), Unclear),
        (reply(201, {"id": 0, "success": True}), Unclear),
        (reply(201, {"id": 188077, "success": False}), Unclear),
        (reply(201, [188077]), Unclear),
        (reply(204), Unclear),
        (reply(200, body=b""), Unclear),
        (reply(200, body=HTML), Unclear),
        (reply(500, {"title": "An error occurred."}), Unclear),
        (reply(503), Unclear),
        (reply(302), Unclear),
        (reply(400, body=HTML), Rejected),
        (reply(400), Rejected),
        (reply(404), Rejected),
        (reply(422, {"message": "email is bad"}), Rejected),
        (reply(409), AlreadyThere),
        (reply(400, "A person with this email exists already"), AlreadyThere),
        (reply(401), BadCredentials),
        (reply(403, body=HTML), MissingPermission),
        (reply(429), Throttled),
    ],
)
def test_what_a_failed_create_means(answer, error):
    adapter, _ = tracker({CREATE: answer})
    with pytest.raises(error, match="TrackerRMS") as caught:
        adapter.create(BARE)
    assert caught.value.sentence.endswith(".")
    assert "<title>" not in caught.value.sentence


def test_a_refusal_names_the_fields_and_hides_the_token():
    problem = {
        "title": "One or more validation errors occurred.",
        "errors": {"surname": ["The surname is required."], "x": f"Bearer {TOKEN} bad"},
    }
    with pytest.raises(Rejected, match="surname: The surname is required") as caught:
        tracker({CREATE: reply(400, problem)})[0].create(BARE)
    assert TOKEN not in caught.value.sentence


# -- The job -----------------------------------------------------------------------

THERE = {ONE_JOB: reply(200, job()), ONE: reply(200, resource())}


def test_a_candidate_goes_onto_the_longlist():
    adapter, http = tracker({LONGLIST: reply(201, {"success": True})})
    adapter.add_to_job(DANA, JOB)
    call = http.only(LONGLIST)
    assert (call.json, call.effect, call.again) == ([], "write", False)


@pytest.mark.parametrize("answer", [reply(404), reply(405, body=HTML)])
def test_a_longlist_that_is_not_there_leads_to_the_shortlist(answer):
    script = THERE | {LONGLIST: answer, SHORTLIST: reply(200, True)}
    adapter, http = tracker(script)
    adapter.add_to_job(DANA, JOB)
    writes = [call for call in http.calls if call.effect == "write"]
    assert [(c.name, c.again) for c in writes] == [(LONGLIST, False), (SHORTLIST, True)]


def test_the_documented_older_call_is_the_last_resort():
    refused = {LONGLIST: reply(404), SHORTLIST: reply(404)}
    adapter, http = tracker(THERE | refused | {APPLY: told(message="created")})
    adapter.add_to_job(DANA, JOB)
    call = http.only(APPLY)
    assert (call.again, call.sign) == (True, False)
    assert call.json["trackerrms"]["resourceApplication"]["instructions"] == {
        "opportunityid": JOB,
        "resourceid": DANA,
        "assigntolist": "long",
        "shortlistedby": "user",
        "source": "",
    }


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(200, {"status": 3, "message": "record found"}), AlreadyThere),
        (reply(200, {"status": 99, "message": "is already assigned"}), AlreadyThere),
        (reply(200, {"status": 99, "message": "bad"}), Rejected),
        (USER_NOT_FOUND, Rejected),
        (reply(401), Rejected),
        (reply(200, body=HTML), Unclear),
        (reply(200, {}), Unclear),
        (reply(500), Unclear),
    ],
)
def test_what_a_failed_last_resort_means(answer, error):
    refused = {LONGLIST: reply(404), SHORTLIST: reply(404)}
    adapter, _ = tracker(THERE | refused | {APPLY: answer})
    with pytest.raises(error, match="TrackerRMS") as caught:
        adapter.add_to_job(DANA, JOB)
    assert TOKEN not in caught.value.sentence


@pytest.mark.parametrize(
    ("changed", "what"),
    [({ONE_JOB: reply(404)}, "job"), ({ONE: reply(404)}, "person")],
)
def test_a_404_may_mean_that_somebody_or_something_is_gone(changed, what):
    adapter, http = tracker(THERE | {LONGLIST: reply(404)} | changed)
    with pytest.raises(Gone) as caught:
        adapter.add_to_job(DANA, JOB)
    assert caught.value.what == what
    assert http.effects().count("write") == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(409), AlreadyThere),
        (reply(400, {"message": "Resource is already on the longlist"}), AlreadyThere),
        (reply(400, {"message": "The opportunity is closed"}), Rejected),
        (reply(200, {"success": False}), Unclear),
        (reply(200, body=HTML), Unclear),
        (reply(500), Unclear),
        (reply(401), BadCredentials),
    ],
)
def test_what_a_failed_addition_means(answer, error):
    adapter, http = tracker({LONGLIST: answer})
    with pytest.raises(error):
        adapter.add_to_job(DANA, JOB)
    assert http.names() == [LONGLIST]


def link(job_id=1026, person_id=188077, **more):
    return {
        "opportunityResourceId": job_id * 7 + person_id,
        "opportunityId": job_id,
        "resourceId": person_id,
        **more,
    }


@pytest.mark.parametrize("answer", [reply(200), reply(201), reply(204)])
def test_an_addition_without_a_word_counts_once_it_is_seen(answer):
    adapter, _ = tracker({LONGLIST: answer, LINKS: pages([link()])})
    adapter.add_to_job(DANA, JOB)
    for links in (pages([]), reply(404), reply(500), reply(401)):
        with pytest.raises(Unclear):
            tracker(THERE | {LONGLIST: answer, LINKS: links})[0].add_to_job(DANA, JOB)


@pytest.mark.parametrize("absent", [reply(404), reply(200, body=b"")])
def test_without_a_word_somebody_may_be_gone(absent):
    script = THERE | {ONE: absent, LONGLIST: reply(200), LINKS: pages([])}
    with pytest.raises(Gone) as caught:
        tracker(script)[0].add_to_job(DANA, JOB)
    assert caught.value.what == "person"
    script = {ONE: absent, UPLOAD: reply(200), DOCUMENTS: absent}
    with pytest.raises(Gone):
        tracker(script)[0].attach_resume(DANA, "Dana.pdf", PDF)


def test_who_is_on_the_job_is_found_among_all_that_come():
    rows = [link(1, 188077), link(1026, 2), link()]
    adapter, http = tracker({LINKS: pages(rows)})
    assert adapter.is_on_job(DANA, JOB) is True
    assert http.calls[0].json == {"opportunityId": 1026, "resourceId": 188077}
    assert adapter.is_on_job(DANA, "99") is False


@pytest.mark.parametrize("name", ["opportunityResources", "data"])
def test_the_list_of_additions_may_be_an_object(name):
    adapter, _ = tracker({LINKS: paged(name, [link()])})
    assert adapter.is_on_job(DANA, JOB) is True


def test_somebody_taken_off_again_counts_as_there():
    adapter, _ = tracker({LINKS: pages([link(activeRecord="n")])})
    assert adapter.is_on_job(DANA, JOB) is True


@pytest.mark.parametrize(
    "answer",
    [
        reply(404, body=HTML),
        reply(405),
        reply(200, [link(1, 2)]),  # the same page for ever
        lambda call: reply(200, [link(1, call.json.get("pageNumber", 0) + 1)]),
    ],
)
def test_a_list_that_does_not_end_cannot_tell(answer):
    assert tracker({LINKS: answer})[0].is_on_job(DANA, JOB) is None


# -- The resume --------------------------------------------------------------------

PDF = b"%PDF-1.7 resume"


def test_a_resume_goes_to_the_newer_api_first():
    adapter, http = tracker({UPLOAD: reply(201, {"documentId": 1})})
    adapter.attach_resume(DANA, "Dana.pdf", PDF)
    assert http.only(UPLOAD).json == {
        "filename": "Dana.pdf",
        "filecontent": base64.b64encode(PDF).decode(),
        "documentType": "resume",
        "isPrimary": True,
    }
    assert http.effects() == ["write"]


@pytest.mark.parametrize("answer", [reply(404, body=HTML), reply(405)])
def test_an_upload_that_is_not_there_leads_to_the_older_call(answer):
    adapter, http = tracker(THERE | {UPLOAD: answer, ATTACH: told()})
    adapter.attach_resume(DANA, "Dana.pdf", PDF)
    call = http.only(ATTACH)
    assert (call.effect, call.again, call.sign) == ("write", True, False)
    assert call.json["trackerrms"]["attachDocument"] == {
        "credentials": {"oauthtoken": TOKEN},
        "file": {
            "filename": "Dana.pdf",
            "recordType": "R",
            "recordId": 188077,
            "documentType": "resume",
            "primary": "y",
            "data": base64.b64encode(PDF).decode(),
        },
    }


def test_a_resume_that_neither_api_takes_says_so():
    adapter, _ = tracker(THERE | {UPLOAD: reply(404), ATTACH: USER_NOT_FOUND})
    with pytest.raises(Rejected, match=r"resume.*user not found.*by hand"):
        adapter.attach_resume(DANA, "Dana.pdf", PDF)


def test_a_resume_for_somebody_who_is_gone_goes_nowhere_else():
    adapter, http = tracker({UPLOAD: reply(404), ONE: reply(404)})
    with pytest.raises(Gone) as caught:
        adapter.attach_resume(DANA, "Dana.pdf", PDF)
    assert caught.value.what == "person"
    assert http.effects() == ["write", "read"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(400, {"message": "filecontent is not base64"}), Rejected),
        (reply(413, body=HTML), Rejected),
        (reply(200, {"success": False}), Unclear),
        (reply(200, body=HTML), Unclear),
        (reply(500), Unclear),
    ],
)
def test_any_other_refusal_of_a_resume_is_final(answer, error):
    adapter, http = tracker({UPLOAD: answer})
    with pytest.raises(error):
        adapter.attach_resume(DANA, "Dana.pdf", PDF)
    assert http.names() == [UPLOAD]


def test_an_upload_without_a_word_counts_once_it_is_seen():
    shown = reply(200, [{"documentId": 1, "filename": "Dana.pdf"}])
    tracker({UPLOAD: reply(204), DOCUMENTS: shown})[0].attach_resume(
        DANA, "Dana.pdf", PDF
    )
    for listed in (reply(200, []), reply(500), reply(404)):
        adapter, _ = tracker(THERE | {UPLOAD: reply(204), DOCUMENTS: listed})
        with pytest.raises(Unclear):
            adapter.attach_resume(DANA, "Dana.pdf", PDF)


@pytest.mark.parametrize("key", ["filename", "fileName", "name"])
@pytest.mark.parametrize("wrap", [None, "items", "documents"])
def test_a_resume_is_recognised_by_its_name(key, wrap):
    rows = [{"documentId": 1, key: "DANA.pdf"}]
    adapter, _ = tracker({DOCUMENTS: reply(200, {wrap: rows} if wrap else rows)})
    assert adapter.has_resume(DANA, "Dana.pdf") is True
    assert adapter.has_resume(DANA, "Other.pdf") is False


@pytest.mark.parametrize("answer", [reply(404), reply(405), reply(204), reply(200)])
def test_documents_that_cannot_be_listed_cannot_tell(answer):
    assert tracker({DOCUMENTS: answer})[0].has_resume(DANA, "Dana.pdf") is None


def test_trackerrms_takes_no_note_and_lists_nobody():
    adapter, _ = tracker({})
    with pytest.raises(Unsupported):
        adapter.add_note(DANA, "hello")
    with pytest.raises(Unsupported):
        adapter.people(None)
    assert "CSV" in adapter.no_listing_reason
