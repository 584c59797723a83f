"""How the views answer: whole pages, or the part that htmx swaps."""

from __future__ import annotations

from django.http import HttpRequest


def is_partial(request: HttpRequest) -> bool:
    """Return whether htmx asked, and so wants only the part it swaps."""
    return request.headers.get("HX-Request") == "true"
