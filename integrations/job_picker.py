"""The jobs of an ATS as a recruiter picks them: by typing, and checked on saving."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError

from . import connections, explain
from .adapters import AtsJob
from .errors import AtsError
from .models import AtsConnection


@dataclass(frozen=True)
class Found:
    """What the ATS answered: jobs, or a sentence about why there are none."""

    text: str
    jobs: list[AtsJob]
    trouble: str = ""

    @property
    def named(self) -> list[tuple[AtsJob, str]]:
        """Return each job with the words by which it is shown once chosen."""
        return [(job, name_of(job)) for job in self.jobs]


def search(connection: AtsConnection, text: str) -> Found:
    """Ask the ATS for open jobs; with "" the newest ones. Never raises."""
    text = " ".join(text.split())[:200]
    try:
        with connections.opened(connection) as adapter:
            jobs = adapter.search_jobs(text)
    except AtsError as error:
        return Found(text, [], explain.at_the_page(error))
    return Found(text, jobs)


def chosen(connection: AtsConnection, job_id: str) -> AtsJob:
    """Return the open job of that id; ValidationError with a sentence otherwise."""
    label = connection.label
    try:
        with connections.opened(connection) as adapter:
            job = adapter.job(job_id)
    except AtsError as error:
        raise ValidationError(explain.at_the_page(error)) from error
    if job is None:
        raise ValidationError(f"{label} does not know this job. Choose another one.")
    if not job.is_open:
        raise ValidationError(
            f"“{job.title}” is closed in {label}. Choose another job, or open it there."
        )
    return job


def name_of(job: AtsJob) -> str:
    """Return the words by which the job is shown from now on: “Engineer – Acme”."""
    title = job.title.casefold()
    news = [part for part in job.detail.split(" · ") if part.casefold() not in title]
    detail = " · ".join(part for part in news if part)
    return " – ".join(part for part in (job.title, detail) if part)[:300]
