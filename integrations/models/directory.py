"""Who is in an ATS, candidate of ours or not: an index that a background pull keeps.

It serves the search filter and a hint. It never links anybody and blocks no export: only
a fresh look-up does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from candidates.models import Candidate
from candidates.search import searchable

from ..adapters import Key
from .connections import AtsConnection
from .evidence import AtsPerson

if TYPE_CHECKING:
    from pinsync.accounts.models import Organization


class AtsDirectoryEntryQuerySet(models.QuerySet["AtsDirectoryEntry"]):
    def of(self, organization: Organization) -> AtsDirectoryEntryQuerySet:
        return self.filter(connection__organization=organization)

    def matching(self, text: str) -> AtsDirectoryEntryQuerySet:
        """Return those whose name or email holds every word of the text."""
        found = self
        for word in searchable(text).split():
            found = found.filter(search__contains=word)
        return found

    def only_there(self, connection: AtsConnection) -> AtsDirectoryEntryQuerySet:
        """Return the people of the connection who are no candidates of ours."""
        linked = AtsPerson.objects.filter(
            connection=connection, person_id=OuterRef("person_id")
        )
        ours = Candidate.objects.filter(organization=connection.organization_id)
        keys = AtsDirectoryKey.objects.filter(entry=OuterRef("pk"))
        by_email = keys.filter(
            Exists(ours.filter(email=OuterRef("value"))), key=Key.EMAIL.value
        )
        by_linkedin = keys.filter(
            Exists(ours.filter(linkedin_key=OuterRef("value"))),
            key=Key.LINKEDIN.value,
        )
        return self.filter(
            ~Exists(linked),
            ~Exists(by_email),
            ~Exists(by_linkedin),
            connection=connection,
        )


class AtsDirectoryEntry(models.Model):
    """A person of an ATS as its list showed them: who they are, and nothing more."""

    # The constraint below is the index of this.
    connection = models.ForeignKey(
        AtsConnection,
        models.CASCADE,
        related_name="directory_entries",
        db_index=False,
    )
    person_id = models.CharField(max_length=200)
    name = models.CharField(max_length=300, blank=True)
    email = models.CharField(
        max_length=254, blank=True, help_text="The first one; others are keys only."
    )
    linkedin = models.CharField(
        max_length=500, blank=True, help_text="Where the ATS lists it with people."
    )
    url = models.CharField(max_length=1000, blank=True)
    search = models.TextField(blank=True, editable=False)
    seen_in = models.PositiveIntegerField(
        help_text="The number of the last pull that saw this person."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AtsDirectoryEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "person in a directory"
        verbose_name_plural = "people in directories"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "person_id"], name="directory_entry_once"
            ),
        ]
        indexes = [
            # "Who is only there?", newest first, without page numbers.
            models.Index(
                fields=["connection", "-created_at", "-id"], name="directory_newest"
            ),
            # Sweeping those whom a pull of everybody did not see.
            models.Index(fields=["connection", "seen_in"], name="directory_seen"),
        ]

    def __str__(self) -> str:
        return self.name or self.person_id

    @property
    def link(self) -> str:
        return self.url or self.connection.person_url(self.person_id)


class AtsDirectoryKey(models.Model):
    """An email or LinkedIn profile of somebody in an ATS, as ``matching`` compares it."""

    connection = models.ForeignKey(
        AtsConnection, models.CASCADE, related_name="+", db_index=False
    )
    entry = models.ForeignKey(
        AtsDirectoryEntry, models.CASCADE, related_name="keys", db_index=False
    )
    key = models.CharField(max_length=10)
    value = models.CharField(max_length=500)

    class Meta:
        verbose_name = "key of a person in a directory"
        verbose_name_plural = "keys of people in directories"
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "key", "value"], name="directory_key_once"
            ),
            models.CheckConstraint(
                condition=Q(key__in=["email", "linkedin"]) & ~Q(value=""),
                name="directory_key_known",
            ),
        ]
        indexes = [
            # "Is this candidate in that ATS?": one probe per key of the candidate.
            models.Index(fields=["connection", "key", "value"], name="directory_key"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.entry_id}"


class AtsDirectoryPull(models.Model):
    """How far the directory of a connection is read, and when it goes on.

    ``began_at`` empty: no pull is under way, and ``cursor`` is where the next begins.
    One process at a time reads: the lease is part of every change it makes.
    """

    connection = models.OneToOneField(
        AtsConnection, models.CASCADE, related_name="directory"
    )
    number = models.PositiveIntegerField(
        default=0, help_text="Of this or the last pull."
    )
    cursor = models.TextField(blank=True, help_text="Empty: from the beginning.")
    is_full = models.BooleanField(
        default=True, help_text="It lists everybody: who is not seen has left."
    )
    began_at = models.DateTimeField(null=True, blank=True)
    read = models.PositiveIntegerField(default=0, help_text="People, in this pull.")
    finished_at = models.DateTimeField(null=True, blank=True)
    full_at = models.DateTimeField(
        null=True, blank=True, help_text="When everybody was last listed to the end."
    )
    people = models.PositiveIntegerField(
        default=0, help_text="How many are there, counted at the end of the last pull."
    )
    due_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0, help_text="Failures in a row.")
    trouble = models.TextField(blank=True, help_text="The sentence shown to people.")
    leased_by = models.CharField(max_length=64, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "directory of an ATS"
        verbose_name_plural = "directories of ATSs"

    def __str__(self) -> str:
        return f"Directory of {self.connection}"

    @property
    def is_complete(self) -> bool:
        """Return whether everybody has been listed once."""
        return self.full_at is not None
