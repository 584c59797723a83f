"""Kortivity's adapter against scripted replies, from its notes alone.

None of this is known to be what Kortivity does: it is what ``profile.toml`` says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integrations.adapters import (
    Basic,
    Key,
    Reply,
    Screen,
    TokenExchange,
    Trigger,
    Unsupported,
    WrongCredential,
)
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
from integrations.replies import decoded
from integrations.vendors.kortivity import profile
from integrations.vendors.kortivity.adapter import KortivityAdapter

from .fakehttp import HTML, FakeHttp, reply
from .kortivity_profiles import changed
from .people import BARE, FULL

URL = "https://k7y.app"
WHO = {"api_url": URL, "username": "jo@agency.example", "password": "open & shut"}
DANA, JOB = "501", "42"

LOGIN = "POST /api/login"
ME = "GET /api/users/me"
JOBS = "GET /api/jobs"
ONE_JOB = f"GET /api/jobs/{JOB}"
LIST = "GET /api/candidates"
ONE = f"GET /api/candidates/{DANA}"
CREATE = "POST /api/candidates"
ON = f"GET /api/jobs/{JOB}/candidates"
ADD = f"POST /api/jobs/{JOB}/candidates"

SIGN_IN_PAGE = b'<html><form action="/login"><input type="password"></form></html>'


def kortivity(script=(), wire: profile.Profile | None = None, **credentials):
    http = FakeHttp(dict(script))
    cls = KortivityAdapter.speaking(wire) if wire else KortivityAdapter
    adapter = cls(http=http, credentials=WHO | credentials, environment={})
    http.adapter = adapter
    return adapter, http


def rows(*found, **more):
    return reply(200, {"data": list(found), "total": len(found)} | more)


def person(id: Any = 501, **more):
    return {
        "id": id,
        "firstName": "Dana",
        "lastName": "Example",
        "email": "dana@mail.example",
        "personalUrl": None,
        **more,
    }


def job(id: Any = 42, **more):
    return {
        "id": id,
        "title": "Controls Engineer",
        "companyName": "Acme Widgets",
        "location": "Denver, CO",
        "status": "Open",
        **more,
    }


def setting(cookies, status=200, data=None) -> Reply:
    body = b"" if data is None else reply(200, data).body
    return Reply(status, {}, decoded(body), body, cookies)


# -- The declaration ---------------------------------------------------------------


def test_it_says_that_nothing_is_verified_and_calls_nobody_without_the_switch():
    assert KortivityAdapter.verified is None
    assert KortivityAdapter.unverified_switch == "KORTIVITY_UNVERIFIED_OK"
    assert [env.name for env in KortivityAdapter.environment] == [
        "KORTIVITY_UNVERIFIED_OK"
    ]
    assert "it calls nothing but a simulator" in KortivityAdapter.notes[0]


def test_the_settings_are_those_of_the_guide():
    assert KortivityAdapter.settings_screen is Screen.AUTOMATION
    assert [KortivityAdapter.trigger_labels[t] for t in KortivityAdapter.triggers] == [
        "When they're added to an outreach sequence",
        "When they reply to an email",
        "When they reply to an email and are interested",
    ]
    assert Trigger.NEVER not in KortivityAdapter.triggers
    assert not KortivityAdapter.job_required
    assert KortivityAdapter.duplicate_keys == (Key.EMAIL, Key.LINKEDIN)
    assert not KortivityAdapter.sends_resume
    assert not KortivityAdapter.sends_note
    assert not KortivityAdapter.lists_people
    assert KortivityAdapter.no_listing_reason.endswith(".")


def test_what_goes_over_is_what_the_guide_lists():
    assert [(field.name, field.vendor_name) for field in KortivityAdapter.sends] == [
        ("name", "firstName, lastName"),
        ("email", "email"),
        ("phone", "phone"),
        ("linkedin", "personalUrl"),
        ("location", "city, state, country"),
        ("roles", "title, company, roles"),
        ("education", "education"),
        ("sourced", "sourcedFrom"),
        ("sourced_by", "sourcedBy.name, sourcedBy.email"),
    ]


def test_the_address_is_asked_first_with_its_default():
    url, user, password = KortivityAdapter.credentials_fields
    assert (url.name, url.default) == ("api_url", URL)
    assert (user.name, password.name) == ("username", "password")
    assert [field.secret for field in (url, user, password)] == [False, False, True]


# -- The address -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("https://k7y.app", URL),
        ("https://k7y.app/", URL),
        ("k7y.app", URL),
        ("//k7y.app/jobs", URL),
        ("  https://k7y.app/#/jobs \n", URL),
        ("https://k7y.app/jobs/42?tab=people#notes", URL),
        ("HTTPS://K7Y.App/Jobs", URL),
        ("https: // k7y.app", URL),
        ("\ufeffhttps://k7y.app\u200b", URL),
        ("acme.k7y.app?x=1", "https://acme.k7y.app"),
        ("https://ats.acme.example:8443/a", "https://ats.acme.example:8443"),
        ("ats.acme.example:8443", "https://ats.acme.example:8443"),
        ("https://kortivity", "https://kortivity"),
        ("https://bücher.example/x", "https://bücher.example"),
        ("http://127.0.0.1:9104/#/jobs", "http://127.0.0.1:9104"),
        ("http://localhost:9104", "http://localhost:9104"),
        ("  127.0.0.1:9104/#/jobs?x=1 ", "http://127.0.0.1:9104"),
        ("localhost:9104/jobs", "http://localhost:9104"),
        ("https://127.0.0.1:9104", "https://127.0.0.1:9104"),
        ("http://[::1]:9104/x", "http://[::1]:9104"),
        ("https://10.0.0.7", "https://10.0.0.7"),
    ],
)
def test_of_whatever_is_pasted_the_beginning_is_kept(pasted, kept):
    cleaned = KortivityAdapter.cleaned(WHO | {"api_url": pasted})
    assert cleaned == WHO | {"api_url": kept}
    assert kortivity(api_url=pasted)[0].base_url() == kept


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "   ",
        "https://",
        "acme",
        "our Kortivity",
        "ftp://k7y.app",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://k7y.app:port",
        "https://k7y.app:99999",
        "https://[::1",
        "https://k7y..app",
        "<k7y.app>",
    ],
)
def test_nonsense_is_named_beside_its_field(nonsense):
    with pytest.raises(WrongCredential, match=r"Copy it from the address bar") as wrong:
        KortivityAdapter.cleaned(WHO | {"api_url": nonsense})
    assert wrong.value.field == "api_url"


@pytest.mark.parametrize(
    "pasted",
    ["https://jo:pw@k7y.app", "jo@agency.example", "https://k7y.app\\@evil.example"],
)
def test_a_user_name_has_a_field_of_its_own(pasted):
    with pytest.raises(WrongCredential, match="fields of their own"):
        KortivityAdapter.cleaned(WHO | {"api_url": pasted})


@pytest.mark.parametrize("pasted", ["http://k7y.app", "http://10.0.0.7:8080/x"])
def test_nothing_but_this_machine_is_called_without_tls(pasted):
    with pytest.raises(WrongCredential, match="over https only"):
        KortivityAdapter.cleaned(WHO | {"api_url": pasted})


def test_a_stored_address_that_is_none_asks_for_reconnecting():
    with pytest.raises(BadCredentials, match="not a web address"):
        kortivity(api_url="nonsense")[0].base_url()
    assert kortivity(api_url="")[0].base_url() == URL


# -- Signing in --------------------------------------------------------------------


def test_a_login_brings_a_bearer_token():
    answer = reply(200, {"token": "sim-1", "expiresIn": 3600, "user": {"id": 7}})
    adapter, http = kortivity({LOGIN: answer})
    token = adapter.new_token(None)
    assert token.headers == {"Authorization": "Bearer sim-1"}
    assert token.expires_in == 3600
    call = http.only(LOGIN)
    assert call.json == {"username": WHO["username"], "password": WHO["password"]}
    assert (call.sign, call.effect.value) == (False, "helper")


@pytest.mark.parametrize(
    ("data", "expires_in"),
    [
        ({"access_token": "sim-1", "expires_in": "60"}, 60),
        ({"data": {"token": "sim-1", "expiresIn": 60}}, 60),
        ({"accessToken": "sim-1", "expiresIn": 0}, None),
        ({"token": "sim-1", "expiresIn": "tomorrow"}, None),
        ({"token": "sim-1"}, None),
    ],
)
def test_the_token_is_found_wherever_the_profile_points(data, expires_in):
    token = kortivity({LOGIN: reply(200, data)})[0].new_token(None)
    assert token.headers == {"Authorization": "Bearer sim-1"}
    assert token.expires_in == expires_in


@pytest.mark.parametrize("style", ["bearer_login", "cookie_session"])
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (reply(401, {"message": "no"}), "user name or password"),
        (reply(400, {"message": "no"}), "user name or password"),
        (reply(422), "user name or password"),
        (reply(200, body=SIGN_IN_PAGE), "user name or password"),
        (reply(423, {"message": "no"}), "has locked the account"),
        (reply(403, {"message": "Account locked."}), "has locked the account"),
        (reply(403, {"message": "no"}), "does not let this user in"),
        (reply(404, body=HTML), "status 404"),
        (reply(405), "status 405"),
        (reply(200, {"success": False}), "no (token|session)"),
        (reply(200, {"token": ""}), "no (token|session)"),
        (reply(200, {"token": 7}), "no (token|session)"),
    ],
)
def test_a_refused_login_stops_everything_lest_the_account_be_locked(
    style, answer, said
):
    wire = changed(sign_in={"style": style})
    adapter, http = kortivity({LOGIN: answer}, wire)
    with pytest.raises(BadCredentials, match=said) as caught:
        adapter.new_token(None)
    assert len(http.calls) == 1
    assert caught.value.sentence.endswith(".")
    assert "Nothing was saved" in caught.value.on_entry
    assert WHO["password"] not in caught.value.sentence + caught.value.on_entry


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(429), Throttled),
        (reply(500), NotSent),
        (reply(503), NotSent),
        (reply(301, Location="https://k7y.app/api/login"), NotSent),
        (reply(200, body=b""), NotSent),
        (reply(200, body=HTML), NotSent),
        (reply(200, body=b'{"token": "si'), NotSent),
    ],
)
def test_a_login_that_failed_for_another_reason_is_tried_again(answer, error):
    with pytest.raises(error):
        kortivity({LOGIN: answer})[0].new_token(None)


def test_a_login_by_form_is_a_matter_of_the_profile():
    wire = changed(
        sign_in__login={
            "path": "/session",
            "encoding": "form",
            "body": {"user": "{username}", "pass": "{password}", "remember": "1"},
        }
    )
    adapter, http = kortivity({"POST /session": reply(200, {"token": "t"})}, wire)
    adapter.new_token(None)
    call = http.only("POST /session")
    assert call.form == {
        "user": "jo@agency.example",
        "pass": "open & shut",
        "remember": "1",
    }
    assert call.json is None


def test_a_password_that_looks_like_a_slot_is_sent_as_it_is():
    adapter, http = kortivity(
        {LOGIN: reply(200, {"token": "t"})}, password="{username}"
    )
    adapter.new_token(None)
    assert http.only(LOGIN).json["password"] == "{username}"


@pytest.mark.parametrize("status", [200, 204, 302])
def test_a_session_is_kept_as_cookies_with_its_token_against_forgery(status):
    answer = setting({"sid": "s1", "XSRF-TOKEN": "x1", "old": ""}, status)
    adapter, _ = kortivity(
        {LOGIN: answer}, changed(sign_in={"style": "cookie_session"})
    )
    token = adapter.new_token(None)
    assert token.headers == {"Cookie": "sid=s1; XSRF-TOKEN=x1", "X-XSRF-TOKEN": "x1"}
    assert token.expires_in is None


def test_a_session_may_tell_its_token_in_the_reply_or_have_none():
    wire = changed(sign_in={"style": "cookie_session"})
    told = setting({"sid": "s1"}, 200, {"csrfToken": "x2"})
    assert kortivity({LOGIN: told}, wire)[0].new_token(None).headers == {
        "Cookie": "sid=s1",
        "X-XSRF-TOKEN": "x2",
    }
    bare = kortivity({LOGIN: setting({"sid": "s1"})}, wire)[0]
    assert bare.new_token(None).headers == {"Cookie": "sid=s1"}


def test_only_the_named_cookies_make_a_session():
    wire = changed(
        sign_in={"style": "cookie_session"}, sign_in__cookie={"names": ["sid"]}
    )
    full = setting({"sid": "s1", "theme": "dark"})
    assert kortivity({LOGIN: full}, wire)[0].new_token(None).headers == {
        "Cookie": "sid=s1"
    }
    with pytest.raises(BadCredentials, match="no session"):
        kortivity({LOGIN: setting({"theme": "dark"})}, wire)[0].new_token(None)


def test_a_form_login_that_leads_back_to_itself_was_refused():
    wire = changed(sign_in={"style": "cookie_session"})
    back = Reply(302, {"Location": "/login?error=1"}, None, b"", {"sid": "anonymous"})
    with pytest.raises(BadCredentials, match="user name or password"):
        kortivity({LOGIN: back}, wire)[0].new_token(None)


def test_what_no_header_can_hold_is_no_session():
    answer = reply(200, {"token": "sim\r\nX-Evil: 1"})
    with pytest.raises(BadCredentials, match="cannot be sent"):
        kortivity({LOGIN: answer})[0].new_token(None)


def test_the_profile_alone_chooses_the_style():
    styles = {
        style: KortivityAdapter.speaking(changed(sign_in={"style": style})).sign_in
        for style in ("bearer_login", "cookie_session", "basic")
    }
    assert styles["basic"] == Basic("username", "password")
    assert isinstance(styles["bearer_login"], TokenExchange)
    assert isinstance(styles["cookie_session"], TokenExchange)


# -- What refusals mean ------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "on_write", "on_read"),
    [
        (reply(401), BadCredentials, BadCredentials),
        (reply(419), BadCredentials, BadCredentials),
        (reply(200, body=SIGN_IN_PAGE), BadCredentials, BadCredentials),
        (reply(302, Location="/login?next=x"), BadCredentials, BadCredentials),
        (
            reply(302, Location="https://k7y.app/#/login"),
            BadCredentials,
            BadCredentials,
        ),
        (reply(301, Location="https://k7y.app/login"), Unclear, NotSent),
        (reply(423), BadCredentials, BadCredentials),
        (reply(403, {"error": "account LOCKED"}), BadCredentials, BadCredentials),
        (reply(403, body=HTML), MissingPermission, MissingPermission),
        (reply(400, {"message": "no"}), Rejected, Rejected),
        (reply(404, body=HTML), Rejected, Rejected),
        (reply(405), Rejected, Rejected),
        (reply(409), AlreadyThere, None),
        (reply(413), Rejected, Rejected),
        (reply(422, {"errors": ["lastName"]}), Rejected, Rejected),
        (reply(429), Throttled, Throttled),
        (reply(302, Location="/elsewhere"), Unclear, NotSent),
        (reply(500, body=HTML), Unclear, NotSent),
        (reply(503), Unclear, NotSent),
        (reply(200, body=b""), Unclear, Unexpected),
        (reply(200, body=HTML), Unclear, Unexpected),
        (reply(201, body=b'{"id": 50'), Unclear, Unexpected),
        (reply(201, {}), Unclear, Unexpected),
        (reply(201, {"id": None}), Unclear, Unexpected),
        (reply(201, {"id": True}), Unclear, Unexpected),
        (reply(201, {"id": 5.5}), Unclear, Unexpected),
        (reply(201, {"id": "../jobs"}), Unclear, Unexpected),
        (reply(201, "done"), Unclear, Unexpected),
        (reply(201, [1, 2]), Unclear, Unexpected),
    ],
)
def test_what_a_reply_means(answer, on_write, on_read):
    adapter, http = kortivity({CREATE: answer, LIST: answer})
    with pytest.raises(on_write) as caught:
        adapter.create(FULL)
    assert caught.value.sentence.endswith(".")
    assert "Kortivity" in caught.value.sentence
    assert http.effects() == ["write"]
    if on_read:
        with pytest.raises(on_read, match="Kortivity"):
            adapter.find(Key.EMAIL, FULL.email)


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("https://eu.k7y.example/api/jobs?x=1", "https://eu.k7y.example."),
        ("http://k7y.app:8080/", "http://k7y.app:8080."),
        ("https://k7y.app/elsewhere", ""),
        ("/elsewhere", ""),
        ("https://jo:secret@k7y.example/", ""),
        ("javascript:alert(1)", ""),
        ("https://[k7y", ""),
    ],
)
def test_a_redirect_to_another_site_names_the_site_to_enter(location, named):
    adapter, _ = kortivity({JOBS: reply(301, Location=location), CREATE: reply(301)})
    with pytest.raises(NotSent) as caught:
        adapter.ping()
    assert "secret" not in caught.value.sentence
    assert ("answers at another address" in caught.value.sentence) == bool(named)
    assert named in caught.value.sentence
    with pytest.raises(Unclear):
        adapter.create(FULL)


def test_who_is_there_already_is_read_where_the_refusal_names_them():
    for data, person_id in (
        ({"existingId": 77}, "77"),
        ({"candidate": {"id": "abc-1"}}, "abc-1"),
        ({"id": 9}, None),  # may be the id of anything
        (None, None),
    ):
        with pytest.raises(AlreadyThere) as caught:
            kortivity({CREATE: reply(409, data)})[0].create(FULL)
        assert caught.value.person_id == person_id


def test_a_session_refused_is_told_from_a_password_refused():
    bearer, _ = kortivity({JOBS: reply(401)})
    with pytest.raises(BadCredentials, match="then refuses the session"):
        bearer.ping()
    basic, _ = kortivity({JOBS: reply(401)}, changed(sign_in={"style": "basic"}))
    with pytest.raises(BadCredentials, match="user name or password"):
        basic.ping()


# -- The connection ----------------------------------------------------------------


def searchable(*people):
    """Answer the search as one that works: by email exactly, else everybody."""

    def answer(call):
        asked = call.params.get("email")
        return rows(*(p for p in people if asked in (None, p["email"])))

    return answer


def check_script(**replaced):
    me = reply(200, {"id": 7, "name": "Jo Park", "company": {"id": 3, "name": "Acme"}})
    return {ME: me, JOBS: rows(job()), LIST: searchable(person())} | replaced


def test_a_good_credential_shows_who_and_which_customer():
    adapter, http = kortivity(check_script())
    account = adapter.check()
    assert (account.id, account.name) == ("k7y.app 3", "Jo Park, Acme")
    assert account.facts == {"search_by_email": "works"}
    assert account.limits == ()
    assert set(http.effects()) == {"read"}


@pytest.mark.parametrize(
    "answer",
    [
        reply(404, body=HTML),
        reply(403),
        reply(500),
        reply(200, body=HTML),
        reply(200, []),
        reply(200, {"id": 7}),
        reply(200, {"user": {"id": 7, "name": {"x": 1}}}),
    ],
)
def test_who_is_signed_in_is_a_guess_that_is_never_needed(answer):
    account = kortivity(check_script(**{ME: answer}))[0].check()
    assert (account.id, account.name) == (None, "jo@agency.example")


@pytest.mark.parametrize("call", [JOBS, LIST])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(401), BadCredentials),
        (reply(403), MissingPermission),
        (reply(404, body=HTML), Rejected),
        (reply(200, body=HTML), Unexpected),
        (reply(200, {"jobs": 7}), Unexpected),
        (reply(503), NotSent),
    ],
)
def test_a_credential_that_cannot_read_does_not_connect(call, answer, error):
    with pytest.raises(error, match="Kortivity"):
        kortivity(check_script(**{call: answer}))[0].check()


@pytest.mark.parametrize(
    ("answer", "shown", "proof"),
    [
        (searchable(person()), "works", (Key.EMAIL,)),
        (rows(person()), "ignored", ()),
        (
            lambda call: rows() if "email" in call.params else rows(person()),
            "blind",
            (),
        ),
        (rows(), "untested", (Key.EMAIL,)),
        (
            lambda call: rows() if "email" in call.params else reply(400),
            "untested",
            (Key.EMAIL,),
        ),
    ],
)
def test_the_search_is_tested_before_its_silence_counts_as_proof(answer, shown, proof):
    adapter, _ = kortivity(check_script(**{LIST: answer}))
    account = adapter.check()
    assert account.facts == {"search_by_email": shown}
    assert bool(account.limits) == (shown != "works")
    assert all(limit.endswith(".") for limit in account.limits)
    adapter.facts = account.facts
    assert adapter.absence_keys() == proof


def test_without_a_test_the_guess_stands():
    assert kortivity()[0].absence_keys() == (Key.EMAIL,)


def test_ping_is_one_small_read():
    adapter, http = kortivity({JOBS: rows()})
    adapter.ping()
    assert len(http.calls) == 1


def test_the_probe_reads_one_of_each_and_judges_nothing():
    script = {ME: reply(401), JOBS: rows(job()), LIST: rows(person())}
    script |= {ONE_JOB: reply(500), ONE: reply(200, body=HTML), ON: reply(404)}
    adapter, http = kortivity(script)
    names = []
    for name, read in adapter.probe():
        names.append(name)
        read()
    assert names == [
        "who is signed in",
        "jobs",
        "one job",
        "candidates",
        "one candidate",
        "who is on a job",
    ]
    assert http.names() == [ME, JOBS, ONE_JOB, LIST, ONE, ON]
    assert set(http.effects()) == {"read"}


def test_the_probe_leaves_out_what_it_has_no_id_for():
    adapter, http = kortivity({ME: reply(200), JOBS: reply(404), LIST: rows()})
    for _, read in adapter.probe():
        read()
    assert http.names() == [ME, JOBS, LIST]


# -- Jobs --------------------------------------------------------------------------


def test_open_jobs_are_offered_with_company_and_place():
    found = rows(
        job(),
        job(43, status="Closed"),
        job("uuid-44", companyName=None, company={"name": "Globex"}, location=None),
        job(45, title=None, status=None),
        job(46, status={"name": "Filled"}),
    )
    adapter, http = kortivity({JOBS: found})
    jobs = adapter.search_jobs("")
    assert [(j.id, j.title, j.detail) for j in jobs] == [
        ("42", "Controls Engineer", "Acme Widgets · Denver, CO"),
        ("uuid-44", "Controls Engineer", "Globex"),
        ("45", "(unnamed job)", "Acme Widgets · Denver, CO"),
    ]
    assert http.only(JOBS).params == {"status": "open", "page": 1, "pageSize": 100}


def test_words_are_asked_for_and_looked_for_again():
    everything = rows(job(), job(43, title="Welder"), job(44, companyName="Welders"))
    adapter, http = kortivity({JOBS: everything})
    assert [j.id for j in adapter.search_jobs(" WELDER denver ")] == ["43", "44"]
    assert http.only(JOBS).params["search"] == "WELDER denver"
    assert [j.id for j in adapter.search_jobs("42")] == ["42"]
    assert adapter.search_jobs("plumber") == []


def test_a_job_is_read_by_its_id():
    adapter, _ = kortivity({ONE_JOB: reply(200, {"data": job(status="closed")})})
    found = adapter.job(JOB)
    assert (found.id, found.title, found.is_open) == (JOB, "Controls Engineer", False)


def test_another_job_than_was_asked_for_is_strange():
    with pytest.raises(Unexpected):
        kortivity({ONE_JOB: reply(200, job(43))})[0].job(JOB)


@pytest.mark.parametrize(
    "answer", [reply(404), reply(404, {"message": "no"}), reply(410)]
)
def test_an_unknown_job_is_none(answer):
    assert kortivity({ONE_JOB: answer})[0].job(JOB) is None


def test_a_missing_record_may_be_told_in_plain_text():
    answer = reply(404, body=b"Job not found.")
    assert kortivity({ONE_JOB: answer})[0].job(JOB) is None


def test_an_unknown_address_is_no_missing_record():
    with pytest.raises(Rejected, match="probe_ats"):
        kortivity({ONE_JOB: reply(404, body=HTML)})[0].job(JOB)


@pytest.mark.parametrize("id", ["", "..", "../x", "a b", "1/2", "?x=1", "ü", "x" * 300])
def test_what_cannot_be_an_id_is_never_put_into_a_path(id):
    adapter, http = kortivity()
    assert adapter.job(id) is None
    assert adapter.person(id) is None
    assert adapter.is_on_job(id, JOB) is False
    assert adapter.is_on_job(DANA, id) is False
    with pytest.raises(Gone):
        adapter.add_to_job(DANA, id)
    with pytest.raises(Gone):
        adapter.add_to_job(id, JOB)
    assert http.calls == []


# -- Pages -------------------------------------------------------------------------


def page_of(call, everybody, size=2):
    number = call.params["page"]
    return everybody[(number - 1) * size : number * size]


def test_pages_smaller_than_asked_for_are_read_to_the_total():
    everything = [job(n) for n in range(5)]
    adapter, http = kortivity(
        {JOBS: lambda call: reply(200, {"data": page_of(call, everything), "total": 5})}
    )
    assert len(adapter.search_jobs("")) == 5
    assert [call.params["page"] for call in http.calls] == [1, 2, 3]


def test_without_a_total_only_an_empty_page_ends_a_list():
    everything = [job(n) for n in range(3)]
    adapter, http = kortivity(
        {JOBS: lambda call: reply(200, page_of(call, everything))}
    )
    assert len(adapter.search_jobs("")) == 3
    assert len(http.calls) == 3


def test_a_page_that_comes_again_ends_the_list():
    adapter, http = kortivity({LIST: reply(200, [person()])})
    assert len(adapter.find(Key.EMAIL, "dana@mail.example")) == 1
    assert len(http.calls) == 2


def test_an_api_without_pages_is_asked_once():
    wire = changed(pages={"number": "", "size": ""})
    adapter, http = kortivity({LIST: reply(200, [person()])}, wire)
    assert len(adapter.find(Key.EMAIL, "dana@mail.example")) == 1
    assert http.only(LIST).params == {"email": "dana@mail.example"}


# -- Finding -----------------------------------------------------------------------


def test_everybody_the_search_gives_comes_back_unjudged():
    other = person("77", firstName=None, lastName=None, name="Sam Poe", email="Sam@X.y")
    adapter, http = kortivity({LIST: rows(person(phone="+1 202"), other)})
    first, second = adapter.find(Key.EMAIL, "dana@mail.example")
    assert (first.id, first.name, first.emails) == (
        "501",
        "Dana Example",
        ("dana@mail.example",),
    )
    assert first.phones == ("+1 202",)
    assert first.url == ""
    assert (second.id, second.name, second.emails) == ("77", "Sam Poe", ("Sam@X.y",))
    assert http.only(LIST).params["email"] == "dana@mail.example"


def test_values_are_read_in_every_shape_the_profile_names():
    row = person(
        email=None,
        emails=[{"address": "a@x.y"}, {"address": "b@x.y"}],
        linkedinUrl="https://www.linkedin.com/in/dana",
        personalUrl="https://dana.example",
        phones=["+1", "+2"],
        company={"name": "Acme"},
        title="Engineer",
    )
    (found,) = kortivity({LIST: rows(row)})[0].find(Key.EMAIL, "a@x.y")
    assert found.emails == ("a@x.y", "b@x.y")
    assert found.phones == ("+1", "+2")
    assert found.linkedin_urls == (
        "https://dana.example",
        "https://www.linkedin.com/in/dana",
    )
    assert (found.title, found.company) == ("Engineer", "Acme")


@pytest.mark.parametrize("key", [Key.EMAIL, Key.LINKEDIN])
def test_more_people_than_can_have_it_prove_nothing(key):
    everybody = [person(n) for n in range(1000)]
    adapter, http = kortivity(
        {LIST: lambda call: reply(200, page_of(call, everybody, 100))}
    )
    with pytest.raises(Unexpected, match="proves nothing"):
        adapter.find(key, "linkedin.com/in/dana")
    assert len(http.calls) == 3


def test_a_full_page_that_comes_again_proves_nothing():
    everybody = reply(200, [person(n) for n in range(100)])
    with pytest.raises(Unexpected, match="proves nothing"):
        kortivity({LIST: everybody})[0].find(Key.EMAIL, "dana@mail.example")


def test_a_name_may_have_as_many_people_as_it_likes():
    everybody = [person(n) for n in range(1000)]
    adapter, http = kortivity(
        {LIST: lambda call: reply(200, page_of(call, everybody, 100))}
    )
    assert len(adapter.find(Key.NAME, "Dana Example")) == 300
    assert http.calls[0].params["search"] == "Dana Example"


def test_rows_that_say_too_little_are_read_in_full():
    slim = {"id": 501, "name": "Dana Example"}
    adapter, http = kortivity({LIST: rows(slim), ONE: reply(200, person())})
    (found,) = adapter.find(Key.EMAIL, "dana@mail.example")
    assert found.emails == ("dana@mail.example",)
    assert http.names() == [LIST, ONE]


def test_too_many_rows_that_say_too_little_prove_nothing():
    slim = [{"id": n} for n in range(11)]
    with pytest.raises(Unexpected, match="proves nothing"):
        kortivity({LIST: rows(*slim)})[0].find(Key.EMAIL, "dana@mail.example")


def test_a_profile_is_asked_for_as_entered_then_in_its_usual_form():
    adapter, http = kortivity({LIST: [rows(), rows(person())]})
    entered = "linkedin.com/in/dana-example/?trk=x"
    assert len(adapter.find(Key.LINKEDIN, entered)) == 1
    assert [call.params["linkedinUrl"] for call in http.calls] == [
        entered,
        "https://www.linkedin.com/in/dana-example",
    ]


def test_what_the_profile_has_no_question_for_is_refused():
    wire = changed(people={"search_by": {"email": "mail"}})
    adapter, http = kortivity({LIST: rows()}, wire)
    assert adapter.finds_by == (Key.EMAIL,)
    assert adapter.find(Key.EMAIL, "a@x.y") == []
    assert http.only(LIST).params["mail"] == "a@x.y"
    for key in (Key.LINKEDIN, Key.NAME, Key.PHONE):
        with pytest.raises(Unsupported):
            adapter.find(key, "x")


def test_a_person_is_read_by_their_id_and_none_when_unknown():
    found = kortivity({ONE: reply(200, person("501"))})[0].person(DANA)
    assert (found.id, found.name) == (DANA, "Dana Example")
    assert kortivity({ONE: reply(404)})[0].person(DANA) is None


def test_a_page_for_people_is_linked_once_it_is_known():
    wire = changed(people={"page": "/#/candidates/{candidate_id}"})
    script = {LIST: rows(person()), CREATE: reply(201, {"id": 501})}
    adapter, _ = kortivity(script, wire, api_url="https://acme.k7y.app/#/x")
    link = "https://acme.k7y.app/#/candidates/501"
    assert adapter.find(Key.EMAIL, "x@y.z")[0].url == link
    assert adapter.create(BARE).url == link


# -- Creating ----------------------------------------------------------------------

SOURCED = replace(
    FULL, sourced_by_name="Bob Reyes", sourced_by_email="bob@acme.example"
)


def test_everything_of_the_guide_is_sent():
    adapter, http = kortivity({CREATE: reply(201, {"id": 501})})
    created = adapter.create(SOURCED)
    assert http.only(CREATE).json == {
        "firstName": "Dana",
        "lastName": "Example",
        "email": "dana@mail.example",
        "phone": "+12025550123",
        "personalUrl": "https://www.linkedin.com/in/dana-example",
        "title": "Controls Engineer",
        "company": "Acme Widgets",
        "city": "Denver",
        "state": "CO",
        "country": "United States",
        "roles": [
            {
                "title": "Controls Engineer",
                "company": "Acme Widgets",
                "location": "Denver",
                "startDate": "2021-04-01",
            },
            {
                "title": "Technician",
                "company": "Widgets & Sons",
                "startDate": "2018-01-15",
                "endDate": "2021-03-31",
            },
        ],
        "education": [
            {
                "school": "State University",
                "degree": "BSc",
                "field": "Robotics",
                "startYear": 2014,
                "endYear": 2018,
            }
        ],
        "sourcedFrom": "PinSync",
        "sourcedBy": {"name": "Bob Reyes", "email": "bob@acme.example"},
    }
    assert (created.id, created.name, created.url) == ("501", "Dana Example", "")


def test_an_imported_person_carries_no_sourced_mark():
    adapter, http = kortivity({CREATE: reply(201, {"id": 501})})
    adapter.create(replace(SOURCED, sourced=False))
    assert not {"sourcedFrom", "sourcedBy"} & http.only(CREATE).json.keys()


def test_nothing_empty_is_sent():
    adapter, http = kortivity({CREATE: reply(201, {"id": 501})})
    adapter.create(replace(BARE, sourced=False, linkedin_url="not a link at all"))
    assert http.only(CREATE).json == {"firstName": "Ada", "lastName": "Lovelace"}


def test_a_present_position_alone_is_a_role():
    adapter, http = kortivity({CREATE: reply(201, {"id": 501})})
    adapter.create(replace(BARE, current_title="Welder", phone="ask the office"))
    body = http.only(CREATE).json
    assert body["roles"] == [{"title": "Welder"}]
    assert body["phone"] == "ask the office"


def test_names_of_fields_and_their_shapes_are_the_profiles_alone():
    wire = changed(
        people={
            "sends": {
                "full_name": "name",
                "email": "emails[].address",
                "phone": "contact.phones[]",
                "city": "address.city",
                "country": "address.country",
            }
        }
    )
    adapter, http = kortivity({CREATE: reply(201, {"id": 501})}, wire)
    adapter.create(FULL)
    assert http.only(CREATE).json == {
        "name": "Dana Example",
        "emails": [{"address": "dana@mail.example"}],
        "contact": {"phones": ["+12025550123"]},
        "address": {"city": "Denver", "country": "United States"},
    }
    assert [field.name for field in adapter.sends] == [
        "name",
        "email",
        "phone",
        "location",
    ]


@pytest.mark.parametrize(
    "data",
    [
        {"id": 501},
        {"id": "501"},
        {"data": {"id": 501}},
        {"candidate": {"id": 501}},
        {"candidateId": 501},
        {"items": [{"id": 501}]},
        {"results": {"id": 501}},
        [{"id": 501}],
    ],
)
def test_the_new_id_is_found_in_every_wrapper(data):
    assert kortivity({CREATE: reply(201, data)})[0].create(BARE).id == "501"


# -- The job's candidates ----------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "there"),
    [
        (rows({"id": 9001, "candidateId": 501}), True),
        (rows({"id": 9001, "candidate": {"id": 501}}), True),
        (rows(person()), True),
        (rows({"id": 501, "candidateId": 7}), False),
        (rows(), False),
        (reply(200, []), False),
    ],
)
def test_who_is_on_a_job_is_read_from_its_candidates(found, there):
    assert kortivity({ON: found})[0].is_on_job(DANA, JOB) is there


def test_or_from_a_candidates_jobs():
    wire = changed(
        on_job={
            "path": "/api/candidates/{candidate_id}/jobs",
            "lists": "jobs",
            "ids": ["jobId"],
            "query": {"all": "1"},
        }
    )
    path = f"GET /api/candidates/{DANA}/jobs"
    adapter, http = kortivity({path: rows({"id": 1, "jobId": 42})}, wire)
    assert adapter.is_on_job(DANA, JOB) is True
    assert adapter.is_on_job(DANA, "43") is False or http.calls
    assert http.calls[0].params["all"] == "1"


def test_a_person_is_added_with_a_number_where_the_id_is_one():
    adapter, http = kortivity({ADD: reply(201, {"id": 9001})})
    adapter.add_to_job(DANA, JOB)
    call = http.only(ADD)
    assert (call.json, call.effect.value) == ({"candidateId": 501}, "write")
    other = f"POST /api/jobs/{JOB}/candidates"
    for id in ("c-1", "007"):
        adapter, http = kortivity({other: reply(204)})
        adapter.add_to_job(id, JOB)
        assert http.only(other).json == {"candidateId": id}


def test_ids_of_digits_are_text_where_the_profile_says_so():
    adapter, http = kortivity(
        {ADD: reply(201, {})}, changed(ids={"digits_as_numbers": False})
    )
    adapter.add_to_job(DANA, JOB)
    assert http.only(ADD).json == {"candidateId": "501"}


def test_somebody_on_the_job_already_is_no_failure():
    with pytest.raises(AlreadyThere, match="on this job"):
        kortivity({ADD: reply(409)})[0].add_to_job(DANA, JOB)
    wire = changed(add_to_job={"already": [400]})
    with pytest.raises(AlreadyThere):
        kortivity({ADD: reply(400)}, wire)[0].add_to_job(DANA, JOB)


@pytest.mark.parametrize(
    ("one_job", "one", "what"),
    [
        (reply(404), reply(200, person()), "job"),
        (reply(200, job()), reply(404), "person"),
    ],
)
def test_what_is_gone_is_named(one_job, one, what):
    script = {ADD: reply(404), ON: reply(404), ONE_JOB: one_job, ONE: one}
    adapter, _ = kortivity(script)
    assert adapter.is_on_job(DANA, JOB) is False
    with pytest.raises(Gone) as caught:
        adapter.add_to_job(DANA, JOB)
    assert caught.value.what == what


def test_an_addition_to_an_unknown_address_is_refused():
    script = {ADD: reply(404), ONE_JOB: reply(200, job()), ONE: reply(200, person())}
    with pytest.raises(Rejected, match="does not know the address"):
        kortivity(script)[0].add_to_job(DANA, JOB)


@pytest.mark.parametrize(
    ("answer", "entries"),
    [
        (reply(404), {}),
        (reply(405), {}),
        (reply(404, body=HTML), {}),
        (None, {"path": ""}),
    ],
)
def test_where_nobody_can_be_asked_it_says_neither_yes_nor_no(answer, entries):
    script = {ON: answer, ONE_JOB: reply(200, job()), ONE: reply(200, person())}
    adapter, _ = kortivity(script, changed(on_job=entries))
    assert adapter.is_on_job(DANA, JOB) is None


def test_a_job_with_more_people_than_can_be_read_tells_nothing():
    everybody = [person(n) for n in range(10_000)]
    adapter, http = kortivity(
        {ON: lambda call: reply(200, page_of(call, everybody, 100))}
    )
    assert adapter.is_on_job("99999", JOB) is None
    assert len(http.calls) == 50


@pytest.mark.parametrize("body", [b"", HTML, b'{"id": 90'])
def test_an_addition_answered_with_nonsense_is_unclear(body):
    with pytest.raises(Unclear):
        kortivity({ADD: reply(200, body=body)})[0].add_to_job(DANA, JOB)


def test_there_is_neither_resume_nor_note_nor_list():
    adapter, _ = kortivity()
    for act in (
        lambda: adapter.has_resume(DANA, "x.pdf"),
        lambda: adapter.attach_resume(DANA, "x.pdf", b""),
        lambda: adapter.has_note(DANA, "PS-1"),
        lambda: adapter.people(None),
    ):
        with pytest.raises(Unsupported, match="Kortivity"):
            act()
