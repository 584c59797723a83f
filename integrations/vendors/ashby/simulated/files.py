"""Upload handles, the presigned upload, and files on candidates."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from integrations.simulation import Reply, Request, Row

from . import shapes
from .calls import Call, Refusal, invalid, new_id, now
from .checks import Spec, filled, integer, one_of, uuid

if TYPE_CHECKING:
    from ..simulator import AshbySimulator

LIFETIME = 600  # seconds: the documented ten minutes
BUCKET = "/presigned-uploads"
HANDLE: Spec = {
    "fileUploadContext*": one_of(
        "CandidateResume", "CandidateFiles", "ApplicationForm"
    ),
    "filename*": filled,
    "contentType*": filled,
    "contentLength*": integer,
}
INFO: Spec = {"fileHandle*": filled}
RESUME: Spec = {"candidateId*": uuid, "resumeHandle*": filled}
FILE: Spec = {"candidateId*": uuid, "fileHandle*": filled}


def create_handle(call: Call) -> Row:
    if call.switch("upload_handles") == "invalid_input":
        raise invalid("File uploads are not available")
    data = call.data
    upload_id = new_id()
    fields = {
        "key": f"uploads/{upload_id}/{data['filename']}",
        "Content-Type": data["contentType"],
        "policy": base64.b64encode(upload_id.encode()).decode(),
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-signature": secrets.token_hex(32),
    }
    handle = base64.b64encode(
        json.dumps({"upload": upload_id, "nonce": secrets.token_hex(8)}).encode()
    ).decode()
    row = {
        **data,
        "id": upload_id,
        "fields": fields,
        "handle": handle,
        "expires": time.time() + LIFETIME,
        "received": False,
    }
    call.store.put("uploads", upload_id, row)
    return {"handle": handle, "url": f"{call.sim.origin}{BUCKET}", "fields": fields}


def receive(sim: AshbySimulator, request: Request) -> Reply:
    """Take an upload the way S3 takes a presigned POST."""
    if sim.settings["file_store"] == "refuses":
        return _refused(403, "AccessDenied", "Access Denied")
    if "authorization" in request.headers:
        return _refused(400, "InvalidArgument", "Only one auth mechanism allowed.")
    try:
        parts = request.parts()
    except ValueError as error:
        return _refused(400, "MalformedPOSTRequest", str(error))
    fields = {part.name: part.text for part in parts[:-1]}
    if not parts or parts[-1].name != "file":
        return _refused(400, "InvalidArgument", "The file must be the last field.")
    found = sim.store.find("uploads", "key", fields.get("key", ""))
    upload = found[0] if found else None
    if upload is None or upload["fields"] != fields:
        return _refused(403, "AccessDenied", "Invalid according to Policy.")
    if upload["expires"] < time.time():
        return _refused(403, "AccessDenied", "Invalid according to Policy: expired.")
    content = parts[-1].data
    if (
        sim.settings["content_length"] == "enforced"
        and len(content) != upload["contentLength"]
    ):
        return _refused(400, "EntityTooLarge", "The size is not the announced one.")
    sim.store.keep_file(upload["id"], content)
    sim.store.change("uploads", upload["id"], received=True, size=len(content))
    return Reply(204)


def _refused(status: int, code: str, message: str) -> Reply:
    body = (
        f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message>"
    )
    return Reply(
        status, body=f"{body}</Error>".encode(), content_type="application/xml"
    )


def upload_resume(call: Call) -> Row:
    """Attach the resume and fill in what is missing; existing data wins."""
    return _attach(call, "resumeHandle", "resume", "CandidateResume")


def upload_file(call: Call) -> Row:
    return _attach(call, "fileHandle", "file", "CandidateFiles")


def _attach(call: Call, handle_key: str, part_name: str, context: str) -> Row:
    if call.request.content_type == "multipart/form-data":
        person_id, name, content = _from_form(call, part_name)
    else:
        upload = _uploaded(call, call.data[handle_key], context)
        person_id, name = call.data["candidateId"], upload["filename"]
        content = call.store.file(upload["id"]) or b""
    person = call.existing("candidate", person_id)
    is_resume = context == "CandidateResume"
    file_id = new_id()
    file = {
        **call.store.keep_file(file_id, content),
        "id": file_id,
        "candidateId": person["id"],
        "name": name,
        "type": "ResumeFile" if is_resume else "CandidateFile",
        "isPdf": content.startswith(b"%PDF"),
        "address": f"/files/{file_id}/{quote(name, safe='')}",
        "createdAt": now(),
    }
    call.store.put("files", file["id"], file)
    changes: Row = {"fileIds": [*person["fileIds"], file["id"]], "updatedAt": now()}
    if is_resume:
        changes["resumeFileId"] = file["id"]
        changes |= _parsed(call, person)
    changed = call.store.change("candidates", person["id"], **changes)
    call.sim.happened(person["id"], "Resume added" if is_resume else "File added")
    return shapes.candidate(call, changed)


def _from_form(call: Call, part_name: str) -> tuple[str, str, bytes]:
    parts = {part.name: part for part in call.request.parts()}
    owner, file = parts.get("candidateId"), parts.get(part_name)
    if owner is None or file is None or file.filename is None:
        raise invalid(f"candidateId and a file part {part_name} are required")
    try:
        return uuid(owner.text), file.filename, file.data
    except ValueError as error:
        raise invalid(f"candidateId {error}") from None


def _uploaded(call: Call, handle: str, context: str) -> Row:
    """Return the upload behind a handle; it must have arrived, for this purpose."""
    try:
        upload_id = json.loads(base64.b64decode(handle, validate=True))["upload"]
    except (ValueError, binascii.Error, KeyError, TypeError):
        raise invalid("The file handle is not valid") from None
    upload = call.store.get("uploads", upload_id)
    if upload is None or upload["handle"] != handle:
        raise invalid("The file handle is not valid")
    if upload["fileUploadContext"] != context:
        raise invalid(f"The file handle is not for {context}")
    if not upload["received"]:
        raise invalid("No file has been uploaded for this handle")
    return upload


def _parsed(call: Call, person: Row) -> Row:
    """Return what parsing fills in. We read no PDFs: the values say where they are from."""
    found = {
        "position": person["position"] or "Position from the resume",
        "company": person["company"] or "Company from the resume",
        "school": person["school"] or "School from the resume",
    }
    policy = call.switch("resume_parsing")
    if policy == "later":
        call.sim.change_later(person["id"], found)
    return found if policy == "at_once" else {}


def info(call: Call) -> Row:
    try:
        packed = json.loads(base64.b64decode(call.data["fileHandle"], validate=True))
        file = call.store.get("files", packed["handle"]["fileId"])
    except (ValueError, binascii.Error, KeyError, TypeError):
        raise invalid("The file handle is not valid") from None
    if file is None:
        raise Refusal("file_not_found", "File not found")
    return {"url": call.sim.origin + file["address"]}
