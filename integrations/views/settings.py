"""Settings > ATS Integration: for administrators of the organization."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pinsync.accounts.access import MemberRequest, admin_required

from .. import connections, consent, explain, rows
from ..adapters import Adapter, vendors
from ..crypto import CannotOpen
from ..errors import AtsError, BadCredentials
from ..forms import CredentialsForm, ProfileLinkForm
from ..models import AtsConnection


@require_GET
@admin_required
def overview(request: MemberRequest) -> HttpResponse:
    """List every ATS, connected or not."""
    return render(
        request,
        "integrations/settings.html",
        {"rows": rows.vendor_rows(request.membership.organization)},
    )


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@admin_required
def connect(request: MemberRequest, slug: str) -> HttpResponse:
    """Take the credential, prove it and store it."""
    adapter = vendors().get(slug)
    if adapter is None:
        raise Http404
    organization = request.membership.organization
    live = AtsConnection.objects.of(organization).live().filter(vendor=slug).first()
    if live:
        return redirect("integrations:connection", live.pk)
    form = CredentialsForm(request.POST or None, adapter=adapter)
    if _is_entered(request, adapter) and form.is_valid():
        try:
            connection = connections.connect(
                organization=organization,
                vendor=slug,
                credentials=form.credentials(),
                by=request.user,
            )
        except AtsError as error:
            form.add_error(None, _refusal(adapter, error))
        else:
            say(request, connection, connected_words(adapter))
            return redirect("integrations:connection", connection.pk)
    return render(request, "integrations/connect.html", _to_connect(adapter, form))


@require_http_methods(["GET", "POST"])
@admin_required
def connection(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what was proven about one connection; take its profile link."""
    row = _connection(request, pk)
    form = ProfileLinkForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        AtsConnection.objects.filter(pk=row.pk).update(
            profile_url=form.cleaned_data["profile_url"]
        )
        messages.success(request, f"The profile link of {row.label} is saved.")
        return redirect("integrations:connection", row.pk)
    return render(
        request,
        "integrations/connection.html",
        {
            "row": rows.vendor_row(row),
            "connection": row,
            "adapter": row.adapter_class,
            "permissions": rows.permission_rows(row),
            "elsewhere": consent.signs_in_elsewhere(row.adapter_class),
            "link_form": form,
        },
    )


@require_POST
@admin_required
def test(request: MemberRequest, pk: int) -> HttpResponse:
    """Prove the connection now."""
    row = _live_connection(request, pk)
    try:
        connections.test(row)
    except AtsError as error:
        messages.error(request, explain.at_the_page(error))
    else:
        say(request, row, f"{row.label} answered: the connection works.")
    return redirect("integrations:connection", row.pk)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@admin_required
def reconnect(request: MemberRequest, pk: int) -> HttpResponse:
    """Replace the credential in place."""
    row = _live_connection(request, pk)
    form = CredentialsForm(
        request.POST or None, adapter=row.adapter_class, known=_known(row)
    )
    if "account" in request.POST:
        form.ask_which_account(row)
    if _is_entered(request, row.adapter_class) and form.is_valid():
        try:
            now = connections.reconnect(
                row,
                credentials=form.credentials(),
                if_unknown=form.cleaned_data.get("account", ""),
                by=request.user,
            )
        except connections.NotRecognised as error:
            form.add_error(None, error.sentence)
            form.ask_which_account(row)
        except AtsError as error:
            form.add_error(None, _refusal(row.adapter_class, error))
        else:
            say(request, now, reconnected_words(row, now))
            return redirect("integrations:connection", now.pk)
    return render(
        request,
        "integrations/connect.html",
        {
            **_to_connect(row.adapter_class, form),
            "connection": row,
            "row": rows.vendor_row(row),
        },
    )


@require_http_methods(["GET", "POST"])
@admin_required
def disconnect(request: MemberRequest, pk: int) -> HttpResponse:
    """Say what disconnecting stops, and do it when confirmed."""
    row = _live_connection(request, pk)
    if request.method == "POST":
        connections.disconnect(row, by=request.user)
        messages.success(request, f"{row.label} is disconnected.")
        return redirect("integrations:settings")
    return render(
        request,
        "integrations/disconnect.html",
        {
            "connection": row,
            "stops": connections.exports_to_stop(row),
            "unclear": connections.unclear_exports(row),
            "people": row.people.count(),
            "settings": row.mappings.count(),
        },
    )


def _known(row: AtsConnection) -> dict[str, str]:
    """Return what the form may begin with; nothing where no key opens it any more."""
    try:
        return row.get_credentials()
    except CannotOpen:
        return {}


def _is_entered(request: MemberRequest, adapter: type[Adapter]) -> bool:
    """Return whether a credential was sent; some are given on the vendor's own pages."""
    return request.method == "POST" and not consent.signs_in_elsewhere(adapter)


def _to_connect(adapter: type[Adapter], form: CredentialsForm) -> dict[str, Any]:
    elsewhere = consent.signs_in_elsewhere(adapter)
    return {
        "adapter": adapter,
        "form": form,
        "elsewhere": elsewhere,
        "missing_variables": consent.missing_variables(adapter),
        "redirect_uri": consent.redirect_uri(adapter.slug) if elsewhere else "",
    }


def connected_words(adapter: type[Adapter]) -> str:
    return (
        f"{adapter.label} is connected. Now choose in the settings of each job when its "
        "candidates go over."
    )


def say(request: MemberRequest, row: AtsConnection, sentence: str) -> None:
    """Say that it worked, unless the credential lacks something."""
    if rows.vendor_row(row).missing:
        sentence = (
            f"{row.label} accepts the credential, but it lacks permissions: below stands "
            "which, and what does not work without them."
        )
        messages.warning(request, sentence)
    else:
        messages.success(request, sentence)


def _refusal(adapter: type[Adapter], error: AtsError) -> str:
    """Say it to the person who has just entered the credential."""
    if not isinstance(error, BadCredentials):
        return explain.at_the_page(error)
    if error.on_entry:
        return error.on_entry
    secrets = [field.label for field in adapter.credentials_fields if field.secret]
    return (
        f"{adapter.label} does not accept this {' or '.join(secrets)}. Nothing was "
        "saved. Check it in the ATS and enter it again."
    )


def reconnected_words(before: AtsConnection, now: AtsConnection) -> str:
    if before.pk == now.pk:
        return f"{now.label} is connected again. What waited goes on by itself."
    return (
        f"This is another {now.label} account, so a new connection was made. Set up "
        "its jobs anew: the settings and links of the old account do not fit it."
    )


def _connection(request: MemberRequest, pk: int) -> AtsConnection:
    rows_ = AtsConnection.objects.of(request.membership.organization)
    return get_object_or_404(rows_.select_related("connected_by"), pk=pk)


def _live_connection(request: MemberRequest, pk: int) -> AtsConnection:
    row = _connection(request, pk)
    if not row.is_live:
        raise Http404
    return row
