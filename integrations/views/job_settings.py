"""When the candidates of a job go over: saved from both kinds of screen."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from jobs.models import Job
from pinsync import clock
from pinsync.accounts.access import MemberRequest, member_required
from pinsync.way_back import next_url

from .. import job_picker, mappings
from ..adapters import Trigger
from ..forms import MappingForm
from ..job_settings import context_of
from ..models import AtsConnection
from .answers import is_partial


@require_http_methods(["GET", "POST"])
@member_required
def mapping(request: MemberRequest, pk: int, connection_pk: int) -> HttpResponse:
    """Save the setting; ask first where that would cancel exports."""
    organization = request.membership.organization
    job = get_object_or_404(Job.objects.of(organization).live(), pk=pk)
    connection = get_object_or_404(
        AtsConnection.objects.of(organization).live(), pk=connection_pk
    )
    form = MappingForm(request.POST or None, job=job, connection=connection)
    if request.method == "GET":
        return _show(request, form)
    if form.is_searching:
        form.search()
        return _show(request, form)
    if not form.is_valid():
        return _show(request, form)
    stops = _stops(form)
    if stops and "confirm" not in request.POST:
        return _show(request, form, stops=stops)
    return _save(request, form)


@require_GET
@member_required
def job_search(request: MemberRequest, pk: int) -> HttpResponse:
    """Answer the job picker: the open jobs of the ATS that match what was typed."""
    connections = AtsConnection.objects.of(request.membership.organization).live()
    connection = get_object_or_404(connections, pk=pk)
    found = job_picker.search(connection, request.GET.get("q", ""))
    return render(
        request,
        "integrations/_job_options.html",
        {"found": found, "connection": connection},
    )


def _stops(form: MappingForm) -> int:
    if form.mapping is None or not form.turns_off:
        return 0
    return mappings.exports_to_cancel(form.mapping)


def _save(request: MemberRequest, form: MappingForm) -> HttpResponse:
    data = form.cleaned_data
    if form.mapping or not form.disables:  # what never was on needs no switching off
        mappings.save_mapping(
            job=form.job,
            connection=form.connection,
            trigger=Trigger(data["trigger"]),
            ats_job_id=data["ats_job_id"],
            ats_job_name=data["ats_job_name"],
            enabled=data["enabled"],
            by=request.user,
        )
    fresh = MappingForm(job=form.job, connection=form.connection)
    if is_partial(request):
        return _show(request, fresh, saved=True)
    messages.success(request, _saved_sentence(fresh))
    return redirect(next_url(request) or request.path)


def _saved_sentence(form: MappingForm) -> str:
    label = form.adapter.label
    if form.saves_by_itself:
        return f"The {label} setting of this job is saved."
    state = "enabled" if form.is_on else "disabled"
    return f"Export to {label} is {state} for this job."


def _show(
    request: MemberRequest, form: MappingForm, *, stops: int = 0, saved: bool = False
) -> HttpResponse:
    context = context_of(form, next_url=next_url(request))
    context.update(stops=stops, saved_at=clock.now() if saved else None)
    template = (
        "integrations/_mapping_form.html"
        if is_partial(request)
        else "integrations/mapping.html"
    )
    return render(request, template, context)
