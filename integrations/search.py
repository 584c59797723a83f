"""The filter “ATS candidates” of the candidate search, and the hint beside a badge.

In an ATS is who is linked to a person there, or shares an email or a LinkedIn profile
with somebody whom its directory lists; the same name alone is nothing. The directory
links nobody and blocks no export.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from .adapters import Key, vendors
from .badges import safe_link
from .matching import email_key, linkedin_key
from .models import AtsConnection, AtsDirectoryEntry, AtsDirectoryKey, AtsPerson

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import QueryDict

    from candidates.models import Candidate, CandidateQuerySet
    from pinsync.accounts.models import Organization

    from .models.directory import AtsDirectoryEntryQuerySet

PREFIX = "in-"  # of the filter's names in the page's address


class Presence(StrEnum):
    """Whom the filter shows; the value is what stands in the page's address."""

    ANY = ""
    ONLY = "only"
    NOT = "not"


@dataclass(frozen=True)
class AtsFilter:
    """One ATS of the filter, and what was chosen for it."""

    connection: AtsConnection
    chosen: Presence

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.connection.vendor}"

    @property
    def options(self) -> list[tuple[str, str]]:
        label = self.connection.label
        return [
            (Presence.ANY, f"{label}: any"),
            (Presence.ONLY, f"Only in {label}"),
            (Presence.NOT, f"Not in {label}"),
        ]


def filters_of(organization: Organization, data: QueryDict) -> list[AtsFilter]:
    """Return the filter of each connected ATS that can list its people."""
    return [
        AtsFilter(row, _chosen(data.get(f"{PREFIX}{row.vendor}")))
        for row in listing_of(organization)
    ]


def _chosen(value: str | None) -> Presence:
    return next((one for one in Presence if one == value), Presence.ANY)


def listing_of(organization: Organization) -> list[AtsConnection]:
    """Return the live connections whose vendor can list its people, by label."""
    return [row for row in _live(organization) if row.adapter_class.lists_people]


def not_listing_of(organization: Organization) -> list[AtsConnection]:
    """Return the live connections whose vendor cannot; each says why."""
    return [row for row in _live(organization) if not row.adapter_class.lists_people]


def _live(organization: Organization) -> list[AtsConnection]:
    rows = AtsConnection.objects.of(organization).live().filter(vendor__in=vendors())
    found = rows.select_related("directory", "organization")
    return sorted(found, key=lambda row: row.label)


def narrow(
    people: CandidateQuerySet, data: QueryDict, organization: Organization
) -> CandidateQuerySet:
    """Leave those who are where the address asks for; registered as a filter."""
    if not any(name.startswith(PREFIX) for name in data):
        return people
    for one in filters_of(organization, data):
        if one.chosen is Presence.ONLY:
            people = people.filter(is_in(one.connection))
        elif one.chosen is Presence.NOT:
            people = people.filter(~is_in(one.connection))
    return people


def is_in(connection: AtsConnection) -> Q:
    """Match candidates who are in the ATS; each part is one probe of an index."""
    keys = AtsDirectoryKey.objects.filter(connection=connection)
    linked = AtsPerson.objects.filter(connection=connection, candidate=OuterRef("pk"))
    return (
        Q(Exists(linked))
        | Q(Exists(keys.filter(key=Key.EMAIL.value, value=OuterRef("email"))))
        | Q(Exists(keys.filter(key=Key.LINKEDIN.value, value=OuterRef("linkedin_key"))))
    )


def looks_there(
    candidate: Candidate, connections: Iterable[AtsConnection]
) -> dict[int, AtsDirectoryEntry]:
    """Return whom the directories list with a key of the candidate, by connection."""
    same = Q(key=Key.EMAIL.value, value=email_key(candidate.email)) | Q(
        key=Key.LINKEDIN.value, value=linkedin_key(candidate.linkedin_url)
    )
    keys = AtsDirectoryKey.objects.filter(same, connection__in=connections)
    return {key.connection_id: key.entry for key in keys.select_related("entry")}


def hint(candidate: Candidate, connection: AtsConnection) -> str:
    """Say that the person seems to be there; the export finds out for sure."""
    name = candidate.first_name or candidate.full_name
    return (
        f"Looks like {name} is in {connection.label} already; the export looks there "
        "first."
    )


@dataclass(frozen=True)
class Row:
    """Somebody in an ATS as a list shows them; "" where there is no link."""

    entry: AtsDirectoryEntry
    link: str

    @property
    def linkedin(self) -> str:
        key = self.entry.linkedin
        return f"https://www.linkedin.com/{key}" if key else ""


def rows_of(entries: Iterable[AtsDirectoryEntry]) -> list[Row]:
    return [Row(entry, safe_link(entry.link)) for entry in entries]


def only_there(connection: AtsConnection, text: str = "") -> AtsDirectoryEntryQuerySet:
    """Return the people of the ATS who are no candidates of ours."""
    return AtsDirectoryEntry.objects.only_there(connection).matching(text)
