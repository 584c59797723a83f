"""Where the pages of other apps meet the ATS parts; see each tag for what it shows."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def ats_badges(context: dict[str, Any], candidate: Any) -> str:
    return ""
