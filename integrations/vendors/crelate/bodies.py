"""The bodies of Crelate's requests; what has no proven field goes into Description."""

from __future__ import annotations

from typing import Any

from integrations.adapters import PersonRecord

CANDIDATE = 1  # RecordType is a bit mask; 2 is a client contact


def new_contact(
    person: PersonRecord,
    *,
    company_id: str = "",
    country_id: str = "",
    source_id: str = "",
) -> dict[str, Any]:
    """Return the new contact, wrapped; without keys that would be empty.

    One bad phone number sinks the whole create, so only a valid one goes into its
    field. Countries are lookups whose ids no endpoint lists: without one, the whole
    place stands in Description.
    """
    fields = {
        "FirstName": person.first_name,
        "LastName": person.last_name or "(Unknown)",
        "RecordType": CANDIDATE,
        "EmailAddresses_Personal": _primary(Value=person.email),
        "PhoneNumbers_Mobile": _primary(Value=person.phone_e164),
        "Websites_LinkedIn": _primary(Value=person.linkedin_url),
        "Addresses_Home": _primary(
            City=person.city,
            State=person.state,
            CountryId={"Id": country_id} if country_id else None,
        ),
        "CurrentPosition": _primary(
            JobTitle=person.current_title,
            CompanyId={"Id": company_id} if company_id else None,
        ),
        "ContactSourceId": {"Id": source_id} if source_id else None,
        "Description": "\n".join(_left_over(person, company_id, country_id)),
    }
    return {"entity": {key: value for key, value in fields.items() if value}}


def new_company(name: str) -> dict[str, Any]:
    return {"entity": {"Name": name}}


def _primary(**values: Any) -> dict[str, Any] | None:
    """Return the values that are there, marked as the primary ones; None if none."""
    there = {key: value for key, value in values.items() if value}
    return {**there, "IsPrimary": True} if there else None


def _left_over(person: PersonRecord, company_id: str, country_id: str) -> list[str]:
    lines = []
    if person.phone and not person.phone_e164:
        lines.append(f"Phone: {person.phone}")
    if person.country and not country_id:
        lines.append(f"Location: {person.location}")
    if person.current_company and not company_id:
        lines.append(f"Current company: {person.current_company}")
    return lines
