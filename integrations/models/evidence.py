"""What the ledger knows: who is who there, what was sent, what was decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from candidates.models import Candidate

from .connections import AtsConnection
from .exports import GIVEN_UP, ExportStep


class AtsPersonQuerySet(models.QuerySet["AtsPerson"]):
    def of(self, step: ExportStep) -> AtsPerson | None:
        """Return who the step's candidate is in its ATS, if that is known."""
        return self.filter(
            connection_id=step.connection_id, candidate_id=step.candidate_id
        ).first()


class AtsPerson(models.Model):
    """Who a candidate is in one ATS. Two rows of one human may share a person."""

    class KnownBy(models.TextChoices):
        CREATED = "created", "Created by us"
        RECOVERED = "recovered", "Created by us, found again after an unclear answer"
        LINKED = "linked", "Was there already"
        DECIDED = "decided", "Linked by a recruiter"
        IMPORTED = "imported", "Imported with its id"

    # The indexes below begin with it.
    connection = models.ForeignKey(
        AtsConnection, models.PROTECT, related_name="people", db_index=False
    )
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="ats_people")
    person_id = models.CharField(max_length=200)
    url = models.CharField(max_length=1000, blank=True)
    known_by = models.CharField(max_length=10, choices=KnownBy)
    reason = models.CharField(
        max_length=300, blank=True, help_text="Which key matched which record."
    )
    known_at = models.DateTimeField()

    objects = AtsPersonQuerySet.as_manager()

    class Meta:
        verbose_name = "person in an ATS"
        verbose_name_plural = "people in ATSs"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "candidate"], name="ats_person_once"
            ),
        ]
        indexes = [
            # "Whose is this person?" Not unique: rows of one human share it.
            models.Index(fields=["connection", "person_id"], name="ats_person_by_id"),
            # How many people a connection has brought there.
            models.Index(
                fields=["connection"],
                condition=Q(known_by__in=["created", "recovered"]),
                name="ats_person_ours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate} is {self.person_id}"

    @property
    def is_ours(self) -> bool:
        """Return whether we created them, and so may send resume and notes."""
        return self.known_by in (self.KnownBy.CREATED, self.KnownBy.RECOVERED)

    @property
    def link(self) -> str:
        return self.url or self.connection.person_url(self.person_id)


class IdentityClaim(models.Model):
    """The lock that keeps two rows of one human from making two people.

    One per email and LinkedIn URL, taken in sorted order in the intent. Held while the
    outcome is open and for ever once the person is known. A job link holds one, too:
    two rows of one human share their place on the ATS job. Somebody who was imported
    with their id has no step: there the person holds it.
    """

    # The constraint below is the index of this.
    connection = models.ForeignKey(
        AtsConnection, models.PROTECT, related_name="claims", db_index=False
    )
    key = models.CharField(max_length=10)
    value = models.CharField(max_length=500)
    step = models.ForeignKey(
        ExportStep, models.PROTECT, null=True, blank=True, related_name="claims"
    )
    person = models.ForeignKey(
        AtsPerson, models.PROTECT, null=True, blank=True, related_name="claims"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "key", "value"], name="identity_claimed_once"
            ),
            models.CheckConstraint(
                condition=(
                    Q(step__isnull=False, person=None)
                    | Q(step=None, person__isnull=False)
                ),
                name="identity_claimed_by_step_or_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} claimed by {self.step or self.person}"

    @property
    def candidate(self) -> Candidate:
        holder = self.step or self.person
        assert holder is not None  # noqa: S101 (a check constraint)
        return holder.candidate

    @property
    def given_up_at(self) -> datetime | None:
        """Return when its step ended in doubt: they may be there, or may not."""
        if self.step is None or self.step.state not in GIVEN_UP:
            return None
        return self.step.updated_at


class ExportAttempt(models.Model):
    """One vendor write: written before it with what will be sent, completed after.

    Append-only. ``outcome`` empty: we do not know (the worker vanished).
    """

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        NOT_SENT = "not_sent", "Not sent"
        REFUSED = "refused", "Refused"
        UNCLEAR = "unclear", "Unclear"

    # The constraint below is the index of this.
    step = models.ForeignKey(
        ExportStep, models.PROTECT, related_name="attempts", db_index=False
    )
    number = models.PositiveIntegerField()
    looked_up_at = models.DateTimeField(
        null=True, blank=True, help_text="When the look-up before this write ended."
    )
    intent_at = models.DateTimeField()
    snapshot = models.JSONField(
        default=dict, blank=True, help_text="Exactly what was to be sent."
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    error_kind = models.CharField(max_length=20, blank=True)
    error = models.TextField(blank=True)
    person_id = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["step", "number"], name="attempt_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number} of step {self.step_id}"


class Decision(models.Model):
    """A question to the recruiter, and their answer: link, create anyway, skip.

    Open while ``choice`` is empty. ``shown`` holds the people of the ATS that were
    shown, each ``{person_id, name, email, linkedin, title, url, why}``.
    """

    class Choice(models.TextChoices):
        LINK = "link", "Link to this person"
        CREATE = "create", "Create anyway"
        REPEAT = "repeat", "Send again"
        DONE = "done", "It is there"
        SKIP = "skip", "Skip"

    step = models.ForeignKey(ExportStep, models.PROTECT, related_name="decisions")
    question = models.TextField()
    shown = models.JSONField(default=list, blank=True)
    allowed = models.JSONField(default=list, help_text="The choices offered.")
    settles_doubt = models.BooleanField(
        default=False, help_text="“Create” also means: an unclear write was not done."
    )
    asked_at = models.DateTimeField()
    choice = models.CharField(max_length=10, choices=Choice, blank=True)
    person_id = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["step"], condition=Q(choice=""), name="decision_one_open"
            ),
        ]

    def __str__(self) -> str:
        return self.question

    def shown_ids(self) -> list[str]:
        rows: list[dict[str, Any]] = self.shown
        return [row["person_id"] for row in rows]
