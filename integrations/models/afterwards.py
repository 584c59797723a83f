"""What is still owed after the fact: later looks at the unclear, mails to admins."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from pinsync.accounts.models import Organization

from .connections import AtsConnection
from .exports import ExportStep


class LaterLookQuerySet(models.QuerySet["LaterLook"]):
    def due(self, now: datetime) -> LaterLookQuerySet:
        """Return those that may be taken now."""
        usable = AtsConnection.objects.usable(now)
        return self.filter(due_at__lte=now, step__connection__in=usable)

    def twice(self) -> LaterLookQuerySet:
        """Return those that found somebody twice, as long as nobody has seen to it."""
        return self.filter(twice_at__isnull=False, seen_to_at=None)

    def of(self, organization: Organization) -> LaterLookQuerySet:
        return self.filter(step__connection__organization=organization)


class LaterLook(models.Model):
    """Two later looks, read-only, at a write that was ever unclear.

    A vendor that commits or indexes later than its allowance can make two people of one:
    nothing we do prevents it, so it is found and told. ``found`` holds rows as
    ``Decision.shown`` does: everybody there who is our person, where that is not one.
    """

    step = models.OneToOneField(
        ExportStep, models.CASCADE, related_name="later_look", primary_key=True
    )
    looks = models.PositiveSmallIntegerField(default=0, help_text="Taken so far.")
    # A claim moves it to where the claim lapses; so it is also the claim's token.
    due_at = models.DateTimeField(null=True, blank=True)
    unclear_at = models.DateTimeField(help_text="When the last write was unclear.")
    tries = models.PositiveSmallIntegerField(default=0)
    looked_at = models.DateTimeField(null=True, blank=True)
    found = models.JSONField(default=list, blank=True)
    twice_at = models.DateTimeField(null=True, blank=True)
    seen_to_at = models.DateTimeField(null=True, blank=True)
    seen_to_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = LaterLookQuerySet.as_manager()

    class Meta:
        verbose_name = "later look"
        ordering = [F("looked_at").desc(nulls_last=True), "pk"]
        indexes = [
            # The dispatcher looks for due ones every second.
            models.Index(
                fields=["due_at"],
                condition=Q(due_at__isnull=False),
                name="later_look_due",
            ),
            # The banner on every page of an administrator.
            models.Index(
                fields=["twice_at"],
                condition=Q(twice_at__isnull=False, seen_to_at=None),
                name="later_look_twice",
            ),
        ]

    def __str__(self) -> str:
        return f"Later look at step {self.step_id}"


class ConnectionMail(models.Model):
    """The last mail about a connection: one a day at most."""

    connection = models.OneToOneField(
        AtsConnection, models.CASCADE, related_name="mail", primary_key=True
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField()

    class Meta:
        verbose_name = "mail about a connection"
        verbose_name_plural = "mails about connections"

    def __str__(self) -> str:
        return f"Mail about {self.connection}"
