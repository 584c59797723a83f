"""What administrators must know, and the people whom an ATS has twice."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from pinsync import clock
from pinsync.accounts.access import MemberRequest, member_required

from ..badges import safe_link
from ..models import LaterLook

MOST = 200


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """Send the banner anew; 204, which changes nothing, once somebody signed out."""
    if not getattr(request, "membership", None):
        return HttpResponse(status=204)
    return render(request, "integrations/_notices.html")


@require_GET
@member_required
def twice(request: MemberRequest) -> HttpResponse:
    """List who is in an ATS twice, with a link to each of them there."""
    looks = LaterLook.objects.of(request.membership.organization).twice()
    related = looks.select_related("step__connection", "step__candidate")
    rows = [
        {
            "look": look,
            "people": [{**row, "link": _link(look, row)} for row in look.found],
        }
        for look in related.order_by("-twice_at")[:MOST]
    ]
    return render(request, "integrations/twice.html", {"rows": rows})


def _link(look: LaterLook, row: dict[str, str]) -> str:
    connection = look.step.connection
    return safe_link(row["url"] or connection.person_url(row["person_id"]))


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


@require_POST
@member_required
def seen_to(request: MemberRequest, pk: int) -> HttpResponse:
    """Take somebody off the list: they were merged, or they are two people."""
    mine = LaterLook.objects.of(request.membership.organization)
    look = get_object_or_404(mine.select_related("step__candidate"), pk=pk)
    shown = _moment(request.POST.get("twice_at", ""))
    # Only what was shown: a look may have found one more since.
    seen = LaterLook.objects.filter(pk=look.pk, twice_at=shown).update(
        seen_to_at=clock.now(), seen_to_by=request.user
    )
    name = look.step.candidate
    if seen and shown:
        messages.success(request, f"{name} is off the list.")
    else:
        messages.warning(
            request, f"{name} was looked at again since: see who is there."
        )
    return redirect("integrations:twice")
