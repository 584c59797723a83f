"""Stored rows as the objects that Ashby answers with."""

from __future__ import annotations

import base64
import json
from typing import Any

from integrations.simulation import Row

from .calls import Call

PROFILE = "/candidate-searches/new/right-side/candidates/"


def candidate(call: Call, row: Row) -> Row:
    """Return a candidate: unset single values are absent, but for four that are null."""
    store = call.store
    files = [store.tables["files"][file_id] for file_id in row["fileIds"]]
    shape: Row = {
        "id": row["id"],
        "createdAt": row["createdAt"],
        "updatedAt": row["updatedAt"],
        "name": row["name"],
        "emailAddresses": row["emails"],
        "phoneNumbers": row["phones"],
        "socialLinks": row["links"],
        "tags": [_tag(store.tables["tags"][tag_id]) for tag_id in row["tagIds"]],
        "applicationIds": [
            found["id"] for found in store.find("applications", "candidate", row["id"])
        ],
        "fileHandles": [handle(file) for file in files],
        "customFields": row["customFields"],
        "profileUrl": f"{call.sim.origin}{PROFILE}{row['id']}",
        "source": source(call, row["sourceId"]),
        "creditedToUser": user(call, row["creditedToUserId"]),
        "timezone": None,
        "fraudStatus": None,
    }
    for key in ("position", "company", "school", "location"):
        if row[key]:
            shape[key] = row[key]
    _add_primaries(shape, row)
    if resume := store.get("files", row["resumeFileId"] or ""):
        shape["resumeFileHandle"] = handle(resume)
    return shape


def _add_primaries(shape: Row, row: Row) -> None:
    for key, values in (
        ("primaryEmailAddress", row["emails"]),
        ("primaryPhoneNumber", row["phones"]),
    ):
        if primary := next((item for item in values if item["isPrimary"]), None):
            shape[key] = primary


def handle(file: Row) -> Row:
    """Return a file handle: base64 of a signed little object, opaque to clients."""
    inner = {"type": file["type"], "fileId": file["id"], "ownerId": file["candidateId"]}
    packed = json.dumps({"handle": inner, "signature": "simulated", "version": "1"})
    encoded = base64.b64encode(packed.encode()).decode()
    return {"id": file["id"], "name": file["name"], "handle": encoded}


def _tag(row: Row) -> Row:
    return {key: row[key] for key in ("id", "title", "isArchived")}


def source(call: Call, source_id: str | None) -> Row | None:
    return call.store.get("sources", source_id) if source_id else None


def user(call: Call, user_id: str | None) -> Row | None:
    return call.store.get("users", user_id) if user_id else None


def job(call: Call, row: Row, expand: list[str] | None = None) -> Row:
    shape = {key: value for key, value in row.items() if key != "isSeed"}
    if "location" in (expand or []):
        shape["location"] = call.store.get("locations", row["locationId"])
    if "openings" in (expand or []):
        shape["openings"] = []
    return shape


def stage(row: Row) -> Row:
    return dict(row)


def note(call: Call, row: Row) -> Row:
    author = call.store.tables["users"][row["authorId"]]
    return {
        "id": row["id"],
        "createdAt": row["createdAt"],
        "isPrivate": row["isPrivate"],
        "content": row["content"],
        "author": {
            key: author[key] for key in ("id", "firstName", "lastName", "email")
        },
    }


def application(call: Call, row: Row, *, full: bool = False) -> Row:
    store = call.store
    person = store.tables["candidates"][row["candidateId"]]
    position = store.tables["jobs"][row["jobId"]]
    owner: Row = {"id": person["id"], "name": person["name"]}
    _add_primaries(owner, person)
    shape: Row = {
        "id": row["id"],
        "createdAt": row["createdAt"],
        "updatedAt": row["updatedAt"],
        "candidate": owner,
        "status": row["status"],
        "customFields": row["customFields"],
        "currentInterviewStage": stage(store.tables["stages"][row["stageId"]]),
        "source": source(call, row["sourceId"]),
        "creditedToUser": user(call, row["creditedToUserId"]),
        "archiveReason": _reason(call, row["archiveReasonId"]),
        "job": {
            key: position[key]
            for key in ("id", "title", "locationId", "departmentId", "brandId")
        },
        "hiringTeam": [],
        "appliedViaJobPostingId": None,
        "submitterClientIp": None,
        "submitterUserAgent": None,
    }
    if row["archivedAt"]:
        shape["archivedAt"] = row["archivedAt"]
    if full:
        shape["applicationHistory"] = row["history"]
        if resume := store.get("files", person["resumeFileId"] or ""):
            shape["resumeFileHandle"] = handle(resume)
    return shape


def _reason(call: Call, reason_id: str | None) -> Row | None:
    if reason_id is None:
        return None
    return {**call.store.tables["archive_reasons"][reason_id], "customFields": []}


def place(location: dict[str, str], location_id: str) -> dict[str, Any]:
    """Return a location as it comes back: a summary and its components."""
    city, region, country = (location.get(k) for k in ("city", "region", "country"))
    named = (("Country", country), ("Region", region), ("City", city))
    return {
        "id": location_id,
        "locationSummary": ", ".join(part for part in (city, region, country) if part),
        "locationComponents": [
            {"type": kind, "name": name} for kind, name in named if name
        ],
    }
