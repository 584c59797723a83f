"""The parts of a page that change by themselves, and the vendors' marks."""

from __future__ import annotations

from hashlib import sha256

from django.http import Http404, HttpResponse
from django.views.decorators.http import condition, require_GET

from candidates.models import Candidate
from pinsync.accounts.access import MemberRequest, member_required

from .. import live, marks
from ..adapters import vendors
from ..models import VendorBadge

MOST = 200  # candidates of one page

# The drawing may be shown, and do nothing else, wherever it is opened.
_DRAWING_ONLY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@require_GET
@member_required
def badges(request: MemberRequest) -> HttpResponse:
    """Send what has changed since the page was made; 204 while nothing has."""
    ids = [int(i) for i in request.GET.get("candidates", "").split(",") if _is_id(i)]
    people = Candidate.objects.of(request.membership.organization).filter(
        pk__in=ids[:MOST]
    )
    part = live.Part.of(
        list(people.order_by("pk")),
        request.membership.organization,
        show=_show(request.GET.get("show", "")),
    )
    if part.seen == request.GET.get("seen"):
        return HttpResponse(status=204)
    return HttpResponse(part.html())


def _show(text: str) -> live.Show:
    return live.Show(text) if text in set(live.Show) else live.Show.LIST


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _mark(slug: str) -> bytes:
    if slug not in vendors():
        raise Http404
    replaced = VendorBadge.objects.filter(vendor=slug).values_list("svg", flat=True)
    drawn = next((svg.encode() for svg in replaced), None) or marks.drawn(slug)
    if drawn is None:
        raise Http404
    return drawn


@require_GET
@condition(etag_func=lambda request, slug: f'"{sha256(_mark(slug)).hexdigest()[:20]}"')
def vendor_badge(request: MemberRequest, slug: str) -> HttpResponse:
    """Send the drawn mark of a vendor."""
    return HttpResponse(
        _mark(slug),
        content_type="image/svg+xml",
        headers={
            "Cache-Control": "public, max-age=600",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": _DRAWING_ONLY,
        },
    )
