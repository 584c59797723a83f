"""The creation of a candidate: what is refused, and the code that overrides it."""

from __future__ import annotations

import json
import re
import secrets
from hashlib import sha256
from typing import Any

from integrations.simulation import Row

from . import shapes
from .calls import Call, Created, Refusal, invalid, problem
from .candidates import blank, emails
from .checks import is_day
from .commands import ADD_CANDIDATE

OVERRIDE = "X-Allow-Duplicates"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def create(call: Call) -> Created:
    data = call.body(ADD_CANDIDATE)
    if errors := [
        *_missing(call, data),
        *_unknown(call, data),
        *_malformed(call, data),
    ]:
        raise invalid(*errors)
    if _is_duplicate(call, data) and not _overrides(call, data):
        raise _duplicate(call, data)
    moment = call.sim.now()
    given = {name: value for name, value in data.items() if value is not None}
    row = {**blank(call.sim.next_id("candidate"), moment), **given}
    row["createdBy"] = call.user["userId"]
    key = str(row["candidateId"])
    call.store.hide(key, call.sim.lag(call.request))
    call.store.put("candidates", key, row)
    return Created(shapes.candidate(call, row))


def _missing(call: Call, data: Row) -> list[Row]:
    wanted: tuple[str, ...] = ("firstName", "lastName")
    if call.switch("required_names") == "nothing":
        wanted = ()
    given = {entry["fieldId"] for entry in data.get("custom") or []}
    fields = call.store.rows("custom_fields") if call.switch("mandatory_custom") else []
    return [
        problem(name, f"{name} is required.", "MissingField")
        for name in wanted
        if not (data.get(name) or "").strip()
    ] + [
        problem("custom", f"{field['name']} is required.", "MissingField")
        for field in fields
        if field["mandatory"] and field["fieldId"] not in given
    ]


def _unknown(call: Call, data: Row) -> list[Row]:
    """Return what refers to something that the account does not have."""
    work = data.get("employment") or {}
    held = [work.get("current"), work.get("ideal")]
    held += (work.get("ideal") or {}).get("other") or []
    references = [("statusId", "candidate_statuses", data.get("statusId"))]
    references += [
        ("employment", "work_types", (one or {}).get("workTypeId")) for one in held
    ]
    references += [
        ("recruiterUserId", "users", one) for one in data.get("recruiterUserId") or []
    ]
    found = [
        problem(path, f"{value} is not known.")
        for path, table, value in references
        if value is not None and not call.store.get(table, str(value))
    ]
    sources = {row["name"] for row in call.store.rows("sources")}
    source = data.get("source")
    if source and source not in sources and call.switch("unknown_source") == "422":
        found.append(problem("source", f"{source} is not a source."))
    return found


def _malformed(call: Call, data: Row) -> list[Row]:
    found = []
    email = data.get("email")
    if (
        email
        and not _EMAIL.fullmatch(email)
        and call.switch("malformed_email") == "422"
    ):
        found.append(problem("email", "The email address is not valid."))
    code = (data.get("address") or {}).get("countryCode")
    if code and not re.fullmatch("[A-Za-z]{2}", code):
        found.append(
            problem("address.countryCode", "Use a country code of two letters.")
        )
    free = data.get("availability")
    if free is not None and sum(bool(value) for value in free.values()) != 1:
        found.append(
            problem("availability", "Use one of immediate, relative and date.")
        )
    for number, entry in enumerate(data.get("custom") or []):
        if not _fits_field(call, entry):
            found.append(
                problem(f"custom[{number}]", "The value does not fit the field.")
            )
    return found


def _fits_field(call: Call, entry: Row) -> bool:
    field = call.store.get("custom_fields", str(entry["fieldId"]))
    value: Any = entry.get("value")
    if field is None:
        return False
    if field["type"] == "Date":
        return value is None or is_day(value)
    if field["type"] == "List" and value is not None:
        chosen = value if isinstance(value, list) else [value]
        return all(one in field["values"] for one in chosen)
    return value is None or isinstance(value, str)


# --- Duplicates --------------------------------------------------------------------


def _is_duplicate(call: Call, data: Row) -> bool:
    address = (data.get("email") or "").casefold()
    if not address or call.switch("duplicate_email") == "second_record":
        return False
    others = call.switch("other_emails") == "count"
    found = call.store.find("candidates", "email", address)
    return any(
        address in emails(row, others) for row in found
    ) or call.sim.is_of_the_crowd(address)


def _duplicate(call: Call, data: Row) -> Refusal:
    """Return the 409 with a fresh override code in its header."""
    code = secrets.token_hex(16)
    lifetime = call.switch("override_lifetime_s")
    row = {"email": data["email"].casefold(), "digest": _digest(data)}
    row["expires"] = call.sim.time() + lifetime
    call.store.put("override_codes", code, row)
    told = "Candidate with this email already exists"
    return Refusal(
        409, told, [problem("email", told, "AlreadyExists")], {OVERRIDE: code}
    )


def _overrides(call: Call, data: Row) -> bool:
    """Return whether the request carries a code that holds for it; use the code up."""
    code = call.request.headers.get(OVERRIDE.lower(), "")
    row = call.store.get("override_codes", code)
    if row is None or row["expires"] <= call.sim.time():
        return False
    bound = {
        "email": row["email"] == data["email"].casefold(),
        "payload": row["digest"] == _digest(data),
        "nothing": True,
    }
    if not bound[call.switch("override_bound_to")]:
        return False
    if call.switch("override_single_use"):
        call.store.put("override_codes", code, None)
    return True


def _digest(data: Row) -> str:
    return sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
