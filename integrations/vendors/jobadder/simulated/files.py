"""Attachments of candidates."""

from __future__ import annotations

from pathlib import PurePath
from urllib.parse import quote

from integrations.simulation import Part, Reply, Row

from . import queries, shapes
from .calls import Call, Created, Refusal, invalid, problem

TYPES = (
    "Other",
    "Resume",
    "FormattedResume",
    "CoverLetter",
    "Screening",
    "Check",
    "Reference",
    "License",
)
# What the vendor is said to allow; whatever is not listed is refused.
_ALLOWED = {
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "rtf": "application/rtf",
    "txt": "text/plain",
}
_MAGIC = {"pdf": b"%PDF", "rtf": b"{\\rtf", "docx": b"PK", "odt": b"PK"}
LIST_PARAMETERS = ("Type", "Category", "Latest")


def attach(call: Call, candidate_id: str, kind: str) -> Created:
    """Take a file; two of one type are both kept."""
    person = call.candidate(candidate_id)
    known = {word.lower(): word for word in TYPES}
    if kind.lower() not in known:
        raise invalid(problem("attachmentType", f"{kind} is not a type."))
    part = _file(call)
    file_type = _checked(call, part)
    person = call.sim.candidate_to_change(candidate_id)
    row = _row(call, person, known[kind.lower()], part)
    row["fileType"] = file_type
    call.store.put("files", str(row["attachmentId"]), row)
    call.sim.happened(person["candidateId"], f"{row['type']} added")
    address = f"/candidates/{candidate_id}/attachments/{row['attachmentId']}"
    links = {"links": {"self": call.link(address)}}
    return Created({**_shape(call, row), **links})


def _file(call: Call) -> Part:
    if call.request.content_type != "multipart/form-data":
        raise Refusal(415)
    try:
        parts = call.request.parts()
    except ValueError as error:
        raise Refusal(400, str(error)) from None
    if len(parts) != 1 or parts[0].name != "fileData" or not parts[0].filename:
        raise invalid(problem("fileData", "One file is needed.", "MissingField"))
    return parts[0]


def _checked(call: Call, part: Part) -> str:
    """Return the media type of a file that may be attached."""
    if len(part.data) > call.switch("max_file_mb") * 1_000_000:
        if call.switch("big_file") == "413":
            raise Refusal(413)
        raise invalid(problem("fileData", "The file is too large."))
    ending = PurePath(part.filename or "").suffix.lower().removeprefix(".")
    if ending not in _ALLOWED or not _is_what_it_says(call, ending, part.data):
        if call.switch("bad_file_type") == "415":
            raise Refusal(415)
        raise invalid(problem("fileData", "Files of this type cannot be attached."))
    return _ALLOWED[ending]


def _is_what_it_says(call: Call, ending: str, content: bytes) -> bool:
    if call.switch("file_type_by") == "extension":
        return True
    return content.startswith(_MAGIC.get(ending, b""))


def _row(call: Call, person: Row, kind: str, part: Part) -> Row:
    attachment_id = call.sim.next_id("attachment")
    key = str(attachment_id)
    name = part.filename or ""
    return {
        **call.store.keep_file(key, part.data),
        "key": key,
        "attachmentId": attachment_id,
        "candidateId": person["candidateId"],
        "type": kind,
        "fileName": name,
        "createdBy": call.user["userId"],
        "createdAt": call.sim.now(),
        "address": f"/files/{key}/{quote(name, safe='')}",
    }


def _shape(call: Call, row: Row) -> Row:
    keys = ("attachmentId", "type", "fileName", "fileType", "createdAt", "candidateId")
    return {
        **{key: row[key] for key in keys},
        "category": row["type"],
        "expiry": None,
        "createdBy": shapes.user(call, row["createdBy"]),
        "updatedAt": None,
    }


def listing(call: Call, candidate_id: str) -> Row:
    person = call.candidate(candidate_id)
    rows = call.store.find("files", "candidate", str(person["candidateId"]))
    for name in ("Type", "Category"):  # there is one category for each type
        if queries.given(call, name):
            kinds = queries.words(call, name, TYPES)
            rows = [row for row in rows if row["type"] in kinds]
    if queries.given(call, "Latest") and queries.flag(call, "Latest"):
        rows = list({row["type"]: row for row in rows}.values())
    return queries.paged(call, rows, _shape)


def content(call: Call, candidate_id: str, attachment_id: str) -> Reply:
    row = call.existing("files", attachment_id)
    if str(row["candidateId"]) != candidate_id:
        raise Refusal(404)
    kept = call.store.file(row["key"]) or b""
    return Reply(body=kept, content_type=row["fileType"])


def categories(call: Call) -> Row:
    wanted = queries.words(call, "Type", TYPES) or set(TYPES)
    items = [{"type": kind, "category": kind} for kind in TYPES if kind in wanted]
    return {"items": items}
