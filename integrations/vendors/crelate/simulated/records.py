"""Files, notes and the small look-up collections."""

from __future__ import annotations

from urllib.parse import quote

from integrations.simulation import Reply, Row
from integrations.simulation.pages import file_reply

from .calls import Call, Created, Listing, Refusal, new_id, now
from .shapes import artifacts_of, public


def attach(call: Call) -> Created:
    """Take a file for a contact. It appears later, or never when it is unreadable."""
    entity, target = call.parameter("target_entity_name"), "target_record_id"
    if entity != "Contacts" or not call.parameter(target):
        raise Refusal(400, f"target_entity_name and {target} are required.")
    person = call.existing("contacts", call.parameter(target))
    name, content = _file(call)
    artifact_id = new_id()
    row = {
        "Id": artifact_id,
        "FileName": name,
        "Name": name,
        "ParentId": {"Id": person["Id"], "EntityName": "Contacts"},
        "IsDocument": True,
        "ArtifactTypeId": next(iter(call.store.rows("artifact_types"))),
        "CreatedOn": now(),
        "_readable": readable(name, content),
        "_address": f"/files/{artifact_id}/{quote(name, safe='')}",
        **{f"_{k}": v for k, v in call.store.keep_file(artifact_id, content).items()},
    }
    call.store.put("artifacts", artifact_id, row)
    call.store.hide(artifact_id, call.switch("artifact_delay_ms"))
    call.sim.happened(person["Id"], "Resume sent" if row["_readable"] else "File lost")
    return Created(artifact_id if call.switch("artifact_id") == "given" else None)


def _file(call: Call) -> tuple[str, bytes]:
    try:
        parts = call.request.parts()
    except ValueError:
        raise Refusal(500, "An unknown error occurred.") from None
    if len(parts) != 1 or parts[0].name != "file" or not parts[0].filename:
        raise Refusal(500, "An unknown error occurred.")
    return parts[0].filename, parts[0].data


def readable(name: str, content: bytes) -> bool:
    """Return whether Crelate can read this: a PDF must be whole."""
    if content.startswith(b"%PDF"):
        return b"%%EOF" in content[-1024:]
    return bool(content) and not name.lower().endswith(".pdf")


def artifacts(call: Call) -> Listing:
    """Return the files that have appeared, of some records or of all."""
    if "parent_ids" in call.request.query:
        owners = [one.lower() for one in call.several("parent_ids")]
    else:
        owners = [row["Id"] for row in call.store.rows("contacts")]
    rows = [row for owner in owners for row in artifacts_of(call.sim, owner)]
    if call.parameter("is_document") == "false":
        rows = [row for row in rows if not row["IsDocument"]]
    page = call.page(rows)
    return Listing([public(row) for row in page.rows], page.total, page.more)


def _appeared(call: Call, artifact_id: str) -> Row:
    row = call.existing("artifacts", artifact_id)
    if not row["_readable"] or not call.store.shows(row["Id"]):
        raise Refusal(404, "The requested record was not found")
    return row


def content(call: Call, artifact_id: str) -> Reply:
    row = _appeared(call, artifact_id)
    kind = "application/pdf" if row["FileName"].lower().endswith(".pdf") else ""
    return file_reply(call.store.file(row["Id"]) or b"", row["FileName"], kind)


def delete_artifact(call: Call, artifact_id: str) -> bool:
    call.store.put("artifacts", _appeared(call, artifact_id)["Id"], None)
    return True


def create_note(call: Call) -> Created:
    entity = call.entity()
    call.require(entity, "Display", "ParentId")
    parent = entity["ParentId"]
    if not isinstance(parent, dict) or not parent.get("Id"):
        raise Refusal(400, "The target entity Id cannot be null")
    if parent.get("EntityName") != "Contacts":
        raise Refusal(400, "The EntityName of ParentId is not valid.")
    person = call.store.get("contacts", str(parent["Id"]).lower())
    if person is None:
        raise Refusal(400, f"The target entity with Id '{parent['Id']}' was not found")
    if not isinstance(entity["Display"], str):
        raise Refusal(400, "The value of Display must be text.")
    note = {"Id": new_id(), "ContactId": person["Id"], "CreatedOn": now()}
    call.store.put("notes", note["Id"], {**note, "Display": entity["Display"]})
    call.sim.happened(person["Id"], "Note added")
    return Created(note["Id"])


def delete_note(call: Call, note_id: str) -> bool:
    call.store.put("notes", call.existing("notes", note_id)["Id"], None)
    return True


def rows(call: Call, table: str) -> Listing:
    """Return a look-up collection, one page of it."""
    page = call.page(call.store.rows(table))
    return Listing([public(row) for row in page.rows], page.total, page.more)


def statuses(call: Call) -> Listing:
    """Return stages, of one workflow when its id is given; in no order to rely on."""
    found = call.store.rows("statuses")
    if "workflow_type_ids" in call.request.query:
        wanted = {one.lower() for one in call.several("workflow_type_ids")}
        found = [row for row in found if row["WorkflowTypeId"]["Id"] in wanted]
    return call.page(found)


def not_by_api(call: Call) -> None:
    raise Refusal(403, "You do not have permission to create this record.")


def myself(call: Call) -> Row:
    if call.switch("users_self") == "404":
        raise Refusal(404, "The requested resource was not found")
    return public(call.user())


def my_organization(call: Call) -> Row:
    if call.switch("users_self") == "404":
        raise Refusal(404, "The requested resource was not found")
    return public(call.store.rows("organizations")[0])
