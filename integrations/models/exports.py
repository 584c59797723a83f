"""The export ledger: what is wished, and every write that it takes."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from candidates.models import Candidate, OutreachEvent
from jobs.models import Job
from pinsync.accounts.models import Organization

from .connections import AtsConnection


class ExportQuerySet(models.QuerySet["Export"]):
    def of(self, organization: Organization) -> ExportQuerySet:
        return self.filter(organization=organization)

    def of_step(self, step: ExportStep) -> ExportQuerySet:
        """Return the person's exports there that are not cancelled."""
        return self.filter(
            connection_id=step.connection_id, candidate_id=step.candidate_id
        ).exclude(state=Export.State.CANCELLED)

    def live(self) -> ExportQuerySet:
        """Return those that are neither cancelled nor finished."""
        return self.exclude(state__in=[Export.State.CANCELLED, Export.State.SENT])


class Export(models.Model):
    """The wish that a candidate be in a connection, on an ATS job or on none.

    Its state is derived from the steps (``states.derive``).
    """

    class Origin(models.TextChoices):
        TRIGGER = "trigger", "Trigger"
        BUTTON = "button", "Export to ATS"
        BULK = "bulk", "Bulk export"
        API = "api", "API"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        EXPORTING = "exporting", "Exporting"
        NEEDS_YOU = "needs_you", "Needs you"
        FAILED = "failed", "Failed"
        SENT = "sent", "Sent"
        CANCELLED = "cancelled", "Cancelled"

    # The indexes below begin with these three: none of them needs one of its own.
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="exports", db_index=False
    )
    connection = models.ForeignKey(
        AtsConnection, models.PROTECT, related_name="exports", db_index=False
    )
    candidate = models.ForeignKey(
        Candidate, models.PROTECT, related_name="exports", db_index=False
    )
    job = models.ForeignKey(
        Job, models.PROTECT, null=True, blank=True, related_name="exports"
    )
    ats_job_id = models.CharField(max_length=200, blank=True)
    ats_job_name = models.CharField(max_length=300, blank=True)
    origin = models.CharField(max_length=10, choices=Origin)
    event = models.ForeignKey(
        OutreachEvent,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="exports",
        help_text="What triggered it.",
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    cancel_reason = models.CharField(max_length=300, blank=True)
    requested_at = models.DateTimeField()
    in_ats_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "candidate", "ats_job_id"],
                name="export_once_per_ats_job",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "waiting",
                        "exporting",
                        "needs_you",
                        "failed",
                        "sent",
                        "cancelled",
                    ]
                ),
                name="export_state_known",
            ),
        ]
        indexes = [
            # The Exports page: an organization's rows, newest first, and by state.
            models.Index(
                fields=["organization", "-requested_at", "-id"], name="export_newest"
            ),
            models.Index(
                fields=["organization", "state", "-requested_at"], name="export_list"
            ),
            # Counting by state, for the page's numbers and for Prometheus.
            models.Index(fields=["connection", "state"], name="export_by_state"),
            # How many were sent today, and how long the latest ones took.
            models.Index(
                fields=["connection", "-in_ats_at"],
                condition=Q(in_ats_at__isnull=False),
                name="export_in_ats",
            ),
            # The dispatcher derives anew what has been open for long.
            models.Index(
                fields=["id"],
                condition=Q(state__in=["waiting", "exporting"]),
                name="export_open",
            ),
            # The badges of a page and the derived states.
            models.Index(fields=["candidate", "connection"], name="export_badge"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate} → {self.connection}"

    @property
    def by_hand(self) -> bool:
        return self.origin != self.Origin.TRIGGER

    def steps(self) -> ExportStepQuerySet:
        """Return the person's own steps and the job link of this export."""
        return ExportStep.objects.filter(
            connection_id=self.connection_id, candidate_id=self.candidate_id
        ).filter(Q(ats_job_id="") | Q(ats_job_id=self.ats_job_id))

    def lock(self) -> None:
        """Lock every step of the person there, and read what others may have changed.

        The candidate is locked before (``CandidateQuerySet.lock``).
        """
        ExportStep.objects.filter(
            connection_id=self.connection_id, candidate_id=self.candidate_id
        ).lock()
        self.refresh_from_db(
            fields=[
                *("state", "cancel_reason", "ats_job_id", "ats_job_name"),
                *("origin", "job_id", "event_id", "requested_by_id"),
            ]
        )

    def is_unsent(self) -> bool:
        """Return whether nothing of the export has gone out or is on its way."""
        Kind = ExportStep.Kind
        mine = self.steps()
        if mine.open_outcome().exists():
            return False
        own = Kind.JOB_LINK if self.ats_job_id else Kind.PERSON
        return mine.unsent().filter(kind=own).exists()


class ExportStepQuerySet(models.QuerySet["ExportStep"]):
    def due(self, now: datetime) -> ExportStepQuerySet:
        """Return the steps that may be worked at this moment."""
        return self.filter(
            state__in=[ExportStep.State.READY, ExportStep.State.UNCERTAIN],
            not_before__lte=now,
        )

    def unsent(self) -> ExportStepQuerySet:
        """Return those of which nothing has gone out, or only what came to nothing."""
        State = ExportStep.State
        clear = Q(state__in=[State.ASKING, State.FAILED], ever_unclear=False)
        return self.filter(clear | Q(state=State.READY))

    def lock(self) -> None:
        """Let no worker begin or end any of them before the transaction ends.

        In the order in which workers end them: the person first, then what follows.
        """
        list(self.order_by("pk").select_for_update(no_key=True).values_list("pk"))

    def open_outcome(self) -> ExportStepQuerySet:
        """Return those that may have been carried out without our knowing."""
        State = ExportStep.State
        return self.filter(
            Q(state__in=[State.SENDING, State.UNCERTAIN])
            | Q(state=State.ASKING, ever_unclear=True)
        )


class ExportStep(models.Model):
    """One write to the vendor: the person, their resume, a note, or a job link.

    ``not_before`` empty: it waits for something other than time (the person, the PDF, a
    reconnect). Safety rests on this row's ``state`` and ``attempt`` alone.
    """

    class Kind(models.TextChoices):
        PERSON = "person", "Person"
        JOB_LINK = "job_link", "Job"
        RESUME = "resume", "Resume"
        NOTE = "note", "Note"

    class State(models.TextChoices):
        READY = "ready", "Ready"
        SENDING = "sending", "Sending"
        UNCERTAIN = "uncertain", "Unclear"
        ASKING = "asking", "Needs a decision"
        DONE = "done", "Done"
        SKIPPED = "skipped", "Skipped"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    # ``step_once`` and ``step_person`` begin with these.
    connection = models.ForeignKey(
        AtsConnection, models.PROTECT, related_name="steps", db_index=False
    )
    candidate = models.ForeignKey(
        Candidate, models.PROTECT, related_name="steps", db_index=False
    )
    kind = models.CharField(max_length=10, choices=Kind)
    ats_job_id = models.CharField(max_length=200, blank=True)
    export = models.ForeignKey(
        Export,
        models.PROTECT,
        related_name="first_steps",
        help_text="The export that first wanted it.",
    )
    state = models.CharField(max_length=10, choices=State, default=State.READY)
    urgent = models.BooleanField(default=False, help_text="Asked for by hand.")
    attempt = models.PositiveIntegerField(default=0)
    tries = models.PositiveIntegerField(
        default=0, help_text="Failures that count towards giving up."
    )
    not_before = models.DateTimeField(null=True, blank=True)
    intent_at = models.DateTimeField(null=True, blank=True)
    absences = models.PositiveSmallIntegerField(
        default=0, help_text="Times it was not found after the present unclear write."
    )
    repeats = models.PositiveSmallIntegerField(
        default=0, help_text="Times it was sent again after an unclear write."
    )
    rejection = models.TextField(
        blank=True, help_text="Why it failed, if the unclear write turns out not done."
    )
    error_kind = models.CharField(max_length=20, blank=True)
    error = models.TextField(blank=True, help_text="The sentence shown to people.")
    excerpt = models.TextField(
        blank=True, help_text="A redacted piece of a reply that was not understood."
    )
    excerpt_at = models.DateTimeField(null=True, blank=True)
    ever_unclear = models.BooleanField(default=False)
    pruned = models.PositiveIntegerField(
        default=0, help_text="Attempts that were deleted after their time."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ExportStepQuerySet.as_manager()

    class Meta:
        verbose_name = "step"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "candidate", "kind", "ats_job_id"],
                name="step_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "ready",
                        "sending",
                        "uncertain",
                        "asking",
                        "done",
                        "skipped",
                        "failed",
                        "cancelled",
                    ]
                ),
                name="step_state_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["person", "job_link", "resume", "note"]),
                name="step_kind_known",
            ),
            # Person, resume and note exist once per person and connection.
            models.CheckConstraint(
                condition=(
                    (Q(kind="job_link") & ~Q(ats_job_id=""))
                    | (~Q(kind="job_link") & Q(ats_job_id=""))
                ),
                name="step_job_link_has_a_job",
            ),
            # What may have gone out has the moment from which it settles.
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "uncertain"])
                | Q(intent_at__isnull=False),
                name="step_sent_has_an_intent",
            ),
        ]
        indexes = [
            # The drainer picks due steps of a connection: by hand first, oldest first.
            models.Index(
                fields=["connection", "-urgent", "not_before"],
                condition=Q(state__in=["ready", "uncertain"], not_before__isnull=False),
                name="step_due",
            ),
            # The dispatcher looks whether what waits for a person was forgotten.
            models.Index(
                fields=["connection", "candidate", "id"],
                condition=(
                    Q(state="ready", not_before__isnull=True, error_kind="")
                    & ~Q(kind="person")
                ),
                name="step_waiting",
            ),
            # "Retry all that failed for the same cause".
            models.Index(
                fields=["connection"], condition=Q(state="failed"), name="step_failed"
            ),
            # The dispatcher sweeps for vanished workers.
            models.Index(
                fields=["intent_at"], condition=Q(state="sending"), name="step_sending"
            ),
            # Excerpts that are to be emptied in time; there are few.
            models.Index(
                fields=["excerpt_at"],
                condition=Q(excerpt_at__isnull=False),
                name="step_excerpt",
            ),
            # All steps of one person, for the derived state and the badge.
            models.Index(fields=["candidate", "connection"], name="step_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.candidate}"


FINISHED = (
    ExportStep.State.DONE,
    ExportStep.State.SKIPPED,
    ExportStep.State.FAILED,
    ExportStep.State.CANCELLED,
)

# Ended without anybody's finding out: who was in doubt then may be there all the same.
GIVEN_UP = (ExportStep.State.SKIPPED, ExportStep.State.CANCELLED)
