"""What the pages of a person are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from ..models import FACTS, LADDER, JobCandidate, Kind, OutreachEvent
from ..steps import NextStep
from ..steps import next_steps as steps_of

register = template.Library()

_ICONS = {
    Kind.ADDED: "plus",
    Kind.CONTACT_FOUND: "mail",
    Kind.FIRST_MESSAGE: "send",
    Kind.REPLIED: "reply",
    Kind.INTERESTED: "star",
}
_SENTENCES = {
    Kind.ADDED: "Added to the outreach of {job}.",
    Kind.CONTACT_FOUND: "Contact information is found, for {job}.",
    Kind.FIRST_MESSAGE: "Received the first message for {job}.",
    Kind.REPLIED: "Replied about {job}.",
    Kind.INTERESTED: "Replied and is interested in {job}.",
}
_COLOURS = {"Interested": "green", "Replied": "accent", "Messaged": "blue"}


@register.filter
def next_steps(row: JobCandidate) -> list[NextStep]:
    return steps_of(row)


@register.inclusion_tag("candidates/_outreach_state.html")
def outreach_state(row: JobCandidate) -> dict[str, Any]:
    """Show how far the outreach has got: icon, word and colour."""
    reached = [rung for rung in LADDER if getattr(row, FACTS[rung])]
    return {
        "word": row.outreach_state,
        "icon": _ICONS[reached[-1]] if reached else "",
        "colour": _COLOURS.get(row.outreach_state, ""),
    }


@register.simple_tag
def timeline(
    events: Iterable[OutreachEvent], others: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Merge what happened in the outreach with other entries, newest first."""
    entries = [_entry(event) for event in events]
    entries.extend(others or [])
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)


def _entry(event: OutreachEvent) -> dict[str, Any]:
    kind = Kind(event.kind)
    return {
        "at": event.occurred_at,
        "icon": _ICONS[kind],
        "sentence": _SENTENCES[kind].format(job=event.job_candidate.job),
        "by": event.by,
        "implied": event.implied and kind in LADDER,
    }
