"""The JobAdder simulator answers what the vendor's own document says, and refuses what
the document refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from integrations.vendors.jobadder.simulated import sign_in, tokens
from integrations.vendors.jobadder.simulated.methods import METHODS, Method
from integrations.vendors.jobadder.simulated.scopes import SCOPES, WORDS
from integrations.vendors.jobadder.simulator import JobAdderSimulator

from .jobadder_client import NOBODY, PDF, Client
from .openapi import OpenApi, Schema, openapi, problems, strict, without_nulls

# Named in the text of the document for fields=, not in its schemas.
ASKED_FOR = frozenset({"recruiters", "statistics", "text"})
# Statuses of every call; the document lists none of them with a body.
EVERYWHERE = (401, 403, 415, 429)
PATHS = {f"{one.method} {one.path}": one for one in METHODS}
NARROW = " ".join(("read", "write", "offline_access"))


@pytest.fixture
def document() -> OpenApi:
    return openapi("jobadder-openapi.json")


@pytest.fixture
def sim():
    running = JobAdderSimulator().start()
    yield running
    running.stop()


class Witness(Client):
    """A client that holds every exchange against the document."""

    def __init__(self, sim, document):
        super().__init__(sim, scope=NARROW)
        self.document, self.seen = document, set()

    def call(self, method, path, **options):
        answer = super().call(method, path, **options)
        (one,) = (m for m in METHODS if fits(m, method, path))
        told = self.document.operation(one.path, method.lower())["responses"]
        self.check(one, told, answer)
        if answer.status_code in (200, 201) and "json" in options:
            sent = strict(self.document.request(one.path))
            assert problems(sent, options["json"]) == []
        self.seen.add(f"{method} {one.path}")
        return answer

    def check(self, one, told, answer):
        status = answer.status_code
        place = f"{one.method} {one.path} {status}"
        if str(status) in told:
            content = told[str(status)].get("content", {})
            if "application/json" not in content:
                assert bool(answer.content) is bool(content), place
                return
            schema = self.document.reply(one.path, status, one.method.lower())
        elif status in EVERYWHERE or not answer.content:
            return
        else:
            schema = self.document.named("ErrorModel")
        found = problems(strict(schema, ASKED_FOR), without_nulls(answer.json()))
        assert found == [], place


def fits(one: Method, method: str, path: str) -> bool:
    wanted, given = one.path.split("/"), path.split("/")
    more_exact = f"{method} {path}" in PATHS and one.path != path
    return (
        one.method == method
        and len(wanted) == len(given)
        and not more_exact
        and all(w in (g, f"{{{w[1:-1]}}}") for w, g in zip(wanted, given, strict=True))
    )


@pytest.fixture
def jobadder(sim, document):
    witness = Witness(sim, document)
    yield witness
    witness.session.close()


# --- Answers -----------------------------------------------------------------------


@pytest.mark.parametrize("empty", ["omitted", "null"])
def test_every_call_answers_as_the_document_says(sim, jobadder, empty):
    sim.set(empty_fields=empty, seed_people=3)
    person = jobadder.post("/candidates", **WHOLE)["candidateId"]
    bare = jobadder.post("/candidates", firstName="A", lastName="B")["candidateId"]
    job = jobadder.get("/jobs", limit=2)["items"][0]["jobId"]
    applied = jobadder.post(f"/jobs/{job}/applications", candidateId=[person, bare])
    attached = jobadder.attach(person).json()["attachmentId"]
    note = {"text": "x" * 200, "applicationId": [applied["items"][0]["applicationId"]]}
    note_id = jobadder.post(f"/candidates/{person}/notes", **note)["noteId"]
    places = {
        "jobId": job,
        "candidateId": person,
        "applicationId": applied["items"][0]["applicationId"],
        "noteId": note_id,
        "attach": attached,
    }
    for one in METHODS:
        if one.method == "GET":
            path = one.path.format(**places)
            assert (
                jobadder.call("GET", path, params=QUERIES.get(path)).status_code == 200
            )
    jobadder.get(f"/candidates/{bare}")
    jobadder.get("/candidates", fields="recruiters,statistics")
    jobadder.get("/jobs", fields=["recruiters", "statistics"], sort="-updatedAt")
    jobadder.get(f"/candidates/{person}/notes", fields="text")
    sim.remove("person", str(bare))
    jobadder.get("/candidates/deleted")

    assert jobadder.seen == set(PATHS)


WHOLE: dict[str, Any] = {
    "firstName": "Ada",
    "lastName": "Lovelace",
    "email": "robin@harbour-talent.example",
    "phone": "+442079460958",
    "mobile": "+44 7700 900123",
    "salutation": "Ms",
    "statusId": 11001,
    "rating": "A",
    "source": "PinSync",
    "seeking": "Maybe",
    "unsubscribed": True,
    "summary": "Eight years.",
    "dateOfBirth": "1990-12-10",
    "emergencyContact": "Ben",
    "emergencyPhone": "+442079460959",
    "social": {"linkedin": "https://www.linkedin.com/in/ada"},
    "address": {
        "street": ["1 High Street"],
        "city": "London",
        "state": "",
        "postalCode": "N1 1AA",
        "countryCode": "GB",
    },
    "skillTags": ["Python"],
    "employment": {
        "current": {
            "employer": "Data Co",
            "position": "Engineer",
            "workTypeId": 601,
            "salary": {"ratePer": "Year", "rate": 70000, "currency": "GBP"},
        },
        "ideal": {
            "position": "Engineer",
            "workTypeId": 602,
            "salary": {
                "ratePer": "Day",
                "rateLow": 1,
                "rateHigh": 2,
                "currency": "GBP",
            },
            "other": [{"workTypeId": 603, "salary": {"ratePer": "Hour", "rateLow": 9}}],
        },
        "history": [
            {
                "employer": "Data Co",
                "position": "Engineer",
                "start": "2021-03",
                "end": "Present",
                "description": "Pipelines.",
            }
        ],
    },
    "availability": {"relative": {"period": 2, "unit": "Week"}},
    "education": [{"institution": "Oxford", "course": "Maths", "date": "2016"}],
    "custom": [{"fieldId": 2, "value": ["Visa"]}],
    "recruiterUserId": [10231],
}
QUERIES = {"/search/emailaddress": {"email": WHOLE["email"]}}


def test_refusals_answer_as_the_document_says(sim, jobadder):
    jobadder.post("/candidates", **WHOLE)
    missing = f"/candidates/{NOBODY}"
    for method, path, options, status in (
        ("POST", "/candidates", {"json": WHOLE}, 409),
        ("POST", "/candidates", {"json": {}}, 422),
        ("POST", "/candidates", {"data": b"{"}, 415),
        ("GET", missing, {}, 404),
        ("GET", f"/jobs/{NOBODY}", {}, 404),
        ("GET", f"/applications/{NOBODY}", {}, 404),
        ("POST", f"{missing}/notes", {"json": {"text": "x"}}, 404),
        ("POST", f"{missing}/attachments/Resume", {"files": {"fileData": PDF}}, 404),
        ("GET", "/notes/00000000-0000-4000-8000-000000000000", {}, 404),
        ("GET", f"{missing}/attachments/1", {}, 404),
    ):
        assert jobadder.call(method, path, **options).status_code == status
    (known,) = jobadder.get("/applications", rejected="true")["items"]
    again = jobadder.add(known["candidate"]["candidateId"], known["job"]["jobId"])
    assert again.status_code == 409


def test_the_override_code_comes_in_the_documented_header(jobadder, document):
    answers = document.operation("/candidates")["responses"]
    jobadder.post("/candidates", **WHOLE)

    answer = jobadder.call("POST", "/candidates", json=WHOLE)

    assert set(answers["409"]["headers"]) <= set(answer.headers)


# --- What is refused ---------------------------------------------------------------


def broken(schema: Schema, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield a valid value, broken in one place at a time, each with that place."""
    yield "", object_of_another_type(value)
    if "null" not in schema.get("type", ""):
        yield "", None
    if "maxLength" in schema and isinstance(value, str):
        yield "", "x" * (schema["maxLength"] + 1)
    if schema.get("minLength"):
        yield "", ""
    if "enum" in schema:
        yield "", "Nonsense"
    for bound, beyond in (("minimum", -1), ("maximum", 1)):
        if bound in schema:
            yield "", schema[bound] + beyond
    if isinstance(value, dict):
        yield from broken_in_object(schema, value)
    elif isinstance(value, list) and "items" in schema:
        for where, worse in broken(schema["items"], value[0]):
            yield f"[0]{where}", [worse, *value[1:]]


def broken_in_object(schema: Schema, value: Any) -> Iterator[tuple[str, Any]]:
    if schema.get("additionalProperties") is False:
        yield ".colour", {**value, "colour": "red"}
    for name in schema.get("required", []):
        yield f".{name}", {key: part for key, part in value.items() if key != name}
    for name, part in value.items():
        kind = schema.get("properties", {}).get(name)
        kind = kind or schema["additionalProperties"]
        for where, worse in broken(kind, part):
            yield f".{name}{where}", {**value, name: worse}


def object_of_another_type(value: Any) -> Any:
    return "text" if not isinstance(value, str) else {"a": "b"}


def cases(schema: Schema, value: Any) -> list[tuple[str, Any]]:
    """Return the objects that the document refuses; it takes some odd values, too."""
    return [
        (where, worse)
        for where, worse in broken(schema, value)
        if isinstance(worse, dict) and problems(schema, worse)
    ]


@pytest.mark.parametrize(
    ("path", "valid", "at_least"),
    [
        ("/candidates", WHOLE, 120),
        (
            "/jobs/{jobId}/applications",
            {"candidateId": [16496001], "source": "PinSync"},
            7,
        ),
        (
            "/candidates/{candidateId}/notes",
            {
                "type": "General",
                "text": "Hello",
                "applicationId": [12204001],
                "createdByIntegration": True,
                "reference": "PS-1",
                "createdBy": {"userId": 10231, "email": "kim@harbour-talent.example"},
            },
            15,
        ),
    ],
)
def test_bodies_that_the_document_refuses_are_refused(
    sim, document, path, valid, at_least
):
    """Also a null where the document has none: a reply could not tell us more."""
    sim.set(unknown_properties="422")
    client = Client(sim, scope=NARROW)
    place = path.format(jobId=936001, candidateId=16496002)
    schema = strict(document.request(path))
    assert problems(schema, valid) == []
    assert client.call("POST", place, json=valid).status_code == 201
    before = sim.truth()
    tried = cases(schema, valid)

    for where, worse in tried:
        answer = client.call("POST", place, json=worse)
        assert answer.status_code == 422, (where, answer.text)

    assert len(tried) >= at_least
    assert sim.truth() == before


def test_a_null_is_taken_where_the_document_allows_it(sim, document):
    client = Client(sim, scope=NARROW)
    schema = document.request("/candidates")
    names = [n for n, s in schema["properties"].items() if "null" in s.get("type", "")]
    optional = dict.fromkeys(set(names) - {"firstName", "lastName"})

    body = {"firstName": "Ada", "lastName": "Lovelace", **optional}

    assert len(optional) > 12
    assert problems(schema, body) == []
    assert client.post("/candidates", **body)["candidateId"]


def parameters(document: OpenApi, one: Method) -> dict[str, Schema]:
    listed = document.operation(one.path, one.method.lower()).get("parameters", [])
    return {
        p["name"]: document.resolve(p["schema"]) for p in listed if p["in"] == "query"
    }


def test_the_parameters_are_those_of_the_document(document):
    for one in METHODS:
        documented = {name.lower() for name in parameters(document, one)}
        assert {name.lower() for name in one.parameters} == documented, one.path


def test_parameters_that_the_document_refuses_are_refused(sim, document):
    client = Client(sim, scope=NARROW)
    tried = 0
    for one in METHODS:
        place = one.path.format(
            jobId=936001,
            candidateId=16496001,
            applicationId=12204001,
            noteId=NOBODY,
            attach=1,
        )
        for name, schema in parameters(document, one).items():
            for wrong in wrong_values(schema):
                answer = client.call(one.method, place, params={name: wrong})
                assert answer.status_code == 422, (one.path, name, wrong)
                tried += 1
    assert tried > 80


def wrong_values(schema: Schema) -> Iterator[str]:
    kind = schema.get("items", schema)
    if kind["type"] in ("integer", "boolean"):
        yield "x"
    if "enum" in kind or kind.get("format") in ("uuid", "date-time"):
        yield "Nonsense"
    if kind.get("minimum") == 0:
        yield from ("-1", "1001")


# --- Rights and addresses ----------------------------------------------------------


def test_each_call_needs_the_scopes_of_the_document(document):
    for one in METHODS:
        operation = document.operation(one.path, one.method.lower())
        (needed,) = operation.get("security", [{"jobadder_identity": []}])
        assert set(one.scopes) == set(needed["jobadder_identity"]), one.path


def test_scopes_and_addresses_are_those_of_the_document(document):
    schemes = document.document["components"]["securitySchemes"]
    flow = schemes["jobadder_identity"]["flows"]["authorizationCode"]

    assert set(SCOPES) == set(flow["scopes"])
    for scope, words in WORDS.items():
        assert flow["scopes"][scope].startswith(words)
    assert urlsplit(flow["authorizationUrl"]).path == sign_in.AUTHORIZE
    assert urlsplit(flow["tokenUrl"]).path == tokens.PATH


def test_the_judge_finds_fault(document):
    """A judge that lets everything pass would prove nothing."""
    schema = strict(document.reply("/candidates", 201), ASKED_FOR)

    found = " ".join(problems(schema, {"candidateId": "7", "colour": "red"}))

    assert "'7' is not of type 'integer'" in found
    assert "colour" in found
    assert problems(schema, {})
    listing = strict(document.reply("/candidates", 200, "get"))
    assert problems(listing, {"items": [], "links": {}})
    assert problems(listing, {"totalCount": 1, "items": [{"candidateId": 2**31}]})
