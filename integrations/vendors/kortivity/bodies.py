"""What is sent: the profile's names around our values, and nothing that is empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from integrations.adapters import Key, PersonRecord, Role, School, SentField

from . import pointers
from .profile import Ids, People

_LINKEDIN = re.compile(r"linkedin\.com/in/([^/?#\s]+)", re.IGNORECASE)
_SLOT = re.compile(r"\{(\w+)\}")


def filled(template: Any, given: Mapping[str, Any]) -> Any:
    """Fill {name} in every text; a text that is nothing else becomes the value itself."""
    if isinstance(template, Mapping):
        return {key: filled(value, given) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, given) for value in template]
    if not isinstance(template, str):
        return template
    if whole := _SLOT.fullmatch(template):
        return given.get(whole[1], "")
    return _SLOT.sub(lambda slot: str(given.get(slot[1], "")), template)


def path(template: str, **ids: str) -> str:
    """Fill ids into a path, each as one piece of it."""
    return str(filled(template, {k: quote(v, safe="") for k, v in ids.items()}))


def as_sent(id: str, ids: Ids) -> str | int:
    """Return the id as a body holds it: 501 for "501", but "007" as it is."""
    is_number = ids.digits_as_numbers and id.isascii() and id.isdecimal()
    return int(id) if is_number and str(int(id)) == id else id


def spellings(key: Key, value: str) -> list[str]:
    """Return what to ask for: a LinkedIn profile as it is, then in its usual form.

    Whether the search compares addresses letter by letter is unknown.
    """
    profile = _LINKEDIN.search(value) if key is Key.LINKEDIN else None
    usual = [f"https://www.linkedin.com/in/{profile[1]}"] if profile else []
    return list(dict.fromkeys([value, *usual]))


# -- A new candidate -------------------------------------------------------------------


def new_candidate(person: PersonRecord, wire: People) -> dict[str, Any]:
    """Return the body of a create: what the profile has a name for and we have."""
    body: dict[str, Any] = {}
    for name, place in wire.sends.items():
        if value := _VALUES[name](person, wire):
            pointers.put(body, place, value)
    return body


def web_address(entered: str) -> str:
    """Return it with a scheme; "" where a field for addresses could not take it."""
    url = entered if "://" in entered else f"https://{entered}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    is_fit = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
    return url if is_fit and not re.search(r"\s", url) else ""


def _roles(person: PersonRecord, wire: People) -> list[dict[str, Any]]:
    """Return the positions held; the present one where nothing else is known."""
    held = person.experiences
    if not held and (person.current_title or person.current_company):
        held = (Role(person.current_title, person.current_company),)
    return [entry for role in held if (entry := _entry(role, wire.role))]


def _schools(person: PersonRecord, wire: People) -> list[dict[str, Any]]:
    return [entry for row in person.education if (entry := _entry(row, wire.school))]


def _entry(row: Role | School, names: Mapping[str, str]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for ours, place in names.items():
        if value := getattr(row, ours):
            pointers.put(entry, place, value)
    return entry


_VALUES: Mapping[str, Callable[[PersonRecord, People], Any]] = {
    "first_name": lambda person, _: person.first_name,
    "last_name": lambda person, _: person.last_name,
    "full_name": lambda person, _: person.full_name,
    "email": lambda person, _: person.email,
    "phone": lambda person, _: person.phone_e164 or person.phone,
    "personal_url": lambda person, _: web_address(person.linkedin_url),
    "title": lambda person, _: person.current_title,
    "company": lambda person, _: person.current_company,
    "city": lambda person, _: person.city,
    "state": lambda person, _: person.state,
    "country": lambda person, _: person.country,
    "roles": _roles,
    "education": _schools,
    # Both only for people who were sourced, not for imported ones (the guide).
    "sourced_from": lambda p, wire: wire.marks["sourced_from"] if p.sourced else "",
    "sourced_by_name": lambda p, _: p.sourced_by_name if p.sourced else "",
    "sourced_by_email": lambda p, _: p.sourced_by_email if p.sourced else "",
}

# The words on screen, and which names of the profile stand behind them.
_SHOWN = (
    ("name", "Full name", ("full_name", "first_name", "last_name")),
    ("email", "Email", ("email",)),
    ("phone", "Phone", ("phone",)),
    ("linkedin", "LinkedIn, into the personal URL", ("personal_url",)),
    ("location", "Location (city, state, country)", ("city", "state", "country")),
    ("roles", "Current and previous roles", ("title", "company", "roles")),
    ("education", "Education", ("education",)),
    ("sourced", "Sourced-from mark", ("sourced_from",)),
    ("sourced_by", "Team member who sourced", ("sourced_by_name", "sourced_by_email")),
)


def sent_fields(wire: People) -> tuple[SentField, ...]:
    """Return what goes over by this profile, with the vendor's names as it has them."""
    return tuple(
        SentField(name, ", ".join(places), label)
        for name, label, ours in _SHOWN
        if (places := [wire.sends[one] for one in ours if one in wire.sends])
    )
