"""JobAdder's adapter against scripted replies, from the documents alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.adapters import Key, PermissionState, Token, Unsupported
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
from integrations.vendors.jobadder import bodies, countries, oauth, scopes
from integrations.vendors.jobadder.adapter import JobAdderAdapter

from .fakehttp import HTML, adapter_with, reply
from .people import BARE, FULL

ALEX, JOB = "16496001", "936001"
ASKED = {need.code for need in JobAdderAdapter.needs}
PROVEN, MISSING, UNPROVABLE = PermissionState

TOKEN = "POST https://id.jobadder.com/connect/token"
CREATE = "POST /candidates"
PERSON = f"GET /candidates/{ALEX}"
PLACE = f"POST /jobs/{JOB}/applications"
RESUME = f"POST /candidates/{ALEX}/attachments/Resume"
FILES = f"GET /candidates/{ALEX}/attachments"
BY_ANY_EMAIL = "GET /search/emailaddress"
SIGNED_IN = {
    "access_token": "d2534958b2d3b9e3",
    "expires_in": 3600,
    "token_type": "Bearer",
    "refresh_token": "e1b495fa69c9bdac",
    "api": "https://eu2api.jobadder.com/v2/",
    "instance": "eu2",
    "account": 1234,
}


def jobadder(script=None, *, facts=None, **environment):
    """Return the adapter for a script of ``METHOD /path``, and its door."""
    variables = {
        "JOBADDER_AUTH_URL": "https://id.jobadder.com",
        "JOBADDER_API_URL": "",
        "JOBADDER_CLIENT_ID": "the-client",
        "JOBADDER_CLIENT_SECRET": "the-secret",
    }
    found = adapter_with(JobAdderAdapter, script or {}, **(variables | environment))
    found[0].facts = facts or {}
    return found


def page(*items, total=None):
    count = len(items) if total is None else total
    return reply(200, {"items": list(items), "totalCount": count, "links": {}})


def refused(*fields, status=422, message="Validation error", **headers):
    errors = [{"code": "Invalid", "message": None, "fields": list(fields)}]
    body = {"message": message, "errors": errors if fields else None}
    return reply(status, body, **headers)


def row(number=ALEX, **more):
    """Return a candidate as lists show them."""
    named = {"firstName": "Alex", "lastName": "Sample", "email": None, "phone": None}
    times = {"createdAt": "2026-05-10T09:00:00Z", "updatedAt": "2026-05-11T09:00:00Z"}
    return {"candidateId": int(number), **named, **times, **more}


def candidate(number=ALEX, linkedin=None, **more):
    """Return a candidate as their own address shows them."""
    social = {"linkedin": linkedin} if linkedin else None
    current = {"employer": "Data Co", "position": "Data Engineer", "workType": None}
    full = {"social": social, "otherEmail": [], "employment": {"current": current}}
    return reply(200, row(number, **{**full, **more}))


def job(number=JOB, **more):
    status = {"statusId": 401, "name": "Open", "active": True, "default": True}
    company = {"companyId": 4410, "name": "Client Ltd"}
    place = {"locationId": 7, "name": "London", "area": {"areaId": 71, "name": "City"}}
    named = {"jobId": int(number), "jobTitle": "Data Engineer", "status": status}
    return {**named, "company": company, "location": place, "closedAt": None, **more}


# -- Signing in --------------------------------------------------------------------


def test_the_browser_is_sent_to_the_documented_page_with_the_narrow_scopes():
    adapter, http = jobadder()
    url = urlsplit(adapter.authorize_url("a state&", "https://pin.example/back"))
    assert (url.hostname, url.path) == ("id.jobadder.com", "/connect/authorize")
    asked = {key: value for key, (value,) in parse_qs(url.query).items()}
    assert asked.pop("scope").split() == [
        "read_user",
        "read_job",
        "read_candidate",
        "write_candidate",
        "read_jobapplication",
        "write_jobapplication",
        "offline_access",
    ]
    assert asked == {
        "response_type": "code",
        "client_id": "the-client",
        "redirect_uri": "https://pin.example/back",
        "state": "a state&",
    }
    assert http.calls == []


def test_every_scope_that_is_asked_for_is_checked_and_the_other_way_round():
    assert ASKED == set(scopes.LABELS) == {*scopes.NEEDED.values(), "offline_access"}


def test_the_code_is_exchanged_by_one_unsigned_form():
    adapter, http = jobadder({TOKEN: reply(200, SIGNED_IN)})
    token = adapter.token_for_code("the code", "https://pin.example/back")
    (call,) = http.calls
    assert (call.effect, call.sign, call.json) == ("helper", False, None)
    assert call.form == {
        "grant_type": "authorization_code",
        "code": "the code",
        "redirect_uri": "https://pin.example/back",
        "client_id": "the-client",
        "client_secret": "the-secret",
    }
    assert token.headers == {"Authorization": "Bearer d2534958b2d3b9e3"}
    assert (token.expires_in, token.renewal) == (3600.0, "e1b495fa69c9bdac")


OLD = Token({"Authorization": "Bearer old"}, 1.0, "old-refresh", {"instance": "eu2"})


def test_a_renewal_sends_the_old_refresh_token_and_keeps_the_new_one():
    adapter, http = jobadder({TOKEN: reply(200, SIGNED_IN)})
    assert adapter.new_token(OLD).renewal == "e1b495fa69c9bdac"
    assert http.calls[0].form == {
        "grant_type": "refresh_token",
        "refresh_token": "old-refresh",
        "client_id": "the-client",
        "client_secret": "the-secret",
    }


@pytest.mark.parametrize("left_out", [{}, {"refresh_token": None, "instance": None}])
def test_what_a_renewal_leaves_out_stays_as_it_was(left_out):
    told = {"access_token": "new", "account": 7, **left_out}
    token = jobadder({TOKEN: reply(200, told)})[0].new_token(OLD)
    assert token.headers == {"Authorization": "Bearer new"}
    assert (token.renewal, token.expires_in) == ("old-refresh", 3600.0)
    assert token.facts == {"instance": "eu2", "account": "7", "renews": "yes"}


def test_without_a_refresh_token_somebody_signs_in_again():
    adapter, http = jobadder()
    for old in (None, replace(OLD, renewal="")):
        with pytest.raises(BadCredentials, match="sign in again"):
            adapter.new_token(old)
    assert http.calls == []


@pytest.mark.parametrize("missing", ["JOBADDER_CLIENT_ID", "JOBADDER_CLIENT_SECRET"])
def test_without_client_id_or_secret_the_operator_is_named(missing):
    adapter, http = jobadder(**{missing: ""})
    with pytest.raises(BadCredentials, match=missing):
        adapter.new_token(OLD)
    assert http.calls == []


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (reply(400, {"error": "invalid_grant"}), BadCredentials, "sign in again"),
        (reply(401, {"error": "invalid_grant"}), BadCredentials, "sign in again"),
        (reply(400, {"error": "invalid_request"}), BadCredentials, "sign in again"),
        (reply(400, {"error": "invalid_client"}), BadCredentials, "CLIENT_SECRET"),
        (reply(401, {"error": "invalid_client"}), BadCredentials, "CLIENT_SECRET"),
        (reply(400, {"error": "invalid_scope"}), NotSent, "400 invalid_scope"),
        (reply(400, {"error": {"x": 1}}), NotSent, "status 400"),
        (reply(400, body=HTML), NotSent, "status 400"),
        (reply(403, body=HTML), NotSent, "status 403"),
        (reply(404, body=HTML), NotSent, "status 404"),
        (reply(429, Retry_After="40"), Throttled, "fewer calls"),
        (reply(500, body=HTML), NotSent, "500"),
        (reply(503), NotSent, "not available"),
        (reply(302), NotSent, "another address"),
        (reply(200, body=HTML), NotSent, "not JSON"),
        (reply(200, body=b""), NotSent, "not JSON"),
        (reply(200, [SIGNED_IN]), NotSent, "documentation"),
        (reply(200, {"refresh_token": "only"}), NotSent, "documentation"),
        (reply(200, SIGNED_IN | {"access_token": "two\nlines"}), NotSent, "document"),
        (reply(200, SIGNED_IN | {"access_token": 7}), NotSent, "document"),
        (reply(200, SIGNED_IN | {"refresh_token": 7}), NotSent, "document"),
        (NotSent("JobAdder could not be reached."), NotSent, "reached"),
    ],
)
def test_only_a_clear_refusal_of_a_renewal_ends_the_connection(answer, error, words):
    with pytest.raises(error, match=words) as caught:
        jobadder({TOKEN: answer})[0].new_token(OLD)
    assert caught.value.sentence.endswith(".")
    assert "refresh" not in caught.value.sentence


def test_a_code_that_is_too_old_is_said_so():
    answer = reply(400, {"error": "invalid_grant"})
    with pytest.raises(BadCredentials, match="longer than five minutes"):
        jobadder({TOKEN: answer})[0].token_for_code("old", "https://pin.example/back")


@pytest.mark.parametrize(
    ("told", "seconds"),
    [(60, 60.0), ("60", 60.0), (59.5, 59.5), (None, 3600.0), (0, 3600.0), (-1, 3600.0)],
)
def test_a_token_lives_as_long_as_it_says_or_the_documented_hour(told, seconds):
    answer = reply(200, SIGNED_IN | {"expires_in": told})
    assert jobadder({TOKEN: answer})[0].new_token(OLD).expires_in == seconds


# -- The account's addresses ---------------------------------------------------------


def test_calls_go_to_the_account_and_before_it_is_known_to_the_vendor():
    assert jobadder()[0].base_url() == "https://api.jobadder.com/v2"
    facts = oauth.token_of(SIGNED_IN, None, override="").facts
    assert facts["api"] == "https://eu2api.jobadder.com/v2/"
    assert jobadder(facts=facts)[0].base_url() == "https://eu2api.jobadder.com/v2"


@pytest.mark.parametrize(
    ("told", "base"),
    [
        ("https://api.jobadder.com/v2", "https://api.jobadder.com/v2"),
        ("https://au2api.jobadder.com/v2///", "https://au2api.jobadder.com/v2"),
        ("https://au2api.jobadder.com", "https://au2api.jobadder.com/v2"),
        ("https://au2api.jobadder.com/x/", "https://au2api.jobadder.com/x/v2"),
        ("https://AU2API.JobAdder.com/v2", "https://au2api.jobadder.com/v2"),
        ("https://jobadder.com/v2?a=1#b", "https://jobadder.com/v2"),
        ("", "https://api.jobadder.com/v2"),
    ],
)
def test_the_version_is_there_once_whatever_form_is_told(told, base):
    assert oauth.api_base(told, "") == base


@pytest.mark.parametrize(
    "told",
    [
        "http://api.jobadder.com/v2",
        "https://api.jobadder.com.evil.example/v2",
        "https://eviljobadder.com/v2",
        "https://evil.example/v2",
        "https://jobadder.com@evil.example/v2",
        "https://evil.example\\.jobadder.com/v2",
        "https://api.jobadder.com:8443/v2",
        "https://127.0.0.1/v2",
        "https://api.jobadder.com:port/v2",
        "https://api.jobadder.com/v2/../../x y",
        "https://[::1/v2",
        "//api.jobadder.com/v2",
        "api.jobadder.com/v2",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_is_not_jobadders_is_never_called(told):
    answer = reply(200, SIGNED_IN | {"api": told})
    with pytest.raises(BadCredentials, match="not JobAdder's own"):
        jobadder({TOKEN: answer})[0].new_token(OLD)
    with pytest.raises(BadCredentials):
        jobadder(facts={"api": told})[0].base_url()


def test_the_operators_origin_wins_and_the_path_stays():
    ours = "http://127.0.0.1:9103"
    for told in ("https://eu2api.jobadder.com/v2/", "http://127.0.0.1:9/v2/", ""):
        adapter, _ = jobadder(facts={"api": told}, JOBADDER_API_URL=ours)
        assert adapter.base_url() == f"{ours}/v2"


@pytest.mark.parametrize(
    ("facts", "override", "origin"),
    [
        ({"instance": "eu2"}, "", "https://eu2.jobadder.com"),
        ({"instance": "AU6"}, "", "https://au6.jobadder.com"),
        ({"api": "https://us1api.jobadder.com/v2"}, "", "https://us1.jobadder.com"),
        ({"api": "https://api.jobadder.com/v2"}, "", "https://app.jobadder.com"),
        ({"instance": "evil.example/"}, "", "https://app.jobadder.com"),
        ({}, "", "https://app.jobadder.com"),
        ({}, "https://ca1api.jobadder.com", "https://ca1.jobadder.com"),
        ({"instance": "eu2"}, "https://api.jobadder.com", "https://eu2.jobadder.com"),
        ({"instance": "eu2"}, "http://127.0.0.1:9103", "http://127.0.0.1:9103"),
    ],
)
def test_a_persons_page_is_at_the_accounts_instance(facts, override, origin):
    script = {PERSON: candidate()}
    adapter, _ = jobadder(script, facts=facts, JOBADDER_API_URL=override)
    assert adapter.person(ALEX).url == f"{origin}/candidates/{ALEX}"


# -- The connection ----------------------------------------------------------------

USER = {
    "userId": 10231,
    "firstName": "Robin",
    "lastName": "Example",
    "email": "robin@agency.example",
    "admin": True,
    "accountName": "Agency Example",
}
NAMED = {"instance": "eu2", "account": "1234", "renews": "yes"}


def probes(**changed):
    script = {
        "GET /users/current": reply(200, USER),
        "GET /jobs": page(),
        "GET /candidates": page(),
        "GET /applications": page(),
        BY_ANY_EMAIL: reply(200, {"candidates": None}),
    }
    named = {"user": "GET /users/current", "email": BY_ANY_EMAIL}
    return script | {
        named.get(name, f"GET /{name}"): answer for name, answer in changed.items()
    }


def test_a_sign_in_with_everything_is_proven_but_for_what_only_writing_shows():
    adapter, http = jobadder(probes(), facts=NAMED)
    account = adapter.check()
    assert (account.id, account.name) == ("eu2:1234", "Robin Example, Agency Example")
    assert account.permissions == dict.fromkeys(ASKED, PROVEN) | {
        "write_candidate": UNPROVABLE,
        "write_jobapplication": UNPROVABLE,
    }
    assert set(account.permissions) == ASKED
    assert (account.limits, account.facts) == ((), {"finds_other_emails": "yes"})
    assert set(http.effects()) == {"read"}
    assert [call.params.get("limit") for call in http.calls[1:4]] == [1, 1, 1]


@pytest.mark.parametrize(
    "facts",
    [{}, {"instance": "eu2"}, {"account": "7"}, {"instance": "", "account": ""}],
)
def test_half_a_name_of_the_account_is_none(facts):
    assert jobadder(probes(), facts=facts)[0].check().id is None


@pytest.mark.parametrize(
    ("asked", "scope"),
    [
        ("user", "read_user"),
        ("jobs", "read_job"),
        ("candidates", "read_candidate"),
        ("applications", "read_jobapplication"),
    ],
)
def test_each_missing_scope_is_named_by_its_own_read(asked, scope):
    account = jobadder(probes(**{asked: reply(403)}), facts=NAMED)[0].check()
    missing = [code for code, state in account.permissions.items() if state is MISSING]
    assert missing == [scope]


def test_scopes_that_the_sign_in_does_not_name_are_missing():
    told = NAMED | {"scope": "read_user read_job read_candidate write_candidate"}
    account = jobadder(probes(), facts=told)[0].check()
    missing = {code for code, state in account.permissions.items() if state is MISSING}
    assert missing == {"read_jobapplication", "write_jobapplication"}
    assert account.permissions["write_candidate"] is UNPROVABLE


@pytest.mark.parametrize("told", ["read write", "read write offline_access"])
def test_the_umbrella_scopes_stand_for_the_narrow_ones(told):
    permissions = jobadder(probes(), facts=NAMED | {"scope": told})[0].check()
    assert MISSING not in permissions.permissions.values()


@pytest.mark.parametrize("told", [["read_user", "read_job"], "read_user read_job"])
def test_scopes_are_read_as_words_or_as_a_list(told):
    token = oauth.token_of(SIGNED_IN | {"scope": told}, None, override="")
    assert token.facts["scope"] == "read_user read_job"


def test_a_sign_in_that_ends_within_the_hour_is_said_so():
    told = {key: value for key, value in SIGNED_IN.items() if key != "refresh_token"}
    facts = oauth.token_of(told, None, override="").facts
    account = jobadder(probes(), facts=facts)[0].check()
    assert account.permissions["offline_access"] is MISSING


@pytest.mark.parametrize(
    "answer", [reply(403), refused("email"), reply(404), reply(500), reply(200, [])]
)
def test_without_the_search_by_all_emails_the_connection_says_so(answer):
    account = jobadder(probes(email=answer), facts=NAMED)[0].check()
    assert account.facts == {"finds_other_emails": "no"}
    (limit,) = account.limits
    assert "main one" in limit
    assert account.permissions["read_candidate"] is PROVEN


def test_a_refused_token_fails_the_check_wherever_it_is_met():
    for asked in ("user", "jobs", "email"):
        with pytest.raises(BadCredentials, match="sign in again"):
            jobadder(probes(**{asked: reply(401)}), facts=NAMED)[0].check()


def test_an_unnamed_user_is_no_obstacle():
    for answer in (reply(404), reply(200, {"userId": 1, "accountName": None})):
        assert jobadder(probes(user=answer))[0].check().name == "JobAdder"


def test_ping_is_one_read_and_takes_a_missing_permission_for_an_answer():
    answers = [reply(200, USER), reply(403), reply(404)]
    adapter, http = jobadder({"GET /users/current": answers})
    for _ in answers:
        adapter.ping()
    assert http.names() == ["GET /users/current"] * 3


def test_a_missing_permission_is_named_with_its_scope():
    with pytest.raises(MissingPermission, match="“View jobs”") as caught:
        jobadder({f"GET /jobs/{JOB}": reply(403, body=HTML)})[0].job(JOB)
    assert caught.value.permission == "read_job"
    with pytest.raises(MissingPermission, match="“Manage candidates”") as caught:
        jobadder({CREATE: reply(403)})[0].create(FULL)
    assert caught.value.permission == JobAdderAdapter.write_permission


# -- What errors mean --------------------------------------------------------------

CREATED = reply(201, row(linkedin=None))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused("lastName"), Rejected),
        (refused(status=400), Rejected),
        (reply(422), Rejected),
        (reply(422, body=HTML), Rejected),
        (reply(413), Rejected),
        (reply(404), Rejected),
        (refused("email", status=409, X_Allow_Duplicates="code"), AlreadyThere),
        (reply(409), AlreadyThere),
        (reply(429, Retry_After="40"), Throttled),
        (reply(401), BadCredentials),
        (reply(500, body=HTML), Unclear),
        (reply(503), Unclear),
        (reply(302), Unclear),
        (reply(200), Unclear),
        (reply(201, body=HTML), Unclear),
        (reply(201, body=b'{"candidateId": 1'), Unclear),
        (reply(201, {}), Unclear),
        (reply(201, []), Unclear),
        (reply(201, {"candidateId": None}), Unclear),
        (reply(201, {"candidateId": True}), Unclear),
        (reply(201, {"candidateId": 0}), Unclear),
        (reply(201, {"candidateId": -4}), Unclear),
        (reply(201, {"candidateId": "x"}), Unclear),
        (reply(201, {"candidateId": 1.5}), Unclear),
        (reply(201, {"candidateId": {"id": 1}}), Unclear),
    ],
)
def test_what_a_failed_create_means(answer, error):
    adapter, http = jobadder({CREATE: answer})
    with pytest.raises(error) as caught:
        adapter.create(FULL)
    assert caught.value.sentence.endswith(".")
    assert "JobAdder" in caught.value.sentence
    assert http.effects() == ["write"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(500, body=HTML), NotSent),
        (reply(429), Throttled),
        (reply(404, body=HTML), Unexpected),
        (reply(404), Unexpected),
        (refused("email"), Rejected),
        (reply(200), Unexpected),
        (reply(200, body=HTML), Unexpected),
        (reply(200, []), Unexpected),
        (reply(200, {}), Unexpected),
        (reply(200, {"totalCount": 1}), Unexpected),
        (reply(200, {"items": {}, "totalCount": 1}), Unexpected),
        (reply(200, {"items": [7], "totalCount": 1}), Unexpected),
        (reply(200, {"items": [], "totalCount": "0"}), Unexpected),
        (page({"firstName": "no id"}), Unexpected),
        (page(row() | {"candidateId": "abc"}), Unexpected),
        (page(row(firstName=["Alex"])), Unexpected),
        (page(row(email=7)), Unexpected),
        (page(row(otherEmail="a@x.example")), Unexpected),
        (page(row(otherEmail=[7])), Unexpected),
        (page(row(social=["https://linkedin.com/in/x"])), Unexpected),
        (page(row(employment={"current": "Data Co"})), Unexpected),
    ],
)
def test_what_a_failed_search_means(answer, error):
    with pytest.raises(error):
        jobadder({"GET /candidates": answer})[0].find(Key.NAME, "Alex Sample")


def test_the_vendors_words_are_shown_short_and_without_addresses():
    errors = [
        {"code": "Invalid", "message": "Bad\nvalue.", "fields": ["phone", "mobile"]},
        {"code": "MissingField", "message": None, "fields": ["custom[3]"]},
        {"code": "Missing", "message": " ", "fields": None},
        "noise",
    ]
    said = f"Not a@x.example at https://api.example/x?k=1 {'y' * 300}"
    answer = reply(422, {"message": "Validation error.", "errors": errors})
    with pytest.raises(Rejected) as caught:
        jobadder({CREATE: answer})[0].create(FULL)
    assert (
        "Validation error; Bad value (phone, mobile); MissingField (custom[3]); Missing. "
    ) in caught.value.sentence
    with pytest.raises(Rejected) as caught:
        jobadder({CREATE: reply(422, {"message": said})})[0].create(FULL)
    assert "Not (email) at (address) yyy" in caught.value.sentence
    assert len(caught.value.sentence) < 300


# -- Jobs --------------------------------------------------------------------------


def asked_for(http, path="GET /jobs"):
    return [dict(call.params) for call in http.calls if call.name == path]


OPEN = {"active": "true", "sort": "-updatedAt"}


def test_open_jobs_are_asked_for_by_last_update_with_company_and_place():
    closed = [
        job(2, status={"statusId": 1, "name": "Closed", "active": False}),
        job(3, closedAt="2026-01-01T00:00:00Z"),
    ]
    bare = {"jobId": 4, "jobTitle": None, "location": {"locationId": 1, "name": "Bath"}}
    adapter, http = jobadder({"GET /jobs": page(job(1), *closed, bare)})
    found = adapter.search_jobs("")
    assert [(j.id, j.title, j.detail) for j in found] == [
        ("1", "Data Engineer", "Client Ltd · London · City"),
        ("4", "Job 4", "Bath"),
    ]
    assert asked_for(http) == [{**OPEN, "limit": 50, "offset": 0}]


def test_jobs_are_found_by_words_of_title_company_place_and_by_number():
    jobs = [job(11), job(12, jobTitle="Cook"), job(13, jobTitle="Engineer, Data")]
    adapter, http = jobadder({"GET /jobs": page(*jobs)})
    assert [j.id for j in adapter.search_jobs(" engineer DATA ")] == ["11", "13"]
    assert asked_for(http) == [
        {**OPEN, "jobTitle": "engineer DATA", "limit": 100, "offset": 0},
        {**OPEN, "limit": 200, "offset": 0},
    ]
    assert [j.id for j in adapter.search_jobs("client cook")] == ["12"]
    assert [j.id for j in adapter.search_jobs("13")] == ["13"]
    assert asked_for(http)[4]["jobId"] == 13
    assert adapter.search_jobs("1") == []


def test_what_the_search_by_title_finds_comes_first_and_at_most_fifty():
    first, rest = page(job(900)), page(*[job(n) for n in range(1, 61)], total=500)
    adapter, _ = jobadder({"GET /jobs": [first, rest]})
    found = adapter.search_jobs("data")
    assert (found[0].id, len(found)) == ("900", 50)


def test_a_job_is_read_by_id_with_its_state():
    closed = job(JOB, closedAt="2026-01-01T00:00:00")
    adapter, _ = jobadder({f"GET /jobs/{JOB}": reply(200, closed)})
    assert (adapter.job(JOB).title, adapter.job(JOB).is_open) == (
        "Data Engineer",
        False,
    )


@pytest.mark.parametrize("id", ["", "abc", "-1", "0", "1.5", "9" * 10, "٣", "1/../2"])
def test_what_cannot_be_an_id_is_not_asked_for(id):
    adapter, http = jobadder()
    assert adapter.job(id) is None
    assert adapter.person(id) is None
    assert adapter.is_on_job(id, JOB) is False
    assert adapter.has_resume(id, "a.pdf") is False
    with pytest.raises(Gone) as caught:
        adapter.add_to_job(ALEX, id)
    assert caught.value.what == "job"
    with pytest.raises(Gone) as caught:
        adapter.add_to_job(id, JOB)
    assert caught.value.what == "person"
    with pytest.raises(Gone):
        adapter.attach_resume(id, "a.pdf", b"%PDF")
    assert http.calls == []


@pytest.mark.parametrize("answer", [reply(404), reply(404, body=HTML)])
def test_an_unknown_job_or_person_is_none(answer):
    assert jobadder({f"GET /jobs/{JOB}": answer})[0].job(JOB) is None
    assert jobadder({PERSON: answer})[0].person(ALEX) is None


# -- Finding people ------------------------------------------------------------------

EMAIL = "alex@mail.example"
LINKEDIN = "https://www.linkedin.com/in/alex-sample"


def by_email(*rows, others=(), **more):
    return {
        "GET /candidates": page(*rows),
        BY_ANY_EMAIL: reply(200, {"candidates": list(others), "contacts": [{"x": 1}]}),
        **more,
    }


def test_who_has_the_email_is_read_in_full():
    full = candidate(email=EMAIL, otherEmail=["a@work.example", None], phone="1")
    script = by_email(row(email=EMAIL), **{PERSON: full})
    full.data.update(mobile="2", mobileNormalized="2", social={"LinkedIn": LINKEDIN})
    adapter, http = jobadder(script, facts={"instance": "eu2"})
    (alex,) = adapter.find(Key.EMAIL, EMAIL)
    assert alex.emails == (EMAIL, "a@work.example")
    assert (alex.id, alex.name) == (ALEX, "Alex Sample")
    assert (alex.linkedin_urls, alex.phones) == ((LINKEDIN,), ("1", "2"))
    assert (alex.title, alex.company) == ("Data Engineer", "Data Co")
    assert alex.complete
    assert http.calls[0].params == {"email": EMAIL, "limit": 100, "offset": 0}
    assert http.calls[1].params == {"email": EMAIL}


ANY_EMAIL = {
    "match": {"type": "OtherEmail", "email": EMAIL},
    "candidateId": int(ALEX),
    "firstName": "Alex",
    "lastName": "Sample",
    "email": "x@y.example",
    "updatedAt": "2026-05-11T09:00:00Z",
}


def test_another_email_of_somebody_is_found_by_the_other_search():
    full = candidate(email="x@y.example", otherEmail=[EMAIL])
    script = by_email(others=[ANY_EMAIL], **{PERSON: full})
    (alex,) = jobadder(script)[0].find(Key.EMAIL, EMAIL)
    assert alex.emails == ("x@y.example", EMAIL)


def test_somebody_in_both_searches_is_read_once():
    script = by_email(row(email=EMAIL), others=[row(email=EMAIL)])
    adapter, http = jobadder(script | {PERSON: candidate(email=EMAIL)})
    assert len(adapter.find(Key.EMAIL, EMAIL)) == 1
    assert http.names().count(PERSON) == 1


def test_a_search_that_jobadder_does_not_allow_is_left_out():
    script = by_email() | {BY_ANY_EMAIL: reply(403)}
    adapter, http = jobadder(script)
    assert adapter.find(Key.EMAIL, EMAIL) == []
    assert BY_ANY_EMAIL in http.names()
    adapter, http = jobadder(script, facts={"finds_other_emails": "no"})
    assert adapter.find(Key.EMAIL, EMAIL) == []
    assert BY_ANY_EMAIL not in http.names()


def test_an_ignored_email_filter_proves_nothing():
    everybody = page(*[row(n) for n in range(1, 101)], total=5000)
    with pytest.raises(Unexpected, match="proves nothing"):
        jobadder({"GET /candidates": everybody})[0].find(Key.EMAIL, EMAIL)


def test_a_failing_second_search_is_no_proof_of_absence():
    with pytest.raises(NotSent):
        jobadder(by_email() | {BY_ANY_EMAIL: reply(500)})[0].find(Key.EMAIL, EMAIL)


def test_namesakes_are_read_for_their_linkedin_nearest_first_ten_at_most():
    alike = [row(n, firstName="Alexandra") for n in range(1, 10)]
    strangers = [row(50, firstName="Zoe", lastName="Other")]
    same = [row(n, firstName="ALEX") for n in range(20, 24)]
    script: dict[str, Any] = {
        f"GET /candidates/{n}": candidate(n, linkedin=LINKEDIN) for n in range(1, 51)
    }
    found = page(*strangers, *alike, *same, total=4000)
    adapter, http = jobadder(script | {"GET /candidates": found})
    people = adapter.find(Key.NAME, "Alex Sample")
    assert [p.id for p in people if p.complete] == [
        *("20", "21", "22", "23"),
        *("1", "2", "3", "4", "5", "6"),
    ]
    assert [p.id for p in people if not p.complete] == ["7", "8", "9", "50"]
    assert http.calls[0].params == {
        "name": "Alex Sample",
        "sort": "-updatedAt",
        "limit": 100,
        "offset": 0,
    }


def test_strangers_that_an_ignored_filter_brings_are_not_read():
    strangers = [row(n, firstName="Zoe", lastName="Other") for n in range(1, 9)]
    adapter, http = jobadder({"GET /candidates": page(*strangers)})
    assert len(adapter.find(Key.NAME, "Alex Sample")) == 8
    assert http.names() == ["GET /candidates"]


def test_somebody_deleted_between_search_and_reading_is_left_out():
    script = {"GET /candidates": page(row()), PERSON: reply(404)}
    assert jobadder(script)[0].find(Key.NAME, "Alex Sample") == []


def test_other_keys_are_refused():
    with pytest.raises(Unsupported, match="linkedin"):
        jobadder()[0].find(Key.LINKEDIN, LINKEDIN)


def test_everything_empty_or_unknown_in_a_reply_is_nothing():
    bare = reply(200, {"candidateId": "16496001", "workplaceType": {"new": 1}})
    person = jobadder({PERSON: bare})[0].person(ALEX)
    assert (person.id, person.name, person.emails) == (ALEX, "", ())
    nulls = dict.fromkeys(row() | {"social": 1, "employment": 1, "otherEmail": 1})
    nulls["candidateId"] = 5
    assert jobadder({PERSON: reply(200, nulls)})[0].person(ALEX).name == ""


# -- Creating ------------------------------------------------------------------------


def created(person, answers=CREATED, **options):
    adapter, http = jobadder({CREATE: answers})
    adapter.create(person, **options)
    return http


def test_a_full_candidate_is_created_with_documented_keys_only():
    adapter, http = jobadder({CREATE: CREATED}, facts={"instance": "eu2"})
    dana = adapter.create(FULL)
    (call,) = http.calls
    assert call.json == {
        "firstName": "Dana",
        "lastName": "Example",
        "email": "dana@mail.example",
        "phone": "+12025550123",
        "source": "Sourced from PinSync",
        "social": {"linkedin": "https://www.linkedin.com/in/dana-example"},
        "address": {"city": "Denver", "state": "CO", "countryCode": "US"},
        "employment": {
            "current": {"employer": "Acme Widgets", "position": "Controls Engineer"}
        },
    }
    assert (call.effect, call.headers, call.again) == ("write", {}, False)
    assert (dana.id, dana.emails) == (ALEX, ("dana@mail.example",))
    assert dana.url == f"https://eu2.jobadder.com/candidates/{ALEX}"


def test_a_bare_candidate_is_only_a_name():
    http = created(replace(BARE, sourced=False))
    assert http.calls[0].json == {"firstName": "Ada", "lastName": "Lovelace"}


def test_only_people_who_were_sourced_are_marked_so():
    assert created(FULL).calls[0].json["source"] == "Sourced from PinSync"
    assert "source" not in created(replace(FULL, sourced=False)).calls[0].json


@pytest.mark.parametrize(
    ("first", "last", "sent"),
    [
        ("Cher", "", ("Cher", "(Unknown)")),
        ("", "Lovelace", ("(Unknown)", "Lovelace")),
    ],
)
def test_a_person_of_one_name_can_be_created(first, last, sent):
    body = created(replace(BARE, first_name=first, last_name=last)).calls[0].json
    assert (body["firstName"], body["lastName"]) == sent


def test_a_nameless_candidate_is_refused_before_any_call():
    adapter, http = jobadder()
    with pytest.raises(Rejected, match="needs a name"):
        adapter.create(replace(BARE, first_name="", last_name=""))
    assert http.calls == []


def test_what_does_not_fit_stands_whole_in_the_summary():
    first, phone = "Maria " * 10, "0" * 60
    person = replace(
        BARE,
        first_name=first.strip(),
        phone=phone,
        linkedin_url="see\n  the CV",
        city="Port Royal",
        country="Atlantis",
    )
    body = created(person).calls[0].json
    assert body["firstName"] == ("Maria " * 9)[:50].strip()
    assert len(body["firstName"]) <= 50
    assert body["summary"].split("\n") == [
        f"Full name: {first}Lovelace",
        f"Phone: {phone}",
        "LinkedIn: see the CV",
        "Location: Port Royal, Atlantis",
    ]
    assert body["address"] == {"city": "Port Royal"}
    assert not {"phone", "social"} & set(body)


def test_an_email_that_jobadder_cannot_hold_is_refused_and_never_cut():
    adapter, http = jobadder()
    with pytest.raises(Rejected, match="at most 100 characters"):
        adapter.create(replace(BARE, email="a" * 90 + "@mail.example"))
    assert http.calls == []


@pytest.mark.parametrize(
    ("entered", "sent"),
    [
        ("https://www.linkedin.com/in/a", "https://www.linkedin.com/in/a"),
        ("http://uk.linkedin.com/in/a/", "https://uk.linkedin.com/in/a/"),
        ("linkedin.com/in/a", "https://linkedin.com/in/a"),
        ("LinkedIn.com/in/A?x=1#y", "https://linkedin.com/in/A?x=1"),
        (
            "https://www.linkedin.com/in/jürgen",
            "https://www.linkedin.com/in/j%C3%BCrgen",
        ),
        ("https://www.linkedin.com/in/j%C3%BC", "https://www.linkedin.com/in/j%C3%BC"),
        ("https://www.linkedin.com/in/a b", "https://www.linkedin.com/in/a%20b"),
        ("https://github.com/a", ""),
        ("https://notlinkedin.com/in/a", ""),
        ("https://linkedin.com:8443/in/a", ""),
        ("https://me@linkedin.com/in/a", ""),
        ("ftp://linkedin.com/in/a", ""),
        ("https://[broken/in/a", ""),
        ("in/a", ""),
        ("", ""),
    ],
)
def test_only_a_linkedin_address_is_sent_as_one(entered, sent):
    assert bodies.linkedin_url(entered) == sent


@pytest.mark.parametrize(
    ("country", "code"),
    [
        ("United States", "US"),
        ("usa", "US"),
        ("U.S.A.", "US"),
        ("The  Netherlands", "NL"),
        ("de", "DE"),
        ("Deutschland", "DE"),
        ("Côte d’Ivoire", "CI"),
        ("cote d'ivoire", "CI"),
        ("Trinidad & Tobago", "TT"),
        ("Turkiye", "TR"),
        ("Türkiye", "TR"),
        ("UK", "GB"),
        ("Scotland", "GB"),
        ("South Korea", "KR"),
        ("Atlantis", ""),
        ("XX", ""),
        ("", ""),
    ],
)
def test_a_country_is_sent_by_its_code(country, code):
    assert countries.code(country) == code


# -- The duplicate rule and its code ---------------------------------------------------

EXISTS = refused("email", status=409, x_allow_duplicates="5f1c-code")


def test_a_known_email_is_already_there_and_the_code_is_not_used():
    adapter, http = jobadder({CREATE: EXISTS})
    with pytest.raises(AlreadyThere, match="with this email") as caught:
        adapter.create(FULL)
    assert caught.value.person_id is None
    assert len(http.calls) == 1
    assert "5f1c" not in caught.value.sentence


def test_a_recruiters_create_anyway_sends_the_same_with_the_code():
    http = created(FULL, [EXISTS, CREATED], even_if_alike=True)
    first, second = http.calls
    assert (first.headers, first.again) == ({}, False)
    assert second.headers == {"X-Allow-Duplicates": "5f1c-code"}
    assert second.again
    assert second.json == first.json
    assert http.effects() == ["write", "write"]


@pytest.mark.parametrize(
    "answers",
    [
        [reply(409)],
        [refused("email", status=409)],
        [reply(409, X_Allow_Duplicates="")],
        [reply(409, X_Allow_Duplicates="två\x07")],
        [EXISTS, EXISTS],
    ],
    ids=["empty", "no code", "empty code", "odd code", "refused again"],
)
def test_without_a_code_that_works_they_stay_already_there(answers):
    adapter, http = jobadder({CREATE: list(answers)})
    with pytest.raises(AlreadyThere):
        adapter.create(FULL, even_if_alike=True)
    assert len(http.calls) == len(answers)


def test_a_second_write_without_answer_is_unclear():
    adapter, _ = jobadder({CREATE: [EXISTS, reply(502)]})
    with pytest.raises(Unclear):
        adapter.create(FULL, even_if_alike=True)


def test_a_refused_source_goes_into_the_summary():
    http = created(FULL, [refused("Source"), CREATED])
    first, second = http.calls
    assert "source" in first.json
    assert second.again
    assert second.json == {
        **{key: value for key, value in first.json.items() if key != "source"},
        "summary": "Sourced from PinSync",
    }


def test_a_source_and_an_email_refused_are_both_got_over_in_either_order():
    for answers in ([EXISTS, refused("source")], [refused("source"), EXISTS]):
        http = created(FULL, [*answers, CREATED], even_if_alike=True)
        last = http.calls[-1]
        assert last.headers == {"X-Allow-Duplicates": "5f1c-code"}
        assert "source" not in last.json
        assert len(http.calls) == 3


def test_a_source_that_is_refused_for_ever_is_not_tried_for_ever():
    adapter, http = jobadder({CREATE: refused("source")})
    with pytest.raises(Rejected, match="source"):
        adapter.create(FULL)
    assert len(http.calls) == 2


# -- The job -----------------------------------------------------------------------


def application(person=ALEX, on=JOB, **more):
    return {
        "applicationId": 12204001,
        "candidate": {"candidateId": int(person)},
        "job": {"jobId": int(on)},
        **more,
    }


def test_an_application_for_the_job_counts_whatever_its_status():
    rejected = application(status={"statusId": 1, "name": "No", "rejected": True})
    adapter, http = jobadder({"GET /applications": page(rejected)})
    assert adapter.is_on_job(ALEX, JOB) is True
    assert http.calls[0].params == {
        "jobId": 936001,
        "candidateId": 16496001,
        "limit": 100,
        "offset": 0,
    }


def test_a_row_that_names_nobody_is_what_was_asked_for():
    bare = application(job=None) | {"candidate": {}}
    assert jobadder({"GET /applications": page(bare)})[0].is_on_job(ALEX, JOB) is True


@pytest.mark.parametrize(
    "answer",
    [page(), page(application(person="7")), page(application(on="7")), reply(404)],
)
def test_nothing_or_only_others_is_not_on_the_job(answer):
    assert jobadder({"GET /applications": answer})[0].is_on_job(ALEX, JOB) is False


def test_an_ignored_filter_does_not_tell_who_is_on_a_job():
    others = page(*[application(person="7")] * 100, total=9000)
    with pytest.raises(Unexpected):
        jobadder({"GET /applications": others})[0].is_on_job(ALEX, JOB)


def test_adding_to_a_job_is_one_write_with_one_id():
    made = reply(201, {"items": [application()], "totalCount": 1, "links": {}})
    for answer in (made, reply(200, made.data)):
        adapter, http = jobadder({PLACE: answer})
        adapter.add_to_job(ALEX, JOB)
        assert http.calls[0].json == {"candidateId": [16496001]}
        assert http.effects() == ["write"]


def test_somebody_on_the_job_is_already_there():
    answer = refused(status=409, message="Candidate already exists")
    with pytest.raises(AlreadyThere, match="Candidate already exists"):
        jobadder({PLACE: answer})[0].add_to_job(ALEX, JOB)


CLOSED = reply(200, job(closedAt="2026-01-01T00:00:00Z"))


@pytest.mark.parametrize("refusal", [reply(404), refused("jobId"), reply(400)])
@pytest.mark.parametrize(
    ("about_job", "about_person", "what"),
    [
        (reply(404), candidate(), "job"),
        (CLOSED, candidate(), "job"),
        (reply(200, job()), reply(404), "person"),
    ],
)
def test_what_is_gone_is_found_out_after_a_refusal(
    refusal, about_job, about_person, what
):
    script = {f"GET /jobs/{JOB}": about_job, PERSON: about_person, PLACE: refusal}
    with pytest.raises(Gone) as caught:
        jobadder(script)[0].add_to_job(ALEX, JOB)
    assert caught.value.what == what


@pytest.mark.parametrize("about_job", [reply(200, job()), reply(500), reply(403)])
def test_a_refusal_that_nothing_explains_stands(about_job):
    script = {f"GET /jobs/{JOB}": about_job, PERSON: candidate(), PLACE: refused("x")}
    with pytest.raises(Rejected, match="Validation error"):
        jobadder(script)[0].add_to_job(ALEX, JOB)


@pytest.mark.parametrize(
    "answer",
    [
        reply(201),
        reply(201, body=HTML),
        reply(201, {}),
        page(),
        page(application(), application()),
        page({"jobTitle": "no id"}),
        reply(500),
    ],
)
def test_an_addition_that_does_not_show_is_unclear(answer):
    with pytest.raises(Unclear):
        jobadder({PLACE: answer})[0].add_to_job(ALEX, JOB)


# -- Resume ------------------------------------------------------------------------

STORED = reply(201, {"attachmentId": 21091001, "type": "Resume", "fileName": "a.pdf"})


def test_a_resume_is_one_part_of_a_form():
    adapter, http = jobadder({RESUME: STORED})
    adapter.attach_resume(ALEX, "Alex Sample.pdf", b"%PDF-1.7")
    (call,) = http.calls
    sent = ("Alex Sample.pdf", b"%PDF-1.7", "application/pdf")
    assert call.files == {"fileData": sent}
    assert (call.effect, call.json, call.form) == ("write", None, None)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused("fileData"), Rejected),
        (reply(413), Rejected),
        (reply(415), Rejected),
        (reply(201), Unclear),
        (reply(201, {"fileName": "a.pdf"}), Unclear),
        (reply(500), Unclear),
        (reply(403), MissingPermission),
    ],
)
def test_what_a_failed_upload_means(answer, error):
    adapter, _ = jobadder({RESUME: answer, PERSON: candidate()})
    with pytest.raises(error):
        adapter.attach_resume(ALEX, "a.pdf", b"%PDF")


@pytest.mark.parametrize(
    ("about_person", "error"),
    [(reply(404), Gone), (candidate(), Rejected), (reply(500), Rejected)],
)
def test_a_resume_for_somebody_who_is_gone_says_so(about_person, error):
    script = {RESUME: reply(404), PERSON: about_person}
    with pytest.raises(error):
        jobadder(script)[0].attach_resume(ALEX, "a.pdf", b"%PDF")


@pytest.mark.parametrize("answer", [reply(404), reply(404, body=HTML)])
@pytest.mark.parametrize(
    ("person", "error"),
    [(reply(404), Gone), (candidate(), Rejected), (reply(503), Rejected)],
)
def test_an_upload_to_nowhere_means_that_the_person_is_gone_only_if_so(
    answer, person, error
):
    adapter, http = jobadder({RESUME: answer, PERSON: person})
    with pytest.raises(error, match="JobAdder"):
        adapter.attach_resume(ALEX, "a.pdf", b"%PDF")
    assert len(http.calls) == 2


def test_a_resume_is_there_by_its_file_name_on_any_page():
    first = page(
        *[{"attachmentId": n, "fileName": None} for n in range(100)], total=101
    )
    second = page(
        {"attachmentId": 9, "fileName": "Alex.PDF", "type": "Other"}, total=101
    )
    adapter, http = jobadder({FILES: [first, second, first, second]})
    assert adapter.has_resume(ALEX, "alex.pdf") is True
    assert adapter.has_resume(ALEX, "other.pdf") is False
    assert [call.params["offset"] for call in http.calls] == [0, 100, 0, 100]


def test_nobodys_files_are_none_and_endless_ones_cannot_be_told():
    assert jobadder({FILES: reply(404)})[0].has_resume(ALEX, "a.pdf") is False
    endless = page(*[{"attachmentId": 1}] * 100, total=99_999)
    assert jobadder({FILES: endless})[0].has_resume(ALEX, "a.pdf") is None


# -- Everybody ---------------------------------------------------------------------

NOW = "Wed, 20 May 2026 12:00:00 GMT"
BEFORE = "2026-05-20T11:45:00Z"


class Account:
    """A list of candidates that is sorted, filtered and paged as documented."""

    def __init__(self, *rows, size=1000):
        self.rows, self.size, self.calls = list(rows), size, []
        self.deleted: list[Any] = []

    def __call__(self, call):
        self.calls.append(dict(call.params))
        field = call.params["sort"]
        since = str(call.params.get(field, ">")).removeprefix(">")
        found = [row for row in self.rows if (row[field] or "") >= since]
        found.sort(key=lambda row: (row[field] or "", row["candidateId"]))
        start = int(call.params["offset"])
        shown = found[start : start + self.size]
        body = {"items": shown, "totalCount": len(found), "links": {}}
        return reply(200, body, Date=NOW)

    def pull(self, cursor=None, pages=None):
        """Return the pages from the cursor on, each in a process of its own."""
        got = []
        while pages is None or len(got) < pages:
            script = {
                "GET /candidates": self,
                "GET /candidates/deleted": reply(200, {"items": self.deleted}),
            }
            page = next(jobadder(script)[0].people(cursor))
            got.append(page)
            cursor = page.cursor
            if page.is_last:
                break
        return got


def ids(pages):
    return {int(person.id) for page in pages for person in page.people}


def at(day, hour=0, second=0):
    return f"2026-05-{day:02d}T{hour:02d}:00:{second:02d}Z"


def crowd(count, **more):
    return [
        row(n, createdAt=at(1 + n % 9, n % 24), **more) for n in range(1, count + 1)
    ]


def test_everybody_is_listed_with_email_and_name_but_no_linkedin():
    account = Account(row(email=EMAIL, mobile="2"))
    (only,) = account.pull()
    (alex,) = only.people
    assert (alex.name, alex.emails, alex.phones) == ("Alex Sample", (EMAIL,), ("2",))
    assert not alex.complete
    assert (only.is_last, only.starts_over, only.gone) == (True, False, ())
    assert account.calls == [{"sort": "createdAt", "limit": 1000, "offset": 0}]


def test_an_empty_account_is_one_empty_page():
    (only,) = Account().pull()
    assert (only.people, only.is_last) == ((), True)


def test_a_pull_goes_on_after_every_page_and_misses_nobody():
    account = Account(*crowd(95), size=10)
    pages = account.pull()
    assert ids(pages) == set(range(1, 96))
    assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert all("updatedAt" not in call for call in account.calls)


def test_one_generator_lists_the_same_as_many():
    account = Account(*crowd(95), size=10)
    script = {
        "GET /candidates": account,
        "GET /candidates/deleted": reply(200, {"items": []}),
    }
    assert ids(jobadder(script)[0].people(None)) == set(range(1, 96))


def test_people_who_came_in_the_same_second_are_all_listed():
    together = [row(n, createdAt=at(3)) for n in range(1, 48)]
    account = Account(row(99, createdAt=at(4)), *together, size=10)
    assert ids(account.pull()) == {*range(1, 48), 99}


def test_people_without_a_time_are_listed_too():
    rows = [row(n, createdAt=None) for n in range(1, 26)] + crowd(60)[30:]
    assert ids(Account(*rows, size=10).pull()) == {*range(1, 26), *range(31, 61)}


def test_somebody_deleted_while_it_is_read_hides_nobody_else():
    account = Account(*crowd(60), size=10)
    begun = account.pull(pages=3)
    account.rows = [row for row in account.rows if row["candidateId"] % 9]
    rest = account.pull(begun[-1].cursor)
    assert ids(begun) | ids(rest) >= {row["candidateId"] for row in account.rows}


DELETED = [
    {"candidateId": 4, "deletedAt": at(21)},
    {"candidateId": 5, "deletedAt": at(2)},
    {"candidateId": 6, "deletedAt": None},
]


def test_the_next_pull_brings_whoever_was_changed_or_came_since():
    old, changed = row(1, updatedAt=at(2)), row(2, updatedAt=at(20, 11, 50))
    account = Account(old, changed)
    (first,) = account.pull()
    changed["updatedAt"] = at(21)
    new = row(3, createdAt=at(21), updatedAt=None)
    account.rows.append(new)
    account.deleted = DELETED
    account.calls.clear()
    pages = account.pull(first.cursor)
    assert ids(pages) == {2, 3}
    assert pages[-1].gone == ("4", "6")
    assert [page.is_last for page in pages] == [False, True]
    assert account.calls == [
        {
            "sort": "updatedAt",
            "updatedAt": f">{BEFORE}",
            "limit": 1000,
            "offset": 0,
        },
        {
            "sort": "createdAt",
            "createdAt": f">{BEFORE}",
            "limit": 1000,
            "offset": 0,
        },
    ]


def test_many_changes_take_several_pages():
    account = Account(*crowd(5))
    (first,) = account.pull()
    account.size = 10
    account.rows = [row(n, updatedAt=at(21, n % 24)) for n in range(1, 60)]
    pages = account.pull(first.cursor)
    assert ids(pages) == set(range(1, 60))
    (nothing_more,) = {page.is_last for page in pages[:-1]}
    assert nothing_more is False


@pytest.mark.parametrize("answer", [reply(403), reply(404), reply(200, body=HTML)])
def test_without_a_list_of_the_deleted_a_pull_ends_all_the_same(answer):
    script = {"GET /candidates": Account(row()), "GET /candidates/deleted": answer}
    (only,) = jobadder(script)[0].people(None)
    assert (only.gone, only.is_last) == ((), True)


@pytest.mark.parametrize(
    "cursor",
    ["nonsense", "[]", "{}", '["other","","",0,""]', '["new","","x",0,""]', "[1,2]"],
)
def test_a_cursor_of_another_time_starts_over(cursor):
    account = Account(*crowd(25), size=10)
    first = account.pull(cursor, pages=1)[0]
    assert first.starts_over
    rest = account.pull(first.cursor)
    assert not any(page.starts_over for page in rest)
    assert ids([first, *rest]) == set(range(1, 26))


@pytest.mark.parametrize(
    "answers",
    [
        [page(total=7)],
        [page(*crowd(3), total=70), page(row(1, createdAt=at(1)), total=70)],
        [page(row(1, createdAt="yesterday"), total=70)],
        [reply(200, {"totalCount": 3})],
    ],
    ids=["ends early", "another order", "no time", "no items"],
)
def test_a_list_that_cannot_be_trusted_is_not_taken_for_everybody(answers):
    adapter, _ = jobadder({"GET /candidates": list(answers)})
    with pytest.raises(Unexpected):
        list(adapter.people(None))


def test_without_a_total_a_list_ends_with_its_empty_page():
    def endless(call):
        start = int(call.params["offset"])
        if "createdAt" not in call.params:
            return reply(200, {"items": [row(n) for n in range(1, 11)]})
        return reply(200, {"items": [row(n) for n in range(1, 11)][start:]})

    script = {
        "GET /candidates": endless,
        "GET /candidates/deleted": reply(200, {"items": None}),
    }
    pages = list(jobadder(script)[0].people(None))
    assert ids(pages) == set(range(1, 11))
    assert pages[-1].is_last
