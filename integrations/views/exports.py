"""The dialog Export to ATS, the page Exports, and open questions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from candidates.models import Candidate
from pinsync import clock
from pinsync.accounts.access import MemberRequest, member_required
from pinsync.way_back import next_url

from .. import decisions, explain, export_list, moves, preview, triggers
from ..badges import safe_link
from ..export_dialog import Dialog
from ..forms import DecisionForm, ExportForm, ExportsFilterForm
from ..models import AtsPerson, Decision, Export, ExportStep, JobAtsMapping
from ..standings import standings_for
from .answers import is_partial


@require_http_methods(["GET", "POST"])
@member_required
def export(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what would be sent and where; export when asked to."""
    people = Candidate.objects.of(request.membership.organization).live()
    candidate = get_object_or_404(people, pk=pk)
    dialog = Dialog.of(candidate, asked_for=_number(request, "ats"))
    if dialog.refused:
        return _there_already(request, dialog.refused)
    if dialog.connection is None:
        return _show(request, dialog)
    known = dialog.prefilled(_number(request, "job"))
    form = ExportForm(request.POST or None, connection=dialog.connection, known=known)
    if request.method == "POST" and form.is_searching:
        form.search()
    elif request.method == "POST" and form.is_valid():
        return _request(request, dialog, form)
    return _show(request, dialog, form)


def _request(request: MemberRequest, dialog: Dialog, form: ExportForm) -> HttpResponse:
    assert dialog.connection is not None  # noqa: S101
    data = form.cleaned_data
    try:
        triggers.request_export(
            connection=dialog.connection,
            candidate=dialog.candidate,
            ats_job_id=data["ats_job_id"],
            ats_job_name=data["ats_job_name"],
            job=dialog.job_for(data["ats_job_id"]),
            origin=Export.Origin.BUTTON,
            by=request.user,
        )
    except triggers.InAtsAlready as error:
        return _there_already(request, error.person)
    if is_partial(request):
        return HttpResponse(status=204, headers={"HX-Trigger": "ats-changed"})
    name, label = dialog.candidate.full_name, dialog.connection.label
    messages.success(request, f"{name} is on the way to {label}.")
    return redirect(next_url(request) or "integrations:exports")


def _there_already(request: MemberRequest, person: AtsPerson) -> HttpResponse:
    label, name = person.connection.label, person.candidate.first_name
    context = {
        "sentence": f"{name or person.candidate} is in {label} already; "
        "details are updated there.",
        "label": label,
        "link": safe_link(person.link),
        "person": person,
        "next": next_url(request),
    }
    template = "_there_already.html" if is_partial(request) else "there_already.html"
    # htmx swaps no error replies: the dialog gets the sentence as any other content.
    status = 200 if is_partial(request) else 409
    return render(request, f"integrations/{template}", context, status=status)


def _show(
    request: MemberRequest, dialog: Dialog, form: ExportForm | None = None
) -> HttpResponse:
    context = {
        "dialog": dialog,
        "candidate": dialog.candidate,
        "connection": dialog.connection,
        "form": form,
        "next": next_url(request),
    }
    template = "_export_dialog.html" if is_partial(request) else "export.html"
    return render(request, f"integrations/{template}", context)


def _number(request: MemberRequest, name: str) -> int | None:
    text = request.POST.get(name) or request.GET.get(name) or ""
    return int(text) if text.isascii() and text.isdecimal() else None


@require_GET
@member_required
def exports(request: MemberRequest) -> HttpResponse:
    """List the exports with the reason of each, and the numbers per connection."""
    organization = request.membership.organization
    form = ExportsFilterForm(request.GET, jobs=export_list.jobs_of(organization))
    page = export_list.page_of(organization, form, request.GET)
    context = {
        "form": form,
        "page": page,
        "figures": export_list.strip_of(organization),
        "moving": any(line.under_way for line in page.lines),
        "path": request.get_full_path(),
    }
    template = "_exports_list.html" if is_partial(request) else "exports.html"
    return render(request, f"integrations/{template}", context)


@require_POST
@member_required
def retry(request: MemberRequest, pk: int) -> HttpResponse:
    """Open a failed export again."""
    row = _export(request, pk)
    if row.state == Export.State.FAILED and row.connection.is_live:
        decisions.retry(row, by=request.user)
        messages.success(
            request, f"{row.candidate} is tried again in {row.connection.label}."
        )
    elif not row.connection.is_live:
        messages.info(request, _ended(row))
    else:
        messages.info(request, f"The export of {row.candidate} has not failed.")
    return redirect(next_url(request) or "integrations:exports")


@require_POST
@member_required
def retry_alike(request: MemberRequest, pk: int) -> HttpResponse:
    """Open every export again that failed in that ATS for the same cause."""
    row = _export(request, pk)
    count = 0
    if row.state == Export.State.FAILED and row.connection.is_live:
        count = decisions.retry_alike(row, by=request.user)
    exports = "1 export is" if count == 1 else f"{count} exports are"
    if count:
        messages.success(request, f"{exports} tried again in {row.connection.label}.")
    elif not row.connection.is_live:
        messages.info(request, _ended(row))
    else:
        messages.info(request, "They have not failed, or go on already.")
    return redirect(next_url(request) or "integrations:exports")


@require_POST
@member_required
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Cancel what has not been sent."""
    row = _export(request, pk)
    reason = f"Cancelled by {request.user}."
    waiting = row.state == Export.State.WAITING
    if waiting and decisions.cancel(row, reason=reason, by=request.user):
        messages.success(request, f"The export of {row.candidate} is cancelled.")
    elif row.state == Export.State.CANCELLED:
        messages.info(request, f"The export of {row.candidate} is cancelled already.")
    elif row.state == Export.State.FAILED:
        messages.info(request, f"The export of {row.candidate} has failed: see why.")
    else:
        messages.info(
            request,
            f"{row.candidate} had gone to {row.connection.label} already, or was just "
            "being sent: nothing was cancelled.",
        )
    return redirect(next_url(request) or "integrations:exports")


def _ended(row: Export) -> str:
    return f"{row.connection.label} is no longer connected: nothing is sent there."


@require_http_methods(["GET", "POST"])
@member_required
def other_job(request: MemberRequest, pk: int) -> HttpResponse:
    """Let another ATS job be chosen for an export that failed at the one it has."""
    row = _export(request, pk)
    standing = standings_for([row])[row.candidate_id, row.connection_id]
    if not moves.is_offered(standing, row):
        return _keeps_its_job(request, row)
    form = ExportForm(request.POST or None, connection=row.connection)
    if request.method == "POST" and form.is_searching:
        form.search()
    elif request.method == "POST" and form.is_valid():
        return _move(request, row, form.cleaned_data)
    mapping = JobAtsMapping.objects.filter(
        connection=row.connection, job=row.job, ats_job_id=row.ats_job_id
    )
    context = {
        "export": row,
        "connection": row.connection,
        "candidate": row.candidate,
        "sentence": explain.sentence_of_export(standing, row, clock.now()),
        "mapping": mapping.select_related("job").first(),
        "form": form,
        "next": next_url(request),
    }
    return render(request, "integrations/other_job.html", context)


def _move(request: MemberRequest, row: Export, data: dict[str, Any]) -> HttpResponse:
    id_, name = data["ats_job_id"], data["ats_job_name"]
    if not moves.choose_job(row, ats_job_id=id_, ats_job_name=name, by=request.user):
        return _keeps_its_job(request, row)
    label = row.connection.label
    where = f"goes onto “{name}”" if id_ else "stays without a job"
    messages.success(request, f"{row.candidate} {where} in {label}.")
    return redirect(next_url(request) or "integrations:exports")


def _keeps_its_job(request: MemberRequest, row: Export) -> HttpResponse:
    messages.info(
        request,
        f"The export of {row.candidate} has not failed at its "
        f"{row.connection.label} job, or goes on already: nothing was changed.",
    )
    return redirect(next_url(request) or "integrations:exports")


def _export(request: MemberRequest, pk: int) -> Export:
    rows = Export.objects.of(request.membership.organization)
    return get_object_or_404(rows.select_related("candidate", "connection"), pk=pk)


@require_http_methods(["GET", "POST"])
@member_required
def decide(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask the recruiter, and take the answer if nobody was faster."""
    questions = Decision.objects.filter(
        step__connection__organization=request.membership.organization
    ).select_related("step__candidate", "step__connection", "decided_by")
    decision = get_object_or_404(questions, pk=pk)
    form = DecisionForm(request.POST or None, decision=decision)
    if request.method == "POST" and form.is_valid():
        taken = decisions.decide(
            decision,
            choice=Decision.Choice(form.cleaned_data["choice"]),
            person_id=form.cleaned_data["person_id"],
            by=request.user,
        )
        if taken:
            messages.success(request, _decided(decision, form.cleaned_data["choice"]))
            return redirect(next_url(request) or "integrations:exports")
        decision.refresh_from_db()
        return _show_decision(request, decision, form, too_late=True, status=409)
    return _show_decision(request, decision, form)


def _show_decision(
    request: MemberRequest,
    decision: Decision,
    form: DecisionForm,
    *,
    too_late: bool = False,
    status: int = 200,
) -> HttpResponse:
    step = decision.step
    context: dict[str, Any] = {
        "decision": decision,
        "form": form,
        "candidate": step.candidate,
        "connection": step.connection,
        "people": [
            {**row, "url": safe_link(row.get("url") or "")} for row in decision.shown
        ],
        "is_open": not decision.choice and step.state == step.State.ASKING,
        "too_late": too_late,
        "choices": set(decision.allowed),
        "about_job": step.kind == step.Kind.JOB_LINK,
        "job_name": _job_of(step),
        "next": next_url(request),
        "fields": preview.fields_of(step.candidate, step.connection),
    }
    return render(request, "integrations/decide.html", context, status=status)


def _job_of(step: ExportStep) -> str:
    """Return the name of the ATS job that a step is about; "" where it is about none."""
    wishes = Export.objects.of_step(step).filter(ats_job_id=step.ats_job_id)
    return wishes.values_list("ats_job_name", flat=True).first() or ""


def _decided(decision: Decision, choice: str) -> str:
    name, label = decision.step.candidate, decision.step.connection.label
    Choice = Decision.Choice
    words = {
        Choice.LINK: f"{name} is linked in {label}; nothing of theirs is changed there.",
        Choice.CREATE: f"{name} is created in {label} as a new person.",
        Choice.REPEAT: f"It is sent to {label} once more for {name}.",
        Choice.DONE: f"{name} is marked as there in {label}.",
        Choice.SKIP: f"{name} is not sent to {label}.",
    }
    Kind = ExportStep.Kind
    if decision.step.kind in (Kind.RESUME, Kind.NOTE):
        what = decision.step.get_kind_display().lower()
        words |= {
            Choice.REPEAT: f"The {what} of {name} is sent to {label} once more.",
            Choice.DONE: f"The {what} of {name} is marked as there in {label}.",
            Choice.SKIP: f"The {what} of {name} is not sent to {label}.",
        }
    if decision.step.kind == Kind.JOB_LINK:
        words |= {
            Choice.REPEAT: f"{name} is added to the job in {label}.",
            Choice.DONE: f"{name} is marked as on the job in {label}.",
            Choice.SKIP: f"{name} is not added to the job in {label}.",
        }
    return words[Choice(choice)]
