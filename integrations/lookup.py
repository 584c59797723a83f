"""Asks the vendor who is there: read-only, no transaction open, nothing decided."""

from __future__ import annotations

from datetime import datetime

from pinsync import clock

from .adapters import Adapter, Key, RemotePerson
from .matching import linkedin_key
from .records import PersonRecord


def questions(adapter: Adapter, record: PersonRecord) -> list[tuple[Key, str]]:
    """Return what to ask before a create: enough for every duplicate key, no more.

    A LinkedIn duplicate is found by name and comparison where the vendor cannot be
    asked by LinkedIn URL.
    """
    values = {
        Key.EMAIL: record.email,
        Key.LINKEDIN: record.linkedin_url if linkedin_key(record.linkedin_url) else "",
        Key.NAME: record.full_name,
        Key.PHONE: record.phone_e164,
    }
    wanted = {key for key in adapter.duplicate_keys if values[key]}
    if Key.LINKEDIN in wanted and Key.LINKEDIN not in adapter.finds_by:
        wanted.add(Key.NAME)
    return [(key, values[key]) for key in adapter.finds_by if key in wanted]


def people_like(
    adapter: Adapter, record: PersonRecord
) -> tuple[list[RemotePerson], datetime]:
    """Return every row the vendor gives, and when the asking began."""
    began = clock.now()
    found = [
        person
        for key, value in questions(adapter, record)
        for person in adapter.find(key, value)
    ]
    return found, began


def namesakes(adapter: Adapter, record: PersonRecord) -> list[RemotePerson]:
    """Return the rows for the full name, to be shown with a question."""
    if Key.NAME not in adapter.finds_by:
        return []
    return adapter.find(Key.NAME, record.full_name)


def can_prove_absence(adapter: Adapter, record: PersonRecord) -> bool:
    """Return whether “nobody” is proof that this record was not created."""
    asked = {key for key, _ in questions(adapter, record)}
    return any(key in asked for key in adapter.absence_keys())
