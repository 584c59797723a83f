"""The bodies of what is sent to the newer API."""

from __future__ import annotations

import base64
from typing import Any

from integrations.adapters import PersonRecord

UNLINKED = -1  # a current employer by name only [seen live, on PATCH]


def new_resource(person: PersonRecord) -> dict[str, Any]:
    """Return the new candidate in the form of GET, without what would be empty.

    A flat body loses email and phone without a word [seen live, on a contact]. There is
    no ``company`` on a candidate. No ``source``: TrackerRMS gets no mark of ours.
    """
    contact = {
        "email": person.email,
        # A plain text there: business cards are written into it as they are [seen].
        "mobilePhone": person.phone_e164 or person.phone,
    }
    place = {"town": person.city, "county": person.state, "country": person.country}
    fields = {
        "firstName": person.first_name,
        "surname": person.last_name,
        "jobTitle": person.current_title,
        "contactDetails": _there(contact),
        "address": _there(place),
        "linkedInUrl": person.linkedin_url,
        "currentClient": employer(person.current_company),
    }
    return _there(fields)


def employer(name: str) -> dict[str, Any]:
    return {"id": UNLINKED, "name": name} if name else {}


def document(file_name: str, pdf: bytes) -> dict[str, Any]:
    """Return a new document [guess: the form in which one is read]."""
    return {
        "filename": file_name,
        "filecontent": base64.b64encode(pdf).decode(),
        "documentType": "resume",
        "isPrimary": True,
    }


def _there(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}
