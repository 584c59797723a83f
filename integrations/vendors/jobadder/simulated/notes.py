"""Notes on candidates."""

from __future__ import annotations

from uuid import uuid4

from integrations.simulation import Row

from . import queries, shapes
from .calls import Call, Created, Refusal, invalid, problem
from .commands import ADD_NOTE
from .queries import Filter, Keep, by_moment, by_text

_PART = 100  # characters of a note in a list; how many there really are is not known


def _by_id(call: Call, name: str) -> Keep:
    wanted = queries.uuids(call, name)
    return lambda row: row["noteId"] in wanted


FILTERS: dict[str, Filter] = {
    "NoteId": _by_id,
    "Type": by_text(lambda row: row["type"]),
    "Reference": by_text(lambda row: row["reference"]),
    "CreatedAt": by_moment("createdAt"),
    "UpdatedAt": by_moment("updatedAt"),
}
SORTS: dict[str, queries.Key] = {
    "type": lambda call, row: row["type"],
    "createdAt": lambda call, row: row["createdAt"],
    "updatedAt": lambda call, row: row["updatedAt"],
}


def add(call: Call, candidate_id: str) -> Created:
    person = call.candidate(candidate_id)
    data = call.body(ADD_NOTE)
    _check_known(call, data)
    author = _author(call, data.get("createdBy") or {})
    call.sim.candidate_to_change(candidate_id)
    row = {
        "noteId": str(uuid4()),
        "candidateId": person["candidateId"],
        "type": data.get("type"),
        "text": data["text"],
        "reference": data.get("reference"),
        "applicationId": data.get("applicationId") or [],
        "createdByIntegration": data.get("createdByIntegration", False),
        "createdBy": author["userId"],
        "createdAt": call.sim.now(),
        "updatedAt": None,
    }
    call.store.put("notes", row["noteId"], row)
    call.sim.happened(person["candidateId"], "Note added")
    return Created(_whole(call, row))


def _check_known(call: Call, data: Row) -> None:
    errors = [
        problem("applicationId", f"{one} is not known.")
        for one in data.get("applicationId") or []
        if not call.store.get("applications", str(one))
    ]
    kinds = {row["name"] for row in call.store.rows("note_types")}
    kind = data.get("type")
    if kind and kind not in kinds and call.switch("unknown_note_type") == "422":
        errors.append(problem("type", f"{kind} is not a note type."))
    if errors:
        raise invalid(*errors)


def _author(call: Call, wanted: Row) -> Row:
    """Return who shall have written it: the token's user, or whom the body names."""
    for key in ("userId", "email"):
        if value := wanted.get(key):
            found = [
                row
                for row in call.store.rows("users")
                if str(row[key]).casefold() == str(value).casefold()
            ]
            if not found:
                raise invalid(problem(f"createdBy.{key}", f"{value} is not known."))
            return found[0]
    return call.user


def _brief(call: Call, row: Row) -> Row:
    keys = ("noteId", "type", "reference", "createdAt", "updatedAt")
    shape = {key: row[key] for key in keys}
    whole = call.asks_for("fields", "text")
    text = {"text": row["text"]} if whole else {"textPartial": row["text"][:_PART]}
    by = shapes.user(call, row["createdBy"])
    return {**shape, **text, "readonly": False, "createdBy": by}


def _whole(call: Call, row: Row) -> Row:
    keys = ("noteId", "type", "text", "reference", "createdAt", "updatedAt")
    applications = [
        call.store.get("applications", str(one)) for one in row["applicationId"]
    ]
    person = call.sim.candidate(str(row["candidateId"])) or {}
    return {
        **{key: row[key] for key in keys},
        "source": None,
        "subject": None,
        "readonly": False,
        "attachments": [],
        "jobs": [],
        "candidates": [shapes.candidate_name(call, person)],
        "applications": [shapes.application(call, one) for one in applications if one],
        "createdBy": shapes.user(call, row["createdBy"]),
    }


def listing(call: Call, candidate_id: str) -> Row:
    call.candidate(candidate_id)
    rows = call.store.find("notes", "candidate", candidate_id)
    rows = queries.filtered(call, rows, FILTERS)
    return queries.paged(call, queries.ordered(call, rows, SORTS), _brief)


def one(call: Call, note_id: str) -> Row:
    row = call.store.get("notes", note_id.lower())
    if row is None:
        raise Refusal(404)
    return {**_whole(call, row), "links": {"self": call.link(f"/notes/{note_id}")}}
