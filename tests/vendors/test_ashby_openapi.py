"""Every request that Ashby's adapter makes fits the vendor's own schema.

The schema is reference data beside the repository, not in it. Replies of the simulator
are validated with the simulators.
"""

from __future__ import annotations

from typing import Any

import pytest

from integrations.adapters import Key
from integrations.vendors.ashby import rights
from integrations.vendors.ashby.adapter import AshbyAdapter

from .fakehttp import adapter_with, reply
from .openapi import openapi, problems, strict
from .people import BARE, FULL

PERSON = "6f017926-398c-4cd0-8b9b-aacc921015e3"
JOB = "4071538b-3cac-4fbf-ac76-f78ed250ffdd"


def complaints(endpoint: str, body: Any) -> list[str]:
    """Return what is wrong with a body; what is not documented is wrong, too."""
    schema = openapi("ashby-openapi.yaml").request(f"/{endpoint}")
    return problems(strict(schema), body)


def ok(results: Any, **more: Any):
    return reply(200, {"success": True, "results": results, **more})


CANDIDATE = {"id": PERSON, "name": "Ada", "applicationIds": [JOB], "fileHandles": []}
HANDLE = {"handle": "h", "url": "https://uploads.example/b", "fields": {"key": "k"}}
LISTED = [
    ok([], moreDataAvailable=True, nextCursor="qA"),
    ok([], moreDataAvailable=False),
]


def everything_asked() -> list[tuple[str, Any]]:
    """Return each call to Ashby that the adapter can make, with its body."""
    script = {
        "POST /apiKey.info": ok({"title": "x", "scopes": []}),
        "POST /application.create": ok({"id": JOB}),
        "POST /application.info": ok({"job": {"id": PERSON}}),
        "POST /candidate.create": ok(CANDIDATE),
        "POST /candidate.createNote": ok({"id": JOB}),
        "POST /candidate.info": ok(CANDIDATE),
        "POST /candidate.list": ok([]),
        "POST /candidate.listNotes": LISTED,
        "POST /candidate.search": ok([]),
        "POST /candidate.uploadResume": ok(CANDIDATE),
        "POST /file.createFileUploadHandle": ok(HANDLE),
        "POST https://uploads.example/b": reply(204),
        "POST /job.info": ok({"id": JOB, "title": "Engineer", "status": "Open"}),
        "POST /job.list": ok([], moreDataAvailable=True, nextCursor="qA"),
        "POST /job.search": ok([]),
        "POST /user.list": ok([]),
    }
    adapter, http = adapter_with(AshbyAdapter, script)
    adapter.check()
    adapter.ping()
    adapter.search_jobs("engineer")
    adapter.job(JOB)
    adapter.find(Key.EMAIL, "dana@mail.example")
    adapter.find(Key.NAME, "Dana Example")
    adapter.person(PERSON)
    for place in (None, "cursor:qA", "syncToken:6W05prn4d"):
        list(adapter.people(place))
    adapter.create(FULL)
    adapter.create(BARE)
    adapter.is_on_job(PERSON, JOB)
    adapter.add_to_job(PERSON, JOB)
    adapter.has_resume(PERSON, "a.pdf")
    adapter.attach_resume(PERSON, "a.pdf", b"%PDF")
    adapter.has_note(PERSON, "PS-1")
    adapter.add_note(PERSON, adapter.note_for(FULL, "PS-1"))
    return [
        (call.path.removeprefix("/"), call.json) for call in http.calls if call.sign
    ]


def test_every_request_body_fits_the_vendors_schema():
    asked = everything_asked()
    wrong = {name: found for name, body in asked if (found := complaints(name, body))}
    assert wrong == {}
    assert {name for name, _ in asked} == set(rights.ENDPOINTS)


def test_the_resumes_older_form_fits_the_schema_too():
    script = {
        "POST /file.createFileUploadHandle": reply(404, body=b"Not Found"),
        "POST /candidate.uploadResume": ok(CANDIDATE),
    }
    adapter, http = adapter_with(AshbyAdapter, script)
    adapter.attach_resume(PERSON, "a.pdf", b"%PDF")
    write = http.only("POST /candidate.uploadResume")
    document = openapi("ashby-openapi.yaml")
    schema = document.request("/candidate.uploadResume", "multipart/form-data")
    files = {name: content.decode() for name, (_, content, _) in write.files.items()}
    assert problems(strict(schema), {**write.form, **files}) == []


@pytest.mark.parametrize(
    ("endpoint", "body"),
    [
        ("candidate.create", {}),
        ("candidate.create", {"name": "Ada", "company": "Babbage"}),
        ("candidate.info", {"candidateId": PERSON}),
        ("candidate.info", {"id": "not a uuid"}),
        ("application.create", {"candidateId": PERSON, "jobPostingId": JOB}),
        ("job.list", {"status": "Open"}),
        ("candidate.createNote", {"candidateId": PERSON, "note": {"value": "x"}}),
    ],
)
def test_the_validation_would_notice(endpoint, body):
    assert complaints(endpoint, body)


def test_each_endpoint_needs_the_permission_that_the_schema_names():
    for endpoint, code in rights.ENDPOINTS.items():
        module, _, right = code.partition(":")
        words = openapi("ashby-openapi.yaml").description(f"/{endpoint}")
        assert f"{module}{right.capitalize()}" in words, endpoint
