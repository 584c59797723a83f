"""Stored rows as the objects that JobAdder answers with."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from integrations.simulation import Row

from .calls import Call

COUNTRIES = {
    "AU": "Australia",
    "AT": "Austria",
    "BR": "Brazil",
    "CA": "Canada",
    "CH": "Switzerland",
    "DE": "Germany",
    "DK": "Denmark",
    "ES": "Spain",
    "FR": "France",
    "GB": "United Kingdom",
    "GR": "Greece",
    "IE": "Ireland",
    "IL": "Israel",
    "IN": "India",
    "IT": "Italy",
    "JO": "Jordan",
    "JP": "Japan",
    "KR": "South Korea",
    "MX": "Mexico",
    "NL": "Netherlands",
    "NO": "Norway",
    "NZ": "New Zealand",
    "PL": "Poland",
    "PT": "Portugal",
    "SE": "Sweden",
    "SG": "Singapore",
    "TH": "Thailand",
    "TW": "Taiwan",
    "UA": "Ukraine",
    "US": "United States",
    "ZA": "South Africa",
}
# What list items carry: no social addresses, employment, skills or custom fields.
_SUMMARY = (
    "candidateId", "firstName", "lastName", "email", "phone", "mobile",
    "salutation", "unsubscribed", "rating", "source", "seeking", "createdAt",
    "updatedAt",
)  # fmt: skip
_DETAILS = (
    "dateOfBirth", "emergencyContact", "emergencyPhone", "otherEmail", "summary",
    "availability", "education", "skillTags",
)  # fmt: skip
_USER = (
    "userId", "firstName", "lastName", "position", "email", "phone", "mobile",
    "inactive", "deleted",
)  # fmt: skip


def timestamp(moment: datetime) -> str:
    """Return a time as JobAdder writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def tidied(data: Any) -> Any:
    """Return the data without keys that have no value."""
    if isinstance(data, dict):
        return {k: tidied(v) for k, v in data.items() if v is not None}
    if isinstance(data, list):
        return [tidied(item) for item in data]
    return data


def user(call: Call, user_id: int | None) -> Row | None:
    row = call.store.get("users", str(user_id))
    return {key: row[key] for key in _USER} if row else None


def status(call: Call, table: str, status_id: int) -> Row:
    return call.store.tables[table][str(status_id)]


# --- Candidates --------------------------------------------------------------------


def summary(call: Call, row: Row) -> Row:
    """Return a list item."""
    shape = {key: row[key] for key in _SUMMARY}
    shape["mobileNormalized"] = _normalized(row["mobile"])
    shape["contactMethod"] = None
    shape["address"] = _address(row["address"])
    shape["status"] = status(call, "candidate_statuses", row["statusId"])
    shape["createdBy"] = user(call, row["createdBy"])
    shape["updatedBy"] = user(call, row["updatedBy"])
    if call.asks_for("fields", "recruiters"):
        shape["recruiters"] = _recruiters(call, row)
    if call.asks_for("fields", "statistics"):
        shape["statistics"] = _statistics(call, row)
    return shape


def candidate(call: Call, row: Row) -> Row:
    """Return a candidate in full."""
    address = call.link(f"/candidates/{row['candidateId']}")
    return {
        **summary(call, row),
        **{key: row[key] for key in _DETAILS},
        "social": _social(call, row["social"]),
        "employment": _employment(call, row["employment"]),
        "custom": [_custom(call, entry) for entry in row["custom"] or []],
        "recruiters": _recruiters(call, row),
        "partnerActions": [],
        "statistics": _statistics(call, row),
        "links": {
            "self": address,
            **{
                part: f"{address}/{part}"
                for part in ("notes", "attachments", "applications")
            },
        },
    }


def _normalized(phone: str | None) -> str | None:
    """Return the number as E.164 where it is an international one."""
    digits = re.sub(r"[^\d+]", "", phone or "")
    return digits if re.fullmatch(r"\+[1-9]\d{6,14}", digits) else None


def _address(address: Row | None) -> Row | None:
    if not address:
        return None
    keys = ("street", "city", "state", "postalCode", "countryCode")
    code = (address.get("countryCode") or "").upper()
    return {key: address.get(key) for key in keys} | {"country": COUNTRIES.get(code)}


def _social(call: Call, social: Row | None) -> Row:
    if call.switch("social") == "as_sent":
        return social or {}
    return {name.capitalize(): _rewritten(url) for name, url in (social or {}).items()}


def _rewritten(url: str) -> str:
    """Return another form of the same address."""
    return f"{url.rstrip('/').replace('://www.', '://')}/"


def _employment(call: Call, employment: Row | None) -> Row | None:
    if not employment:
        return None
    current, ideal = employment.get("current"), employment.get("ideal")
    return {
        "current": _work(call, current),
        "ideal": ideal
        and {
            **_work(call, ideal),
            "other": [_work(call, other) for other in ideal.get("other") or []],
        },
        "history": employment.get("history") or [],
    }


def _work(call: Call, held: Row | None) -> Any:
    """Return a position with its work type, which is written as an id."""
    if not held:
        return None
    shape = {key: value for key, value in held.items() if key != "workTypeId"}
    kind = call.store.get("work_types", str(held.get("workTypeId")))
    return {**shape, "workType": kind} if kind else shape


def _custom(call: Call, entry: Row) -> Row:
    field = call.store.tables["custom_fields"][str(entry["fieldId"])]
    named = {key: field[key] for key in ("fieldId", "name", "type")}
    return {**named, "value": entry.get("value")}


def _recruiters(call: Call, row: Row) -> list[Row | None]:
    return [user(call, user_id) for user_id in row["recruiterUserId"] or []]


def _statistics(call: Call, row: Row) -> Row:
    mine = call.store.find("applications", "candidate", str(row["candidateId"]))
    return {"applications": _counted(call, mine), "placements": {"total": 0}}


def _counted(call: Call, applications: list[Row]) -> Row:
    statuses = [
        status(call, "application_statuses", one["statusId"]) for one in applications
    ]
    return {
        "new": sum(one["default"] for one in statuses),
        "active": sum(one["active"] for one in statuses),
        "total": len(statuses),
    }


def candidate_name(call: Call, row: Row) -> Row:
    keys = ("candidateId", "firstName", "lastName", "email", "phone", "mobile")
    shape = {key: row[key] for key in keys}
    return {
        **shape,
        "status": status(call, "candidate_statuses", row["statusId"]),
    }


# --- Jobs and applications ---------------------------------------------------------


def job_summary(call: Call, row: Row) -> Row:
    keys = ("jobId", "jobTitle", "location", "contact", "source", "createdAt")
    shape: Row = {key: row[key] for key in keys}
    shape["company"] = call.store.tables["companies"][str(row["companyId"])]
    shape["status"] = status(call, "job_statuses", row["statusId"])
    shape["userFavourite"] = False
    shape["owner"] = user(call, row["ownerUserId"])
    shape["createdBy"] = user(call, row["createdBy"])
    shape["updatedAt"] = row["updatedAt"]
    shape["closedAt"] = row["closedAt"]
    shape["closedBy"] = shape["owner"] if row["closedAt"] else None
    if call.asks_for("fields", "recruiters"):
        shape["recruiters"] = _recruiters(call, row)
    if call.asks_for("fields", "statistics"):
        shape["statistics"] = _job_statistics(call, row)
    return shape


def job(call: Call, row: Row) -> Row:
    address = call.link(f"/jobs/{row['jobId']}")
    parts = ("attachments", "applications", "notes")
    return {
        **job_summary(call, row),
        "jobDescription": row["jobDescription"],
        "numberOfJobs": 1,
        "workType": call.store.get("work_types", str(row["workTypeId"])),
        "start": {"immediate": True},
        "skillTags": {"matchAll": False, "tags": []},
        "custom": [],
        "otherContacts": [],
        "recruiters": _recruiters(call, row),
        "partnerActions": [],
        "statistics": _job_statistics(call, row),
        "links": {"self": address, **{part: f"{address}/{part}" for part in parts}},
    }


def _job_statistics(call: Call, row: Row) -> Row:
    mine = call.store.find("applications", "job", str(row["jobId"]))
    return {"applications": _counted(call, mine)}


def application(call: Call, row: Row) -> Row:
    job_row = call.store.tables["jobs"][str(row["jobId"])]
    person = call.sim.candidate(str(row["candidateId"])) or {}
    keys = ("applicationId", "manual", "source", "rating", "createdAt", "updatedAt")
    shape = {key: row[key] for key in keys}
    return {
        **shape,
        "jobTitle": job_row["jobTitle"],
        "jobReference": None,
        "status": status(call, "application_statuses", row["statusId"]),
        "candidate": candidate_name(call, person),
        "job": _job_title(call, job_row),
        "owner": user(call, row["ownerUserId"]),
        "createdBy": user(call, row["createdBy"]),
    }


def _job_title(call: Call, row: Row) -> Row:
    return {
        "jobId": row["jobId"],
        "jobTitle": row["jobTitle"],
        "company": call.store.tables["companies"][str(row["companyId"])],
        "status": status(call, "job_statuses", row["statusId"]),
    }
