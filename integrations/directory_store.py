"""What a page of a vendor's list leaves behind: entries, their keys, the place reached.

One transaction per page, and only for whoever holds the lease: a process that was
overtaken changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db.models import F, QuerySet

from candidates.search import searchable
from pinsync import clock

from .adapters import Key, Page, RemotePerson
from .intents import writing
from .matching import email_key, linkedin_key
from .models import AtsConnection, AtsDirectoryEntry, AtsDirectoryKey, AtsDirectoryPull

# Beyond the longest call with its wait before it.
LEASE = 120.0
BATCH = 500

Identity = tuple[str, str]


def mine(pull: AtsDirectoryPull) -> QuerySet[AtsDirectoryPull]:
    """Return the row, as long as the lease is still the one that this object holds."""
    return AtsDirectoryPull.objects.filter(pk=pull.pk, leased_by=pull.leased_by)


def lease_end() -> timedelta:
    return timedelta(seconds=clock.network_deadline(LEASE))


def store(pull: AtsDirectoryPull, page: Page) -> bool:
    """Store the page and the place after it; False where the lease was lost."""
    people = {person.id: person for person in page.people if _fits(person)}
    now = clock.now()
    changes = {
        "cursor": page.cursor or "",
        "read": F("read") + len(people),
        "tries": 0,
        "trouble": "",
        "leased_until": now + lease_end(),
    }
    if page.starts_over:
        changes |= {"read": len(people), "is_full": True, "number": F("number") + 1}
    with writing():
        if not mine(pull).update(**changes):
            return False
        pull.refresh_from_db()
        _remove(pull.connection_id, page.gone)
        _put(pull, people.values())
    return True


def _fits(person: RemotePerson) -> bool:
    longest = AtsDirectoryEntry._meta.get_field("person_id").max_length or 0
    return bool(person.id) and len(person.id) <= longest


def _remove(connection_id: int, gone: Collection[str]) -> None:
    if gone:
        AtsDirectoryEntry.objects.filter(
            connection=connection_id, person_id__in=gone
        ).delete()


def _put(pull: AtsDirectoryPull, people: Iterable[RemotePerson]) -> None:
    keys = {person.id: identities(person) for person in people}
    entries = [_entry(pull, person, keys[person.id]) for person in people]
    stored = AtsDirectoryEntry.objects.bulk_create(
        entries,
        update_conflicts=True,
        unique_fields=["connection", "person_id"],
        update_fields=["name", "email", "linkedin", "url", "search", "seen_in"],
    )
    _put_keys({entry.pk: keys[entry.person_id] for entry in stored}, pull.connection_id)


def _put_keys(wanted: dict[int, list[Identity]], connection_id: int) -> None:
    """Write the differences only: most people are as they were at the last pull."""
    there = {
        (entry_id, key, value): pk
        for pk, entry_id, key, value in AtsDirectoryKey.objects.filter(
            entry__in=wanted
        ).values_list("pk", "entry_id", "key", "value")
    }
    pairs = {(pk, key, value) for pk, keys in wanted.items() for key, value in keys}
    if old := [pk for row, pk in there.items() if row not in pairs]:
        AtsDirectoryKey.objects.filter(pk__in=old).delete()
    AtsDirectoryKey.objects.bulk_create(
        AtsDirectoryKey(
            connection_id=connection_id, entry_id=entry_id, key=key, value=value
        )
        for entry_id, key, value in sorted(pairs - there.keys())
    )


def identities(person: RemotePerson) -> list[Identity]:
    """Return the keys of all that the row carries, as ``matching`` compares them."""
    longest = AtsDirectoryKey._meta.get_field("value").max_length or 0
    found = [
        *((Key.EMAIL.value, email_key(email)) for email in person.emails),
        *((Key.LINKEDIN.value, linkedin_key(url)) for url in person.linkedin_urls),
    ]
    kept = [pair for pair in found if pair[1] and len(pair[1]) <= longest]
    return list(dict.fromkeys(kept))


def _entry(
    pull: AtsDirectoryPull, person: RemotePerson, keys: list[Identity]
) -> AtsDirectoryEntry:
    emails = [value for key, value in keys if key == Key.EMAIL]
    profiles = [value for key, value in keys if key == Key.LINKEDIN]
    return AtsDirectoryEntry(
        connection_id=pull.connection_id,
        person_id=person.id,
        name=person.name[:300],
        email=next((email for email in emails if len(email) <= 254), ""),
        linkedin=next(iter(profiles), ""),
        # Half a link leads nowhere; the template's is shown instead.
        url=person.url if len(person.url) <= 1000 else "",
        search=searchable(person.name[:300], *emails),
        seen_in=pull.number,
    )


def sweep(pull: AtsDirectoryPull) -> None:
    """Remove whom this pull of everybody has not seen, in small transactions."""
    _delete_in_batches(
        AtsDirectoryEntry.objects.filter(
            connection=pull.connection_id, seen_in__lt=pull.number
        )
    )


def forget_ended() -> None:
    """Remove the directories of connections that were disconnected."""
    ended = AtsDirectoryPull.objects.filter(
        connection__state=AtsConnection.State.DISCONNECTED
    )
    for pull in ended:
        # Connected anew meanwhile, it must begin with everybody.
        AtsDirectoryPull.objects.filter(pk=pull.pk).update(
            cursor="", began_at=None, full_at=None, finished_at=None
        )
        _delete_in_batches(
            AtsDirectoryEntry.objects.filter(
                connection=pull.connection_id,
                connection__state=AtsConnection.State.DISCONNECTED,
            )
        )
        ended.filter(pk=pull.pk).delete()


def _delete_in_batches(rows: QuerySet[AtsDirectoryEntry]) -> None:
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        with writing():
            AtsDirectoryKey.objects.filter(entry__in=ids).delete()
            rows.filter(pk__in=ids).delete()
