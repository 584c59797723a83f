"""Documents on a candidate, by both generations of the API."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import quote

from integrations.simulation import Reply, Row

from .calls import Call, Missing, Problem, invalid, new_id, now
from .fields import text

TYPES = ("general", "resume", "photo", "specification", "logo", "agencyresume")


class Unreadable(ValueError):
    """What was sent as a document is none; the message says why."""


def listing(call: Call, resource_id: str) -> Any:
    person = call.existing("candidates", resource_id)
    rows = [
        _item(row) for row in call.store.find("files", "candidate", str(person["id"]))
    ]
    shape = call.switch("documents_reply")
    return rows if shape == "array" else {shape: rows}


def _item(row: Row) -> Row:
    return {
        "documentId": row["id"],
        "filename": row["name"],
        "documentType": row["documentType"],
        "isPrimary": row["isPrimary"],
    }


def one(call: Call, resource_id: str, document_id: str) -> Row:
    row = call.existing("files", document_id)
    if str(row["candidateId"]) != resource_id:
        raise Missing
    content = base64.b64encode(call.store.file(document_id) or b"").decode()
    return {"filename": row["name"], "filecontent": content}


def upload(call: Call, resource_id: str) -> Reply:
    """Take a document as JSON. Nobody knows whether the real API has this call."""
    exists = call.switch("document_upload")
    if exists in ("404", "405"):
        raise Problem(int(exists), "Not Found" if exists == "404" else "Not Allowed")
    person, body = call.existing("candidates", resource_id), call.body()
    for name in ("filename", "filecontent"):
        if not text(name, body.get(name) or ""):
            raise invalid(name, f"The {name} field is required.")
    kind, primary = body.get("documentType", "general"), body.get("isPrimary", False)
    if not isinstance(primary, bool):
        raise invalid("$.isPrimary", "The JSON value could not be converted.")
    try:
        row = kept(call, person, body["filename"], body["filecontent"], kind, primary)
    except Unreadable as error:
        raise invalid("filecontent", str(error)) from None
    return Reply(201, {"id": row["id"], "success": True})


def kept(
    call: Call, person: Row, name: str, encoded: str, kind: str, primary: bool
) -> Row:
    """Store a document; Unreadable where its content is not strict Base64."""
    if kind not in TYPES:
        raise Unreadable(f"The document type '{kind}' is not known.")
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("The content is not valid Base64.") from None
    _check_size(call, content)
    number = new_id(call.store, "files")
    row = {
        **call.store.keep_file(str(number), content),
        "id": number,
        "candidateId": person["id"],
        "name": name,
        "documentType": kind,
        "isPrimary": primary,
        "isPdf": content.startswith(b"%PDF"),
        "address": f"/Document/Download/{number}/{quote(name, safe='')}",
        "createdAt": now(),
    }
    call.store.put("files", str(number), row)
    call.sim.happened(person["id"], "Document added")
    return row


def _check_size(call: Call, content: bytes) -> None:
    most = call.switch("max_document_bytes")
    if most and len(content) > most:
        raise Problem(413, "Request Entity Too Large")
