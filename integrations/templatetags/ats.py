"""Where the pages of other apps meet the ATS parts; see each tag for what it shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .. import figures, live, notices
from ..activity import Line, activity_of
from ..adapters import Screen
from ..job_settings import section_of

if TYPE_CHECKING:
    from candidates.models import Candidate
    from jobs.models import Job

register = template.Library()

Context = dict[str, Any]

_NOTHING = SafeString("")


@register.simple_tag(takes_context=True)
def ats_badges(context: Context, candidate: Candidate) -> SafeString:
    """Show where the candidate is, one badge per connection."""
    person = _person(context, candidate)
    return live.badges(person) if person else _NOTHING


@register.simple_tag(takes_context=True)
def ats_export_button(context: Context, candidate: Candidate) -> SafeString:
    """Show the button that exports the candidate, and once the dialog it opens."""
    person = _person(context, candidate)
    if person is None:
        return _NOTHING
    dialog = "" if _once(context, "dialog") else _render(context, "_dialog.html")
    return format_html("{}{}", live.export_button(person), dialog)


@register.simple_tag(takes_context=True)
def ats_panel(context: Context, candidate: Candidate) -> SafeString:
    """Show the column “ATS” of the candidate page; it keeps itself up to date."""
    person = _person(context, candidate)
    if person is None:
        return _NOTHING
    poller = live.Part([person], live.Show.PAGE).poller()
    form = _render(context, "_retry_form.html")
    return format_html("{}{}{}", live.panel(person), poller, form)


@register.simple_tag(takes_context=True)
def ats_activity(context: Context, candidate: Candidate) -> list[Line]:
    """Return what happened in ATSs, each with ``at``, ``icon`` and ``sentence``."""
    return activity_of(candidate)


@register.simple_tag(takes_context=True)
def ats_load(
    context: Context, candidates: Iterable[Candidate], show: str = "list"
) -> SafeString:
    """Fetch the badges of all the candidates of a page at once.

    Shows nothing but keeps the marks up to date while something is under way: put it
    beside the table, not into it. ``show`` is "job" where the page has
    ``ats_marks_and_checks``.
    """
    request, rows = context["request"], list(candidates)
    if not getattr(request, "membership", None):
        return _NOTHING
    people = live.people_of(rows, request.membership.organization)
    _known(context).update(people)
    if not people:
        return _NOTHING
    return live.Part(list(people.values()), live.Show(show)).poller()


@register.simple_tag(takes_context=True)
def ats_marks(context: Context, candidate: Candidate) -> SafeString:
    """Show the marks of a table cell, from what ``ats_load`` fetched."""
    person = _person(context, candidate)
    return live.marks(person) if person else _NOTHING


@register.simple_tag(takes_context=True)
def ats_marks_and_checks(context: Context, candidate: Candidate) -> SafeString:
    """Show the marks and below them what early looks for duplicates found."""
    person = _person(context, candidate)
    return live.marks_and_checks(person) if person else _NOTHING


@register.simple_tag(takes_context=True)
def ats_position_details(context: Context, job: Job) -> SafeString:
    """Show the section of the job's tab Position details."""
    return _section(context, job, Screen.POSITION_DETAILS, "_position_details.html")


@register.simple_tag(takes_context=True)
def ats_automation(context: Context, job: Job) -> SafeString:
    """Show the section of the job's tab Automation."""
    return _section(context, job, Screen.AUTOMATION, "_automation.html")


@register.simple_tag(takes_context=True)
def ats_bulk_actions(context: Context, job: Job) -> str:
    """Show the buttons for the ticked rows of Job > Candidates."""
    return ""


@register.simple_tag(takes_context=True)
def ats_nav_counts(context: Context) -> SafeString:
    """Show how many exports need somebody, beside Exports in the navigation."""
    membership = context.get("membership")
    if not membership:
        return _NOTHING
    count = figures.needs_you(membership.organization)
    return _render(context, "_nav_count.html", count=count) if count else _NOTHING


@register.simple_tag(takes_context=True)
def ats_notices(context: Context) -> list[notices.Notice]:
    """Return what administrators of the organization must know."""
    membership = context.get("membership")
    if not (membership and membership.is_admin):
        return []
    return notices.notices_of(membership.organization)


def _section(
    context: Context, job: Job, screen: Screen, template_name: str
) -> SafeString:
    if job.archived_at:
        return _NOTHING
    request = context["request"]
    section = section_of(job, screen, next_url=request.get_full_path())
    return _render(context, template_name, section=section, job=job)


def _known(context: Context) -> dict[int, live.Person]:
    """Return what this page has fetched so far, kept on its request."""
    request = context["request"]
    if not hasattr(request, "ats_people"):
        request.ats_people = {}
    people: dict[int, live.Person] = request.ats_people
    return people


def _person(context: Context, candidate: Candidate) -> live.Person | None:
    membership = getattr(context["request"], "membership", None)
    if membership is None:
        return None
    known = _known(context)
    if candidate.pk not in known:
        known.update(live.people_of([candidate], membership.organization))
    return known[candidate.pk]


def _once(context: Context, what: str) -> bool:
    """Return whether the page has this part already."""
    request = context["request"]
    parts: set[str] = getattr(request, "ats_parts", set())
    request.ats_parts = parts | {what}
    return what in parts


def _render(context: Context, name: str, **extra: Any) -> SafeString:
    shared = {key: context.get(key) for key in ("request", "membership", "csrf_token")}
    return render_to_string(f"integrations/{name}", {**shared, **extra})
