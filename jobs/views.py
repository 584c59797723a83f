"""Jobs: the list, the details and the settings. Who is on a job: ``candidates``."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from pinsync.accounts.access import MemberRequest, member_required
from pinsync.forms import SearchForm
from pinsync.paging import counted, page_of

from .forms import JobForm
from .models import Job


def _jobs(request: MemberRequest) -> QuerySet[Job]:
    return Job.objects.of(request.membership.organization)


@member_required
def job_list(request: MemberRequest) -> HttpResponse:
    archived = "archived" in request.GET
    text = SearchForm.text(request.GET)
    found = Job.objects.of(request.membership.organization).matching(text)
    found = found.filter(archived_at__isnull=not archived)
    page = page_of(found, request.GET, by="updated_at")
    context = {
        "page": page,
        "jobs": _with_counts(page.rows),
        "count": counted(found),
        "text": text,
        "archived": archived,
    }
    return render(request, "jobs/list.html", context)


def _with_counts(rows: list[Job]) -> QuerySet[Job]:
    # Counted for the page's rows only: over all jobs it would read every link.
    return (
        Job.objects.filter(pk__in=[job.pk for job in rows])
        .annotate(
            people=Count("job_candidates"),
            in_outreach=Count(
                "job_candidates",
                filter=Q(job_candidates__added_to_outreach_at__isnull=False),
            ),
        )
        .order_by("-updated_at", "-pk")
    )


@member_required
def new(request: MemberRequest) -> HttpResponse:
    form = JobForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        job = form.save(commit=False)
        job.organization = request.membership.organization
        job.created_by = request.user
        job.save()
        messages.success(request, f"{job} was created. Add candidates to it.")
        return redirect("candidates:on_job", job.pk)
    return render(request, "jobs/new.html", {"form": form}, status=_status(form))


@member_required
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(_jobs(request), pk=pk)
    return redirect("candidates:on_job", job.pk)


@member_required
def settings(request: MemberRequest, pk: int) -> HttpResponse:
    """Show and save Job settings > Position details."""
    job = get_object_or_404(_jobs(request), pk=pk)
    form = JobForm(request.POST or None, instance=job)
    if request.method == "POST":
        if form.is_valid():
            form.save()
            messages.success(request, "The position details were saved.")
            return redirect("jobs:settings", job.pk)
        job = get_object_or_404(_jobs(request), pk=pk)  # the title as it is stored
    context = {"job": job, "form": form}
    return render(request, "jobs/settings.html", context, status=_status(form))


@member_required
def automation(request: MemberRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(_jobs(request), pk=pk)
    return render(request, "jobs/automation.html", {"job": job})


@require_POST
@member_required
def archive(request: MemberRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(_jobs(request).filter(archived_at=None), pk=pk)
    job.archived_at = timezone.now()
    job.save(update_fields=["archived_at", "updated_at"])
    messages.success(request, f"{job} was archived. Nothing of it was deleted.")
    return redirect("jobs:list")


@require_POST
@member_required
def unarchive(request: MemberRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(_jobs(request).filter(archived_at__isnull=False), pk=pk)
    job.archived_at = None
    with transaction.atomic():  # what listens fails together with it
        job.save(update_fields=["archived_at", "updated_at"])
    messages.success(request, f"{job} is among the jobs again.")
    return redirect("candidates:on_job", job.pk)


def _status(form: JobForm) -> int:
    return 422 if form.is_bound and not form.is_valid() else 200
