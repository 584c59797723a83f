"""A job that is brought back: contact information found meanwhile is news now."""

from __future__ import annotations

from typing import Any

from jobs.models import Job


def on_job_saved(
    sender: type[Job],
    *,
    instance: Job,
    update_fields: frozenset[str] | None,
    **kwargs: Any,
) -> None:
    """Record for its people what could not be recorded while it was archived."""
    if instance.archived_at is None and "archived_at" in (update_fields or ()):
        instance.job_candidates.announce_contacts()
