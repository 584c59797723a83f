"""The bodies of JobAdder's requests; what does not fit its fields goes into summary."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

from integrations.adapters import PersonRecord
from integrations.errors import Rejected

from . import countries

# The vendor's schema; its other texts have no limit there.
NAME_LIMIT = 50
EMAIL_LIMIT = 100
PHONE_LIMIT = 50

SOURCED = "Sourced from PinSync"


def new_candidate(person: PersonRecord) -> dict[str, Any]:
    """Return the new candidate: known keys only, and none that is empty.

    A name that is too long is cut, another value left out; both then stand whole in the
    summary. Raises Rejected where there is no name, or an email that is too long: what
    identifies a person is neither cut nor hidden.
    """
    _refuse_unfit(person)
    phone = person.phone_e164 or person.phone
    fields = {
        "firstName": _name(person.first_name),
        "lastName": _name(person.last_name),
        "email": person.email,
        "phone": phone if len(phone) <= PHONE_LIMIT else "",
        "source": SOURCED if person.sourced else "",
        "social": _given(linkedin=linkedin_url(person.linkedin_url)),
        "address": _given(
            city=person.city,
            state=person.state,
            countryCode=countries.code(person.country),
        ),
        "employment": _given(
            current=_given(
                employer=person.current_company, position=person.current_title
            )
        ),
    }
    body = {key: value for key, value in fields.items() if value}
    return _with_summary(body, _left_over(person, body))


def without_source(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body with its source in the summary, for an account that refuses it."""
    rest = {key: value for key, value in body.items() if key != "source"}
    return _with_summary(rest, [body["source"]])


def linkedin_url(entered: str) -> str:
    """Return the full https address of a LinkedIn page; "" where it is none.

    The schema asks for a URI, so letters beyond ASCII are percent-encoded.
    """
    url = entered.strip()
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        plain = parts.username is None and parts.port is None
    except ValueError:
        return ""
    host = (parts.hostname or "").lower()
    is_theirs = host == "linkedin.com" or host.endswith(".linkedin.com")
    if not (plain and is_theirs) or parts.scheme not in ("http", "https"):
        return ""
    query = f"?{quote(parts.query, safe=_IN_URL)}" if parts.query else ""
    return f"https://{host}{quote(parts.path, safe=_IN_URL)}{query}"


_IN_URL = "/%:@!$&'()*+,;=-._~"


def application(person_id: int) -> dict[str, Any]:
    """Return the addition to a job: one person a call, so that it is done or not."""
    return {"candidateId": [person_id]}


def _refuse_unfit(person: PersonRecord) -> None:
    if not person.full_name:
        raise Rejected("JobAdder needs a name. Enter one for this candidate, retry.")
    if len(person.email) > EMAIL_LIMIT:
        raise Rejected(
            f"JobAdder takes email addresses of at most {EMAIL_LIMIT} characters. "
            "Enter a shorter one for this candidate, retry."
        )


def _name(part: str) -> str:
    # What JobAdder asks for at least is unknown; a person of one name has no other.
    return part[:NAME_LIMIT].rstrip() or "(Unknown)"


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}


def _with_summary(body: dict[str, Any], lines: list[str]) -> dict[str, Any]:
    whole = [body["summary"], *lines] if "summary" in body else lines
    return {**body, "summary": "\n".join(whole)} if whole else body


def _left_over(person: PersonRecord, body: dict[str, Any]) -> list[str]:
    """Return a line for everything that its own field could not hold."""
    lines = []
    if max(len(person.first_name), len(person.last_name)) > NAME_LIMIT:
        lines.append(f"Full name: {person.full_name}")
    if person.phone and "phone" not in body:
        lines.append(f"Phone: {person.phone}")
    if person.linkedin_url and "social" not in body:
        lines.append(f"LinkedIn: {person.linkedin_url}")
    if person.country and "countryCode" not in body.get("address", {}):
        lines.append(f"Location: {person.location}")
    return [re.sub(r"\s+", " ", line) for line in lines]
