"""Connections, settings of jobs, and the export ledger.

The database is the ledger of what was sent; Redis and RQ only wake workers. Who may
change what: ``triggers`` and ``views`` create exports and steps, ``engine`` alone moves
steps, ``drainer`` and ``dispatcher`` lease and sweep.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from candidates.models import Candidate, OutreachEvent
from jobs.models import Job
from pinsync.accounts.models import Organization

from . import crypto
from .adapters import Adapter, PermissionState, Screen, Trigger, adapter_class, vendors
from .marks import validate_svg

if TYPE_CHECKING:
    from collections.abc import Mapping


def vendor_choices() -> list[tuple[str, str]]:
    """List the vendors at run time, so that a sixth needs no migration."""
    return [(slug, cls.label) for slug, cls in vendors().items()]


def trigger_choices() -> list[tuple[str, str]]:
    return [(t.value, t.name.replace("_", " ").capitalize()) for t in Trigger]


class AtsConnectionQuerySet(models.QuerySet["AtsConnection"]):
    def of(self, organization: Organization) -> AtsConnectionQuerySet:
        return self.filter(organization=organization)

    def live(self) -> AtsConnectionQuerySet:
        """Return those that are not disconnected: at most one per vendor."""
        return self.exclude(state=AtsConnection.State.DISCONNECTED)

    def usable(self, now: datetime) -> AtsConnectionQuerySet:
        """Return those that calls may be made on at this moment."""
        return self.filter(state=AtsConnection.State.CONNECTED).filter(
            Q(paused_until=None) | Q(paused_until__lte=now)
        )


class AtsConnection(models.Model):
    """One organization's account at one vendor, with its credentials encrypted."""

    class State(models.TextChoices):
        CONNECTED = "connected", "Connected"
        PARKED = "parked", "Reconnect needed"
        DISCONNECTED = "disconnected", "Disconnected"

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="ats_connections"
    )
    vendor = models.CharField("ATS", max_length=30, choices=vendor_choices)
    state = models.CharField(
        max_length=12, choices=State, default=State.CONNECTED, db_index=False
    )
    credentials = models.TextField(blank=True, editable=False)  # AES-GCM, see crypto
    account_id = models.CharField(max_length=200, blank=True)
    account_name = models.CharField(max_length=200, blank=True)
    profile_url = models.CharField(
        "profile link template",
        max_length=500,
        blank=True,
        help_text="Where the badge leads; {person_id} stands for the person's id.",
    )
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    connected_at = models.DateTimeField()
    disconnected_at = models.DateTimeField(null=True, blank=True)
    last_proven_at = models.DateTimeField(null=True, blank=True)

    parked_at = models.DateTimeField(null=True, blank=True)
    trouble_kind = models.CharField(max_length=20, blank=True)
    trouble = models.TextField(blank=True, help_text="The sentence shown to people.")

    # The vendor asked for a rest (429, 503), or the breaker is open.
    paused_until = models.DateTimeField(null=True, blank=True)
    failures_in_row = models.PositiveIntegerField(default=0)
    probe_wait = models.PositiveIntegerField(
        default=0, help_text="Seconds between probes of the open breaker; 0: closed."
    )

    # One drainer at a time, for pace and keep-alive; safety never rests on it.
    leased_by = models.CharField(max_length=64, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AtsConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = "ATS connection"
        ordering = ["organization", "vendor", "-connected_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "vendor"],
                condition=~Q(state="disconnected"),
                name="connection_one_live_per_vendor",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["connected", "parked", "disconnected"]),
                name="connection_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="disconnected") | Q(credentials=""),
                name="connection_disconnected_is_wiped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} of {self.organization}"

    @property
    def adapter_class(self) -> type[Adapter]:
        return adapter_class(self.vendor)

    @property
    def label(self) -> str:
        cls = vendors().get(self.vendor)
        return cls.label if cls else self.vendor

    @property
    def is_connected(self) -> bool:
        return self.state == self.State.CONNECTED

    @property
    def is_live(self) -> bool:
        return self.state != self.State.DISCONNECTED

    def _context(self) -> str:
        # Binds the ciphertext to its place: copied to another row it does not open.
        return f"{self.organization_id}:{self.pk}:credentials"

    def set_credentials(self, values: Mapping[str, str]) -> None:
        """Encrypt the values into the (saved) row; the caller saves it."""
        if self.pk is None:
            raise ValueError("Save the connection first: its id is part of the seal.")
        self.credentials = crypto.seal(dict(values), self._context())

    def get_credentials(self) -> dict[str, str]:
        """Decrypt; raises ``crypto.CannotOpen`` where no key fits."""
        return crypto.open_sealed(self.credentials, self._context())

    def person_url(self, person_id: str) -> str:
        """Fill in the template of the connection, else the vendor's; "" if none."""
        template = self.profile_url or self.adapter_class.profile_url_template
        return template.replace("{person_id}", person_id) if template else ""


class ConnectionPermission(models.Model):
    """What the last check showed of one right that the credential needs."""

    class State(models.TextChoices):
        PROVEN = PermissionState.PROVEN.value, "Proven"
        MISSING = PermissionState.MISSING.value, "Missing"
        UNPROVABLE = PermissionState.UNPROVABLE.value, "Not proven before a real write"

    connection = models.ForeignKey(
        AtsConnection, models.CASCADE, related_name="permissions"
    )
    code = models.CharField(max_length=60)
    state = models.CharField(max_length=12, choices=State)
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "code"], name="connection_permission_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.get_state_display()}"


class JobAtsMapping(models.Model):
    """When the candidates of one job go to one connection, and to which ATS job."""

    class Screen(models.TextChoices):
        POSITION_DETAILS = Screen.POSITION_DETAILS.value, "Position details"
        AUTOMATION = Screen.AUTOMATION.value, "Automation"

    job = models.ForeignKey(Job, models.PROTECT, related_name="ats_mappings")
    connection = models.ForeignKey(
        AtsConnection, models.PROTECT, related_name="mappings"
    )
    screen = models.CharField(max_length=20, choices=Screen, editable=False)
    trigger = models.CharField(max_length=20, choices=trigger_choices)
    ats_job_id = models.CharField(max_length=200, blank=True)
    ats_job_name = models.CharField(max_length=300, blank=True)
    enabled = models.BooleanField(default=True)
    active_since = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "ATS setting of a job"
        verbose_name_plural = "ATS settings of jobs"
        constraints = [
            models.UniqueConstraint(fields=["job", "connection"], name="mapping_once"),
            # Position details: always enabled, NEVER is off. Automation: no NEVER.
            models.CheckConstraint(
                condition=(
                    Q(screen="position_details", enabled=True)
                    | (Q(screen="automation") & ~Q(trigger="never"))
                ),
                name="mapping_off_in_the_way_of_its_screen",
            ),
            models.CheckConstraint(
                condition=Q(trigger__in=[t.value for t in Trigger]),
                name="mapping_trigger_known",
            ),
            models.CheckConstraint(
                condition=(
                    Q(active_since__isnull=False)
                    | Q(enabled=False)
                    | Q(trigger="never")
                ),
                name="mapping_active_since_some_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} → {self.connection}"

    @property
    def is_active(self) -> bool:
        return self.enabled and self.trigger != Trigger.NEVER


class ExportQuerySet(models.QuerySet["Export"]):
    def of(self, organization: Organization) -> ExportQuerySet:
        return self.filter(organization=organization)

    def live(self) -> ExportQuerySet:
        """Return those that are neither cancelled nor finished."""
        return self.exclude(state__in=[Export.State.CANCELLED, Export.State.SENT])


class Export(models.Model):
    """The wish that a candidate be in a connection, on an ATS job or on none.

    Its state is derived from the steps (``Export.State`` of ``engine.derive``).
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

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="exports"
    )
    connection = models.ForeignKey(
        AtsConnection, models.PROTECT, related_name="exports"
    )
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="exports")
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
            # The Exports page: an organization's rows, newest first, by state.
            models.Index(
                fields=["organization", "state", "-requested_at"], name="export_list"
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

    def is_unsent(self) -> bool:
        """Return whether nothing of the export has gone out or is on its way."""
        State, Kind = ExportStep.State, ExportStep.Kind
        mine = self.steps()
        if mine.filter(state__in=[State.SENDING, State.UNCERTAIN]).exists():
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
        """Return those of which surely nothing has gone out."""
        State = ExportStep.State
        return self.filter(
            state__in=[State.READY, State.ASKING, State.FAILED], ever_unclear=False
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

    connection = models.ForeignKey(AtsConnection, models.PROTECT, related_name="steps")
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="steps")
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
    repeated = models.BooleanField(
        default=False, help_text="Its one write after an unclear one has been used."
    )
    rejection = models.TextField(
        blank=True, help_text="Why it failed, if the unclear write turns out not done."
    )
    error_kind = models.CharField(max_length=20, blank=True)
    error = models.TextField(blank=True, help_text="The sentence shown to people.")
    ever_unclear = models.BooleanField(default=False)
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
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(intent_at__isnull=False),
                name="step_sending_has_an_intent",
            ),
        ]
        indexes = [
            # The drainer picks due steps of a connection: by hand first, oldest first.
            models.Index(
                fields=["connection", "-urgent", "not_before"],
                condition=Q(state__in=["ready", "uncertain"], not_before__isnull=False),
                name="step_due",
            ),
            # The dispatcher sweeps for vanished workers.
            models.Index(
                fields=["intent_at"], condition=Q(state="sending"), name="step_sending"
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


class AtsPerson(models.Model):
    """Who a candidate is in one ATS. Two rows of one human may share a person."""

    class KnownBy(models.TextChoices):
        CREATED = "created", "Created by us"
        RECOVERED = "recovered", "Created by us, found again after an unclear answer"
        LINKED = "linked", "Was there already"
        DECIDED = "decided", "Linked by a recruiter"
        IMPORTED = "imported", "Imported with its id"

    connection = models.ForeignKey(AtsConnection, models.PROTECT, related_name="people")
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="ats_people")
    person_id = models.CharField(max_length=200)
    url = models.CharField(max_length=1000, blank=True)
    known_by = models.CharField(max_length=10, choices=KnownBy)
    reason = models.CharField(
        max_length=300, blank=True, help_text="Which key matched which record."
    )
    known_at = models.DateTimeField()

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
    two rows of one human share their place on the ATS job.
    """

    connection = models.ForeignKey(AtsConnection, models.PROTECT, related_name="claims")
    key = models.CharField(max_length=10)
    value = models.CharField(max_length=500)
    step = models.ForeignKey(ExportStep, models.PROTECT, related_name="claims")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "key", "value"], name="identity_claimed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} claimed by step {self.step_id}"


class ExportAttempt(models.Model):
    """One vendor write: written before it with what will be sent, completed after.

    Append-only. ``outcome`` empty: we do not know (the worker vanished).
    """

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        NOT_SENT = "not_sent", "Not sent"
        REFUSED = "refused", "Refused"
        UNCLEAR = "unclear", "Unclear"

    step = models.ForeignKey(ExportStep, models.PROTECT, related_name="attempts")
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


class VendorBadge(models.Model):
    """A mark that the operator uploaded in place of the one in the vendor's folder."""

    vendor = models.CharField("ATS", max_length=30, choices=vendor_choices, unique=True)
    svg = models.TextField(
        "SVG",
        validators=[validate_svg],
        help_text="Square, without scripts, styles or anything loaded from elsewhere.",
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "replaced mark of an ATS"
        verbose_name_plural = "replaced marks of ATSs"

    def __str__(self) -> str:
        return str(self.vendor)
