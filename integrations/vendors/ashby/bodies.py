"""The bodies of Ashby's requests."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from integrations.adapters import PersonRecord

from .replies import is_web_url


def new_candidate(person: PersonRecord) -> dict[str, Any]:
    """Return what candidate.create takes: known keys only, and none that is empty."""
    place = {"city": person.city, "region": person.state, "country": person.country}
    fields = {
        "name": person.full_name,
        "email": person.email,
        "phoneNumber": person.phone_e164 or person.phone,
        "linkedInUrl": web_url(person.linkedin_url),
        "location": {key: value for key, value in place.items() if value},
    }
    return {key: value for key, value in fields.items() if value}


def web_url(entered: str) -> str:
    """Return the address with its scheme; "" where Ashby would not take it."""
    url = entered if "://" in entered else f"https://{entered}"
    if is_web_url(url) and "." in (urlsplit(url).hostname or ""):
        return url
    return ""


def upload_handle(file_name: str, pdf: bytes) -> dict[str, Any]:
    return {
        "fileUploadContext": "CandidateResume",
        "filename": file_name,
        "contentType": "application/pdf",
        "contentLength": len(pdf),
    }


def html_note(person_id: str, text: str) -> dict[str, Any]:
    return {
        "candidateId": person_id,
        "note": {"type": "text/html", "value": text},
        "sendNotifications": False,
    }
