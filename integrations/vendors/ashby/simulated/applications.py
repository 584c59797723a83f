"""Candidates on jobs."""

from __future__ import annotations

from typing import Any

from integrations.simulation import Row

from . import shapes
from .calls import Call, Refusal, invalid, new_id, now
from .checks import (
    PAGED,
    Spec,
    boolean,
    integer,
    keyed,
    listed,
    moment,
    nullable,
    one_of,
    paged,
    text,
    uuid,
)

FIRST_SCREEN = "FirstPreInterviewScreen"


def _stage_id(value: Any) -> str:
    return FIRST_SCREEN if value == FIRST_SCREEN else uuid(value)


CREATE: Spec = {
    "candidateId*": uuid,
    "jobId*": uuid,
    "interviewPlanId": uuid,
    "interviewStageId": _stage_id,
    "sourceId": uuid,
    "creditedToUserId": uuid,
    "createdAt": moment,
    "applicationHistory": listed(
        keyed(
            {
                "stageId*": uuid,
                "stageNumber*": integer,
                "enteredStageAt*": moment,
                "archiveReasonId": uuid,
            }
        )
    ),
}
INFO: Spec = {
    "applicationId": uuid,
    "submittedFormInstanceId": uuid,
    "expand": listed(one_of("openings", "applicationFormSubmissions", "referrals")),
}
LIST: Spec = {
    **PAGED,
    "status": one_of("Hired", "Archived", "Active", "Lead"),
    "jobId": uuid,
    "expand": listed(one_of("openings")),
}
CHANGE_STAGE: Spec = {
    "applicationId*": uuid,
    "interviewStageId*": uuid,
    "archiveReasonId": uuid,
    "archiveEmail": keyed({"communicationTemplateId*": uuid, "sendAt": text}),
}
CHANGE_SOURCE: Spec = {"applicationId*": uuid, "sourceId*": nullable(uuid)}
UPDATE: Spec = {
    "applicationId*": uuid,
    "sourceId": uuid,
    "creditedToUserId": uuid,
    "createdAt": moment,
    "sendNotifications": boolean,
}
_STATUS = {"Lead": "Lead", "Hired": "Hired", "Archived": "Archived"}


def create(call: Call) -> Row:
    data = call.data
    person = call.existing("candidate", data["candidateId"])
    job = call.existing("job", data["jobId"])
    if not call.sim.sees(call.scopes, job):
        raise call.missing("job")
    if job["status"] == "Closed" and call.switch("closed_job") == "invalid_input":
        raise invalid("The job is closed")
    mine = call.store.find("applications", "candidate", person["id"])
    if (
        any(found["jobId"] == job["id"] for found in mine)
        and call.switch("second_application") == "invalid_input"
    ):
        raise invalid("The candidate already has an application for this job")
    for kind, key in (("source", "sourceId"), ("user", "creditedToUserId")):
        if key in data:
            call.existing(kind, data[key])
    row = _fresh(call, person, job)
    call.store.put("applications", row["id"], row)
    call.store.change("candidates", person["id"], updatedAt=now())
    call.sim.happened(person["id"], f"Added to {job['title']}")
    return shapes.application(call, row, full=True)


def _fresh(call: Call, person: Row, job: Row) -> Row:
    data, moment_now = call.data, now()
    stage = _first_stage(
        call, data.get("interviewPlanId") or job["defaultInterviewPlanId"]
    )
    return {
        "id": new_id(),
        "candidateId": person["id"],
        "jobId": job["id"],
        "createdAt": data.get("createdAt") or moment_now,
        "updatedAt": moment_now,
        "status": _STATUS.get(stage["type"], "Active"),
        "stageId": stage["id"],
        "sourceId": data.get("sourceId"),
        "creditedToUserId": data.get("creditedToUserId"),
        "archiveReasonId": None,
        "archivedAt": None,
        "customFields": [],
        "history": [_entry(call, stage, 0)],
    }


def _first_stage(call: Call, plan_id: str) -> Row:
    call.existing("interview_plan", plan_id)
    stages = call.store.find("stages", "plan", plan_id)
    history = call.data.get("applicationHistory")
    wanted = call.data.get("interviewStageId")
    if history:
        wanted = max(history, key=lambda entry: int(entry["stageNumber"]))["stageId"]
    if wanted is None or wanted == FIRST_SCREEN:
        kind = "PreInterviewScreen" if wanted else "Lead"
        return next(stage for stage in stages if stage["type"] == kind)
    for stage in stages:
        if stage["id"] == wanted:
            return stage
    raise Refusal("interview_stage_not_found", "The stage is not in the job's plan")


def _entry(call: Call, stage: Row, number: int) -> Row:
    return {
        "id": new_id(),
        "stageId": stage["id"],
        "title": stage["title"],
        "stageNumber": number,
        "enteredStageAt": now(),
        "allowedActions": ["set_entered_at"],
        "actorId": call.author()["id"],
    }


def info(call: Call) -> Row:
    if "applicationId" not in call.data:
        if "submittedFormInstanceId" in call.data:
            raise call.missing("application")
        raise invalid("applicationId or submittedFormInstanceId is required")
    row = call.existing("application", call.data["applicationId"])
    shape = shapes.application(call, row, full=True)
    return {**shape, **{key: [] for key in call.data.get("expand", [])}}


def listing(call: Call) -> tuple[list[Row], dict[str, Any]]:
    """Return a page of applications; there is no filter by candidate."""
    status, job_id = call.data.get("status"), call.data.get("jobId")
    rows = (
        call.store.find("applications", "job", job_id)
        if job_id
        else call.store.rows("applications")
    )
    rows, paging = paged(
        [row for row in rows if status in (None, row["status"])], call.data
    )
    return [shapes.application(call, row) for row in rows], paging


def change_stage(call: Call) -> Row:
    row = _editable(call)
    stage = call.store.get("stages", call.data["interviewStageId"])
    if stage is None:
        raise Refusal("interview_stage_not_found", "Interview stage not found")
    reason, archives = call.data.get("archiveReasonId"), stage["type"] == "Archived"
    if archives != bool(reason):
        raise invalid("archiveReasonId is for archived stages, and needed there")
    if reason and not call.store.get("archive_reasons", reason):
        raise Refusal("archive_reason_not_found", "Archive reason not found")
    changed = call.store.change(
        "applications",
        row["id"],
        stageId=stage["id"],
        status=_STATUS.get(stage["type"], "Active"),
        archiveReasonId=reason,
        archivedAt=now() if archives else None,
        updatedAt=now(),
        history=[*row["history"], _entry(call, stage, len(row["history"]))],
    )
    call.sim.happened(row["candidateId"], f"Moved to {stage['title']}")
    return shapes.application(call, changed)


def _editable(call: Call) -> Row:
    row = call.store.get("applications", call.data["applicationId"])
    if row is None:
        raise Refusal(
            "application_not_found",
            "Application not found - are you lacking permissions to edit candidates?",
        )
    return row


def change_source(call: Call) -> Row:
    return _changed(call, ("sourceId",))


def update(call: Call) -> Row:
    return _changed(call, ("sourceId", "creditedToUserId", "createdAt"))


def _changed(call: Call, keys: tuple[str, ...]) -> Row:
    row = _editable(call)
    for kind, key in (("source", "sourceId"), ("user", "creditedToUserId")):
        if call.data.get(key):
            call.existing(kind, call.data[key])
    changes = {key: call.data[key] for key in keys if key in call.data}
    changed = call.store.change("applications", row["id"], updatedAt=now(), **changes)
    return shapes.application(call, changed)
