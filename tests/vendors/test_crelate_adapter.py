"""Crelate's adapter against scripted replies, from the documents alone."""

from __future__ import annotations

from dataclasses import replace

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
from integrations.vendors.crelate.adapter import RECRUITING_WORKFLOW, CrelateAdapter

from .fakehttp import HTML, adapter_with, reply
from .people import BARE, FULL

DANA = "11111111-2222-3333-4444-555566667777"
JOB = "99999999-0000-0000-0000-000000000001"
COMPANY = "bbbbbbbb-0000-0000-0000-000000000001"
WORKFLOW = "f6ef012f-998d-4132-b38b-a17a00b2b958"
STAGE = "55555555-0000-0000-0000-000000000001"

CREATE = "POST /contacts"
LIST = "GET /contacts"
ONE = f"GET /contacts/{DANA}"
ADD = f"POST /jobs/{JOB}/contacts"
HISTORY = f"GET /jobs/{JOB}/contacts/history"
UPLOAD = "POST /artifacts/primary"


def guid(number):
    return f"12345678-0000-0000-0000-{number:012d}"


def ok(data, *, status=200, total=None, **more):
    metadata = {"CorrelationId": guid(999), "TotalRecords": total}
    return reply(status, {"Data": data, "Metadata": metadata, "Errors": []} | more)


def failed(status, *messages):
    errors = [{"Message": message} for message in messages]
    return reply(status, {"Data": None, "Metadata": {}, "Errors": errors})


NOT_FOUND = failed(404, "The requested record was not found")


def contact(id=DANA, **more):
    return {
        "Id": id,
        "Name": "Example, Dana",
        "FirstName": "Dana",
        "LastName": "Example",
        "EmailAddresses_Personal": None,
        "PhoneNumbers_Mobile": None,
        "Websites_LinkedIn": None,
        "CurrentPosition": None,
        **more,
    }


def job(id=JOB, **more):
    return {
        "Id": id,
        "Name": "Controls Engineer - Acme Widgets",
        "JobCode": "1042",
        "AccountId": {"Id": COMPANY, "Title": "Acme Widgets"},
        "WorkflowTypeId": {"Id": WORKFLOW, "Title": "Recruiting"},
        "IsLead": False,
        "IsOnHold": None,
        "ClosedOn": None,
        "PortalCity": "Denver",
        "PortalState": "CO",
        "CreatedOn": "2026-01-02T10:00:00.12Z",
        **more,
    }


def crelate(script, **environment):
    return adapter_with(CrelateAdapter, script, **environment)


# -- The connection ----------------------------------------------------------------


def test_everything_is_below_api3_of_the_origin():
    assert crelate({})[0].base_url() == "https://app.crelate.com/api3"
    adapter, _ = crelate({}, CRELATE_URL="http://127.0.0.1:9/")
    assert adapter.base_url() == "http://127.0.0.1:9/api3"


def check_script(**changed):
    script = {"GET /jobs": ok([]), LIST: ok([contact()])}
    script["GET /users/self"] = ok(
        {"Id": guid(1), "FirstName": "Rita", "LastName": "R"}
    )
    script["GET /organizations/self"] = ok({"Id": guid(2), "Name": "Acme"})
    return script | changed


def test_a_good_key_shows_whose_it_is_and_which_tenant():
    adapter, http = crelate(check_script())
    account = adapter.check()
    assert (account.id, account.name) == (guid(2), "Rita R, Acme")
    assert account.permissions == {}
    assert http.only("GET /jobs").params == {"limit": 1}
    assert set(http.effects()) == {"read"}


@pytest.mark.parametrize(
    "answer",
    [
        NOT_FOUND,
        reply(404, body=HTML),
        reply(403),
        reply(500, body=HTML),
        reply(200, body=HTML),
        ok("text"),
        ok({"Id": 7, "Name": ["x"], "FirstName": 3}),
        ok(None),
        reply(400, "no"),
    ],
)
def test_the_unproven_who_am_i_is_never_needed(answer):
    unknown = {"GET /users/self": answer, "GET /organizations/self": answer}
    account = crelate(check_script() | unknown)[0].check()
    assert (account.id, account.name) == (None, "Crelate")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(401, body=b""), BadCredentials),
        (reply(401, body=HTML), BadCredentials),
        (failed(403, "No."), MissingPermission),
        (reply(403, body=HTML), MissingPermission),
        (reply(200, body=HTML), Unexpected),
        (reply(503), NotSent),
        (reply(429), Throttled),
    ],
)
@pytest.mark.parametrize("call", ["GET /jobs", LIST])
def test_a_key_that_cannot_read_is_refused(call, answer, error):
    with pytest.raises(error, match="Crelate"):
        crelate(check_script(**{call: answer}))[0].check()


def test_ping_is_one_small_read():
    adapter, http = crelate({"GET /jobs": ok([])})
    adapter.ping()
    assert len(http.calls) == 1


# -- What errors mean --------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failed(400, "The target entity Id cannot be null"), Rejected),
        (reply(400, {"Errors": ["plain words"]}), Rejected),
        (reply(400, {"Errors": "plain words"}), Rejected),
        (reply(400, "plain words"), Rejected),
        (reply(400, {"Errors": None}), Rejected),
        (reply(400, [1]), Rejected),
        (reply(413, body=HTML), Rejected),
        (failed(422, "Email is bad"), Rejected),
        (failed(404, "no"), Rejected),
        (reply(401), BadCredentials),
        (reply(403, body=HTML), MissingPermission),
        (reply(429), Throttled),
        (failed(500, "An unknown error occurred."), Unclear),
        (reply(500, body=HTML), Unclear),
        (reply(503), Unclear),
        (reply(302), Unclear),
        (reply(200, body=b""), Unclear),
        (reply(200, body=HTML), Unclear),
        (reply(201, body=b'{"Data": "11111111-2222'), Unclear),
        (ok(None), Unclear),
        (ok(41), Unclear),
        (ok("not a guid"), Unclear),
        (ok({"Id": 41}), Unclear),
        (ok([DANA]), Unclear),
        (reply(200, {"Errors": []}), Unclear),
        (reply(200, ["Data"]), Unclear),
    ],
)
def test_what_a_failed_create_means(answer, error):
    adapter, http = crelate({CREATE: answer})
    with pytest.raises(error) as caught:
        adapter.create(replace(BARE, sourced=False))
    assert caught.value.sentence.endswith(".")
    assert "Crelate" in caught.value.sentence
    assert getattr(caught.value, "rejection", "") == ""
    assert http.effects() == ["write"]


@pytest.mark.parametrize(
    "words",
    [
        "Required fields are missing: LastName",
        "EmailAddresses_Personal has no Value",
        "Validation failed",
    ],
)
def test_a_500_that_names_fields_is_unclear_with_its_reason(words):
    adapter, _ = crelate({CREATE: failed(500, words)})
    with pytest.raises(Unclear) as caught:
        adapter.create(replace(BARE, sourced=False))
    assert words in caught.value.rejection
    with pytest.raises(NotSent):
        crelate({"GET /jobs": failed(500, words)})[0].ping()


def test_the_vendors_words_hold_neither_key_nor_address():
    words = "Bad phone. https://app.crelate.com/api3/contacts?api_key=abc (api_key=abc)"
    message = f"{words} top-secret-key {'z' * 400}"
    with pytest.raises(Rejected) as caught:
        crelate({CREATE: failed(400, message)})[0].create(replace(BARE, sourced=False))
    sentence = caught.value.sentence
    assert "Bad phone. (address) (api_key=(key) (key)" in sentence.replace(")", ")")
    assert "abc" not in sentence
    assert "top-secret" not in sentence
    assert len(sentence) < 300


@pytest.mark.parametrize(
    ("messages", "person_id"),
    [
        ([f"A duplicate record of type Contacts with ID '{DANA}' was found."], DANA),
        ([f"… '{DANA.upper()}' … {DANA}"], DANA),
        (["Duplicate entities found"], None),
        ([f"{DANA} and {guid(1)}"], None),
        ([], None),
    ],
)
def test_a_duplicate_is_already_there_with_the_one_record_it_names(messages, person_id):
    with pytest.raises(AlreadyThere) as caught:
        crelate({CREATE: failed(409, *messages)})[0].create(
            replace(BARE, sourced=False)
        )
    assert caught.value.person_id == person_id


# -- Jobs --------------------------------------------------------------------------


def test_open_jobs_come_newest_first_with_company_and_place():
    rows = [
        job(guid(1)),
        job(guid(2), Name="New", CreatedOn="2026-05-01T00:00:00Z"),
        job(guid(3), ClosedOn="2026-02-01T00:00:00Z"),
        job(guid(4), IsLead=True),
        job(guid(5), IsOnHold=True),
        job(guid(6), IsHidden=True),
        job(guid(7), IsClosed=True),
        job(guid(8), Name=None, AccountId=None, PortalCity=None, PortalState=None),
        job(guid(9), Locations_Business={"City": "Boulder"}, CreatedOn=None),
    ]
    adapter, http = crelate({"GET /jobs": ok(rows, total=9)})
    found = adapter.search_jobs("")
    assert [(j.title, j.detail) for j in found] == [
        ("New", "Acme Widgets · Denver, CO"),
        ("Controls Engineer - Acme Widgets", "Acme Widgets · Denver, CO"),
        ("(unnamed job)", ""),
        ("Controls Engineer - Acme Widgets", "Acme Widgets · Boulder, CO"),
    ]
    assert http.calls[0].params == {"limit": 100, "offset": 0}
    assert len(http.calls) == 1


def test_jobs_are_found_by_words_of_name_code_company_or_place():
    rows = [job(guid(1)), job(guid(2), Name="Welder", JobCode="77", AccountId=None)]
    adapter, _ = crelate({"GET /jobs": ok(rows)})
    assert [j.id for j in adapter.search_jobs(" ACME  engineer ")] == [guid(1)]
    assert [j.id for j in adapter.search_jobs("77")] == [guid(2)]
    assert len(adapter.search_jobs("denver")) == 2
    assert adapter.search_jobs("plumber") == []


def test_a_hundred_rows_ask_for_the_next_page_until_the_total():
    first = [job(guid(n)) for n in range(100)]
    script = {"GET /jobs": [ok(first, total=101), ok([job(guid(200))], total=101)]}
    adapter, http = crelate(script)
    assert len(adapter.search_jobs("")) == 50
    assert [c.params["offset"] for c in http.calls] == [0, 100]


def test_a_page_smaller_than_asked_for_is_no_end_where_there_are_more():
    pages = [ok([job(guid(n)) for n in range(3)], total=5), ok([job(guid(7))], total=5)]
    adapter, http = crelate({"GET /jobs": [*pages, ok([], total=5)]})
    assert len(adapter.search_jobs("")) == 4
    assert [c.params["offset"] for c in http.calls] == [0, 3, 4]


def test_past_the_cap_the_vendors_search_adds_a_few_jobs():
    full = ok([job(guid(n)) for n in range(100)])
    slim = ok([{"Id": guid(1)}, {"Id": "no"}, {"Id": guid(500)}, {"Id": guid(501)}])
    script = {
        "GET /jobs": full,
        "GET /jobs/search": slim,
        f"GET /jobs/{guid(500)}": ok(job(guid(500), Name="Rare bird")),
        f"GET /jobs/{guid(501)}": NOT_FOUND,
    }
    adapter, http = crelate(script)
    assert [j.title for j in adapter.search_jobs("rare")] == ["Rare bird"]
    assert http.only("GET /jobs/search").params == {"query": "rare", "limit": 10}
    assert http.names().count("GET /jobs") == 5


@pytest.mark.parametrize(
    "rows",
    [
        None,
        "text",
        [7],
        [job(Id=7)],
        [job(Id="../contacts")],
        [job(Name=7)],
        [job(AccountId="Acme")],
        [job(IsLead="yes")],
        [job(CreatedOn=7)],
    ],
)
def test_strange_jobs_are_unexpected(rows):
    with pytest.raises(Unexpected):
        crelate({"GET /jobs": ok(rows)})[0].search_jobs("")


def test_a_job_is_read_by_id_and_none_when_unknown():
    found = crelate({f"GET /jobs/{JOB}": ok(job(ClosedOn="2026-01-01"))})[0].job(JOB)
    assert (found.title, found.is_open) == ("Controls Engineer - Acme Widgets", False)
    assert crelate({f"GET /jobs/{JOB}": NOT_FOUND})[0].job(JOB) is None


def test_what_is_no_guid_is_never_put_into_a_path():
    adapter, http = crelate({})
    assert adapter.job("../users/self") is None
    assert adapter.person("1?x=1") is None
    assert adapter.is_on_job("1", JOB) is False
    assert adapter.is_on_job(DANA, "..") is False
    with pytest.raises(Gone):
        adapter.add_to_job(DANA, "..")
    assert http.calls == []


@pytest.mark.parametrize("body", [HTML, b"", b"[]", b'{"error": "no route"}'])
def test_an_unknown_address_is_no_missing_record(body):
    with pytest.raises(Rejected, match="CRELATE_URL"):
        crelate({ONE: reply(404, body=body)})[0].person(DANA)


# -- People ------------------------------------------------------------------------


def test_every_row_for_an_email_comes_back_with_all_it_carries():
    row = contact(
        EmailAddresses_Personal={"Id": guid(1), "Value": "dana@mail.example"},
        EmailAddresses_Work={"Value": "dana@acme.example"},
        PhoneNumbers_Mobile={"Value": "+12025550123"},
        Websites_LinkedIn={"Value": "https://www.linkedin.com/in/dana-example"},
        Websites_Personal={"Value": "https://dana.example"},
        CurrentPosition={"JobTitle": "Engineer", "CompanyId": {"Title": "Acme"}},
    )
    other = contact(guid(5), FirstName=None, LastName=None)
    adapter, http = crelate({LIST: ok([row, other], total=2)}, CRELATE_URL="http://c:1")
    first, second = adapter.find(Key.EMAIL, "dana@mail.example")
    assert http.only(LIST).params == {
        "emails": "dana@mail.example",
        "limit": 100,
        "offset": 0,
    }
    assert first.name == "Dana Example"
    assert first.emails == ("dana@mail.example", "dana@acme.example")
    assert first.phones == ("+12025550123",)
    assert first.linkedin_urls == ("https://www.linkedin.com/in/dana-example",)
    assert (first.title, first.company) == ("Engineer", "Acme")
    assert first.url == f"http://c:1/go#stage/_Contacts/DefaultView/{DANA}/summary"
    assert second.name == "Example, Dana"


def test_more_people_than_an_email_can_have_prove_nothing():
    everybody = ok([contact(guid(n)) for n in range(100)])
    adapter, http = crelate({LIST: everybody})
    with pytest.raises(Unexpected, match="proves nothing"):
        adapter.find(Key.EMAIL, "dana@mail.example")
    assert len(http.calls) == 2


def test_a_name_is_searched_and_read_in_full():
    slim = ok(
        [{"Id": DANA, "Title": "Example, Dana"}, {"Id": guid(2)}, {"Id": guid(3)}]
    )
    script = {
        "GET /contacts/search": slim,
        LIST: ok([contact(guid(9)), contact(DANA.upper())]),  # ``ids`` was ignored
        f"GET /contacts/{guid(2)}": ok(contact(guid(2))),
        f"GET /contacts/{guid(3)}": NOT_FOUND,
    }
    adapter, http = crelate(script)
    assert [p.id for p in adapter.find(Key.NAME, "Dana Example")] == [
        DANA.upper(),
        guid(2),
    ]
    assert http.calls[0].params == {"query": "Dana Example", "limit": 10}
    assert http.only(LIST).params["ids"] == f"{DANA},{guid(2)},{guid(3)}"


def test_a_name_nobody_has_is_one_call_and_other_keys_are_refused():
    adapter, http = crelate({"GET /contacts/search": ok([])})
    assert adapter.find(Key.NAME, "Nobody") == []
    assert len(http.calls) == 1
    with pytest.raises(Unsupported):
        adapter.find(Key.PHONE, "+1")


@pytest.mark.parametrize(
    "row",
    [
        contact(7),
        contact(None),
        contact(FirstName=7),
        contact(EmailAddresses_Personal="dana@mail.example"),
        contact(EmailAddresses_Personal={"Value": 7}),
        contact(CurrentPosition=[]),
    ],
)
def test_a_strange_person_is_unexpected(row):
    with pytest.raises(Unexpected):
        crelate({LIST: ok([row])})[0].find(Key.EMAIL, "dana@mail.example")
    with pytest.raises(Unexpected):
        crelate({ONE: ok(row)})[0].person(DANA)


def test_a_person_is_read_by_id_and_none_when_unknown():
    assert crelate({ONE: ok(contact())})[0].person(DANA).name == "Dana Example"
    assert crelate({ONE: NOT_FOUND})[0].person(DANA) is None
    with pytest.raises(Unexpected):
        crelate({ONE: ok(None)})[0].person(DANA)


# -- Creating ----------------------------------------------------------------------


def create_script(**changed):
    companies = ok([{"Id": COMPANY.upper(), "Title": "ACME  widgets"}])
    script = {CREATE: ok(DANA, status=201), "GET /companies/search": companies}
    sources = [{"Id": guid(7), "Name": "LinkedIn"}, {"Id": guid(8), "Name": "pinsync"}]
    return script | {"GET /contactsources": ok(sources)} | changed


def test_a_full_contact_is_created_in_one_write():
    adapter, http = crelate(create_script())
    created = adapter.create(FULL)
    assert http.only(CREATE).json == {
        "entity": {
            "FirstName": "Dana",
            "LastName": "Example",
            "RecordType": 1,
            "EmailAddresses_Personal": {
                "Value": "dana@mail.example",
                "IsPrimary": True,
            },
            "PhoneNumbers_Mobile": {"Value": "+12025550123", "IsPrimary": True},
            "Websites_LinkedIn": {
                "Value": "https://www.linkedin.com/in/dana-example",
                "IsPrimary": True,
            },
            "Addresses_Home": {"City": "Denver", "State": "CO", "IsPrimary": True},
            "CurrentPosition": {
                "JobTitle": "Controls Engineer",
                "CompanyId": {"Id": COMPANY.upper()},
                "IsPrimary": True,
            },
            "ContactSourceId": {"Id": guid(8)},
            "Description": "Location: Denver, CO, United States",
        }
    }
    assert http.effects() == ["read", "read", "write"]
    assert created.id == DANA
    assert created.url.endswith(f"/{DANA}/summary")
    assert created.company == "Acme Widgets"


def test_a_bare_contact_gets_a_last_name_and_nothing_empty():
    adapter, http = crelate({CREATE: ok({"Id": DANA})})
    created = adapter.create(replace(BARE, last_name="", sourced=False))
    assert http.only(CREATE).json == {
        "entity": {"FirstName": "Ada", "LastName": "(Unknown)", "RecordType": 1}
    }
    assert created.emails == ()


def test_what_has_no_safe_field_goes_into_the_description():
    adapter, http = crelate({CREATE: ok(DANA)})
    person = replace(BARE, phone="ext. 7", country="Peru", sourced=False)
    adapter.create(replace(person, current_title="Owner"))
    entity = http.only(CREATE).json["entity"]
    assert entity["Description"] == "Phone: ext. 7\nLocation: Peru"
    assert "PhoneNumbers_Mobile" not in entity
    assert "Addresses_Home" not in entity
    assert entity["CurrentPosition"] == {"JobTitle": "Owner", "IsPrimary": True}


def living_in(title, number=5):
    return {"Addresses_Business": {"CountryId": {"Id": guid(number), "Title": title}}}


def created_from(country, *, facts=None, met=()):
    """Return what is created for somebody there, after contacts were read."""
    rows = [contact(**living_in(title)) for title in met]
    adapter, http = crelate({CREATE: ok(DANA), LIST: ok(rows)})
    adapter.facts = facts or {}
    adapter.find(Key.EMAIL, "a@mail.example")
    adapter.create(replace(BARE, city="Lima", country=country, sourced=False))
    return http.only(CREATE).json["entity"]


def test_a_check_keeps_the_countries_of_the_contacts_it_reads():
    odd = [{"CountryId": {"Id": 7, "Title": "Chad"}}, {"CountryId": "Peru"}, "Peru"]
    rows = [contact(**living_in(" United  States "))]
    rows += [contact(Addresses_Home=address) for address in odd]
    adapter, http = crelate(check_script(**{LIST: ok(rows)}))
    assert adapter.check().facts == {"country:united states": guid(5)}
    assert http.only(LIST).params == {"limit": 100}


@pytest.mark.parametrize(
    ("country", "title"),
    [
        ("peru", "Peru"),
        ("USA", "United States"),
        ("United States", "US"),
        ("UK", "United Kingdom"),
    ],
)
def test_a_country_that_a_contact_has_named_goes_into_the_address(country, title):
    address = {"City": "Lima", "CountryId": {"Id": guid(5)}, "IsPrimary": True}
    kept = created_from(country, facts={f"country:{title.casefold()}": guid(5)})
    met = created_from(country, met=[title])
    assert kept["Addresses_Home"] == met["Addresses_Home"] == address
    assert "Description" not in kept
    assert "Description" not in met


def test_another_country_stands_in_the_description():
    entity = created_from("Peru", facts={"country:united states": guid(5)})
    assert entity["Addresses_Home"] == {"City": "Lima", "IsPrimary": True}
    assert entity["Description"] == "Location: Lima, Peru"


def test_an_unknown_company_is_made_first():
    near_miss = ok([{"Id": guid(1), "Title": "Acme Widgets Inc"}])
    script = {"GET /companies/search": near_miss, "POST /companies": ok(COMPANY)}
    adapter, http = crelate(create_script(**script))
    adapter.create(FULL)
    assert http.only("POST /companies").json == {"entity": {"Name": "Acme Widgets"}}
    position = http.only(CREATE).json["entity"]["CurrentPosition"]
    assert position["CompanyId"] == {"Id": COMPANY}
    assert http.effects() == ["read", "helper", "read", "write"]


def test_a_company_that_is_there_after_all_is_taken_from_the_refusal():
    there = failed(409, f"A duplicate record of type _Accounts with ID '{COMPANY}' …")
    script = {"GET /companies/search": ok([]), "POST /companies": there}
    adapter, http = crelate(create_script(**script))
    adapter.create(FULL)
    position = http.only(CREATE).json["entity"]["CurrentPosition"]
    assert position["CompanyId"] == {"Id": COMPANY}


@pytest.mark.parametrize(
    "refusal",
    [
        failed(403, "No"),
        failed(400, "Bad"),
        failed(500, "Name is required"),
        failed(409, "Duplicate entities found"),
    ],
)
def test_a_company_refused_for_good_does_not_stop_the_person(refusal):
    script = {"GET /companies/search": ok([]), "POST /companies": refusal}
    adapter, http = crelate(create_script(**script))
    adapter.create(FULL)
    entity = http.only(CREATE).json["entity"]
    assert entity["CurrentPosition"] == {
        "JobTitle": "Controls Engineer",
        "IsPrimary": True,
    }
    assert entity["Description"].endswith("Current company: Acme Widgets")


def test_a_company_search_that_is_not_allowed_does_not_stop_the_person():
    script = create_script(**{"GET /companies/search": failed(403, "No")})
    adapter, http = crelate(script)
    adapter.create(FULL)
    assert "POST /companies" not in http.names()


@pytest.mark.parametrize(
    "trouble", [reply(500, body=HTML), reply(503), ok("x"), reply(200, body=b"")]
)
def test_a_company_in_trouble_is_not_sent_and_costs_nothing(trouble):
    script = {"GET /companies/search": ok([]), "POST /companies": trouble}
    adapter, http = crelate(create_script(**script))
    with pytest.raises(NotSent):
        adapter.create(FULL)
    assert "write" not in http.effects()


def test_the_source_is_asked_once_and_set_for_sourced_people_only():
    adapter, http = crelate(create_script())
    adapter.create(BARE)
    adapter.create(BARE)
    adapter.create(replace(BARE, sourced=False))
    assert http.names().count("GET /contactsources") == 1
    sent = [c.json["entity"].get("ContactSourceId") for c in http.calls if c.json]
    assert sent == [{"Id": guid(8)}, {"Id": guid(8)}, None]


@pytest.mark.parametrize(
    "answer",
    [
        ok([{"Id": guid(1), "Name": "PinSync Events"}]),
        failed(403, "No"),
        reply(404, body=HTML),
        ok("x"),
        ok([{"Id": 1, "Name": "PinSync"}]),
        ok([{"Id": guid(1), "Name": 7}]),
    ],
)
def test_without_a_source_of_our_name_the_person_goes_over_all_the_same(answer):
    adapter, http = crelate(create_script(**{"GET /contactsources": answer}))
    adapter.create(BARE)
    assert "ContactSourceId" not in http.only(CREATE).json["entity"]


# -- The job's pipeline ------------------------------------------------------------


def stage(number, order, **more):
    return {"Id": guid(number), "Name": f"Stage {number}", "SortOrder": order, **more}


STAGES = [stage(2, 20), stage(1, 10), stage(3, 1, WorkflowTypeId={"Id": guid(99)})]


def add_script(**changed):
    script = {
        f"GET /jobs/{JOB}": ok(job()),
        "GET /workflowstatuses": ok(STAGES),
        ADD: ok(True),
    }
    return script | changed


def test_a_contact_is_put_on_the_first_stage_of_the_jobs_own_workflow():
    adapter, http = crelate(add_script())
    adapter.add_to_job(DANA, JOB)
    assert http.only("GET /workflowstatuses").params["workflow_type_ids"] == WORKFLOW
    add = http.only(ADD)
    assert (add.params, add.json) == ({"contact_ids": DANA}, {"statusId": guid(1)})
    assert http.effects() == ["read", "read", "write"]


def test_a_job_without_a_workflow_uses_the_usual_one():
    script = add_script(**{f"GET /jobs/{JOB}": ok(job(WorkflowTypeId=None))})
    adapter, http = crelate(script)
    adapter.add_to_job(DANA, JOB)
    params = http.only("GET /workflowstatuses").params
    assert params["workflow_type_ids"] == RECRUITING_WORKFLOW


@pytest.mark.parametrize(
    "stages",
    [ok([]), ok([{"Id": guid(1), "SortOrder": "first"}]), failed(403, "No"), NOT_FOUND],
)
def test_without_any_stage_crelate_chooses_one(stages):
    adapter, http = crelate(add_script(**{"GET /workflowstatuses": stages}))
    adapter.add_to_job(DANA, JOB)
    assert http.only(ADD).json == {}


@pytest.mark.parametrize(
    "answer", [ok(True), ok(None), ok([guid(3)]), reply(204), ok(True, status=201)]
)
def test_what_comes_back_for_an_addition_is_not_known_and_not_read(answer):
    crelate(add_script(**{ADD: answer}))[0].add_to_job(DANA, JOB)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failed(409, f"… '{DANA}' …"), AlreadyThere),
        (reply(200, body=b""), Unclear),
        (reply(200, body=HTML), Unclear),
        (reply(200, {"ok": True}), Unclear),
        (ok(False), Unclear),
        (ok(True, Errors=[{"Message": "No"}]), Unclear),
        (reply(500), Unclear),
        (failed(400, "Bad"), Rejected),
        (reply(404, body=HTML), Rejected),
    ],
)
def test_what_a_failed_addition_means(answer, error):
    with pytest.raises(error):
        crelate(add_script(**{ADD: answer}))[0].add_to_job(DANA, JOB)


def test_a_job_that_is_gone_is_not_written_to():
    adapter, http = crelate({f"GET /jobs/{JOB}": NOT_FOUND})
    with pytest.raises(Gone) as caught:
        adapter.add_to_job(DANA, JOB)
    assert caught.value.what == "job"
    assert "write" not in http.effects()


@pytest.mark.parametrize(
    ("contact_there", "what"),
    [(ok(contact()), "job"), (NOT_FOUND, "person"), (reply(500), "job")],
)
def test_a_404_of_the_addition_is_told_apart(contact_there, what):
    script = add_script(**{ADD: NOT_FOUND, ONE: contact_there})
    with pytest.raises(Gone) as caught:
        crelate(script)[0].add_to_job(DANA, JOB)
    assert caught.value.what == what


@pytest.mark.parametrize(
    "changed",
    [
        {f"GET /jobs/{JOB}": ok(job(WorkflowTypeId="x"))},
        {f"GET /jobs/{JOB}": ok(job(WorkflowTypeId={"Id": 7}))},
        {"GET /workflowstatuses": ok([stage(1, 1, Id="x")])},
        {"GET /workflowstatuses": ok({"rows": []})},
    ],
)
def test_strange_stages_are_unexpected(changed):
    with pytest.raises(Unexpected):
        crelate(add_script(**changed))[0].add_to_job(DANA, JOB)


MOVES = ok([{"Date": "2026-01-01T00:00:00Z", "Stage": {"Id": STAGE}}])


def test_who_has_a_history_and_is_listed_is_on_the_job():
    script = {HISTORY: MOVES, LIST: ok([contact(guid(1)), contact(DANA.upper())])}
    adapter, http = crelate(script)
    assert adapter.is_on_job(DANA, JOB)
    assert http.only(HISTORY).params == {"contact_id": DANA, "limit": 10}
    assert http.only(LIST).params["job_ids"] == JOB


def test_who_has_a_history_but_was_taken_off_is_not_on_the_job():
    assert not crelate({HISTORY: MOVES, LIST: ok([])})[0].is_on_job(DANA, JOB)


@pytest.mark.parametrize("history", [ok([]), ok(None), NOT_FOUND])
def test_who_has_no_history_is_not_on_the_job(history):
    assert not crelate({HISTORY: history})[0].is_on_job(DANA, JOB)


def test_a_list_too_long_to_read_leaves_it_to_the_history():
    full = ok([contact(guid(n)) for n in range(100)])
    adapter, http = crelate({HISTORY: MOVES, LIST: full})
    assert adapter.is_on_job(DANA, JOB)
    assert http.names().count(LIST) == 20


# -- Resume ------------------------------------------------------------------------


def test_a_resume_is_one_multipart_write():
    adapter, http = crelate({UPLOAD: ok(guid(1))})
    adapter.attach_resume(DANA, "Dana.pdf", b"%PDF")
    call = http.only(UPLOAD)
    assert call.params == {
        "target_entity_name": "Contacts",
        "target_record_id": DANA,
    }
    assert call.files == {"file": ("Dana.pdf", b"%PDF", "application/pdf")}
    assert http.effects() == ["write"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (NOT_FOUND, Gone),
        (reply(404, body=HTML), Rejected),
        (reply(413, body=HTML), Rejected),
        (failed(500, "An unknown error occurred."), Unclear),
        (reply(200, body=b""), Unclear),
        (ok(guid(1), Errors=["No"]), Unclear),
    ],
)
def test_what_a_failed_upload_means(answer, error):
    with pytest.raises(error):
        crelate({UPLOAD: answer})[0].attach_resume(DANA, "Dana.pdf", b"%PDF")


def test_an_upload_without_a_body_is_taken_by_its_status():
    crelate({UPLOAD: reply(204)})[0].attach_resume(DANA, "Dana.pdf", b"%PDF")


def test_a_resume_is_there_by_its_name_among_the_persons_own_files():
    rows = [
        {"Id": guid(1), "FileName": "DANA.pdf"},
        {"Id": guid(2), "Name": "cover.pdf", "ParentId": {"Id": DANA.upper()}},
        {"Id": guid(3), "FileName": "other.pdf", "ParentId": {"Id": guid(50)}},
    ]
    adapter, http = crelate({"GET /artifacts": ok(rows)})
    assert adapter.has_resume(DANA, "dana.pdf") is True
    assert adapter.has_resume(DANA, "cover.pdf") is True
    assert adapter.has_resume(DANA, "other.pdf") is False
    assert http.calls[0].params["parent_ids"] == DANA


def test_a_file_among_too_many_cannot_be_told():
    rows = [{"Id": guid(n), "FileName": f"{n}.pdf"} for n in range(100)]
    adapter, _ = crelate({"GET /artifacts": ok(rows)})
    assert adapter.has_resume(DANA, "5.pdf") is True
    assert adapter.has_resume(DANA, "dana.pdf") is None


def test_crelate_takes_no_note():
    adapter, _ = crelate({})
    assert adapter.sends_note is False
    with pytest.raises(Unsupported):
        adapter.add_note(DANA, "hello")
