"""Job orders."""

from __future__ import annotations

from integrations.simulation import Row

from . import queries, shapes
from .calls import Call
from .queries import Filter, by_flag, by_moment, by_name, by_number, nobody


def _is_active(call: Call, row: Row) -> bool:
    return bool(shapes.status(call, "job_statuses", row["statusId"])["active"])


def _company(call: Call, row: Row) -> str:
    return str(call.store.tables["companies"][str(row["companyId"])]["name"])


def _contact(row: Row) -> int | None:
    return (row["contact"] or {}).get("contactId")


FILTERS: dict[str, Filter] = {
    "JobId": by_number(lambda row: row["jobId"]),
    "JobTitle": by_name(lambda call, row: row["jobTitle"]),
    "Company.CompanyId": by_number(lambda row: row["companyId"]),
    "Company.Name": by_name(_company),
    "CompanyId": by_number(lambda row: row["companyId"]),
    "ContactId": by_number(_contact),
    **queries.PARTNER_ACTIONS,
    "StatusId": by_number(lambda row: row["statusId"]),
    "Active": by_flag(_is_active),
    "UserFavourite": by_flag(lambda call, row: False),
    "FolderId": nobody(queries.numbers),
    "UserId": by_number(lambda row: [row["ownerUserId"], *row["recruiterUserId"]]),
    "OwnerUserId": by_number(lambda row: row["ownerUserId"]),
    "RecruiterUserId": by_number(lambda row: row["recruiterUserId"]),
    "CreatedBy": by_number(lambda row: row["createdBy"]),
    "CreatedAt": by_moment("createdAt"),
    "UpdatedBy": by_number(lambda row: row["createdBy"]),
    "UpdatedAt": by_moment("updatedAt"),
    "ClosedBy": by_number(lambda row: row["ownerUserId"] if row["closedAt"] else None),
    "ClosedAt": by_moment("closedAt"),
}
SORTS: dict[str, queries.Key] = {
    "jobTitle": lambda call, row: row["jobTitle"],
    "status.name": lambda call, row: shapes.status(
        call, "job_statuses", row["statusId"]
    )["name"],
    "createdAt": lambda call, row: row["createdAt"],
    "updatedAt": lambda call, row: row["updatedAt"],
    "closedAt": lambda call, row: row["closedAt"],
}


def listing(call: Call) -> Row:
    rows = queries.filtered(call, call.store.rows("jobs"), FILTERS)
    return queries.paged(call, queries.ordered(call, rows, SORTS), shapes.job_summary)


def one(call: Call, job_id: str) -> Row:
    return shapes.job(call, call.existing("jobs", job_id))
