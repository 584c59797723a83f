"""What is looked up: the key itself, jobs, users, sources, stages and other lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.simulation import Row

from . import shapes
from .calls import Call, invalid, new_id
from .checks import (
    PAGED,
    Spec,
    anything,
    boolean,
    integer,
    keyed,
    listed,
    one_of,
    paged,
    text,
    uuid,
)

Page = tuple[list[Row], dict[str, Any]]

_EXPAND = listed(one_of("location", "openings"))
NOTHING: Spec = {}
JOBS: Spec = {
    **PAGED,
    "status": listed(one_of("Draft", "Open", "Closed", "Archived")),
    "openedAfter": integer,
    "openedBefore": integer,
    "closedAfter": integer,
    "closedBefore": integer,
    "includeUnpublishedJobPostingsIds": boolean,
    "expand": _EXPAND,
}
JOB: Spec = {
    "id*": uuid,
    "includeUnpublishedJobPostingsIds": boolean,
    "expand": _EXPAND,
}
JOB_SEARCH: Spec = {"title": text, "requisitionId": text}
LISTED: Spec = {**PAGED, "includeArchived": boolean}
USERS: Spec = {**PAGED, "includeDeactivated": boolean}
USER: Spec = {"userId*": uuid}
USER_SEARCH: Spec = {"email*": text}
STAGES: Spec = {"interviewPlanId*": uuid}
TITLED: Spec = {"title": text}
_VALUE: Spec = {"fieldId*": uuid, "fieldValue*": anything}
_OBJECT: Spec = {
    "objectId*": uuid,
    "objectType*": one_of("Application", "Candidate", "Job", "Opening"),
}
SET_VALUE: Spec = {**_OBJECT, **_VALUE}
SET_VALUES: Spec = {**_OBJECT, "values*": listed(keyed(_VALUE), at_least=1)}


def api_key(call: Call) -> Row:
    return {
        "title": "PinSync",
        "createdAt": "2026-08-12T20:29:56.964Z",
        "scopes": sorted(call.scopes),
    }


def jobs(call: Call) -> Page:
    """Return a page of jobs; drafts only when they are asked for."""
    wanted = call.data.get("status") or ["Open", "Closed", "Archived"]
    rows = [row for row in _visible_jobs(call) if row["status"] in wanted]
    rows, paging = paged(rows, call.data)
    return [shapes.job(call, row, call.data.get("expand")) for row in rows], paging


def job(call: Call) -> Row:
    row = call.existing("job", call.data["id"])
    if not call.sim.sees(call.scopes, row):
        raise call.missing("job")
    return shapes.job(call, row, call.data.get("expand"))


def job_search(call: Call) -> list[Row]:
    title, requisition = call.data.get("title"), call.data.get("requisitionId")
    if not title and not requisition:
        raise invalid("Provide a title or a requisitionId")
    return [
        shapes.job(call, row)
        for row in _visible_jobs(call)
        if (not title or title.casefold() in row["title"].casefold())
        and requisition in (None, row["customRequisitionId"])
    ]


def _visible_jobs(call: Call) -> list[Row]:
    return [row for row in call.store.rows("jobs") if call.sim.sees(call.scopes, row)]


def users(call: Call) -> Page:
    everyone = call.data.get("includeDeactivated", False)
    rows = [row for row in call.store.rows("users") if everyone or row["isEnabled"]]
    return paged(rows, call.data)


def user(call: Call) -> Row:
    return call.existing("user", call.data["userId"])


def user_search(call: Call) -> list[Row]:
    wanted = call.data["email"].lower()
    return [row for row in call.store.rows("users") if row["email"].lower() == wanted]


def listing(table: str) -> Callable[[Call], Page]:
    """Return the handler of a plain list whose archived entries are left out."""

    def handler(call: Call) -> Page:
        return paged(_current(call, table), call.data)

    return handler


def sources(call: Call) -> Page:
    return _current(call, "sources"), {"moreDataAvailable": False}


def archive_reasons(call: Call) -> list[Row]:
    return _current(call, "archive_reasons")


def _current(call: Call, table: str) -> list[Row]:
    """Return the entries that are not archived, unless those are wanted too."""
    archived = call.data.get("includeArchived", False)
    rows = call.store.rows(table)
    return [row for row in rows if archived or not row.get("isArchived", False)]


def stages(call: Call) -> Page:
    plan = call.existing("interview_plan", call.data["interviewPlanId"])
    return call.store.find("stages", "plan", plan["id"]), {"moreDataAvailable": False}


def project_search(call: Call) -> list[Row]:
    wanted = call.data.get("title", "").casefold()
    rows = call.store.rows("projects")
    return [row for row in rows if wanted in row["title"].casefold()][:100]


def set_value(call: Call) -> Row:
    return _set_values(call, [call.data])[0]


def set_values(call: Call) -> list[Row]:
    return _set_values(call, call.data["values"])


def _set_values(call: Call, values: list[Row]) -> list[Row]:
    kind = call.data["objectType"].lower()
    if kind == "opening":
        raise call.missing("opening")
    row, answers = call.existing(kind, call.data["objectId"]), []
    kept = {entry["id"]: entry for entry in row["customFields"]}
    for item in values:
        entry = _entry(call, item)
        answers.append(entry)
        kept[entry["id"]] = entry
    entries = [entry for entry in kept.values() if entry["value"] is not None]
    call.store.change(f"{kind}s", row["id"], customFields=entries)
    return answers


def _entry(call: Call, item: Row) -> Row:
    field = call.existing("custom_field", item["fieldId"])
    value, options = item["fieldValue"], field.get("selectableValues") or []
    entry = {
        "id": field["id"],
        "title": field["title"],
        "value": value,
        "isPrivate": False,
    }
    if field["objectType"] != call.data["objectType"]:
        raise invalid("The custom field is for another type of object")
    if value is None:
        return entry
    if options:
        labels = {option["value"]: option["label"] for option in options}
        if value not in labels:
            raise invalid("fieldValue must be one of the selectable values")
        return {**entry, "valueLabel": labels[value]}
    if not isinstance(value, str):
        raise invalid("fieldValue must be a string")
    return entry


def create_tag(call: Call) -> Row:
    """Return a tag of that title, made if there is none."""
    title = call.data["title"]
    for row in call.store.rows("tags"):
        if row["title"].casefold() == title.casefold():
            return row
    row = {"id": new_id(), "title": title, "isArchived": False}
    call.store.put("tags", row["id"], row)
    return row
