"""Connections of an organization to its ATSs, and the settings of its jobs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from jobs.models import Job
from pinsync.accounts.models import Organization

from .. import crypto
from ..adapters import (
    Adapter,
    PermissionState,
    Screen,
    Trigger,
    adapter_class,
    vendors,
)
from ..marks import validate_svg

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
        """Return those that may be worked at this moment, if only to probe them."""
        return self.filter(state=AtsConnection.State.CONNECTED).filter(
            Q(paused_until=None) | Q(paused_until__lte=now)
        )

    def open_at(self, now: datetime) -> AtsConnectionQuerySet:
        """Return those on which any call may start at this moment."""
        return self.usable(now).filter(probe_wait=0)


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
    # What the last check found out about this account; handed to every adapter.
    facts = models.JSONField(default=dict, blank=True, editable=False)
    limits = models.JSONField(
        default=list, blank=True, help_text="Sentences: what this account cannot do."
    )

    # What the sign-in brought, encrypted like the credentials. One caller at a time
    # renews it, and stores it only where the version is still the one it began with.
    token = models.TextField(blank=True, editable=False)
    token_version = models.PositiveIntegerField(default=0)
    token_renew_at = models.DateTimeField(null=True, blank=True)
    token_leased_by = models.CharField(max_length=64, blank=True)
    token_leased_until = models.DateTimeField(null=True, blank=True)

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

    restored_at = models.DateTimeField(
        null=True, blank=True, help_text="When after_restore was last run."
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
                condition=~Q(state="disconnected") | Q(credentials="", token=""),
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
    def short_label(self) -> str:
        cls = vendors().get(self.vendor)
        return cls.short_label if cls and cls.short_label else self.label

    @property
    def checks_on_outreach(self) -> bool:
        """Return whether duplicates are looked for early; a vendor we lost: no."""
        cls = vendors().get(self.vendor)
        return cls is not None and cls.checks_on_outreach

    @property
    def is_connected(self) -> bool:
        return self.state == self.State.CONNECTED

    @property
    def is_live(self) -> bool:
        return self.state != self.State.DISCONNECTED

    def is_told_to_rest(self, now: datetime) -> bool:
        """Return whether the vendor asked for a rest; an open breaker is our own wish."""
        until = self.paused_until
        return until is not None and until > now and not self.probe_wait

    def _context(self, field: str) -> str:
        # Binds the ciphertext to its place: copied to another row it does not open.
        return f"{self.organization_id}:{self.pk}:{field}"

    def set_credentials(self, values: Mapping[str, str]) -> None:
        """Encrypt the values into the (saved) row; the caller saves it."""
        if self.pk is None:
            raise ValueError("Save the connection first: its id is part of the seal.")
        self.credentials = crypto.seal(dict(values), self._context("credentials"))

    def get_credentials(self) -> dict[str, str]:
        """Decrypt; raises ``crypto.CannotOpen`` where no key fits."""
        return crypto.open_sealed(self.credentials, self._context("credentials"))

    def sealed_token(self, values: Mapping[str, str]) -> str:
        """Encrypt a token's values for this (saved) row."""
        return crypto.seal(dict(values), self._context("token"))

    def get_token(self) -> dict[str, str]:
        """Decrypt the token's values; raises ``crypto.CannotOpen``."""
        return crypto.open_sealed(self.token, self._context("token"))

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
