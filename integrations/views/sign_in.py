"""Signing in on a vendor's own pages: there, and back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
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
    state, error = (request.GET.get(name, "") for name in ("state", "error"))
    organization = request.membership.organization_id
    begun = consent.take(request.session, state)
    if begun is None or (begun.vendor, begun.organization) != (slug, organization):
        # Whether a refusal brings the state along is not documented everywhere.
        is_refusal = error and not state and consent.is_under_way(request.session, slug)
        messages.error(
            request, _refusal(adapter, error) if is_refusal else _not_begun(adapter)
        )
        return _back(request, slug)
    code = request.GET.get("code", "")
    if not code:
        messages.error(request, _refusal(adapter, error))
        return _back(request, slug)
    try:
        return _finish(request, begun, code)
    except AtsError as problem:
        messages.error(request, explain.at_the_page(problem))
        return _back(request, slug)


def _finish(request: MemberRequest, begun: consent.Begun, code: str) -> HttpResponse:
    before = _reconnected(request, begun)
    token = consent.token_for_code(begun.vendor, code)
    if before is None:
        row = connections.connect(
            organization=request.membership.organization,
            vendor=begun.vendor,
            credentials={},
            token=token,
            by=request.user,
        )
        say(request, row, connected_words(row.adapter_class))
    else:
        row = connections.reconnect(
            before,
            credentials={},
            token=token,
            if_unknown=connections.ANOTHER,  # a code works once: no time to ask
            by=request.user,
        )
        say(request, row, reconnected_words(before, row))
    return redirect("integrations:connection", row.pk)


def _reconnected(request: MemberRequest, begun: consent.Begun) -> AtsConnection | None:
    """Return the connection that the sign-in is for, None where it makes one."""
    if begun.connection is None:
        return None
    row = _live(request).filter(pk=begun.connection).first()
    if row is None:
        label = vendors()[begun.vendor].label
        raise connections.ConnectedAlready(
            f"{label} was disconnected meanwhile. Connect it anew."
        )
    return row


def _not_begun(adapter: type[Adapter]) -> str:
    return (
        f"This sign-in at {adapter.label} was not begun here, or is used up. Begin it "
        "again."
    )


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
