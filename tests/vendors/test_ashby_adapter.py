"""Ashby's adapter against scripted replies, from the documents alone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from integrations.adapters import Key, PermissionState, Role, School, Unsupported
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
from integrations.vendors.ashby import rights
from integrations.vendors.ashby.adapter import AshbyAdapter
from integrations.vendors.ashby.bodies import web_url

from .fakehttp import HTML, adapter_with, reply
from .people import BARE, FULL

ADA = "6f017926-398c-4cd0-8b9b-aacc921015e3"
JOB = "4071538b-3cac-4fbf-ac76-f78ed250ffdd"
OTHER_JOB = "4071538b-3cac-4fbf-ac76-f78ed250ff00"
APPLICATION = "c1c2c3c4-0000-4000-8000-000000000001"
ALL_SCOPES = [need.code for need in AshbyAdapter.needs]
PROVEN, MISSING, UNPROVABLE = PermissionState

INFO = "POST /candidate.info"
CREATE = "POST /candidate.create"


def ok(results, **more):
    return reply(200, {"success": True, "results": results, **more})


def page(results, cursor=None):
    more = {"moreDataAvailable": bool(cursor)}
    return ok(results, **more, **({"nextCursor": cursor} if cursor else {}))


def failed(*codes, message="", status=200, **headers):
    info = {"code": codes[0], "message": message, "requestId": "01K"}
    body = {"success": False, "errors": list(codes), "errorInfo": info}
    return reply(status, body, **headers)


def candidate(**more):
    bare: dict[str, Any] = {
        "id": ADA,
        "name": "Ada Lovelace",
        "emailAddresses": [],
        "phoneNumbers": [],
        "socialLinks": [],
        "tags": [],
        "applicationIds": [],
        "fileHandles": [],
        "customFields": [],
        "profileUrl": f"https://app.ashbyhq.example/candidates/{ADA}",
        "source": None,
        "creditedToUser": None,
    }
    return bare | more


def job(number, **more):
    return {
        "id": f"4071538b-3cac-4fbf-ac76-{number:012d}",
        "title": f"Engineer {number}",
        "status": "Open",
        "confidential": False,
        "openedAt": f"2026-03-{number % 28 + 1:02d}T00:00:00.000Z",
        "createdAt": "2026-01-01T00:00:00.000Z",
        "customRequisitionId": None,
        **more,
    }


def ashby(**script):
    """Return the adapter for a script of ``candidate_info=…``-like endpoint names."""
    named = {f"POST /{name.replace('_', '.')}": value for name, value in script.items()}
    return adapter_with(AshbyAdapter, named, ASHBY_URL="https://ashby.example")


# -- The connection ----------------------------------------------------------------


def test_the_address_is_the_origin_of_the_environment_or_the_vendors_own():
    assert ashby()[0].base_url() == "https://ashby.example"
    assert adapter_with(AshbyAdapter, {})[0].base_url() == "https://api.ashbyhq.com"


def probes(**changed):
    empty = page([])
    script = {"job_list": empty, "candidate_list": empty, "user_list": empty}
    return script | changed


def test_a_key_with_everything_is_proven_in_four_small_reads():
    info = ok({"title": "Sourcing", "scopes": ALL_SCOPES})
    adapter, http = ashby(apiKey_info=info, **probes())
    account = adapter.check()
    assert (account.id, account.name) == (None, "Sourcing")
    assert account.permissions == dict.fromkeys(ALL_SCOPES, PROVEN)
    assert http.calls[0].json == {}
    assert [call.json for call in http.calls[1:]] == [{"limit": 1}] * 3
    assert set(http.effects()) == {"read"}


def test_a_key_that_cannot_read_itself_leaves_writing_unproven():
    denied = failed(rights_code(), status=403)
    account = ashby(apiKey_info=denied, **probes())[0].check()
    assert account.name == "Ashby"
    assert account.permissions["apiKeys:read"] is MISSING
    assert account.permissions["candidates:write"] is UNPROVABLE
    assert account.permissions["jobs:read"] is PROVEN


def rights_code():
    return "missing_endpoint_permission"


def test_each_missing_right_is_named_by_its_own_probe():
    info = ok({"title": "", "scopes": ["apiKeys:read", "candidates:read"]})
    denied = failed(rights_code(), status=403)
    adapter, _ = ashby(apiKey_info=info, **probes(job_list=denied, user_list=denied))
    account = adapter.check()
    assert account.name == "Ashby"
    assert account.permissions == {
        "jobs:read": MISSING,
        "candidates:read": PROVEN,
        "candidates:write": MISSING,
        "organization:read": MISSING,
        "apiKeys:read": PROVEN,
    }


@pytest.mark.parametrize(
    ("scopes", "state"),
    [
        (["candidates:write"], PROVEN),
        (["candidatesWrite"], PROVEN),
        (["candidates:read", "candidates:delete"], MISSING),
        (["jobs:read"], MISSING),
        (["candidates:read", "candidates:edit"], UNPROVABLE),
        ([], UNPROVABLE),
        ([None, 7, "candidates:write"], PROVEN),
    ],
)
def test_the_right_to_write_comes_from_the_scopes(scopes, state):
    assert rights.write_state(scopes) is state


def test_an_older_reply_without_scopes_proves_nothing_about_writing():
    account = ashby(apiKey_info=ok({"title": "Old"}), **probes())[0].check()
    assert account.permissions["candidates:write"] is UNPROVABLE


@pytest.mark.parametrize(
    "refusal",
    [
        reply(401, body=b"Unauthorized"),
        reply(403, body=b"Forbidden"),
        reply(403, body=HTML),
        failed("invalid_api_key", status=403),
    ],
    ids=["401", "403 text", "403 html", "403 envelope"],
)
def test_a_wrong_key_is_told_from_a_missing_permission(refusal):
    adapter, _ = ashby(apiKey_info=refusal)
    with pytest.raises(BadCredentials, match="Ashby does not accept the API key"):
        adapter.check()


@pytest.mark.parametrize(
    "body",
    [
        {"success": False, "errors": ["missing_endpoint_permission"]},
        {"success": False, "errorInfo": {"code": "missing_endpoint_permission"}},
        {
            "success": False,
            "errors": [{"message": "No permission for this", "parameter": "key"}],
            "errorInfo": None,
        },
    ],
    ids=["codes", "errorInfo", "objects"],
)
@pytest.mark.parametrize("status", [403, 200])
def test_a_missing_permission_is_read_in_every_form_and_named(body, status):
    adapter, _ = ashby(job_info=reply(status, body))
    with pytest.raises(MissingPermission, match="lacks the permission Jobs: read") as e:
        adapter.job(JOB)
    assert e.value.permission == "jobs:read"


def test_ping_is_one_read_and_takes_a_missing_permission_for_an_answer():
    adapter, http = ashby(apiKey_info=[ok({}), failed(rights_code(), status=403)])
    adapter.ping()
    adapter.ping()
    assert http.names() == ["POST /apiKey.info"] * 2


# -- What errors mean --------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failed("invalid_input", message="email is malformed"), Rejected),
        (failed("invalid_input", message="email", status=400), Rejected),
        (failed("something_new"), Rejected),
        (failed("source_not_found"), Rejected),
        (reply(200, {"success": False, "errors": None, "errorInfo": None}), Rejected),
        (reply(200, {"success": False}), Rejected),
        (failed("generic_internal_error"), Unclear),
        (failed("generic_internal_error", status=500), Unclear),
        (failed("rate_limit_exceeded"), Throttled),
        (failed("Rate limit exceeded", status=429), Throttled),
        (failed("candidate_already_exists"), AlreadyThere),
        (reply(409, {"success": False, "errors": ["conflict"]}), AlreadyThere),
        (reply(500, body=HTML), Unclear),
        (reply(503, body=HTML), Unclear),
        (reply(200, body=b""), Unclear),
        (reply(200, body=HTML), Unclear),
        (reply(200, body=b'{"success": true, "resu'), Unclear),
        (reply(200, {"success": True}), Unclear),
        (reply(200, [1]), Unclear),
        (reply(200, {"results": {"id": ADA}}), Unclear),
        (ok({}), Unclear),
        (ok({"id": 7}), Unclear),
        (ok({"id": ""}), Unclear),
        (ok("id"), Unclear),
        (ok([{"id": ADA}]), Unclear),
        (reply(413, body=HTML), Rejected),
        (reply(404, body=HTML), Rejected),
        (reply(302, body=b""), Unclear),
    ],
)
def test_what_a_failed_create_means(answer, error):
    adapter, http = ashby(candidate_create=answer)
    with pytest.raises(error) as caught:
        adapter.create(FULL)
    assert caught.value.sentence.endswith(".")
    assert "Ashby" in caught.value.sentence
    assert http.effects() == ["write"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failed("generic_internal_error"), NotSent),
        (failed("next_cursor_expired"), NotSent),
        (failed("concurrent_limit_exceeded"), Throttled),
        (reply(500, body=HTML), NotSent),
        (reply(200, body=b""), Unexpected),
        (reply(200, body=HTML), Unexpected),
        (ok(None), Unexpected),
        (ok({}), Unexpected),
        (ok("nobody"), Unexpected),
        (ok([7]), Unexpected),
        (ok([{"name": "no id"}]), Unexpected),
        (ok([candidate(id=5)]), Unexpected),
        (ok([candidate(name=["Ada"])]), Unexpected),
        (ok([candidate(emailAddresses="ada@x.example")]), Unexpected),
        (ok([candidate(emailAddresses=[{"value": 7}])]), Unexpected),
        (ok([candidate(primaryEmailAddress="ada@x.example")]), Unexpected),
        (ok([candidate(socialLinks=["https://x.example"])]), Unexpected),
    ],
)
def test_what_a_failed_search_means(answer, error):
    adapter, _ = ashby(candidate_search=answer)
    with pytest.raises(error):
        adapter.find(Key.EMAIL, "ada@x.example")


def test_a_limit_told_in_the_body_is_one():
    adapter, _ = ashby(candidate_search=failed("rate_limit_exceeded"))
    with pytest.raises(Throttled, match="Ashby asks for fewer calls"):
        adapter.find(Key.EMAIL, "ada@x.example")


def test_the_vendors_words_are_shortened_and_hold_neither_key_nor_address():
    words = f"Bad\n thing top-secret-key at https://api.example/x?k=1 {'y' * 300}."
    adapter, _ = ashby(candidate_create=failed("invalid_input", message=words))
    with pytest.raises(Rejected) as caught:
        adapter.create(FULL)
    sentence = caught.value.sentence
    assert "Bad thing (key) at (address) yyy" in sentence
    assert len(sentence) < 300


@pytest.mark.parametrize(
    ("code", "message", "what"),
    [
        ("candidate_not_found", "", "person"),
        ("job_not_found", "Job not found", "job"),
        ("invalid_input", "Candidate not found", "person"),
    ],
)
def test_a_job_or_candidate_that_is_gone_is_named(code, message, what):
    adapter, _ = ashby(application_create=failed(code, message=message))
    with pytest.raises(Gone) as caught:
        adapter.add_to_job(ADA, JOB)
    assert caught.value.what == what


# -- Jobs --------------------------------------------------------------------------


def test_open_jobs_come_newest_first_with_place_and_number():
    rows = [
        job(1, location={"name": "Berlin"}, customRequisitionId="REQ-7"),
        job(3),
        job(2, status="Closed"),
        job(4, openedAt=None),
    ]
    adapter, http = ashby(job_list=page(rows))
    jobs = adapter.search_jobs("")
    assert [j.title for j in jobs] == ["Engineer 3", "Engineer 1", "Engineer 4"]
    assert jobs[1].detail == "Berlin · REQ-7"
    assert http.only("POST /job.list").json == {
        "status": ["Open"],
        "expand": ["location"],
        "limit": 100,
    }


def test_jobs_are_found_by_part_of_title_or_number_on_every_page():
    first = page([job(n) for n in range(100)], cursor="qA")
    second = page([job(200, title="Gärtner"), job(201, customRequisitionId="REQ-9")])
    adapter, http = ashby(job_list=[first, second, first, second])
    assert [j.title for j in adapter.search_jobs("GÄRT")] == ["Gärtner"]
    assert [j.title for j in adapter.search_jobs("req-9")] == ["Engineer 201"]
    assert [c.json.get("cursor") for c in http.calls] == [None, "qA", None, "qA"]


def test_at_most_fifty_jobs_are_returned():
    adapter, _ = ashby(job_list=page([job(n) for n in range(60)]))
    assert len(adapter.search_jobs("engineer")) == 50


def test_past_the_cap_the_vendors_own_search_adds_open_jobs():
    endless = page([job(1)], cursor="next")
    searched = ok([job(1), job(7, title="Rare bird"), job(8, status="Draft")])
    adapter, http = ashby(job_list=endless, job_search=searched)
    assert [j.title for j in adapter.search_jobs(" bird ")] == ["Rare bird"]
    assert http.only("POST /job.search").json == {"title": "bird"}
    assert http.names().count("POST /job.list") == 5
    assert len(adapter.search_jobs("")) == 1
    assert http.names().count("POST /job.search") == 1


def test_an_empty_page_does_not_end_a_list_but_a_missing_cursor_is_strange():
    adapter, _ = ashby(job_list=[page([], cursor="a"), page([job(1)])])
    assert len(adapter.search_jobs("")) == 1
    broken = reply(200, {"success": True, "results": [], "moreDataAvailable": True})
    with pytest.raises(Unexpected):
        ashby(job_list=broken)[0].search_jobs("")


def test_a_job_is_read_by_id_with_its_state():
    adapter, http = ashby(job_info=ok(job(5, status="Closed")))
    found = adapter.job(JOB)
    assert (found.title, found.is_open) == ("Engineer 5", False)
    assert http.calls[0].json == {"id": JOB, "expand": ["location"]}


@pytest.mark.parametrize(
    ("id", "answer"),
    [
        (JOB, failed("job_not_found")),
        (JOB, failed("thing_not_found")),
        ("what ever", failed("invalid_input", message="id must be a uuid")),
    ],
)
def test_an_unknown_job_is_none(id, answer):
    assert ashby(job_info=answer)[0].job(id) is None


def test_a_refused_question_about_a_well_formed_id_is_no_answer():
    with pytest.raises(Rejected):
        ashby(job_info=failed("invalid_input", message="expand"))[0].job(JOB)


# -- People ------------------------------------------------------------------------


def test_every_row_of_the_search_comes_back_with_all_it_carries():
    full = candidate(
        primaryEmailAddress={"value": "ada@x.example", "type": "Personal"},
        emailAddresses=[{"value": "ada@x.example"}, {"value": "ada@work.example"}],
        primaryPhoneNumber={"value": "+44 20 7946 0958"},
        socialLinks=[
            {"type": "LinkedIn", "url": "https://linkedin.com/in/ada"},
            {"type": "Website", "url": "https://www.linkedin.com/in/other"},
            {"type": "GitHub", "url": "https://github.com/ada"},
            {"type": "LinkedIn", "url": None},
        ],
        position="Analyst",
        company="Babbage Ltd",
    )
    bare = candidate(id="another-id", profileUrl="javascript:alert(1)")
    adapter, http = ashby(candidate_search=ok([full, bare]))
    first, second = adapter.find(Key.EMAIL, "ada@x.example")
    assert http.calls[0].json == {"email": "ada@x.example"}
    assert first.emails == ("ada@x.example", "ada@work.example")
    assert first.phones == ("+44 20 7946 0958",)
    assert len(first.linkedin_urls) == 2
    assert (first.title, first.company) == ("Analyst", "Babbage Ltd")
    assert first.url.startswith("https://app.ashbyhq.example/")
    assert first.complete
    assert (second.id, second.url) == ("another-id", "")


def test_names_are_asked_as_names_and_other_keys_are_refused():
    adapter, http = ashby(candidate_search=ok([]))
    assert adapter.find(Key.NAME, "Ada Lovelace") == []
    assert http.calls[0].json == {"name": "Ada Lovelace"}
    with pytest.raises(Unsupported, match="linkedin"):
        adapter.find(Key.LINKEDIN, "https://linkedin.com/in/ada")


def test_a_person_is_read_by_id_and_none_when_merged_away():
    assert ashby(candidate_info=ok(candidate()))[0].person(ADA).name == "Ada Lovelace"
    assert ashby(candidate_info=failed("candidate_not_found"))[0].person(ADA) is None


def test_a_full_candidate_is_created_with_documented_keys_only():
    adapter, http = ashby(candidate_create=ok(candidate()))
    created = adapter.create(FULL)
    assert http.calls[0].json == {
        "name": "Dana Example",
        "email": "dana@mail.example",
        "phoneNumber": "+12025550123",
        "linkedInUrl": "https://www.linkedin.com/in/dana-example",
        "location": {"city": "Denver", "region": "CO", "country": "United States"},
    }
    assert http.effects() == ["write"]
    assert created.id == ADA
    assert created.url == f"https://app.ashbyhq.example/candidates/{ADA}"
    assert created.emails == ("dana@mail.example",)


def test_a_bare_candidate_is_only_a_name_and_has_a_link_all_the_same():
    answer = ok(candidate(profileUrl=None))
    adapter, http = ashby(candidate_create=answer)
    created = adapter.create(BARE)
    assert http.calls[0].json == {"name": "Ada Lovelace"}
    assert created.url.endswith(f"/right-side/candidates/{ADA}")


def test_a_nameless_candidate_is_refused_before_any_call():
    adapter, http = ashby()
    with pytest.raises(Rejected, match="needs a name"):
        adapter.create(replace(BARE, first_name="", last_name=""))
    assert http.calls == []


def test_an_unreadable_phone_goes_over_as_entered_and_a_bad_link_stays_here():
    adapter, http = ashby(candidate_create=ok(candidate()))
    adapter.create(
        replace(BARE, phone="ext. 7", linkedin_url="not a link", city="Rome")
    )
    assert http.calls[0].json == {
        "name": "Ada Lovelace",
        "phoneNumber": "ext. 7",
        "location": {"city": "Rome"},
    }


@pytest.mark.parametrize(
    ("entered", "sent"),
    [
        ("https://linkedin.com/in/a", "https://linkedin.com/in/a"),
        ("linkedin.com/in/a", "https://linkedin.com/in/a"),
        ("ftp://linkedin.com/in/a", ""),
        ("https://", ""),
        ("in/a", ""),
        ("https://[broken/in/a", ""),
        ("https://linkedin.com/in/a b", ""),
        ("", ""),
    ],
)
def test_only_a_valid_web_address_is_sent(entered, sent):
    assert web_url(entered) == sent


# -- The job -----------------------------------------------------------------------


def application(job_id, status="Lead"):
    return ok({"id": APPLICATION, "status": status, "job": {"id": job_id}})


def test_an_application_on_the_job_counts_archived_or_not():
    adapter, http = ashby(
        candidate_info=ok(candidate(applicationIds=["a-1", "a-2", "a-3"])),
        application_info=[application(OTHER_JOB), application(JOB.upper(), "Archived")],
    )
    assert adapter.is_on_job(ADA, JOB)
    assert [c.json for c in http.calls[1:]] == [
        {"applicationId": "a-1"},
        {"applicationId": "a-2"},
    ]


def test_no_application_or_only_others_is_not_on_the_job():
    ids = ok(candidate(applicationIds=[APPLICATION]))
    assert not ashby(candidate_info=ok(candidate()))[0].is_on_job(ADA, JOB)
    for answer in (application(OTHER_JOB), failed("application_not_found")):
        adapter, _ = ashby(candidate_info=ids, application_info=answer)
        assert not adapter.is_on_job(ADA, JOB)


@pytest.mark.parametrize("ids", ["a-1", [7], [None], {"a": 1}])
def test_strange_application_ids_are_unexpected(ids):
    with pytest.raises(Unexpected):
        ashby(candidate_info=ok(candidate(applicationIds=ids)))[0].is_on_job(ADA, JOB)


def test_an_application_without_its_job_is_unexpected():
    ids = ok(candidate(applicationIds=["a-1"]))
    adapter, _ = ashby(candidate_info=ids, application_info=ok({"job": None}))
    with pytest.raises(Unexpected):
        adapter.is_on_job(ADA, JOB)


def test_a_missing_candidate_is_gone_when_asked_for_their_jobs():
    with pytest.raises(Gone):
        ashby(candidate_info=failed("candidate_not_found"))[0].is_on_job(ADA, JOB)


def test_adding_to_a_job_is_one_write_with_two_ids():
    adapter, http = ashby(application_create=ok({"id": APPLICATION}))
    adapter.add_to_job(ADA, JOB)
    assert http.calls[0].json == {"candidateId": ADA, "jobId": JOB}
    assert http.effects() == ["write"]


def test_a_refused_second_application_is_already_there():
    adapter, http = ashby(
        application_create=failed("invalid_input", message="whatever words"),
        candidate_info=ok(candidate(applicationIds=["a-1"])),
        application_info=application(JOB),
    )
    with pytest.raises(AlreadyThere, match="on this job in Ashby already"):
        adapter.add_to_job(ADA, JOB)
    assert http.effects() == ["write", "read", "read"]


@pytest.mark.parametrize(
    "look", [ok(candidate()), reply(500, body=HTML)], ids=["not on it", "no answer"]
)
def test_a_refused_first_application_stays_refused(look):
    adapter, _ = ashby(
        application_create=failed("interview_plan_not_found"), candidate_info=look
    )
    with pytest.raises(Rejected, match="interview_plan_not_found"):
        adapter.add_to_job(ADA, JOB)


# -- Resume ------------------------------------------------------------------------

HANDLE = {
    "handle": "opaque",
    "url": "https://uploads.example/bucket",
    "fields": {"key": "uploads/1", "policy": "p", "size": 7},
}
UPLOAD = "POST https://uploads.example/bucket"


def resume_script(**more):
    return {
        "POST /file.createFileUploadHandle": ok(HANDLE),
        UPLOAD: reply(204),
        "POST /candidate.uploadResume": ok(candidate()),
        **more,
    }


def test_a_resume_is_uploaded_then_made_the_candidates():
    adapter, http = adapter_with(AshbyAdapter, resume_script())
    adapter.attach_resume(ADA, "Ada.pdf", b"%PDF-1.7")
    handle, upload, write = http.calls
    assert handle.json == {
        "fileUploadContext": "CandidateResume",
        "filename": "Ada.pdf",
        "contentType": "application/pdf",
        "contentLength": 8,
    }
    assert upload.form == {"key": "uploads/1", "policy": "p", "size": "7"}
    assert upload.files == {"file": ("Ada.pdf", b"%PDF-1.7", "application/pdf")}
    assert upload.sign is False
    assert write.json == {"candidateId": ADA, "resumeHandle": "opaque"}
    assert http.effects() == ["helper", "helper", "write"]


def goes_with_the_call(http):
    """Say whether the file went in the one write, in the older form."""
    write = http.calls[-1]
    assert write.name == "POST /candidate.uploadResume"
    assert (write.form, write.json) == ({"candidateId": ADA}, None)
    assert write.files == {"resume": ("Ada.pdf", b"%PDF", "application/pdf")}
    assert write.sign is True
    return http.effects().count("write") == 1


@pytest.mark.parametrize(
    "refusal",
    [
        failed("invalid_input", message="No uploads here"),
        failed("file_upload_not_found"),
        failed("missing_endpoint_permission", status=403),
        reply(404, body=b"Not Found"),
        reply(400, body=HTML),
        reply(409),
    ],
)
def test_without_upload_handles_the_resume_goes_with_the_call_itself(refusal):
    script = resume_script(**{"POST /file.createFileUploadHandle": refusal})
    adapter, http = adapter_with(AshbyAdapter, script)
    adapter.attach_resume(ADA, "Ada.pdf", b"%PDF")
    assert goes_with_the_call(http)
    assert UPLOAD not in http.names()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422])
def test_what_the_file_store_refuses_goes_with_the_call_itself(status):
    answer = reply(status, body=b"<Error>AccessDenied</Error>")
    adapter, http = adapter_with(AshbyAdapter, resume_script(**{UPLOAD: answer}))
    adapter.attach_resume(ADA, "Ada.pdf", b"%PDF")
    assert goes_with_the_call(http)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(302, Location="/elsewhere"), NotSent),
        (reply(408), NotSent),
        (reply(425), NotSent),
        (reply(500, body=HTML), NotSent),
        (reply(503), NotSent),
        (reply(429), Throttled),
        (NotSent("No answer."), NotSent),
    ],
)
@pytest.mark.parametrize("call", ["POST /file.createFileUploadHandle", UPLOAD])
def test_passing_trouble_before_the_write_is_waited_for(call, answer, error):
    adapter, http = adapter_with(AshbyAdapter, resume_script(**{call: answer}))
    with pytest.raises(error):
        adapter.attach_resume(ADA, "Ada.pdf", b"%PDF")
    assert "write" not in http.effects()


@pytest.mark.parametrize("status", [401, 403, 409, 500, 429])
def test_what_the_file_store_says_is_never_about_the_key(status):
    adapter, http = adapter_with(AshbyAdapter, resume_script(**{UPLOAD: reply(status)}))
    with suppress(NotSent, Throttled):  # neither BadCredentials nor MissingPermission
        adapter.attach_resume(ADA, "Ada.pdf", b"%PDF")
    assert http.only(UPLOAD).sign is False


def test_a_wrong_key_sends_no_resume():
    refusal = reply(403, body=b"The API key is not valid.")
    script = resume_script(**{"POST /file.createFileUploadHandle": refusal})
    adapter, http = adapter_with(AshbyAdapter, script)
    with pytest.raises(BadCredentials):
        adapter.attach_resume(ADA, "Ada.pdf", b"%PDF")
    assert http.effects() == ["helper"]


def test_a_resume_refused_in_both_forms_says_why():
    script = resume_script(
        **{
            "POST /file.createFileUploadHandle": failed("invalid_input"),
            "POST /candidate.uploadResume": failed("invalid_input", message="Too big"),
        }
    )
    adapter, http = adapter_with(AshbyAdapter, script)
    with pytest.raises(Rejected, match="Too big"):
        adapter.attach_resume(ADA, "Ada.pdf", b"%PDF")
    assert goes_with_the_call(http)


@pytest.mark.parametrize(
    "results",
    [
        {},
        HANDLE | {"handle": None},
        HANDLE | {"url": "file:///etc/passwd"},
        HANDLE | {"url": 7},
        HANDLE | {"fields": ["key"]},
    ],
)
def test_a_strange_upload_handle_costs_nothing(results):
    script = resume_script(**{"POST /file.createFileUploadHandle": ok(results)})
    adapter, http = adapter_with(AshbyAdapter, script)
    with pytest.raises(NotSent):
        adapter.attach_resume(ADA, "Ada.pdf", b"%PDF")
    assert http.effects() == ["helper"]


def test_a_resume_is_there_by_its_file_name():
    handles = candidate(
        resumeFileHandle={"id": "1", "name": "Ada.PDF", "handle": "h"},
        fileHandles=[{"id": "2", "name": "cover.pdf", "handle": "h"}],
    )
    adapter, _ = ashby(candidate_info=ok(handles))
    assert adapter.has_resume(ADA, "ada.pdf") is True
    assert adapter.has_resume(ADA, "cover.pdf") is True
    assert adapter.has_resume(ADA, "other.pdf") is False


# -- Note --------------------------------------------------------------------------


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.words = set(), []

    def handle_starttag(self, tag, attrs):
        assert not attrs
        self.seen.add(tag)

    def handle_data(self, data):
        self.words.append(data)


def read(note):
    tags = Tags()
    tags.feed(note)
    return tags


def test_the_note_holds_roles_and_education_in_tags_that_ashby_keeps():
    note = ashby()[0].note_for(FULL, "PS-12")
    tags = read(note)
    assert tags.seen <= {"b", "i", "u", "a", "ul", "ol", "li", "code", "pre"}
    assert tags.words == [
        "Profile from PinSync · PS-12",
        "Current roles",
        "Controls Engineer, Acme Widgets, Denver (Apr 2021 – present)",
        "Previous roles",
        "Technician, Widgets & Sons (Jan 2018 – Mar 2021)",
        "Education",
        "State University, BSc in Robotics (2014 – 2018)",
    ]


def test_nothing_to_say_makes_no_note():
    adapter, _ = ashby()
    assert adapter.note_for(BARE, "PS-1") == ""
    assert adapter.note_for(replace(BARE, experiences=(Role(""),)), "PS-1") == ""


def test_markup_in_a_profile_stays_text():
    evil = "<script>alert('x')</script> & <b>"
    person = replace(BARE, experiences=(Role(evil, evil, evil, evil, evil),))
    note = ashby()[0].note_for(replace(person, education=(School(evil, evil),)), "PS-1")
    assert read(note).seen == {"i", "ul", "li", "b"}
    assert "<script" not in note


def test_the_headline_role_stands_in_for_a_missing_current_one():
    past = Role("Clerk", "Old Co", "", "", "2019-13-01")
    person = replace(BARE, current_title="Owner", experiences=(past,))
    assert read(ashby()[0].note_for(person, "PS-1")).words[1:] == [
        "Current roles",
        "Owner",
        "Previous roles",
        "Clerk, Old Co (2019-13-01)",
    ]


def test_a_note_is_found_by_its_own_marker_on_any_page():
    pages = [
        page([{"id": "1", "content": "PS-12 and PS-1-b"}], cursor="n"),
        page([{"id": "2", "content": "<i>Profile · PS-1</i>"}]),
    ]
    adapter, http = ashby(candidate_listNotes=list(pages))
    assert adapter.has_note(ADA, "PS-1") is True
    assert http.calls[1].json == {"candidateId": ADA, "limit": 100, "cursor": "n"}
    assert ashby(candidate_listNotes=page([]))[0].has_note(ADA, "PS-1") is False


def test_too_many_notes_cannot_be_told():
    endless = page([{"content": "hello"}], cursor="more")
    adapter, http = ashby(candidate_listNotes=endless)
    assert adapter.has_note(ADA, "PS-1") is None
    assert len(http.calls) == 20


def test_a_note_is_html_and_notifies_nobody():
    adapter, http = ashby(candidate_createNote=ok({"id": "n-1"}))
    adapter.add_note(ADA, "<b>Hello</b>")
    assert http.calls[0].json == {
        "candidateId": ADA,
        "note": {"type": "text/html", "value": "<b>Hello</b>"},
        "sendNotifications": False,
    }
    assert http.effects() == ["write"]


def test_every_endpoint_called_needs_a_permission_that_the_guide_names():
    assert set(rights.ENDPOINTS.values()) == set(ALL_SCOPES)
