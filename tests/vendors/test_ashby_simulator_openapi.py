"""What the Ashby simulator answers fits the vendor's own schema, for every method."""

from __future__ import annotations

import pytest

from integrations.vendors.ashby.simulated.methods import METHODS

from .openapi import OpenApi, openapi, problems, strict, without_nulls
from .test_ashby_simulator import PDF, Client

# Recorded replies have more than the document: the history of a new application, the
# brand of its job.
RECORDED = frozenset({"applicationHistory", "brandId", "resumeFileHandle"})


@pytest.fixture
def document() -> OpenApi:
    return openapi("ashby-openapi.yaml")


class Witness(Client):
    """A client that holds every exchange against the document."""

    def __init__(self, sim, document):
        super().__init__(sim)
        self.document, self.seen = document, set()

    def post(self, method, body=None, **options):
        answer = super().post(method, body, **options)
        data = answer.json()
        schema = strict(self.document.reply(f"/{method}"), RECORDED)
        assert problems(schema, without_nulls(data)) == [], method
        if data["success"] and not options:
            sent = problems(strict(self.document.request(f"/{method}")), body or {})
            assert sent == [], method
        self.seen.add(method)
        return answer


@pytest.fixture
def ashby(ashby_sim, document):
    ashby_sim.grant("demo-ashby-key", [scope for scope, _, _ in METHODS.values()])
    witness = Witness(ashby_sim, document)
    yield witness
    witness.session.close()


def test_every_method_answers_as_the_document_says(ashby):
    lists = look_around(ashby)
    person = edit_a_person(ashby, lists)
    attach_files(ashby, person)
    apply(ashby, person, lists)

    assert ashby.seen == set(METHODS)


def look_around(ashby):
    ashby("apiKey.info")
    ashby("job.list", status=["Open", "Closed"], expand=["location", "openings"])
    job = ashby("job.search", title="Senior Backend")[0]["id"]
    ashby("job.info", id=job, expand=["location"])
    ashby("user.info", userId=ashby("user.list")[0]["id"])
    ashby("department.list")
    ashby("location.list")
    ashby("project.search", title="future")
    plan = ashby("interviewPlan.list")[0]["id"]
    return {
        "job": job,
        "user": ashby("user.search", email="morgan.ellis@example.com")[0]["id"],
        "source": ashby("source.list")[0]["id"],
        "project": ashby("project.list")[0]["id"],
        "field": ashby("customField.list")[0]["id"],
        "reason": ashby("archiveReason.list")[0]["id"],
        "tag": ashby("candidateTag.create", title="Rust")["id"],
        "tags": ashby("candidateTag.list"),
        "stages": ashby("interviewStage.list", interviewPlanId=plan),
    }


def edit_a_person(ashby, lists):
    person = ashby(
        "candidate.create",
        name="Ada Lovelace",
        email="ada@example.com",
        phoneNumber="+44 20 7946 0958",
        linkedInUrl="https://www.linkedin.com/in/ada",
        sourceId=lists["source"],
        creditedToUserId=lists["user"],
        location={"city": "London", "region": "England", "country": "United Kingdom"},
    )["id"]
    ashby("candidate.create", name="Bare")
    ashby("candidate.update", candidateId=person, websiteUrl="https://ada.example.com")
    ashby("candidate.search", email="ada@example.com")
    ashby("candidate.list", limit=2)
    ashby("candidate.addTag", candidateId=person, tagId=lists["tag"])
    value = {"fieldId": lists["field"], "fieldValue": "Soon"}
    target = {"objectId": person, "objectType": "Candidate"}
    ashby("customField.setValue", **target, **value)
    ashby("customField.setValues", **target, values=[value])
    ashby("candidate.addProject", candidateId=person, projectId=lists["project"])
    ashby("candidate.listProjects", candidateId=person)
    note = {"type": "text/html", "value": "<b>Experience</b>"}
    ashby("candidate.createNote", candidateId=person, note=note)
    ashby("candidate.listNotes", candidateId=person)
    ashby("candidate.info", id=person)
    ashby("candidate.removeTag", candidateId=person, tagId=lists["tag"])
    ashby("candidate.removeProject", candidateId=person, projectId=lists["project"])
    return person


def attach_files(ashby, person):
    resume, _ = ashby.upload()
    attached = ashby("candidate.uploadResume", candidateId=person, resumeHandle=resume)
    letter, _ = ashby.upload("letter.pdf", PDF, "CandidateFiles")
    ashby("candidate.uploadFile", candidateId=person, fileHandle=letter)
    ashby("file.info", fileHandle=attached["resumeFileHandle"]["handle"])


def apply(ashby, person, lists):
    body = {"candidateId": person, "jobId": lists["job"]}
    made = ashby("application.create", **body)["id"]
    ashby("application.update", applicationId=made, sourceId=lists["source"])
    ashby("application.changeSource", applicationId=made, sourceId=lists["source"])
    ashby("application.list", jobId=lists["job"], limit=1)
    ashby(
        "application.changeStage",
        applicationId=made,
        interviewStageId=lists["stages"][-1]["id"],
        archiveReasonId=lists["reason"],
    )
    ashby("application.info", applicationId=made, expand=["openings"])
    ashby("candidate.anonymize", candidateId=person)


def test_a_refusal_answers_as_the_document_says(ashby):
    assert ashby.refused("candidate.create") == "invalid_input"
    assert ashby.refused("job.list", cursor="nonsense") == "invalid_next_cursor"


def test_a_missing_permission_answers_as_the_document_says(ashby):
    answer = ashby.post(
        "candidate.create", {"name": "A"}, auth=("demo-ashby-key-readonly", "")
    )

    assert answer.status_code == 403


def test_the_judge_finds_fault(document):
    """A judge that lets everything pass would prove nothing."""
    schema = strict(document.reply("/candidate.create"), RECORDED)
    person = {"id": "7", "name": "Ada", "emailAddresses": [{"value": "a@b.c"}]}

    found = " ".join(problems(schema, {"success": True, "results": person}))

    assert "'7' is not a 'uuid'" in found
    assert "'profileUrl' is a required property" in found
    assert "'isPrimary' is a required property" in found
    invented = {"success": True, "results": {"colour": "red"}}
    assert "colour" in " ".join(problems(schema, invented))
    update = strict(document.request("/candidate.update"))
    assert problems(update, {"candidateId": 7, "location": {"city": 1}})
