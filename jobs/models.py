"""The positions that people are sourced for."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from pinsync.accounts.models import Organization


class JobQuerySet(models.QuerySet["Job"]):
    def of(self, organization: Organization) -> JobQuerySet:
        return self.filter(organization=organization)

    def live(self) -> JobQuerySet:
        return self.filter(archived_at=None)

    def matching(self, text: str) -> JobQuerySet:
        """Return those whose title, company or location holds every word of text."""
        found = self
        for word in text.split():
            found = found.filter(
                models.Q(title__icontains=word)
                | models.Q(client__icontains=word)
                | models.Q(location__icontains=word)
            )
        return found


class Job(models.Model):
    """A position; archived, never deleted, because exports refer to it."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="jobs", editable=False
    )
    title = models.CharField(max_length=200)
    client = models.CharField(
        "company", max_length=200, blank=True, help_text="Who is hiring."
    )
    location = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True, max_length=20_000)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        indexes = [
            # The list of an organization's jobs, newest change first.
            models.Index(
                fields=["organization", "-updated_at", "-id"], name="job_list"
            ),
        ]

    def __str__(self) -> str:
        return self.title
