"""What a new person would be created with in an ATS, field by field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .adapters import Key
from .models import AtsConnection
from .records import PersonRecord

if TYPE_CHECKING:
    from candidates.models import Candidate


@dataclass(frozen=True)
class PreviewField:
    """One field of an export; an empty ``value`` means that it is not sent."""

    label: str
    place: str
    value: str


def fields_of(candidate: Candidate, connection: AtsConnection) -> list[PreviewField]:
    """Return the fields that a new person would be created with, as declared."""
    record = PersonRecord.of(candidate)
    return [
        PreviewField(field.label, field.vendor_name, _value(field.name, record))
        for field in connection.adapter_class.sends
    ]


def can_be_checked(candidate: Candidate, connection: AtsConnection) -> bool:
    """Return whether the candidate has anything by which duplicates can be found."""
    return any(_KEYS[key](candidate) for key in connection.adapter_class.duplicate_keys)


_KEYS: dict[Key, Callable[[Candidate], str]] = {
    Key.EMAIL: lambda candidate: candidate.email,
    Key.LINKEDIN: lambda candidate: candidate.linkedin_url,
    Key.NAME: lambda candidate: candidate.full_name,
    Key.PHONE: lambda candidate: candidate.phone,
}


def _value(name: str, record: PersonRecord) -> str:
    words = _VALUES.get(name)
    return words(record) if words else str(getattr(record, name, ""))


def _roles(record: PersonRecord) -> str:
    roles = [
        " at ".join(p for p in (r.title, r.company) if p) for r in record.experiences
    ]
    current = _current_role(record)
    if current and current not in roles:
        roles.insert(0, current)
    return " · ".join(roles)


def _current_role(record: PersonRecord) -> str:
    return " at ".join(p for p in (record.current_title, record.current_company) if p)


def _education(record: PersonRecord) -> str:
    return " · ".join(
        ", ".join(part for part in (row.degree, row.field, row.school) if part)
        for row in record.education
    )


_VALUES: dict[str, Callable[[PersonRecord], str]] = {
    "name": lambda record: record.full_name,
    "phone": lambda record: record.phone_e164 or record.phone,
    "linkedin": lambda record: record.linkedin_url,
    "location": lambda record: record.location,
    "current_role": _current_role,
    "roles": _roles,
    "education": _education,
    "resume": lambda record: "Made from the profile",
    "sourced": lambda record: "Yes" if record.sourced else "",
    # It goes over with people who were sourced, as the mark above it does.
    "sourced_by": lambda record: record.sourced_by_name if record.sourced else "",
}
