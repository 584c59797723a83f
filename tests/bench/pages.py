"""The pages that people open, of the organization that has most in the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from django.test import Client
from django.urls import reverse

from candidates.models import Candidate
from integrations import badges
from integrations.models import Export

from .ledger import Filled
from .stopwatch import Figure

PAGE_MS = 300.0


def measure(office: Filled, times: int) -> Iterator[Figure]:
    """Open each page so many times; anything but 200 ends the run."""
    browser = Client(headers={"host": "localhost"})
    browser.force_login(office.user, "django.contrib.auth.backends.ModelBackend")
    for name, address in _addresses(office):
        yield _page(browser, name, address, times)
    people = Candidate.objects.filter(job_candidates__job=office.job)
    of_all = Figure(f"badges of all {people.count()} candidates of a job", PAGE_MS)
    yield of_all.repeat(
        lambda: badges.badges_of(list(people), office.organization), times
    )


def _page(browser: Client, name: str, address: str, times: int) -> Figure:
    def get() -> None:
        reply = browser.get(address)
        if reply.status_code != 200:
            raise SystemExit(f"{address} answered {reply.status_code}.")

    return Figure(name, PAGE_MS).repeat(get, times)


def _addresses(office: Filled) -> Iterator[tuple[str, str]]:
    exports = reverse("integrations:exports")
    number = Export.objects.of(office.organization).count()
    yield f"Exports, of {number:,}", exports
    yield "Exports, the last page", f"{exports}?page=1000000"
    for state in ("waiting", "needs_you", "failed", "sent"):
        yield f"Exports, {state.replace('_', ' ')}", f"{exports}?state={state}"
    yield "Exports, of one job", f"{exports}?job={office.job.pk}"
    on_job = reverse("candidates:on_job", args=[office.job.pk])
    rows = office.job.job_candidates
    yield f"Job > Candidates, of {rows.count()}", on_job
    people = list(rows.values_list("candidate_id", flat=True)[:50])
    listed = ",".join(map(str, people))
    polled = f"{reverse('integrations:badges')}?candidates={listed}"
    yield "the badges that such a page asks for again", polled
    everybody = reverse("candidates:list")
    yield "Candidates", everybody
    yield "Candidates, by name", f"{everybody}?q=vaaabcd"
    yield "Candidates, by a name that nobody has", f"{everybody}?q=nobodyatall"
    one = reverse("candidates:detail", args=[people[0]])
    yield "a candidate", one
    yield "a candidate, activity", f"{one}?tab=activity"
    yield "Jobs", reverse("jobs:list")
    yield "Settings > ATS Integration", reverse("integrations:settings")
