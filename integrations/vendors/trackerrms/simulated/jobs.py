"""Jobs, which TrackerRMS calls Opportunities, and who is on their lists."""

from __future__ import annotations

from integrations.simulation import Reply, Row

from .calls import Call, Missing, Problem, invalid, new_id, now

LONG, SHORT = "Longlist", "Shortlist"
# What "state" means; a job that is won is not open any more.
STATES = {"open": ("Active", "On Hold"), "closed": ("Closed",), "won": ("Won",)}


def one(call: Call, job_id: str) -> Row:
    return full(call.existing("jobs", job_id))


def full(row: Row) -> Row:
    return {**row, "publishReference": f"JOB-{row['opportunityId']}"}


def is_in(row: Row, state: str) -> bool:
    return row["opportunityStatusDesc"] in STATES.get(state, ())


def add_to_longlist(call: Call, job_id: str, resource_id: str) -> Reply:
    return _added(call, job_id, resource_id, LONG)


def add_to_shortlist(call: Call, job_id: str, resource_id: str) -> Reply:
    if call.switch("shortlist") == "404":
        raise Problem(404, "Not Found")
    return _added(call, job_id, resource_id, SHORT)


def _added(call: Call, job_id: str, resource_id: str, where: str) -> Reply:
    if call.json() != []:
        raise invalid("$", "The JSON value could not be converted to a list.")
    job, person = call.existing("jobs", job_id), _person(call, resource_id)
    if call.switch("closed_job") == "400" and not is_in(job, "open"):
        raise Problem(400, "The opportunity is closed.")
    link = linked(call, job, person, where)
    if link is None:
        return _already(call)
    return _success(call, link)


def _person(call: Call, resource_id: str) -> Row:
    row = call.store.get("candidates", resource_id)
    if row is None:
        raise Missing
    return row


def linked(call: Call, job: Row, person: Row, where: str) -> Row | None:
    """Put somebody on a list of a job; None when they are on it or further already."""
    old = link_of(call, job, person)
    if old and (old["list"] == where or old["list"] == SHORT):
        return None
    number = old["id"] if old else new_id(call.store, "links")
    row = {"id": number, "jobId": job["opportunityId"], "candidateId": person["id"]}
    row |= {"list": where, "createdAt": now()}
    call.store.put("links", str(number), row)
    call.sim.happened(person["id"], f"{where} of {job['opportunityName']}")
    return row


def link_of(call: Call, job: Row, person: Row) -> Row | None:
    for link in call.store.find("links", "candidate", str(person["id"])):
        if link["jobId"] == job["opportunityId"]:
            return link
    return None


def _already(call: Call) -> Reply:
    wanted = call.switch("already_linked")
    if wanted == "200":
        return _success(call, None)
    raise Problem(int(wanted), "The resource is already linked to this opportunity.")


def _success(call: Call, link: Row | None) -> Reply:
    status = 200 if link is None else call.switch("link_status")
    if call.switch("link_reply") == "empty":
        return Reply(status, body=b"")
    return Reply(status, {"success": True})


def placements(call: Call) -> list[Row]:
    """Return who is on jobs; whether the longlist counts is a switch."""
    rows = call.store.rows("links")
    if call.switch("longlist_shows"):
        return rows
    return [row for row in rows if row["list"] == SHORT]


def placement(call: Call, link: Row) -> Row:
    job = call.store.tables["jobs"][str(link["jobId"])]
    person = call.store.tables["candidates"][str(link["candidateId"])]
    return {
        "opportunityResourceId": link["id"],
        "opportunityId": link["jobId"],
        "resourceId": link["candidateId"],
        "clientId": job["clientId"],
        "clientName": job["clientName"],
        "opportunityName": job["opportunityName"],
        "opportunityResourceStatusId": 1 if link["list"] == LONG else 2,
        "opportunityResourceStatusName": f"{link['list']}ed",
        "resourceDisplayAs": f"{person['firstName']} {person['surname']}",
        "resourceEmail": person["contactDetails"]["email"],
        "activeRecord": "y",
    }


def one_placement(call: Call, link_id: str) -> Row:
    link = call.existing("links", link_id)
    if link not in placements(call):
        raise Missing
    return placement(call, link)
