"""The lines and the numbers of the page Exports."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from jobs.models import Job
from pinsync import clock, paging

from . import explain, moves
from .badges import TONES, Badge, safe_link
from .decisions import CAUSE, cause_of
from .figures import Figures, figures_of
from .models import AtsConnection, Export, ExportStep
from .models.exports import ExportQuerySet
from .standings import Pair, Standing, standings_for

if TYPE_CHECKING:
    from django.http import QueryDict

    from pinsync.accounts.models import Organization

    from .forms import ExportsFilterForm


@dataclass(frozen=True)
class Line:
    """One export: what is shown of it and the one thing that can be done."""

    export: Export
    words: str
    sentence: str
    tone: str
    next_try: datetime | None
    action: str  # "decide", "retry", "cancel", "open" or ""
    url: str
    under_way: bool
    other_job: bool = False  # it failed at its ATS job: another one can be chosen
    alike: int = 0  # failed for the same cause, if this is the first of them here

    @property
    def since(self) -> datetime:
        return self.export.in_ats_at or self.export.requested_at


@dataclass(frozen=True)
class ListPage:
    """Some lines, and the cursors of its neighbours ("" for none)."""

    lines: list[Line]
    next: str
    previous: str


def page_of(
    organization: Organization, form: ExportsFilterForm, data: QueryDict
) -> ListPage:
    """Return the page of the exports that the filter lets through and data names."""
    rows = _narrowed(Export.objects.of(organization), form)
    page = paging.page_of(
        rows.select_related(
            "connection__connected_by", "candidate", "job", "event", "requested_by"
        ),
        data,
        by="requested_at",
    )
    standings = standings_for(page.rows)
    now = clock.now()
    lines = [
        _line(export, standings[export.candidate_id, export.connection_id], now)
        for export in page.rows
    ]
    return ListPage(
        lines=_with_alike(lines, standings),
        next=page.next,
        previous=page.previous,
    )


def _narrowed(rows: ExportQuerySet, form: ExportsFilterForm) -> ExportQuerySet:
    if not form.is_valid():
        return rows
    data = form.cleaned_data
    if data["ats"]:
        rows = rows.filter(connection__vendor=data["ats"])
    if data["job"]:
        rows = rows.filter(job=data["job"])
    if data["state"]:
        rows = rows.filter(state=data["state"])
    return rows


def jobs_of(organization: Organization) -> QuerySet[Job]:
    """Return the jobs that have exports, with what a choice of one shows."""
    exports = Export.objects.filter(job=OuterRef("pk"))
    return Job.objects.of(organization).filter(Exists(exports)).only("title")


def strip_of(organization: Organization) -> list[Figures]:
    """Return the numbers of each live connection."""
    live = AtsConnection.objects.of(organization).live()
    return figures_of(sorted(live, key=lambda row: row.label))


def _with_alike(lines: list[Line], standings: dict[Pair, Standing]) -> list[Line]:
    """Count those that failed for one cause on the first line that shows it."""
    failed = {line.export.pk: line for line in lines if line.action == "retry"}
    if not failed:
        return lines
    totals = _causes({line.export.connection_id for line in failed.values()})
    for line in failed.values():
        export = line.export
        standing = standings[export.candidate_id, export.connection_id]
        for step in standing.steps_of(export):
            if step.state == ExportStep.State.FAILED:
                number = totals.pop((export.connection_id, cause_of(step)), 0)
                failed[export.pk] = replace(line, alike=number if number > 1 else 0)
                break
    return [failed.get(line.export.pk, line) for line in lines]


def _causes(connections: set[int]) -> Counter[tuple[int, tuple[str, str, str]]]:
    steps = (
        ExportStep.objects.filter(
            connection__in=connections, state=ExportStep.State.FAILED
        )
        .order_by()
        .select_related("candidate")
        .only(*CAUSE, "connection_id")
    )
    return Counter((step.connection_id, cause_of(step)) for step in steps)


_TONE = {
    Export.State.WAITING: TONES[Badge.WAITING],
    Export.State.EXPORTING: TONES[Badge.EXPORTING],
    Export.State.NEEDS_YOU: TONES[Badge.NEEDS_YOU],
    Export.State.FAILED: TONES[Badge.FAILED],
    Export.State.SENT: TONES[Badge.IN_ATS],
    Export.State.CANCELLED: TONES[Badge.NONE],
}


def _line(export: Export, standing: Standing, now: datetime) -> Line:
    action, url = _action(export, standing)
    return Line(
        export=export,
        words=_words(export, standing),
        sentence=explain.sentence_of_export(standing, export, now),
        tone=_TONE[Export.State(export.state)],
        next_try=_next_try(export, standing, now),
        action=action,
        url=url,
        under_way=export.state in (Export.State.WAITING, Export.State.EXPORTING)
        and standing.is_under_way(now),
        other_job=moves.is_offered(standing, export),
    )


def _words(export: Export, standing: Standing) -> str:
    if export.state == Export.State.SENT and standing.person:
        return "Sent" if standing.person.is_ours else "Already there"
    return str(export.get_state_display())


def _action(export: Export, standing: Standing) -> tuple[str, str]:
    State = Export.State
    if standing.person and export.state == State.SENT:
        url = safe_link(standing.person.link)
        return ("open", url) if url else ("", "")
    if not standing.connection.is_live:
        return "", ""
    if export.state == State.NEEDS_YOU and standing.decision:
        return "decide", reverse("integrations:decide", args=[standing.decision.pk])
    if export.state == State.FAILED:
        return "retry", reverse("integrations:retry", args=[export.pk])
    if export.state == State.WAITING:
        return "cancel", reverse("integrations:cancel", args=[export.pk])
    return "", ""


def _next_try(export: Export, standing: Standing, now: datetime) -> datetime | None:
    if not standing.connection.is_connected:
        return None
    waiting = (ExportStep.State.READY, ExportStep.State.UNCERTAIN)
    times = [
        step.not_before
        for step in standing.steps_of(export)
        if step.state in waiting and step.not_before and step.not_before > now
    ]
    return min(times, default=None)
