"""Signing in on a vendor's own pages: there, and back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from pinsync.accounts.access import MemberRequest, admin_required

from .. import connections, consent, explain
from ..adapters import Adapter, vendors
from ..errors import AtsError
from ..models import AtsConnection
from ..models.connections import AtsConnectionQuerySet
from .settings import connected_words, reconnected_words, say


# A link rather than a form: our policy lets forms go nowhere else, and all that it
# changes is the session of whoever follows it.
@never_cache
@require_GET
@admin_required
def go(request: MemberRequest, slug: str) -> HttpResponse:
    """Send the browser to the vendor's page where somebody signs in and agrees."""
    adapter = _vendor(slug)
    if consent.missing_variables(adapter):
        return redirect("integrations:connect", slug)
    live = _live(request).filter(vendor=slug).first()
    return HttpResponseRedirect(
        consent.begin(
            request.session,
            vendor=slug,
            organization=request.membership.organization_id,
            connection=live.pk if live else None,
        )
    )


@never_cache
@require_GET
@admin_required
def signed_in(request: MemberRequest, slug: str) -> HttpResponse:
    """Take the browser back, with a code or with a refusal."""
    adapter = _vendor(slug)
    begun = consent.take(request.session, request.GET.get("state", ""))
    organization = request.membership.organization_id
    if begun is None or (begun.vendor, begun.organization) != (slug, organization):
        messages.error(
            request,
            f"This sign-in at {adapter.label} was not begun here, or is used up. "
            "Begin it again.",
        )
        return _back(request, slug)
    code = request.GET.get("code", "")
    if not code:
        messages.error(request, _refusal(adapter, request.GET.get("error", "")))
        return _back(request, slug)
    try:
        return _finish(request, begun, code)
    except AtsError as error:
        messages.error(request, explain.at_the_page(error))
        return _back(request, slug)


def _finish(request: MemberRequest, begun: consent.Begun, code: str) -> HttpResponse:
    token = consent.token_for_code(begun.vendor, code)
    if begun.connection is None:
        row = connections.connect(
            organization=request.membership.organization,
            vendor=begun.vendor,
            credentials={},
            token=token,
            by=request.user,
        )
        say(request, row, connected_words(row.adapter_class))
    else:
        before = get_object_or_404(_live(request), pk=begun.connection)
        row = connections.reconnect(
            before, credentials={}, token=token, by=request.user
        )
        say(request, row, reconnected_words(before, row))
    return redirect("integrations:connection", row.pk)


def _refusal(adapter: type[Adapter], error: str) -> str:
    if error == "access_denied":
        return (
            f"{adapter.label} is not connected: the permission was refused there. "
            "Nothing was saved. Sign in again with somebody who may give it."
        )
    # Our words for what another site put into our address; theirs only where a word.
    name = f" ({error})" if error.replace("_", "").isalpha() and error.isascii() else ""
    return (
        f"{adapter.label} ended the sign-in with an error{name[:60]}. Nothing was "
        "saved. Begin it again, or show this to whoever runs the system."
    )


def _back(request: MemberRequest, slug: str) -> HttpResponse:
    if live := _live(request).filter(vendor=slug).first():
        return redirect("integrations:reconnect", live.pk)
    return redirect("integrations:connect", slug)


def _live(request: MemberRequest) -> AtsConnectionQuerySet:
    return AtsConnection.objects.of(request.membership.organization).live()


def _vendor(slug: str) -> type[Adapter]:
    adapter = vendors().get(slug)
    if adapter is None or not consent.signs_in_elsewhere(adapter):
        raise Http404
    return adapter
