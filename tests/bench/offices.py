"""Many organizations, each connected to two ATSs, and one in trouble."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from integrations import models as ledger
from integrations.adapters import Choice, Trigger, vendors
from pinsync import clock
from pinsync.accounts.models import Membership, Organization, User

DAYS = 100
PARKED = 3  # the number of the organization whose credential was refused


class Office(NamedTuple):
    """An organization, who works there, and its two ATSs."""

    organization: Organization
    user: User
    a: ledger.AtsConnection
    b: ledger.AtsConnection

    @property
    def trigger(self) -> Trigger:
        offered = self.a.adapter_class.triggers
        return Trigger.ADDED if Trigger.ADDED in offered else Trigger.CONTACT_FOUND


def open_offices(number: int) -> list[Office]:
    """Connect each organization to two ATSs; every tenth had another one before."""
    slugs = sorted(vendors())
    rows = []
    for n, (organization, user) in enumerate(_organizations(number)):
        turn = [slugs[(n + k) % len(slugs)] for k in range(3)]
        a, b = (_connect(organization, vendor, user) for vendor in turn[:2])
        if n % 10 == 0:
            _end(_connect(organization, turn[2], user))
        rows.append(Office(organization, user, a, b))
    ledger.AtsConnection.objects.filter(pk=rows[PARKED].a.pk).update(
        state=ledger.AtsConnection.State.PARKED, parked_at=clock.now()
    )
    return rows


def _organizations(number: int) -> Iterator[tuple[Organization, User]]:
    organizations = Organization.objects.bulk_create(
        Organization(name=f"Office {n}", slug=f"office-{n}") for n in range(number)
    )
    users = User.objects.bulk_create(
        User(email=f"alice.{n}@office.example", name="Alice Moore", password="!")
        for n in range(number)
    )
    Membership.objects.bulk_create(
        Membership(user=user, organization=row, role=Membership.Role.ADMIN)
        for user, row in zip(users, organizations, strict=True)
    )
    return zip(organizations, users, strict=True)


def _connect(
    organization: Organization, vendor: str, user: User
) -> ledger.AtsConnection:
    now = clock.now()
    row = ledger.AtsConnection.objects.create(
        organization=organization,
        vendor=vendor,
        connected_by=user,
        connected_at=now - timedelta(days=2 * DAYS),
        last_proven_at=now,
    )
    fields = row.adapter_class.credentials_fields
    row.set_credentials({field.name: _value(field) for field in fields})
    row.save()
    if row.adapter_class.lists_people:
        later = now + timedelta(days=1)
        ledger.AtsDirectoryPull.objects.create(connection=row, due_at=later)
    return row


def _value(field: Any) -> str:
    if isinstance(field, Choice):
        return str(field.choices[0][0])
    return str(getattr(field, "default", "")) or "not-a-secret"


def _end(row: ledger.AtsConnection) -> None:
    ledger.AtsDirectoryPull.objects.filter(connection=row).delete()
    row.state, row.credentials = row.State.DISCONNECTED, ""
    row.disconnected_at = row.connected_at
    row.save()
