"""People who are only in an ATS: the list, and putting one of them on a job."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from candidates.forms import PickForm
from candidates.steps import short
from jobs.models import Job, JobQuerySet
from pinsync.accounts.access import MemberRequest, member_required
from pinsync.forms import SearchForm
from pinsync.paging import counted, page_of
from pinsync.way_back import next_url

from .. import explain, search, sourcing
from ..directory_state import state_of
from ..errors import AtsError
from ..models import AtsConnection, AtsDirectoryEntry

JOBS_OFFERED = 500


@require_GET
@member_required
def people(request: MemberRequest, pk: int) -> HttpResponse:
    """List who is in the ATS and no candidate of ours."""
    connection = _connection(request, pk)
    text = SearchForm.text(request.GET)
    found = search.only_there(connection, text)
    page = page_of(found.select_related("connection"), request.GET, by="created_at")
    context = {
        "connection": connection,
        "state": state_of(connection),
        "page": page,
        "rows": search.rows_of(page.rows),
        "count": counted(found),
        "text": text,
        "jobs": _jobs(request)[:JOBS_OFFERED],
    }
    return render(request, "integrations/only_there.html", context)


@require_POST
@member_required
def add(request: MemberRequest, pk: int) -> HttpResponse:
    """Put somebody who is only in the ATS on a job, linked from the start."""
    connection = _connection(request, pk)
    back = next_url(request) or reverse("integrations:people", args=[connection.pk])
    job_pk = PickForm.pick(request.POST.get("job"))
    if job_pk is None:
        messages.warning(request, "Choose a job first.")
        return redirect(back)
    job = get_object_or_404(_jobs(request), pk=job_pk)
    entry = _entry(connection, PickForm.pick(request.POST.get("entry")))
    if entry is None:
        messages.info(request, f"They are not in {connection.label} any more.")
        return redirect(back)
    try:
        added = sourcing.add(entry, job=job, by=request.user)
    except AtsError as error:
        messages.error(request, explain.at_the_page(error))
    else:
        _say(request, added, job, connection)
    return redirect(back)


def _entry(connection: AtsConnection, pk: int | None) -> AtsDirectoryEntry | None:
    if pk is None:
        return None
    rows = connection.directory_entries.select_related("connection")
    return rows.filter(pk=pk).first()


def _say(
    request: MemberRequest, added: sourcing.Added, job: Job, connection: AtsConnection
) -> None:
    name, title = short(str(added.candidate)), short(str(job))
    if added.was_on_job:
        messages.info(request, f"{name} was on {title} already.")
    else:
        messages.success(
            request, f"{name} is on {title} now, and linked to {connection.label}."
        )


def _jobs(request: MemberRequest) -> JobQuerySet:
    return Job.objects.of(request.membership.organization).live()


def _connection(request: MemberRequest, pk: int) -> AtsConnection:
    rows = AtsConnection.objects.of(request.membership.organization).live()
    row = get_object_or_404(rows.select_related("organization", "directory"), pk=pk)
    if not row.adapter_class.lists_people:
        raise Http404
    return row
