"""Who keeps the identities of a person, and until when; an intent takes them."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from .doubt import in_doubt
from .models import ExportStep, IdentityClaim

Kind = ExportStep.Kind


def claim_what_is_free(step: ExportStep, claims: Collection[tuple[str, str]]) -> None:
    """Keep the identities of a known person for ever; others' claims stay theirs."""
    if claims:
        IdentityClaim.objects.bulk_create(
            [
                IdentityClaim(
                    connection_id=step.connection_id, key=key, value=value, step=step
                )
                for key, value in claims
            ],
            ignore_conflicts=True,
        )


def release_claims(step: ExportStep, *, for_good: bool = False) -> None:
    """Let go of what the step holds: surely nothing was created by this write.

    After an earlier one that was unclear they are kept while the step is open: another
    row of the same human waits, and whoever appears late is known to be ours.
    """
    if step.kind in (Kind.PERSON, Kind.JOB_LINK) and (
        for_good or not step.ever_unclear
    ):
        IdentityClaim.objects.filter(step_id=step.pk).delete()


def release_claims_of(steps: QuerySet[ExportStep]) -> None:
    """Let go of what steps that ended held, but for those whose outcome is in doubt."""
    doubtful = in_doubt(steps).values("pk")
    IdentityClaim.objects.filter(step__in=steps.values("pk")).exclude(
        step__in=doubtful
    ).delete()
