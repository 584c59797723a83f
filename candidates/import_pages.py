"""Job > Candidates > Import CSV: choose a file, look at what would happen, confirm."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from jobs.models import Job
from pinsync import clock
from pinsync.accounts.access import MemberRequest, member_required

from . import csv_file, import_columns, importing
from .forms import ImportForm
from .import_rows import Entry
from .importing import Plan
from .models import CandidateImport

PROBLEMS_SHOWN = 100
PEOPLE_SHOWN = 5
_EXPIRED = (
    "The file is not kept any longer and nothing of it was imported. Upload it again."
)
_CHANGED = (
    "Something has changed since the file was checked, so nothing was imported. This is "
    "what would happen now: look through it and confirm again."
)


def _job(request: MemberRequest, pk: int) -> Job:
    jobs = Job.objects.of(request.membership.organization).live()
    return get_object_or_404(jobs, pk=pk)


def _upload(request: MemberRequest, job: Job, pk: int) -> CandidateImport:
    CandidateImport.objects.forget_expired()
    mine = CandidateImport.objects.of(request.membership.organization, request.user)
    return get_object_or_404(mine.filter(job=job), pk=pk)


@require_http_methods(["GET", "POST"])
@member_required
def import_csv(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a file that can be read; what is in it, the next page says."""
    job = _job(request, pk)
    form = ImportForm()
    if request.method == "POST":
        data, files = request.POST, request.FILES  # reading them may refuse the file
        refused = getattr(request, "refused_upload", 0)
        form = ImportForm(data, files, refused=refused)
        if form.is_valid():
            return _keep(request, job, form)
    context = {
        "job": job,
        "form": form,
        "columns": import_columns.all_columns(),
        "max_rows": f"{csv_file.MAX_ROWS:,}",
        "max_megabytes": csv_file.MAX_BYTES // 1024 // 1024,
    }
    status = 422 if form.errors else 200
    return render(request, "candidates/import.html", context, status=status)


def _keep(request: MemberRequest, job: Job, form: ImportForm) -> HttpResponse:
    """Keep the file until it is confirmed, in place of an earlier one."""
    file = form.cleaned_data["file"]
    organization = request.membership.organization
    mine = CandidateImport.objects.of(organization, request.user).filter(job=job)
    mine.filter(finished_at=None).delete()
    kept = CandidateImport.objects.create(
        organization=organization,
        job=job,
        user=request.user,
        file_name=file.name[:200],
        data=file.read(),
        created_at=clock.now(),
    )
    return redirect("candidates:import_upload", job.pk, kept.pk)


@require_GET
@member_required
def template(request: MemberRequest, pk: int) -> HttpResponse:
    """Serve the file to fill in."""
    _job(request, pk)
    return _csv(import_columns.template(), "candidates-template.csv")


@require_http_methods(["GET", "POST"])
@member_required
def upload(request: MemberRequest, pk: int, import_pk: int) -> HttpResponse:
    """Show what importing the file would do; do it when that is confirmed."""
    job = _job(request, pk)
    kept = _upload(request, job, import_pk)
    if kept.is_finished:
        return _result(request, kept)
    if kept.data is None:
        messages.warning(request, _EXPIRED)
        return redirect("candidates:import_csv", job.pk)
    if request.method == "POST":
        return _answer(request, kept)
    plan = importing.check(bytes(kept.data), job)
    return render(request, "candidates/import_preview.html", _preview(kept, plan))


def _result(request: MemberRequest, kept: CandidateImport) -> HttpResponse:
    if request.method == "POST":  # pressed twice
        return redirect(request.path)
    return render(
        request, "candidates/import_done.html", {"job": kept.job, "kept": kept}
    )


def _answer(request: MemberRequest, kept: CandidateImport) -> HttpResponse:
    if "discard" in request.POST:
        kept.delete()
        messages.info(request, "The file was discarded. Nothing was imported.")
        return redirect("candidates:on_job", kept.job_id)
    try:
        importing.carry_out(
            kept,
            seen=request.POST.get("seen", ""),
            without_wrong="without_wrong" in request.POST,
            by=request.user,
        )
    except importing.Changed:
        messages.warning(request, _CHANGED)
    return redirect(request.path)


def _preview(kept: CandidateImport, plan: Plan) -> dict[str, object]:
    return {
        "job": kept.job,
        "kept": kept,
        "plan": plan,
        "problems": plan.problems[:PROBLEMS_SHOWN],
        "more_problems": max(len(plan.problems) - PROBLEMS_SHOWN, 0),
        "shown": _sample(plan),
        "until": kept.kept_until,
    }


def _sample(plan: Plan) -> list[Entry]:
    """Return the first people; where the encoding is a guess, those who show it."""
    if not plan.sheet.is_guessed:
        return plan.entries[:PEOPLE_SHOWN]
    telling = [e for e in plan.entries if not "".join(e.values.values()).isascii()]
    return (telling or plan.entries)[:PEOPLE_SHOWN]


@require_GET
@member_required
def wrong_rows(request: MemberRequest, pk: int, import_pk: int) -> HttpResponse:
    """Serve the rows that have a problem, to be corrected and uploaded again."""
    kept = _upload(request, _job(request, pk), import_pk)
    if kept.data is None:
        messages.warning(request, _EXPIRED)
        return redirect("candidates:import_csv", pk)
    plan = importing.check(bytes(kept.data), kept.job)
    return _csv(importing.wrong_rows(plan), "rows-to-correct.csv")


def _csv(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    response["Cache-Control"] = "private, no-store"
    return response
