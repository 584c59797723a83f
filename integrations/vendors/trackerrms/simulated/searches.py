"""Searching: flat rows, small fixed pages, and filters that are mostly ignored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.simulation import Row

from . import jobs
from .calls import Call, Problem, invalid

Listed = list[Row]


def resources(call: Call) -> Listed:
    return [flat(call, row) for row in _page(call, _resources(call))]


def resources_paged(call: Call) -> Row:
    key = "resources" if call.switch("paged_key") == "plural" else "data"
    return _paged(call, key, _resources(call), lambda row: flat(call, row))


def _resources(call: Call) -> list[Row]:
    """Return who is found. Only the e-mail filter works, and that only by its switch."""
    wanted = call.body().get("email")
    if wanted and call.switch("email_filter") == "honoured":
        found = call.store.find("candidates", "email", str(wanted).strip().lower())
        rows = [row for row in found if call.store.shows(str(row["id"]))]
    else:
        rows = call.store.visible("candidates")
    return rows[::-1] if call.switch("search_order") == "newest" else rows


def flat(call: Call, row: Row) -> Row:
    """Return a list record. It is not the full object: ``firstname`` has a small n."""
    contact, whole = row["contactDetails"], row.get("wholeName", False)
    shape = {
        "resourceId": row["id"],
        "firstname": "" if whole else row["firstName"],
        "surname": "" if whole else row["surname"],
        "jobTitle": row["jobTitle"],
        "email": contact["email"],
        "mobilePhone": contact["mobilePhone"],
        "resourceStatus": row["resourceStatus"],
    }
    if whole:  # seen: the whole name in one field, the two others empty
        shape["name"] = full_name(row)
    if call.switch("linkedin_in_rows"):
        shape["linkedInUrl"] = row["linkedInUrl"]
    return shape


def full_name(row: Row) -> str:
    return " ".join(part for part in (row["firstName"], row["surname"]) if part)


def opportunities(call: Call) -> Listed:
    return [jobs.full(row) for row in _page(call, _opportunities(call))]


def opportunities_paged(call: Call) -> Row:
    return _paged(call, "opportunities", _opportunities(call), jobs.full)


def _opportunities(call: Call) -> list[Row]:
    """Return jobs. State, change date and publication filter; text does by its switch."""
    body, rows = call.body(), call.store.rows("jobs")
    if state := str(body.get("state") or "").lower():
        rows = [row for row in rows if jobs.is_in(row, state)]
    if after := body.get("updatedAfter"):
        rows = [row for row in rows if row["lastUpdatedDateTime"][:10] >= str(after)]
    if isinstance(online := body.get("publishOnline"), bool):
        rows = [row for row in rows if row["publishOnline"] is online]
    wanted = str(body.get("searchTerm") or "").casefold()
    if wanted and call.switch("job_text_filter") == "honoured":
        rows = [row for row in rows if wanted in row["opportunityName"].casefold()]
    return rows


def placements(call: Call) -> Any:
    """Return who is on which job, in one of the two forms that clients expect."""
    body = call.body()
    if call.switch("placement_search") == "404":
        raise Problem(404, "Not Found")
    rows = jobs.placements(call)
    if call.switch("placement_search") == "filtered":
        for name, column in (("opportunityId", "jobId"), ("resourceId", "candidateId")):
            if body.get(name) is not None:
                rows = [row for row in rows if str(row[column]) == str(body[name])]
    page = [jobs.placement(call, row) for row in _page(call, rows)]
    if call.switch("placement_reply") == "array":
        return page
    total = {"totalRecords": len(rows), "pageNumber": _number(call)}
    return {"data": page, **total, "pageSize": call.switch("page_size")}


def _number(call: Call) -> int:
    number = call.body().get("pageNumber", 1)
    if isinstance(number, bool) or not isinstance(number, int):
        raise invalid("$.pageNumber", "The JSON value could not be converted.")
    return max(1, number)


def _page(call: Call, rows: list[Row]) -> list[Row]:
    """Return one page. What is wished as its size is ignored."""
    size, number = call.switch("page_size"), _number(call)
    if call.switch("past_the_end") == "repeats":
        number = min(number, _pages(len(rows), size) or 1)
    return rows[(number - 1) * size : number * size]


def _pages(total: int, size: int) -> int:
    return -(-total // size)


def _paged(call: Call, key: str, rows: list[Row], shape: Callable[[Row], Row]) -> Row:
    pages = _pages(len(rows), call.switch("page_size"))
    return {
        key: [shape(row) for row in _page(call, rows)],
        "totalCount": len(rows),
        "totalPages": pages,
        "hasNextPage": _number(call) < pages,
    }
