"""The look for duplicates on adding to outreach: wanted, and what was found."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q

from candidates.models import Candidate
from jobs.models import Job

from .connections import AtsConnection
from .evidence import AtsPerson
from .exports import ExportStep


class DuplicateCheckQuerySet(models.QuerySet["DuplicateCheck"]):
    def of_strangers(self) -> DuplicateCheckQuerySet:
        """Leave out those whose person is known: that says more than any check."""
        return self.filter(~Exists(_known()))

    def outlived(self, before: datetime) -> DuplicateCheckQuerySet:
        """Return those nobody needs: known by now, let go of, or old."""
        ended = Q(connection__state=AtsConnection.State.DISCONNECTED)
        old = Q(checked_at__lt=before) & ~Q(state=DuplicateCheck.State.WANTED)
        return self.filter(Exists(_known()) | ended | old)

    def due(self, now: datetime) -> DuplicateCheckQuerySet:
        """Return those that may be carried out now: no export there is due or at work."""
        quiet = AtsConnection.objects.usable(now).exclude(leased_until__gt=now)
        steps = ExportStep.objects.due(now)
        return self.of_strangers().filter(
            Exists(quiet.filter(pk=OuterRef("connection_id"))),
            ~Exists(steps.filter(connection_id=OuterRef("connection_id"))),
            state=DuplicateCheck.State.WANTED,
            not_before__lte=now,
        )


def _known() -> models.QuerySet[AtsPerson]:
    return AtsPerson.objects.filter(
        connection_id=OuterRef("connection_id"), candidate_id=OuterRef("candidate_id")
    )


class DuplicateCheck(models.Model):
    """Whether a candidate is in an ATS already, asked on adding them to outreach.

    For people to read: nothing rests on it, an export looks again. ``matches`` and
    ``hint`` hold rows as ``Decision.shown`` does, with ``keys`` and ``name_differs``.
    """

    class State(models.TextChoices):
        WANTED = "wanted", "Wanted"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    class Answer(models.TextChoices):
        NOBODY = "nobody", "Nobody"
        LINK = "link", "The same person"
        ASK = "ask", "Needs a decision"
        UNASKED = "unasked", "Nothing to look for by"

    connection = models.ForeignKey(
        AtsConnection, models.CASCADE, related_name="duplicate_checks"
    )
    candidate = models.ForeignKey(
        Candidate, models.CASCADE, related_name="duplicate_checks"
    )
    job = models.ForeignKey(
        Job, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WANTED)
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    matches = models.JSONField(
        default=list, blank=True, help_text="Which key matched which record."
    )
    hint = models.JSONField(
        default=list, blank=True, help_text="Alike in what decides nothing here."
    )
    details = models.CharField(
        max_length=64, blank=True, help_text="Digest of what was looked for."
    )
    # A claim moves it to where the claim lapses; so it is also the claim's token.
    not_before = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True, help_text="The sentence shown to people.")

    objects = DuplicateCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "candidate"], name="duplicate_check_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["wanted", "done", "failed"]),
                name="duplicate_check_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(answer__in=["nobody", "link", "ask", "unasked"]),
                name="duplicate_check_done_has_an_answer",
            ),
        ]
        indexes = [
            # The dispatcher looks for due ones every second.
            models.Index(
                fields=["not_before"],
                condition=Q(state="wanted"),
                name="duplicate_check_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate} in {self.connection}: {self.get_state_display()}"
