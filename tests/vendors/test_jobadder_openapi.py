"""Every request that JobAdder's adapter makes fits the vendor's own document.

So do the replies that its tests rest on. The document is reference data beside the
repository, not in it. Replies of the simulator are validated with the simulators.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.adapters import Effect, Key
from integrations.vendors.jobadder import bodies, scopes

from . import test_jobadder_adapter as samples
from .fakehttp import Call, reply
from .openapi import OpenApi, openapi, problems, strict, without_nulls
from .people import BARE, FULL
from .test_jobadder_adapter import ALEX, JOB, jobadder

APPLICATIONS = "/jobs/{jobId}/applications"
ATTACHMENT = "/candidates/{candidateId}/attachments/{attach}"


@pytest.fixture
def document() -> OpenApi:
    return openapi("jobadder-openapi.json")


def everything_asked() -> list[Call]:
    """Return each signed call that the adapter can make."""
    script = {
        "GET /users/current": reply(200, samples.USER),
        "GET /jobs": samples.page(samples.job()),
        f"GET /jobs/{JOB}": reply(200, samples.job()),
        "GET /candidates": lambda call: samples.page(samples.row()),
        samples.BY_ANY_EMAIL: reply(200, {"candidates": [samples.row()]}),
        samples.PERSON: samples.candidate(),
        samples.CREATE: [samples.EXISTS, samples.refused("source"), samples.CREATED],
        "GET /applications": samples.page(),
        samples.PLACE: samples.page(samples.application()),
        samples.FILES: samples.page(),
        samples.RESUME: samples.STORED,
        "GET /candidates/deleted": reply(200, {"items": []}),
    }
    adapter, http = jobadder(script, facts=samples.NAMED)
    adapter.check()
    adapter.ping()
    adapter.search_jobs("")
    adapter.search_jobs(JOB)
    adapter.job(JOB)
    adapter.find(Key.EMAIL, "dana@mail.example")
    adapter.find(Key.NAME, "Dana Example")
    adapter.person(ALEX)
    adapter.create(FULL, even_if_alike=True)
    adapter.create(BARE)
    adapter.is_on_job(ALEX, JOB)
    adapter.add_to_job(ALEX, JOB)
    adapter.has_resume(ALEX, "a.pdf")
    adapter.attach_resume(ALEX, "a.pdf", b"%PDF")
    (everybody,) = adapter.people(None)
    list(adapter.people(everybody.cursor))
    return [call for call in http.calls if call.sign]


def operation_of(call: Call) -> tuple[str, str]:
    """Return method and documented path; a fixed path wins over one with a name."""
    fitting = [
        name
        for name in scopes.NEEDED
        if re.fullmatch(re.sub(r"\{\w+\}", r"[\\w-]+", name), call.name)
    ]
    method, _, path = min(fitting, key=lambda name: name.count("{")).partition(" ")
    return method.lower(), path


def complaints(document: OpenApi, call: Call) -> list[str]:
    """Return what is wrong with a call; what is not documented is wrong, too."""
    method, path = operation_of(call)
    known = document.operation(path, method).get("parameters", [])
    found = _about_parameters(document, call, known)
    if call.json is not None:
        schema = document.request(path, method=method)
        found += problems(strict(schema), call.json)
    if call.files is not None:
        schema = document.request(path, "multipart/form-data", method)
        found += problems(strict(schema), dict.fromkeys(call.files, "bytes"))
    return found


def _about_parameters(
    document: OpenApi, call: Call, known: list[dict[str, Any]]
) -> list[str]:
    # Names are PascalCase here, camelCase in the older document; clients use both.
    named = {(one["in"], one["name"].casefold()): one["schema"] for one in known}
    given = {("query", name.casefold()): one for name, one in call.params.items()}
    given |= {("header", name.casefold()): one for name, one in call.headers.items()}
    found = [f"{call.name}: unknown {key}" for key in given.keys() - named.keys()]
    for key in given.keys() & named.keys():
        schema = document.resolve(named[key])
        one = [given[key]] if schema["type"] == "array" else given[key]
        value = {"true": True, "false": False}.get(str(one), one)
        found += [f"{call.name} {key}: {said}" for said in problems(schema, value)]
    return found


def test_every_request_fits_the_vendors_document(document):
    asked = everything_asked()
    assert [said for call in asked for said in complaints(document, call)] == []
    called = {f"{m.upper()} {path}" for m, path in map(operation_of, asked)}
    assert called == set(scopes.NEEDED)


def post(json: Any, path: str = "/candidates", **more: Any) -> Call:
    return Call("POST", path, Effect.WRITE, json=json, **more)


def get(path: str, **params: Any) -> Call:
    return Call("GET", path, Effect.READ, params=params)


@pytest.mark.parametrize(
    "call",
    [
        post({"firstName": "x" * 51}),
        post({"email": "x" * 101}),
        post({"phone": "0" * 51}),
        post({"source": "x" * 51}),
        post({"name": "Ada"}),
        post({"address": {"country": "France"}}),
        post({"address": {"street": "1 High Street"}}),
        post({"employment": {"current": {"company": "Data Co"}}}),
        post({"social": {"linkedin": 7}}),
        post({"candidateId": 5}, f"/jobs/{JOB}/applications"),
        post({}, f"/jobs/{JOB}/applications"),
        post({"candidateId": [2**31]}, f"/jobs/{JOB}/applications"),
        post(None, f"/candidates/{ALEX}/attachments/Resume", files={"file": ()}),
        post({}, headers={"X-Allow-Everything": "1"}),
        get("/candidates", linkedin="x"),
        get("/candidates", limit=1001),
        get("/jobs", active="True"),
    ],
)
def test_the_validation_would_notice(document, call):
    assert complaints(document, call)


def test_the_limits_are_the_vendors(document):
    fields = document.named("AddCandidateCommand")["properties"]
    limits = {name: one.get("maxLength", 0) for name, one in fields.items()}
    assert limits["firstName"] == limits["lastName"] == bodies.NAME_LIMIT
    assert limits["email"] == bodies.EMAIL_LIMIT
    assert limits["phone"] == bodies.PHONE_LIMIT
    assert limits["source"] >= len(bodies.SOURCED)
    types = document.named("SubmitCandidateAttachmentType")["enum"]
    assert "Resume" in types


def test_what_is_sorted_by_can_be_sorted_by(document):
    for call in everything_asked():
        if field := str(call.params.get("sort", "")).removeprefix("-"):
            method, path = operation_of(call)
            known = document.operation(path, method)["parameters"]
            (sort,) = [one for one in known if one["name"] == "Sort"]
            assert re.search(rf"\b{field}\b", sort["description"]), call.name


def test_each_call_needs_a_scope_that_the_document_names(document):
    for operation, scope in scopes.NEEDED.items():
        method, _, path = operation.partition(" ")
        (need,) = document.operation(path, method.lower())["security"]
        assert scope in need["jobadder_identity"], operation


def test_the_sign_in_is_the_documented_one(document):
    scheme = document.document["components"]["securitySchemes"]["jobadder_identity"]
    flow = scheme["flows"]["authorizationCode"]
    adapter, _ = jobadder()
    url = urlsplit(adapter.authorize_url("s", "https://pin.example/back"))
    assert f"https://{url.netloc}{url.path}" == flow["authorizationUrl"]
    assert f"POST {flow['tokenUrl']}" == samples.TOKEN
    (asked,) = parse_qs(url.query)["scope"]
    assert set(asked.split()) <= set(flow["scopes"])
    assert not {"read", "write"} & set(asked.split())


def test_the_permissions_are_called_as_the_vendor_calls_them(document):
    told = document.document["info"]["description"]
    for scope, label in scopes.LABELS.items():
        if scope != scopes.OFFLINE:
            assert f"| **{scope}** | {label} |" in told


WITH_LINKEDIN = samples.candidate(linkedin=samples.LINKEDIN)
BY_ANY_EMAIL = reply(200, {"candidates": [samples.ANY_EMAIL]})


@pytest.mark.parametrize(
    ("method", "path", "status", "sample"),
    [
        ("get", "/users/current", 200, reply(200, samples.USER)),
        ("get", "/jobs", 200, samples.page(samples.job())),
        ("get", "/jobs/{jobId}", 200, reply(200, samples.job())),
        ("get", "/candidates", 200, samples.page(samples.row(email="a@x.example"))),
        ("get", "/candidates/{candidateId}", 200, WITH_LINKEDIN),
        ("post", "/candidates", 201, samples.CREATED),
        ("post", "/candidates", 409, samples.EXISTS),
        ("post", "/candidates", 422, samples.refused("source")),
        ("get", "/applications", 200, samples.page(samples.application())),
        ("post", APPLICATIONS, 201, samples.page(samples.application())),
        ("post", ATTACHMENT, 201, samples.STORED),
        ("get", "/search/emailaddress", 200, BY_ANY_EMAIL),
        ("get", "/candidates/deleted", 200, reply(200, {"items": samples.DELETED})),
    ],
)
def test_the_replies_that_the_tests_rest_on_are_the_vendors(
    document, method, path, status, sample
):
    schema = strict(document.reply(path, status, method))
    assert problems(schema, without_nulls(sample.data)) == []
