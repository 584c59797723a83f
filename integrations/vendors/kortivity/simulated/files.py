"""Documents of a candidate. Nothing of ours sends one here, but a server may take them."""

from __future__ import annotations

from urllib.parse import quote

from integrations.simulation import Reply

from .calls import Call, Refusal, invalid, missing, new_id, now


def upload(call: Call, candidate_id: str) -> Reply:
    """Take a multipart upload: the file, and ``type`` saying what it is."""
    if call.switch("documents") == "404":
        raise missing("Page")
    person = call.existing("Candidate", candidate_id)
    try:
        parts = {part.name: part for part in call.request.parts()}
    except ValueError as error:
        raise Refusal(415, str(error)) from None
    file, kind = parts.get("file"), parts.get("type")
    if file is None or not file.filename:
        raise invalid("file", "is required.")
    if kind is None or kind.text != "resume":
        raise invalid("type", "must be resume.")
    number = new_id(call.store, "files")
    row = {
        **call.store.keep_file(str(number), file.data),
        "id": number,
        "candidateId": person["id"],
        "name": file.filename,
        "isPdf": file.data.startswith(b"%PDF"),
        "address": f"/files/{number}/{quote(file.filename, safe='')}",
        "createdAt": now(),
    }
    call.store.put("files", str(number), row)
    call.sim.happened(person["id"], "Document added")
    return call.created(number)
