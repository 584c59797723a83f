"""How the views answer: whole pages, or the part that htmx swaps."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def is_partial(request: HttpRequest) -> bool:
    """Return whether htmx asked, and so wants only the part it swaps."""
    return request.headers.get("HX-Request") == "true"


def next_url(request: HttpRequest) -> str:
    """Return where the form wants to go back to, if that is on this site."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if safe else ""
