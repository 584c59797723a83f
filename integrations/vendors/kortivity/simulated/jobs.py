"""Jobs, open and closed, and who is on them."""

from __future__ import annotations

from typing import Any

from integrations.simulation import Reply, Row

from .calls import Call, Refusal, invalid, listed, missing, new_id, now, wrapped
from .candidates import shape

STAGE = "New"


def search(call: Call) -> Any:
    """Return jobs, by a part of their title and by status."""
    rows, ask = call.store.rows("jobs"), call.request.parameter
    status = ask("status")
    if status and call.switch("status_filter") == "honoured":
        rows = [row for row in rows if row["status"] == status]
    if call.switch("filters") == "honoured":
        words = (ask("search") or "").casefold().split()
        rows = [r for r in rows if all(w in r["title"].casefold() for w in words)]
    page, total = call.page(rows)
    return listed(call.sim, [_shape(call, row) for row in page], total)


def one(call: Call, job_id: str) -> Any:
    return wrapped(call.sim, _shape(call, call.existing("Job", job_id)))


def _shape(call: Call, row: Row) -> Row:
    return {**row, "id": call.shown_id(row["id"])}


def candidates(call: Call, job_id: str) -> Any:
    """Return who is on a job; whether there is such a call is a switch."""
    if call.switch("job_candidates") == "404":
        raise missing("Page")
    job = call.existing("Job", job_id)
    page, total = call.page(call.store.find("links", "job", str(job["id"])))
    rows = call.store.tables["candidates"]
    found = [shape(call, rows[str(link["candidateId"])]) for link in page]
    return listed(call.sim, found, total)


def add(call: Call, job_id: str) -> Reply:
    """Put a candidate on a job, once."""
    job = call.existing("Job", job_id)
    person = _candidate(call, call.body().get("candidateId"))
    if job["status"] != "open" and call.switch("closed_job") == "422":
        raise Refusal(422, "The job is closed.")
    for link in call.store.find("links", "candidate", str(person["id"])):
        if link["jobId"] == job["id"]:
            return _already(call, link)
    number = new_id(call.store, "links")
    link = {"id": number, "jobId": job["id"], "candidateId": person["id"]}
    link |= {"stage": STAGE, "createdAt": now()}
    call.store.put("links", str(number), link)
    call.sim.happened(person["id"], f"Added to {job['title']}")
    return call.created(number)


def _already(call: Call, link: Row) -> Reply:
    if call.switch("already_on_job") == "409":
        raise Refusal(409, "The candidate is already on this job.")
    return call.created(link["id"], 200)


def _candidate(call: Call, given: Any) -> Row:
    kinds = {"number": (int,), "text": (str,), "either": (int, str)}
    kind = kinds[call.switch("candidate_id")]
    if isinstance(given, bool) or not isinstance(given, kind):
        raise invalid("candidateId", "is required, and of another type.")
    return call.existing("Candidate", str(given))
