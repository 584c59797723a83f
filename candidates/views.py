"""The pages of a person: the list, the form, the profile, the resume."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from jobs.models import Job, JobQuerySet
from pinsync.accounts.access import MemberRequest, member_required
from pinsync.forms import SearchForm
from pinsync.paging import counted, page_of

from .filters import narrowed
from .forms import PersonForms, PickForm
from .models import (
    Candidate,
    CandidateQuerySet,
    JobCandidate,
    OutreachEvent,
    ResumeDocument,
)
from .resume import current_document, want_resume
from .steps import short

TABS = ("profile", "resume", "activity")
JOBS_OFFERED = 500


def people(request: MemberRequest) -> CandidateQuerySet:
    """Return the candidates that the signed-in person may see."""
    return Candidate.objects.of(request.membership.organization)


@member_required
def candidate_list(request: MemberRequest) -> HttpResponse:
    text = SearchForm.text(request.GET)
    matching = people(request).live().matching(text)
    found = narrowed(matching, request.GET, request.membership.organization)
    context = {
        "page": page_of(found, request.GET, by="updated_at"),
        "count": counted(found),
        "text": text,
        "filtered": found is not matching,
    }
    return render(request, "candidates/list.html", context)


@member_required
def new(request: MemberRequest) -> HttpResponse:
    """Create a candidate; with ``?job=`` on that job at once."""
    job = _job_of_query(request)
    candidate = Candidate(
        organization=request.membership.organization, sourced_by=request.user
    )
    forms = PersonForms(request.POST or None, instance=candidate)
    if request.method == "POST" and forms.is_valid():
        with transaction.atomic():
            candidate = forms.save()
            if job:
                JobCandidate.objects.create(job=job, candidate=candidate)
        messages.success(request, f"{short(str(candidate))} was created.")
        return redirect("candidates:detail", candidate.pk)
    return _form_page(request, forms, {"job": job})


def _job_of_query(request: MemberRequest) -> Job | None:
    if "job" not in request.GET:
        return None
    jobs = Job.objects.of(request.membership.organization)
    return get_object_or_404(jobs, pk=PickForm.pick(request.GET["job"]))


@member_required
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    candidate = get_object_or_404(people(request), pk=pk)
    forms = PersonForms(request.POST or None, instance=candidate)
    if request.method == "POST" and forms.is_valid():
        candidate = forms.save()
        messages.success(request, f"{short(str(candidate))} was saved.")
        return redirect("candidates:detail", candidate.pk)
    stored = get_object_or_404(people(request), pk=pk)  # its name, as it is stored
    return _form_page(request, forms, {"candidate": stored})


def _form_page(
    request: MemberRequest, forms: PersonForms, context: dict[str, Any]
) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(
        request, "candidates/form.html", {"forms": forms, **context}, status=status
    )


@member_required
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    candidate = get_object_or_404(people(request).select_related("sourced_by"), pk=pk)
    tab = request.GET.get("tab", TABS[0])
    tab = tab if tab in TABS else TABS[0]
    on_jobs = list(candidate.job_candidates.select_related("job"))
    context: dict[str, Any] = {
        "candidate": candidate,
        "tab": tab,
        "on_jobs": on_jobs,
        "not_in_outreach": [
            row for row in on_jobs if not (row.in_outreach or row.is_archived)
        ],
        "other_jobs": _other_jobs(candidate, on_jobs),
    }
    if tab == "resume":
        context["document"] = _document(candidate)
    elif tab == "activity":
        context["events"] = OutreachEvent.objects.filter(
            job_candidate__candidate=candidate
        ).select_related("job_candidate__job", "by")
    return render(request, "candidates/detail.html", context)


def _other_jobs(candidate: Candidate, on_jobs: list[JobCandidate]) -> JobQuerySet:
    jobs = Job.objects.of(candidate.organization).live()
    return jobs.exclude(pk__in=[row.job_id for row in on_jobs])[:JOBS_OFFERED]


def _document(candidate: Candidate) -> ResumeDocument:
    # Looking at the tab is the request for the resume, so that nobody waits twice.
    return current_document(candidate) or want_resume(candidate)


@member_required
def resume(request: MemberRequest, pk: int) -> HttpResponse:
    """Serve the PDF; where it is not made yet, lead to the tab that waits for it."""
    candidate = get_object_or_404(people(request), pk=pk)
    document = current_document(candidate)
    if document is None or document.pdf is None:
        return redirect(f"{reverse('candidates:detail', args=[pk])}?tab=resume")
    response = HttpResponse(bytes(document.pdf), content_type="application/pdf")
    download = "download" in request.GET
    response["Content-Disposition"] = str(
        content_disposition_header(download, document.file_name)
    )
    response["Cache-Control"] = "private, no-cache"
    return response
