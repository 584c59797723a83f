"""Where the pages of other apps meet the ATS parts; see each tag for what it shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

register = template.Library()

Context = dict[str, Any]


@register.simple_tag(takes_context=True)
def ats_badges(context: Context, candidate: Any) -> str:
    """Show where the candidate is, one badge per connection."""
    return ""


@register.simple_tag(takes_context=True)
def ats_export_button(context: Context, candidate: Any) -> str:
    """Show the button that exports the candidate."""
    return ""


@register.simple_tag(takes_context=True)
def ats_panel(context: Context, candidate: Any) -> str:
    """Show the column “ATS” of the candidate page."""
    return ""


@register.simple_tag(takes_context=True)
def ats_activity(context: Context, candidate: Any) -> list[dict[str, Any]]:
    """Return what happened in ATSs, each with ``at``, ``icon`` and ``sentence``."""
    return []


@register.simple_tag(takes_context=True)
def ats_load(context: Context, candidates: Iterable[Any]) -> str:
    """Fetch the badges of all the candidates of a page at once; shows nothing."""
    return ""


@register.simple_tag(takes_context=True)
def ats_marks(context: Context, candidate: Any) -> str:
    """Show the marks of a table cell, from what ``ats_load`` fetched."""
    return ""


@register.simple_tag(takes_context=True)
def ats_position_details(context: Context, job: Any) -> str:
    """Show the section of the job's tab Position details."""
    return ""


@register.simple_tag(takes_context=True)
def ats_automation(context: Context, job: Any) -> str:
    """Show the section of the job's tab Automation."""
    return ""


@register.simple_tag(takes_context=True)
def ats_bulk_actions(context: Context, job: Any) -> str:
    """Show the buttons for the ticked rows of Job > Candidates."""
    return ""


@register.simple_tag(takes_context=True)
def ats_nav_counts(context: Context) -> str:
    """Show how many exports need somebody, beside Exports in the navigation."""
    return ""
