"""The fields of a contact: what is read, what may be written, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from integrations.simulation import Row

from .calls import GUID, Call, Refusal, new_id, now

EMAILS = tuple(
    f"EmailAddresses_{slot}"
    for slot in (
        "Personal",
        "Personal_Other",
        "Work",
        "Work_Other",
        "Other",
        "Other_Alternate",
        "Potential",
    )
)
PHONES = tuple(
    f"PhoneNumbers_{slot}"
    for slot in (
        "Mobile",
        "Mobile_Other",
        "Home",
        "Work_Main",
        "Work_Direct",
        "Work_Other",
        "Other",
        "Other_Alternate",
        "Potential",
        "Fax",
        "Skype",
    )
)
ADDRESSES = ("Addresses_Home", "Addresses_Business", "Addresses_Other")
WEBSITES = tuple(
    f"Websites_{slot}"
    for slot in (
        "LinkedIn",
        "GitHub",
        "Personal",
        "Portfolio",
        "Business",
        "Blog",
        "Facebook",
        "Quora",
        "RSSFeed",
        "Other",
        "Other_Alternate",
    )
)
_CHAT = tuple(
    f"InstantAddresses_{slot}"
    for slot in (
        "AIM",
        "FacebookChat",
        "FaceTime",
        "GoogleTalk",
        "ICQ",
        "Other",
        "Skype",
        "Twitter",
        "Yahoo_Msg",
    )
)
TEXTS = (
    "ExternalPrimaryKey",
    "StatusReason",
    "FirstName",
    "MiddleName",
    "LastName",
    "NickName",
    "TwitterName",
    "Description",
    "SalaryDetails",
)
_NUMBERS = ("RecordType", "Salary", "DesiredSalaryMin", "DesiredSalaryMax")
_READ_ONLY = (
    "Id",
    "ContactNum",
    "ContactNumber",
    "EntityStatus",
    "UserId",
    "Name",
    "Salutation",
    "SuffixId",
    "AccountId",
    "JobTypeIds",
    "Education",
    "CreatedById",
    "UpdatedById",
    "PrimaryDocumentAttachmentId",
    "IconAttachmentId",
    "RelatedContacts_ReferredBy",
    "RelatedContacts_Assistant",
    "RelatedContacts_Spouse",
    "RelatedContacts_OtherContact",
    "KeyDates_Birthday",
    "KeyDates_Anniversary",
    "KeyDates_Other",
    "CreatedOn",
    "ModifiedOn",
    "LastActivityDate",
    "LastActionDate",
    "LastActivityOrModifiedOn",
    "LastEngagementDate",
    "LastReachOutDate",
    "LastReachOutBy",
    "LastEnrichmentDate",
    "LastActivityRegardingId",
    "LatestPinnedNote",
    "SpokenTo",
    "GenderId",
    "EthnicityId",
    "PreferredContactMethodTypeId",
)
_Writer = Callable[[Call, str, Any], Any]


def emails(row: Row) -> list[str]:
    return [row[slot]["Value"] for slot in EMAILS if row[slot]]


def written(call: Call, entity: Row) -> Row:
    """Return what a create or an update stores; refuse what Crelate would."""
    values: Row = {}
    for name, value in entity.items():
        writer = _WRITERS.get(name)
        if writer is not None:
            values[name] = None if value is None else writer(call, name, value)
        elif name not in _READ_ONLY and call.switch("unknown_fields") == "400":
            raise Refusal(400, f"The field '{name}' is not known.")
    return values


def _text(call: Call, name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Refusal(400, f"The value of {name} must be text.")
    return value


def _number(call: Call, name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal(400, f"The value of {name} must be a number.")
    return value


def _object(name: str, value: Any) -> Row:
    if not isinstance(value, dict):
        raise Refusal(400, f"The value of {name} must be an object.")
    return value


def _slot(call: Call, name: str, value: Any) -> Row:
    """Return one address, number or site: a single object with a Value."""
    given = _object(name, value)
    return {
        "Id": new_id(),
        "Value": _text(call, name, given.get("Value")),
        "IsPrimary": given.get("IsPrimary") is True,
        "CreatedOnSystem": now(),
    }


def _email(call: Call, name: str, value: Any) -> Row:
    flags = ("EmailFlagTypeId", "EmailFlaggedOn", "EmailFlagError")
    return {**_slot(call, name, value), **dict.fromkeys(flags)}


def _phone(call: Call, name: str, value: Any) -> Row:
    slot = _slot(call, name, value)
    if call.switch("bad_phone") == "400" and not _is_number(slot["Value"]):
        raise Refusal(400, f"The phone number '{slot['Value']}' is not valid.")
    return {**slot, "Extension": value.get("Extension"), "PhoneFlagTypeId": None}


def _is_number(value: str) -> bool:
    """Return whether this can be dialled: ten digits for the US, E.164 elsewhere."""
    bare = re.sub(r"[\s().-]", "", value)
    if bare.startswith("+1"):
        return bool(re.fullmatch(r"\+1[2-9]\d{9}", bare))
    if bare.startswith("+"):
        return bool(re.fullmatch(r"\+[2-9]\d{7,14}", bare))
    return bool(re.fullmatch(r"1?[2-9]\d{9}", bare))


def _address(call: Call, name: str, value: Any) -> Row:
    given = _object(name, value)
    lines = ("Line1", "Line2", "City", "State", "ZipCode")
    texts = {
        key: None if given.get(key) is None else _text(call, key, given[key])
        for key in lines
    }
    country = given.get("CountryId")
    return {
        "Id": new_id(),
        "IsPrimary": given.get("IsPrimary") is True,
        **texts,
        "CountryId": None if country is None else lookup(call, "countries", country),
        "Location": None,
        "CreatedOnSystem": now(),
    }


def lookup(call: Call, table: str, value: Any) -> Row:
    """Return a reference; it needs an Id that exists, a Title alone will not do."""
    given = value.get("Id") if isinstance(value, dict) else None
    if not given:
        raise Refusal(400, "The target entity Id cannot be null")
    row = call.store.get(table, str(given).lower())
    if row is None or not GUID.fullmatch(str(given)):
        raise Refusal(400, f"The target entity with Id '{given}' was not found")
    return {"Id": row["Id"], "Title": row.get("Name") or row.get("Title")}


def _position(call: Call, name: str, value: Any) -> Row:
    given = _object(name, value)
    company = given.get("CompanyId")
    title = given.get("JobTitle")
    return {
        "Id": new_id(),
        "IsPrimary": given.get("IsPrimary") is True,
        "JobTitle": None if title is None else _text(call, "JobTitle", title),
        "CompanyId": None if company is None else lookup(call, "companies", company),
        **{key: given.get(key) for key in ("Details", "WhenStart", "WhenEnd")},
    }


def _source(call: Call, name: str, value: Any) -> Row:
    return lookup(call, "sources", value)


def _owners(call: Call, name: str, value: Any) -> list[Row]:
    if not isinstance(value, list):
        raise Refusal(400, "The value of Owners must be a list.")
    return [
        {**lookup(call, "users", item), "IsPrimary": item.get("IsPrimary") is True}
        for item in value
    ]


def _tags(call: Call, name: str, value: Any) -> Row:
    """Return the whole map: what is sent replaces what was there."""
    return {
        category: [lookup(call, "tags", tag) for tag in tags]
        for category, tags in _object(name, value).items()
    }


_WRITERS: dict[str, _Writer] = {
    **dict.fromkeys(TEXTS, _text),
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys(EMAILS, _email),
    **dict.fromkeys(PHONES, _phone),
    **dict.fromkeys(ADDRESSES, _address),
    **dict.fromkeys((*WEBSITES, *_CHAT), _slot),
    "CurrentPosition": _position,
    "ContactSourceId": _source,
    "Owners": _owners,
    "Tags": _tags,
}
CONTACT = (*_READ_ONLY, *_WRITERS)
