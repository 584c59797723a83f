"""Jobs, and contacts in their pipelines."""

from __future__ import annotations

from integrations.simulation import Row

from . import fields
from .calls import Call, Created, Listing, Refusal, new_id, now
from .shapes import contact, public, slim


def listing(call: Call) -> Listing:
    """Return full rows. There is no filter for open jobs, nor one that works by name."""
    page = call.page(call.store.rows("jobs"))
    return Listing([public(row) for row in page.rows], page.total, page.more)


def search(call: Call) -> Listing:
    words = call.parameter("query").casefold().split()
    page = call.page(
        [
            row
            for row in call.store.rows("jobs")
            if all(word in row["Name"].casefold() for word in words)
        ]
    )
    rows = [slim("Jobs", row["Id"], row["Name"]) for row in page.rows]
    return Listing(rows, page.total, page.more)


def one(call: Call, job_id: str) -> Row:
    return public(call.existing("jobs", job_id))


def contacts(call: Call, job_id: str) -> Listing:
    job = call.existing("jobs", job_id)
    links = call.store.find("links", "job", job["Id"])
    page = call.page(
        [call.store.tables["contacts"][link["ContactId"]] for link in links]
    )
    return Listing([contact(call, row) for row in page.rows], page.total, page.more)


def add_contacts(call: Call, job_id: str) -> bool:
    """Put contacts into a pipeline: ids in the query, the stage in an unwrapped body."""
    job = call.existing("jobs", job_id)
    wanted = call.several("contact_ids")
    if not wanted:
        raise Refusal(400, "The parameter contact_ids is required.")
    stage = _stage(call)
    people = [call.existing("contacts", contact_id) for contact_id in wanted]
    links = call.store.find("links", "job", job["Id"])
    there = {link["ContactId"] for link in links} & {person["Id"] for person in people}
    if there and call.switch("already_on_job") == "409":
        raise Refusal(409, "The contact is already associated with this job.")
    for person in people:
        if person["Id"] not in there:
            _link(call, person, job, stage)
    return True


def _stage(call: Call) -> Row:
    body = call.body()
    if "entity" in body:
        raise Refusal(400, "statusId or statusName is expected, not an entity.")
    stages = call.store.rows("statuses")
    if wanted := body.get("statusId"):
        found = fields.lookup(call, "statuses", {"Id": wanted})
        return call.store.tables["statuses"][found["Id"]]
    if wanted := body.get("statusName"):
        for stage in stages:
            if stage["Name"].casefold() == str(wanted).casefold():
                return stage
        raise Refusal(400, f"The status '{wanted}' was not found.")
    if call.switch("stage_required"):
        raise Refusal(400, "statusId or statusName is required.")
    return min(stages, key=lambda stage: int(stage["SortOrder"]))


def _link(call: Call, person: Row, job: Row, stage: Row) -> None:
    reference = {"Id": stage["Id"], "Title": stage["Name"]}
    link = {"Id": new_id(), "ContactId": person["Id"], "JobId": job["Id"]}
    history = [{"Date": now(), "Stage": reference}]
    call.store.put(
        "links", link["Id"], {**link, "Stage": reference, "History": history}
    )
    call.sim.happened(person["Id"], f"Added to {job['Name']}")


def history(call: Call, job_id: str) -> Listing:
    """Return the stage changes of one person; somebody not on the job is not found."""
    job = call.existing("jobs", job_id)
    contact_id = call.parameter("contact_id").lower()
    for link in call.store.find("links", "job", job["Id"]):
        if link["ContactId"] == contact_id:
            return call.page(link["History"])
    raise Refusal(404, "The requested record was not found")


def companies(call: Call) -> Listing:
    page = call.page(call.store.rows("companies"))
    return Listing([public(row) for row in page.rows], page.total, page.more)


def company_search(call: Call) -> Listing:
    wanted = call.parameter("query").casefold()
    rows = call.store.rows("companies")
    page = call.page([row for row in rows if wanted in row["Name"].casefold()])
    found = [slim("Companies", row["Id"], row["Name"]) for row in page.rows]
    return Listing(found, page.total, page.more)


def company(call: Call, company_id: str) -> Row:
    return public(call.existing("companies", company_id))


def create_company(call: Call) -> Created:
    entity = call.entity()
    call.require(entity, "Name")
    name = str(entity["Name"])
    if found := call.store.find("companies", "name", name.casefold()):
        message = f"with ID '{found[0]['Id']}' was found."
        raise Refusal(409, f"A duplicate record of type Companies {message}")
    row = {"Id": new_id(), "Name": name, "CreatedOn": now(), "ModifiedOn": now()}
    call.store.put("companies", row["Id"], row)
    return Created(row["Id"])
