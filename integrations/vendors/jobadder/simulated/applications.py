"""Candidates on jobs."""

from __future__ import annotations

from integrations.simulation import Row

from . import queries, shapes
from .calls import Call, Created, Refusal, invalid, problem
from .commands import ADD_TO_JOB
from .queries import Filter, by_flag, by_moment, by_name, by_number, nobody


def _status(call: Call, row: Row) -> Row:
    return shapes.status(call, "application_statuses", row["statusId"])


_STAGES = ("Submitted", "Viewed", "Accepted", "Rejected")
FILTERS: dict[str, Filter] = {
    "ApplicationId": by_number(lambda row: row["applicationId"]),
    "CandidateId": by_number(lambda row: row["candidateId"]),
    "JobId": by_number(lambda row: row["jobId"]),
    "AdId": nobody(queries.numbers),
    "StatusId": by_number(lambda row: row["statusId"]),
    "JobTitle": by_name(
        lambda call, row: call.store.tables["jobs"][str(row["jobId"])]["jobTitle"]
    ),
    "Active": by_flag(lambda call, row: bool(_status(call, row)["active"])),
    "Rejected": by_flag(lambda call, row: bool(_status(call, row)["rejected"])),
    "Review.Stage": nobody(lambda call, name: queries.words(call, name, _STAGES)),
    "Review.UserId": nobody(queries.numbers),
    "Review.ContactId": nobody(queries.numbers),
    "Review.SubmittedAt": nobody(queries.period),
    "Review.ReviewedAt": nobody(queries.period),
    "Keywords": nobody(Call.parts),
    **queries.PARTNER_ACTIONS,
    "FolderId": nobody(queries.numbers),
    "CreatedAt": by_moment("createdAt"),
    "UpdatedBy": by_number(lambda row: row["createdBy"]),
    "UpdatedAt": by_moment("updatedAt"),
}
SORTS: dict[str, queries.Key] = {
    "createdAt": lambda call, row: row["createdAt"],
    "updatedAt": lambda call, row: row["updatedAt"],
    "status.name": lambda call, row: _status(call, row)["name"],
}


def listing(call: Call) -> Row:
    rows = queries.filtered(call, _likely(call), FILTERS)
    return queries.paged(call, queries.ordered(call, rows, SORTS), shapes.application)


def _likely(call: Call) -> list[Row]:
    """Return the applications among which the answer is: an index helps."""
    for name, index in (("CandidateId", "candidate"), ("JobId", "job")):
        wanted = call.parts(name)
        if len(wanted) == 1:
            return call.store.find("applications", index, wanted[0])
    return call.store.rows("applications")


def of_job(call: Call, job_id: str) -> Row:
    call.existing("jobs", job_id)
    rows = call.store.find("applications", "job", job_id)
    return queries.paged(call, rows, shapes.application)


def of_candidate(call: Call, candidate_id: str) -> Row:
    call.candidate(candidate_id)
    rows = call.store.find("applications", "candidate", candidate_id)
    return queries.paged(call, rows, shapes.application)


def one(call: Call, application_id: str) -> Row:
    row = call.existing("applications", application_id)
    address = call.link(f"/applications/{application_id}")
    return {**shapes.application(call, row), "links": {"self": address}}


def add(call: Call, job_id: str) -> Created:
    """Put candidates on a job; there is no override where one is there already."""
    job = call.existing("jobs", job_id)
    data = call.body(ADD_TO_JOB)
    wanted = list(dict.fromkeys(data["candidateId"]))
    if not wanted:
        raise invalid(problem("candidateId", "A candidate is needed.", "MissingField"))
    _check_open(call, job)
    _check_there(call, wanted)
    already = {one for one in wanted if _is_there(call, job, one)}
    partial = call.switch("batch_with_duplicate") == "partial"
    if already and (not partial or already == set(wanted)):
        told = "Candidate already exists"
        raise Refusal(409, told, [problem("candidateId", told, "AlreadyExists")])
    made = [
        _made(call, job, one, data.get("source"))
        for one in wanted
        if one not in already
    ]
    items = [shapes.application(call, row) for row in made]
    return Created({"items": items, "totalCount": len(items), "links": {}})


def _check_open(call: Call, job: Row) -> None:
    status = shapes.status(call, "job_statuses", job["statusId"])
    if not status["active"] and call.switch("closed_job") == "422":
        raise invalid(problem("jobId", "The job is closed."))


def _check_there(call: Call, wanted: list[int]) -> None:
    for candidate_id in wanted:
        if call.sim.candidate(str(candidate_id)) is None:
            if call.switch("unknown_candidate") == "404":
                raise Refusal(404)
            raise invalid(problem("candidateId", f"{candidate_id} is not known."))


def _is_there(call: Call, job: Row, candidate_id: int) -> bool:
    again = call.switch("rejected_application") == "201"
    return any(
        row["jobId"] == job["jobId"] and not (again and _status(call, row)["rejected"])
        for row in call.store.find("applications", "candidate", str(candidate_id))
    )


def _made(call: Call, job: Row, candidate_id: int, source: str | None) -> Row:
    moment = call.sim.now()
    row = blank(call.sim.next_id("application"), candidate_id, job["jobId"], moment)
    row |= {"source": source, "createdBy": call.user["userId"]}
    row["ownerUserId"] = call.user["userId"]
    call.sim.candidate_to_change(str(candidate_id))
    call.store.put("applications", str(row["applicationId"]), row)
    call.sim.happened(candidate_id, f"Added to {job['jobTitle']}")
    return row


def blank(application_id: int, candidate_id: int, job_id: int, created: str) -> Row:
    return {
        "applicationId": application_id,
        "candidateId": candidate_id,
        "jobId": job_id,
        "statusId": 501,
        "manual": True,
        "source": None,
        "rating": None,
        "ownerUserId": None,
        "createdBy": None,
        "createdAt": created,
        "updatedAt": created,
    }
