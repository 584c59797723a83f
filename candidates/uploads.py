"""A file that was uploaded for an import, kept from its preview until it is confirmed."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from jobs.models import Job
from pinsync import clock
from pinsync.accounts.models import Organization, User

KEPT_FOR = 2 * 3600.0  # seconds from the upload to the confirmation


class CandidateImportQuerySet(models.QuerySet["CandidateImport"]):
    def of(self, organization: Organization, user: User) -> CandidateImportQuerySet:
        """Return the uploads that this person may go on with."""
        return self.filter(organization=organization, user=user)

    def forget_expired(self) -> int:
        """Empty the uploads that nobody has confirmed in time."""
        late = clock.now() - clock.period(KEPT_FOR)
        waiting = self.filter(data__isnull=False, created_at__lt=late)
        return waiting.update(data=None)


class CandidateImport(models.Model):
    """One uploaded file. The file goes as soon as it is imported or out of date; what
    remains says who imported how many people to which job."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="candidate_imports"
    )
    job = models.ForeignKey(Job, models.PROTECT, related_name="candidate_imports")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="candidate_imports",
    )
    file_name = models.CharField(max_length=200)
    data = models.BinaryField(null=True, editable=False)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    added = models.PositiveIntegerField(default=0, help_text="New candidates.")
    known = models.PositiveIntegerField(
        default=0, help_text="Candidates who were in PinSync already."
    )
    were_on_job = models.PositiveIntegerField(
        default=0, help_text="Those of them who were on the job already."
    )
    linked = models.PositiveIntegerField(
        default=0, help_text="People who came with their id in an ATS."
    )
    left_out = models.PositiveIntegerField(
        default=0, help_text="Rows with a problem that were left out."
    )

    objects = CandidateImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "CSV import"
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(data=None),
                name="candidate_import_forgets_its_file",
            ),
        ]
        indexes = [
            # Files that nobody has confirmed, to be emptied in time.
            models.Index(
                fields=["created_at"],
                condition=Q(data__isnull=False),
                name="candidate_import_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def kept_until(self) -> datetime:
        return self.created_at + clock.period(KEPT_FOR)

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    def finish(self, **counts: int) -> None:
        """Keep the numbers, forget the file."""
        for name, count in counts.items():
            setattr(self, name, count)
        self.data = None
        self.finished_at = clock.now()
        self.save()
