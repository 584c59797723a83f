"""The page Job > Candidates, and the steps of the outreach that people mark."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jobs.models import Job, JobQuerySet
from pinsync.accounts.access import MemberRequest, member_required, refuse
from pinsync.forms import SearchForm
from pinsync.paging import counted, page_of
from pinsync.way_back import next_url

from .forms import PickForm, RecordForm
from .models import (
    Candidate,
    CandidateQuerySet,
    JobCandidate,
    JobCandidateQuerySet,
    Kind,
)
from .steps import sentence, short
from .views import people

FOUND = 10
_AGAIN = "That was recorded already. Nothing was changed."


def _jobs(request: MemberRequest) -> JobQuerySet:
    return Job.objects.of(request.membership.organization)


def _rows(request: MemberRequest) -> JobCandidateQuerySet:
    return JobCandidate.objects.of(request.membership.organization)


@member_required
def on_job(request: MemberRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(_jobs(request), pk=pk)
    rows = _rows(request).filter(job=job)
    page = page_of(
        rows.select_related("job", "candidate"), request.GET, by="created_at"
    )
    find = SearchForm.text({"q": request.GET.get("find", "")})
    context = {
        "job": job,
        "page": page,
        "candidates": [row.candidate for row in page.rows],
        "count": counted(rows),
        "in_outreach": counted(rows.in_outreach()),
        "find": find,
        "found": _to_add(request, job, find),
    }
    return render(request, "candidates/on_job.html", context)


def _to_add(request: MemberRequest, job: Job, text: str) -> CandidateQuerySet:
    if not text.strip():
        return Candidate.objects.none()
    there = JobCandidate.objects.filter(job=job).values("candidate")
    return people(request).live().matching(text).exclude(pk__in=there)[:FOUND]


@require_POST
@member_required
def add_to_job(request: MemberRequest, pk: int) -> HttpResponse:
    """Put one candidate on the job; somebody who is on it already stays as they are."""
    job = get_object_or_404(_jobs(request), pk=pk)
    picked = PickForm.pick(request.POST.get("candidate"))
    candidate = get_object_or_404(people(request), pk=picked)
    return _put_on_job(request, candidate, job)


@require_POST
@member_required
def add_job(request: MemberRequest, pk: int) -> HttpResponse:
    """Put the candidate on one job, from the candidate's page."""
    candidate = get_object_or_404(people(request), pk=pk)
    picked = PickForm.pick(request.POST.get("job"))
    if picked is None:
        messages.warning(request, "Choose a job first.")
        return redirect("candidates:detail", candidate.pk)
    return _put_on_job(request, candidate, get_object_or_404(_jobs(request), pk=picked))


def _put_on_job(request: MemberRequest, candidate: Candidate, job: Job) -> HttpResponse:
    _, created = JobCandidate.objects.get_or_create(job=job, candidate=candidate)
    person, title = short(str(candidate)), short(str(job))
    if created:
        messages.success(request, f"{person} is on {title} now.")
    else:
        messages.info(request, f"{person} was on {title} already.")
    return redirect(next_url(request) or reverse("candidates:on_job", args=[job.pk]))


@require_POST
@member_required
def record(request: MemberRequest, pk: int) -> HttpResponse:
    """Mark a step of the outreach of one candidate on one job."""
    row = get_object_or_404(_rows(request).select_related("job", "candidate"), pk=pk)
    form = RecordForm(request.POST)
    if not form.is_valid():
        return refuse(request, "There is no such step of an outreach.", status=400)
    kind = form.cleaned_data["kind"]
    if row.is_archived:
        messages.warning(
            request, _archived(row.job if row.job.archived_at else row.candidate)
        )
    elif row.record(kind, by=request.user):
        messages.success(request, sentence(kind, row))
    else:
        messages.info(request, _AGAIN)
    return redirect(
        next_url(request) or reverse("candidates:detail", args=[row.candidate_id])
    )


@require_POST
@member_required
def add_to_outreach(request: MemberRequest, pk: int) -> HttpResponse:
    """Add the ticked candidates of the job to its outreach."""
    job = get_object_or_404(_jobs(request), pk=pk)
    if job.archived_at:
        messages.warning(request, _archived(job))
        return redirect("candidates:on_job", job.pk)
    picked = {PickForm.pick(value) for value in request.POST.getlist("candidate")}
    rows = JobCandidate.objects.filter(job=job, candidate__in=picked - {None})
    chosen = rows.count()
    added = rows.record(Kind.ADDED, by=request.user)
    messages.add_message(request, *_bulk_answer(chosen, added))
    return redirect(next_url(request) or reverse("candidates:on_job", args=[job.pk]))


def _archived(what: object) -> str:
    return f"{short(str(what))} is archived: nothing was recorded."


def _bulk_answer(chosen: int, added: int) -> tuple[int, str]:
    if not chosen:
        return messages.WARNING, "Tick the candidates first."
    before = chosen - added
    who = "1 candidate was" if added == 1 else f"{added:,} candidates were"
    rest = f" {before:,} had been in it before." if before else ""
    level = messages.SUCCESS if added else messages.INFO
    return level, f"{who} added to the outreach.{rest}"
