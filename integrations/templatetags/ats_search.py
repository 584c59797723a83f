"""The ATS parts of the candidate search, and what is known of who is in an ATS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from jobs.models import Job

from .. import search
from ..directory_state import state_of
from ..views.directory import JOBS_OFFERED

if TYPE_CHECKING:
    from ..models import AtsConnection

register = template.Library()

Context = dict[str, Any]

FEW = 5  # shown below a search; the rest is on a page of its own

_NOTHING = SafeString("")


@register.simple_tag(takes_context=True)
def ats_filters(context: Context) -> SafeString:
    """Show the filter “ATS candidates”, for a form that searches candidates."""
    filters = _filters(context)
    return _render(context, "_filters.html", filters=filters) if filters else _NOTHING


@register.simple_tag(takes_context=True)
def ats_people_links(context: Context) -> SafeString:
    """Lead to those who are only in an ATS, where there is no candidate to search."""
    filters = _filters(context)
    if not filters:
        return _NOTHING
    return _render(context, "_people_links.html", filters=filters)


@register.simple_tag(takes_context=True)
def ats_filter_notes(context: Context) -> SafeString:
    """Say which connected ATSs the filter knows not at all, or not yet completely."""
    membership = context["request"].membership
    notes = [
        (one.connection, state)
        for one in _filters(context)
        if not (state := state_of(one.connection)).is_complete
    ]
    without = search.not_listing_of(membership.organization)
    if not (notes or without):
        return _NOTHING
    return _render(context, "_filter_notes.html", notes=notes, without=without)


@register.simple_tag(takes_context=True)
def ats_only_there(context: Context, text: str) -> SafeString:
    """Show some of those who are only in the ATS that the filter asks for."""
    organization = context["request"].membership.organization
    sections = [
        {
            "connection": one.connection,
            "rows": search.rows_of(found[:FEW]),
            "more": len(found) > FEW,
            "state": state_of(one.connection),
        }
        for one in _filters(context)
        if one.chosen is search.Presence.ONLY
        for found in [_first(one.connection, text)]
    ]
    if not sections:
        return _NOTHING
    jobs = Job.objects.of(organization).live()[:JOBS_OFFERED]
    return _render(context, "_only_there.html", sections=sections, jobs=jobs, text=text)


def _first(connection: AtsConnection, text: str) -> list[Any]:
    found = search.only_there(connection, text)
    found = found.select_related("connection")
    return list(found.order_by("-created_at", "-pk")[: FEW + 1])


@register.simple_tag
def ats_hint(line: dict[str, Any]) -> str:
    """Return the sentence that the person seems to be there; "" where nothing says so.

    ``line`` is one of the column ATS. What has really been looked up counts for more.
    """
    badge, connection = line["badge"], line["standing"].connection
    if badge.state != badge.NONE or line.get("finding") or not connection.is_live:
        return ""
    if not connection.adapter_class.lists_people:
        return ""
    candidate = line["standing"].candidate
    there = search.looks_there(candidate, [connection])
    return search.hint(candidate, connection) if there else ""


@register.simple_tag(takes_context=True)
def ats_directory(context: Context, connection: AtsConnection) -> SafeString:
    """Show how far the people of the ATS are read, or why they cannot be."""
    lists = connection.adapter_class.lists_people
    state = state_of(connection) if lists and connection.is_live else None
    return _render(context, "_directory.html", connection=connection, state=state)


def _filters(context: Context) -> list[search.AtsFilter]:
    """Return the filters of this page, kept on its request."""
    request = context["request"]
    if not hasattr(request, "ats_filters"):
        organization = request.membership.organization
        request.ats_filters = search.filters_of(organization, request.GET)
    filters: list[search.AtsFilter] = request.ats_filters
    return filters


def _render(context: Context, name: str, **extra: Any) -> SafeString:
    shared = {key: context.get(key) for key in ("request", "membership", "csrf_token")}
    return render_to_string(f"integrations/{name}", {**shared, **extra})
