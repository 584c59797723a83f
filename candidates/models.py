"""People, what they did, and how far the outreach of a job has got with them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models, transaction
from django.utils import timezone

from jobs.models import Job
from pinsync import clock
from pinsync.accounts.models import Organization

from .events import outreach_recorded
from .identity import linkedin_key
from .search import searchable
from .uploads import CandidateImport as CandidateImport

if TYPE_CHECKING:
    from pinsync.accounts.models import User


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def of(self, organization: Organization) -> CandidateQuerySet:
        return self.filter(organization=organization)

    def live(self) -> CandidateQuerySet:
        return self.filter(archived_at=None)

    def lock(self) -> None:
        """Let nobody else change these people until the transaction ends.

        Nor record what happened to them, nor change what is wanted for them: whoever
        does takes this lock, before any other of theirs. Workers need none.
        """
        rows = self.order_by("pk").select_for_update(no_key=True, of=("self",))
        list(rows.values_list("pk"))

    def matching(self, text: str) -> CandidateQuerySet:
        """Return those whose name, email, title or company holds every word of text."""
        found = self
        for word in searchable(text).split():
            found = found.filter(search__contains=word)
        return found


class Candidate(models.Model):
    """A person; archived, never deleted, because exports refer to them."""

    class Source(models.TextChoices):
        SOURCED = "sourced", "Sourced"
        CSV = "csv", "Imported from CSV"
        ATS = "ats", "Imported from an ATS"

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="candidates", editable=False
    )
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=50, blank=True)
    linkedin_url = models.CharField(
        "LinkedIn URL",
        max_length=500,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
    )
    city = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=120, blank=True)
    headline = models.CharField(max_length=300, blank=True)
    summary = models.TextField(max_length=10_000, blank=True)
    current_title = models.CharField(max_length=200, blank=True)
    current_company = models.CharField(max_length=200, blank=True)
    skills = models.TextField(
        max_length=2_000, blank=True, help_text="Separated by commas."
    )
    source = models.CharField(max_length=10, choices=Source, default=Source.SOURCED)
    sourced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="sourced_candidates",
    )
    search = models.TextField(editable=False, default="")
    # Of any spelling of the profile's URL; "" where it is none.
    linkedin_key = models.CharField(
        max_length=500, blank=True, editable=False, default=""
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(first_name="", last_name=""),
                name="candidate_has_a_name",
                violation_error_message="Enter a first name or a last name.",
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=["sourced", "csv", "ats"]),
                name="candidate_source_known",
            ),
        ]
        indexes = [
            # Lists and keyset paging, newest change first.
            models.Index(
                fields=["organization", "-updated_at", "-id"], name="candidate_list"
            ),
            # "Is this person in PinSync already?" by email, by LinkedIn profile.
            models.Index(fields=["organization", "email"], name="candidate_email"),
            models.Index(
                fields=["organization", "linkedin_key"], name="candidate_linkedin"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)

    @property
    def location(self) -> str:
        return ", ".join(part for part in (self.city, self.state, self.country) if part)

    @property
    def position(self) -> str:
        """Return “Controls Engineer at Acme”, or what is known of it."""
        return " at ".join(p for p in (self.current_title, self.current_company) if p)

    @property
    def skill_list(self) -> list[str]:
        return [skill.strip() for skill in self.skills.split(",") if skill.strip()]

    @property
    def has_contact(self) -> bool:
        return bool(self.email or self.phone)

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    def fold(self) -> None:
        """Derive what searches and comparisons read."""
        self.email = self.email.strip().lower()
        self.search = searchable(
            self.first_name,
            self.last_name,
            self.email,
            self.current_title,
            self.current_company,
        )
        self.linkedin_key = linkedin_key(self.linkedin_url)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and record “contact information is found” where that is news."""
        self.fold()
        if kwargs.get("update_fields") is not None:
            derived = {"search", "linkedin_key", "updated_at"}
            kwargs["update_fields"] = {*kwargs["update_fields"], *derived}
        with transaction.atomic():
            super().save(*args, **kwargs)
            if self.has_contact:
                self._announce_contact()

    def _announce_contact(self) -> None:
        self.job_candidates.waiting_for_contact().record(Kind.CONTACT_FOUND)


class Experience(models.Model):
    """A role the person had; ``end`` empty means they are still there."""

    candidate = models.ForeignKey(
        Candidate, models.CASCADE, related_name="experiences", editable=False
    )
    title = models.CharField(max_length=200)
    company = models.CharField(max_length=200, blank=True)
    location = models.CharField(max_length=200, blank=True)
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True)
    description = models.TextField(max_length=5_000, blank=True)

    class Meta:
        ordering = [
            models.F("end").desc(nulls_first=True),
            models.F("start").desc(nulls_last=True),
            "id",
        ]

    def __str__(self) -> str:
        return " at ".join(part for part in (self.title, self.company) if part)


class Education(models.Model):
    """A school the person went to; years, because that is what people state."""

    candidate = models.ForeignKey(
        Candidate, models.CASCADE, related_name="education", editable=False
    )
    school = models.CharField(max_length=200)
    degree = models.CharField(max_length=200, blank=True)
    field = models.CharField("field of study", max_length=200, blank=True)
    start_year = models.PositiveSmallIntegerField(null=True, blank=True)
    end_year = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "education"
        ordering = [models.F("end_year").desc(nulls_first=True), "id"]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.degree, self.school) if part)


class JobCandidateQuerySet(models.QuerySet["JobCandidate"]):
    def of(self, organization: Organization) -> JobCandidateQuerySet:
        return self.filter(job__organization=organization)

    def in_outreach(self) -> JobCandidateQuerySet:
        return self.filter(added_to_outreach_at__isnull=False)

    def waiting_for_contact(self) -> JobCandidateQuerySet:
        """Return those in outreach whose contact information has not been found."""
        return self.in_outreach().filter(contact_found_at=None)

    def announce_contacts(self) -> int:
        """Record “contact information is found” for those of whom nobody was told."""
        waiting = self.waiting_for_contact()
        found = ~models.Q(candidate__email="", candidate__phone="")
        with transaction.atomic():
            Candidate.objects.filter(pk__in=waiting.values("candidate_id")).lock()
            return waiting.filter(found).record(Kind.CONTACT_FOUND)

    def record(
        self,
        kind: OutreachEvent.Kind,
        *,
        occurred_at: datetime | None = None,
        by: User | None = None,
    ) -> int:
        """Record the event for each row, all or none; return how many it was news to."""
        with transaction.atomic():
            return sum(
                row.record(kind, occurred_at=occurred_at, by=by)
                # In one order, whoever records: each locks the candidate and the row.
                for row in self.select_related("job").order_by("candidate_id", "pk")
            )


class JobCandidate(models.Model):
    """A person on a job, with the time of each step of the outreach.

    The ``*_at`` columns of the outreach change only through ``record()``.
    """

    job = models.ForeignKey(Job, models.PROTECT, related_name="job_candidates")
    candidate = models.ForeignKey(
        Candidate, models.PROTECT, related_name="job_candidates"
    )
    added_to_outreach_at = models.DateTimeField(null=True, blank=True, editable=False)
    contact_found_at = models.DateTimeField(null=True, blank=True, editable=False)
    first_message_at = models.DateTimeField(null=True, blank=True, editable=False)
    replied_at = models.DateTimeField(null=True, blank=True, editable=False)
    interested_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = JobCandidateQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "candidate on a job"
        verbose_name_plural = "candidates on jobs"
        constraints = [
            models.UniqueConstraint(
                fields=["job", "candidate"], name="job_candidate_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate} on {self.job}"

    @property
    def is_archived(self) -> bool:
        """Return whether the job is over, or the person put away."""
        return bool(self.job.archived_at or self.candidate.archived_at)

    @property
    def in_outreach(self) -> bool:
        return self.added_to_outreach_at is not None

    @property
    def outreach_state(self) -> str:
        """Return the furthest rung as the words a recruiter uses."""
        for kind in reversed(LADDER):
            if getattr(self, FACTS[kind]):
                return OUTREACH_STATES[kind]
        return "Not in outreach"

    def record(
        self,
        kind: OutreachEvent.Kind,
        *,
        occurred_at: datetime | None = None,
        by: User | None = None,
    ) -> bool:
        """Store the event, set the facts it gives, and announce the rungs reached.

        One transaction: a listener's error rolls all of it back. A later rung gives its
        own time to earlier ones that have none. Idempotent: returns False, and stores
        nothing, when the rung had been reached before, or the job or the person is
        archived: nobody goes to an ATS from there.
        """
        with transaction.atomic():
            # First the candidate, as whoever saves a contact does: one of us sees the
            # other, and “contact information is found” is missed by neither.
            candidates = Candidate.objects.select_for_update(no_key=True)
            candidate = candidates.get(pk=self.candidate_id)
            rows = JobCandidate.objects.select_for_update(of=("self",))
            row = rows.select_related("job").get(pk=self.pk)
            row.candidate = candidate
            if row.is_archived:
                return False
            # Only now: a setting that changed while we waited counts from before this.
            recorded_at = clock.now()
            occurred_at = min(occurred_at or recorded_at, recorded_at)
            reached = _newly_reached(row, kind)
            if not reached:
                return False
            if _finds_contact(row, reached):
                reached.append(OutreachEvent.Kind.CONTACT_FOUND)
            facts = {FACTS[rung]: occurred_at for rung in reached}
            JobCandidate.objects.filter(pk=row.pk).update(**facts)
            events = [
                OutreachEvent.objects.create(
                    job_candidate=row,
                    kind=rung,
                    occurred_at=occurred_at,
                    recorded_at=recorded_at,
                    implied=rung != kind,
                    by=by,
                )
                for rung in reached
            ]
            for name, value in facts.items():
                setattr(self, name, value)
            outreach_recorded.send(
                sender=JobCandidate, job_candidate=row, events=events
            )
        return True


class OutreachEvent(models.Model):
    """What happened in the outreach, when it happened and when we heard of it."""

    class Kind(models.TextChoices):
        ADDED = "added", "Added to outreach"
        CONTACT_FOUND = "contact_found", "Contact information found"
        FIRST_MESSAGE = "first_message", "First message sent"
        REPLIED = "replied", "Replied"
        INTERESTED = "interested", "Replied and interested"

    job_candidate = models.ForeignKey(
        JobCandidate, models.PROTECT, related_name="events"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    implied = models.BooleanField(
        default=False, help_text="Follows from another event of the same moment."
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            # Each rung is reached once.
            models.UniqueConstraint(
                fields=["job_candidate", "kind"], name="outreach_event_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "added",
                        "contact_found",
                        "first_message",
                        "replied",
                        "interested",
                    ]
                ),
                name="outreach_event_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.job_candidate}"


Kind = OutreachEvent.Kind

# The ladder of the outreach; “contact found” is not a rung of it.
LADDER = (Kind.ADDED, Kind.FIRST_MESSAGE, Kind.REPLIED, Kind.INTERESTED)
FACTS = {
    Kind.ADDED: "added_to_outreach_at",
    Kind.CONTACT_FOUND: "contact_found_at",
    Kind.FIRST_MESSAGE: "first_message_at",
    Kind.REPLIED: "replied_at",
    Kind.INTERESTED: "interested_at",
}
OUTREACH_STATES = {
    Kind.ADDED: "In outreach",
    Kind.FIRST_MESSAGE: "Messaged",
    Kind.REPLIED: "Replied",
    Kind.INTERESTED: "Interested",
}


def _newly_reached(row: JobCandidate, kind: Kind) -> list[Kind]:
    on_ladder = kind in LADDER
    rungs = LADDER[: LADDER.index(kind) + 1] if on_ladder else (kind,)
    if getattr(row, FACTS[kind]):
        return []
    return [rung for rung in rungs if not getattr(row, FACTS[rung])]


def _finds_contact(row: JobCandidate, reached: list[Kind]) -> bool:
    return (
        Kind.ADDED in reached
        and row.contact_found_at is None
        and row.candidate.has_contact
    )


class ResumeDocument(models.Model):
    """The resume made of one state of a candidate: at first a request, then the PDF.

    Unique on candidate, digest of the data and template version, so that every export
    and every retry of the same data sends the same bytes.
    """

    class State(models.TextChoices):
        WANTED = "wanted", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Could not be made"

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="resumes")
    digest = models.CharField(max_length=64)
    template_version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.WANTED)
    pdf = models.BinaryField(null=True, blank=True, editable=False)
    file_name = models.CharField(max_length=120)
    pages = models.PositiveSmallIntegerField(null=True, blank=True)
    notes = models.TextField(
        blank=True, help_text="Which names were transliterated, and why."
    )
    error = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)
    rendered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "digest", "template_version"],
                name="resume_once_per_input",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["wanted", "ready", "failed"]),
                name="resume_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="ready") | models.Q(pdf__isnull=False),
                name="resume_ready_has_pdf",
            ),
        ]
        indexes = [
            # The dispatcher asks for wanted documents that are due.
            models.Index(
                fields=["not_before"],
                condition=models.Q(state="wanted"),
                name="resume_due",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
