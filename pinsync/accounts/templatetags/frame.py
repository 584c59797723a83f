"""Words that every page needs."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.template.defaultfilters import date as formatted
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pinsync import local_time

register = template.Library()

_STEPS = ((3600, 60, "min"), (86_400, 3600, "h"), (7 * 86_400, 86_400, "d"))


@register.filter
def ago(moment: datetime | None) -> str:
    """Say how long ago the moment is: “3 min ago”; after a week, its date."""
    if moment is None:
        return ""
    seconds = (timezone.now() - moment).total_seconds()
    if seconds < 60:
        return "just now"
    for limit, unit, word in _STEPS:
        if seconds < limit:
            return f"{int(seconds // unit)} {word} ago"
    return formatted(timezone.localtime(moment), "j M Y")


@register.filter
def at(moment: datetime | None) -> SafeString:
    """Mark up the time of the moment, with its date unless it is today."""
    if moment is None:
        return SafeString("")
    return _marked_up(moment, local_time.at(moment))


@register.filter
def when(moment: datetime | None) -> SafeString:
    """Mark up how long ago the moment is, with the exact time as its title."""
    return SafeString("") if moment is None else _marked_up(moment, ago(moment))


def _marked_up(moment: datetime, words: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        formatted(timezone.localtime(moment), "j M Y, H:i T"),
        words,
    )
