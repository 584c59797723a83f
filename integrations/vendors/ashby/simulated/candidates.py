"""The ``candidate.*`` calls about people themselves."""

from __future__ import annotations

from typing import Any

from integrations.simulation import Row

from . import checks, shapes
from .calls import Call, Refusal, invalid, new_id, now
from .checks import (
    PAGED,
    Spec,
    boolean,
    filled,
    keyed,
    listed,
    moment,
    paged,
    text,
    uuid,
)

Page = tuple[list[Row], dict[str, Any]]

PLACE = keyed({"city": text, "region": text, "country": text})
SOCIAL = checks.one_of(
    "LinkedIn",
    "GitHub",
    "Twitter",
    "Medium",
    "StackOverflow",
    "YouTube",
    "CodePen",
    "Website",
)
_COMMON: Spec = {
    "email": text,
    "phoneNumber": text,
    "linkedInUrl": checks.url,
    "githubUrl": checks.url,
    "sourceId": uuid,
    "creditedToUserId": uuid,
    "location": PLACE,
    "createdAt": moment,
}
CREATE: Spec = {
    **_COMMON,
    "name*": filled,
    "website": checks.url,
    "alternateEmailAddresses": listed(text),
}
UPDATE: Spec = {
    **_COMMON,
    "candidateId*": uuid,
    "name": filled,
    "websiteUrl": checks.url,
    "alternateEmail": text,
    "socialLinks": listed(keyed({"type*": SOCIAL, "url*": text})),
    "sendNotifications": boolean,
}
SEARCH: Spec = {"email": text, "name": text}
LIST: Spec = PAGED
INFO: Spec = {"id": uuid, "externalMappingId": text}
ONE: Spec = {"candidateId*": uuid}
TAG: Spec = {"candidateId*": uuid, "tagId*": uuid}
PROJECT: Spec = {"candidateId*": uuid, "projectId*": uuid}
PROJECTS: Spec = {**PAGED, "candidateId*": uuid}


def blank(candidate_id: str, name: str, created: str, *, seed: bool = False) -> Row:
    """Return the row of a candidate of whom only the name is known."""
    return {
        "id": candidate_id,
        "name": name,
        "createdAt": created,
        "updatedAt": created,
        "emails": [],
        "phones": [],
        "links": [],
        "tagIds": [],
        "projectIds": [],
        "customFields": [],
        "fileIds": [],
        "resumeFileId": None,
        "position": None,
        "company": None,
        "school": None,
        "sourceId": None,
        "creditedToUserId": None,
        "location": None,
        "isSeed": seed,
        "last": "Created",
        "lastAt": created,
    }


def create(call: Call) -> Row:
    data = call.data
    _check_references(call)
    for address in [data.get("email", ""), *data.get("alternateEmailAddresses", [])]:
        if address:
            checks.email(address, call.switch("malformed_email"))
    if existing := _same_email(call):
        return shapes.candidate(call, existing)
    row = blank(new_id(), data["name"], data.get("createdAt") or now())
    row.update(_contact(data), sourceId=data.get("sourceId"))
    row.update(creditedToUserId=data.get("creditedToUserId"), location=_located(call))
    row["updatedAt"] = row["lastAt"] = now()
    row["links"] = _links(data, "website")
    call.store.hide(row["id"], call.sim.lag(call.request))
    call.store.put("candidates", row["id"], row)
    return shapes.candidate(call, row)


def _same_email(call: Call) -> Row | None:
    policy = call.switch("existing_email")
    address = call.data.get("email", "").lower()
    found = call.store.find("candidates", "email", address) if address else []
    if not found or policy == "second_record":
        return None
    if policy == "invalid_input":
        raise invalid("A candidate with this email already exists")
    return found[0]


def _check_references(call: Call) -> None:
    if source_id := call.data.get("sourceId"):
        call.existing("source", source_id)
    if user_id := call.data.get("creditedToUserId"):
        call.existing("user", user_id)


def _contact(data: dict[str, Any]) -> Row:
    emails = [_value(data["email"])] if data.get("email") else []
    for address in data.get("alternateEmailAddresses", []):
        emails.append(_value(address, primary=False))
    phones = [_value(data["phoneNumber"])] if data.get("phoneNumber") else []
    return {"emails": emails, "phones": phones}


def _value(value: str, *, primary: bool = True) -> Row:
    return {"value": value, "type": "Personal", "isPrimary": primary}


def _links(data: dict[str, Any], website: str) -> list[Row]:
    named = (("LinkedIn", "linkedInUrl"), ("GitHub", "githubUrl"), ("Website", website))
    return [{"type": kind, "url": data[key]} for kind, key in named if data.get(key)]


def _located(call: Call) -> dict[str, Any] | None:
    given = {key: part for key, part in call.data.get("location", {}).items() if part}
    if not given or call.switch("location") == "left_out":
        return None
    return shapes.place(given, new_id())


def update(call: Call) -> Row:
    data = call.data
    row = call.existing("candidate", data["candidateId"])
    _check_references(call)
    changes: Row = {
        key: data[key]
        for key in ("name", "sourceId", "creditedToUserId")
        if key in data
    }
    if data.get("email"):
        others = [item for item in row["emails"] if not item["isPrimary"]]
        changes["emails"] = [_value(data["email"]), *others]
    if data.get("alternateEmail"):
        before = list(changes.get("emails") or row["emails"])
        changes["emails"] = [*before, _value(data["alternateEmail"], primary=False)]
    if data.get("phoneNumber"):
        changes["phones"] = [_value(data["phoneNumber"])]
    if "location" in data:
        changes["location"] = _located(call)
    changes["links"] = data.get("socialLinks", _merged(row["links"], data))
    changed = call.store.change("candidates", row["id"], updatedAt=now(), **changes)
    call.sim.happened(row["id"], "Updated")
    return shapes.candidate(call, changed)


def _merged(links: list[Row], data: dict[str, Any]) -> list[Row]:
    fresh = _links(data, "websiteUrl")
    replaced = {link["type"] for link in fresh}
    return [link for link in links if link["type"] not in replaced] + fresh


def search(call: Call) -> list[Row]:
    """Return at most 100 people; both parameters given means both must fit."""
    address, name = call.data.get("email"), call.data.get("name")
    if not address and not name:
        raise invalid("Provide an email or a name")
    store = call.store
    if address:
        rows = store.find("candidates", "email", address.lower())
        rows = [row for row in rows if store.shows(row["id"])]
    else:
        rows = store.visible("candidates")
    if name:
        wanted = name.casefold()
        rows = [row for row in rows if wanted in row["name"].casefold()]
    return [shapes.candidate(call, row) for row in rows[:100]]


def listing(call: Call) -> Page:
    trouble = call.switch("sync_token")
    if call.data.get("syncToken") and trouble != "taken":
        raise Refusal(trouble, "Discard the token and start a full sync.")
    rows, paging = paged(call.store.everybody("candidates"), call.data)
    if not call.switch("sync_token_given"):
        paging.pop("syncToken", None)
    return [shapes.candidate(call, row) for row in rows], paging


def info(call: Call) -> Row:
    if "id" in call.data:
        return shapes.candidate(call, call.existing("candidate", call.data["id"]))
    if "externalMappingId" in call.data:
        raise call.missing("candidate")
    raise invalid("id or externalMappingId is required")


def add_tag(call: Call) -> Row:
    call.existing("tag", call.data["tagId"])
    return _relist(call, "tagIds", add=call.data["tagId"])


def remove_tag(call: Call) -> Row:
    return _relist(call, "tagIds", remove=call.data["tagId"])


def add_project(call: Call) -> Row:
    call.existing("project", call.data["projectId"])
    return _relist(call, "projectIds", add=call.data["projectId"])


def remove_project(call: Call) -> Row:
    return _relist(call, "projectIds", remove=call.data["projectId"])


def _relist(call: Call, key: str, *, add: str = "", remove: str = "") -> Row:
    row = call.existing("candidate", call.data["candidateId"])
    ids = [item for item in row[key] if item not in (add, remove)]
    ids += [add] if add else []
    changes: Row = {key: ids}
    changed = call.store.change("candidates", row["id"], updatedAt=now(), **changes)
    return shapes.candidate(call, changed)


def projects(call: Call) -> Page:
    row = call.existing("candidate", call.data["candidateId"])
    mine = [call.store.tables["projects"][one] for one in row["projectIds"]]
    return paged(mine, call.data, syncs=False)


def anonymize(call: Call) -> Row:
    row = call.existing("candidate", call.data["candidateId"])
    mine = call.store.find("applications", "candidate", row["id"])
    if any(found["status"] not in ("Archived", "Hired") for found in mine):
        raise invalid("All applications must be archived or hired")
    empty = blank(row["id"], "Anonymized Candidate", row["createdAt"])
    empty.update(updatedAt=now(), isSeed=row["isSeed"], last="Anonymized", lastAt=now())
    call.store.put("candidates", row["id"], empty)
    return shapes.candidate(call, empty)
