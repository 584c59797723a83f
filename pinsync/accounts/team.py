"""Who belongs to an organization, and what may never happen to its last administrator."""

from __future__ import annotations

from django.db import transaction

from .models import Membership, Organization


class LastAdministrator(Exception):
    """The change would leave the organization without an administrator."""

    def __init__(self, membership: Membership) -> None:
        self.sentence = (
            f"{membership.user} is the only administrator of "
            f"{membership.organization}. Make somebody else an administrator first."
        )
        super().__init__(self.sentence)


def change_role(membership: Membership, role: str) -> None:
    """Give the member another role; raises LastAdministrator."""
    with transaction.atomic():
        if role != Membership.Role.ADMIN:
            _keep_an_administrator(membership)
        membership.role = role
        membership.save(update_fields=["role"])


def remove(membership: Membership) -> None:
    """End the membership, not the person's account; raises LastAdministrator."""
    with transaction.atomic():
        _keep_an_administrator(membership)
        membership.delete()


def _keep_an_administrator(membership: Membership) -> None:
    # The lock makes two administrators who remove each other come one after the other.
    Organization.objects.select_for_update().get(pk=membership.organization_id)
    others = Membership.objects.filter(
        organization=membership.organization_id,
        role=Membership.Role.ADMIN,
        user__is_active=True,
    ).exclude(pk=membership.pk)
    if not others.exists():
        raise LastAdministrator(membership)
