"""Who may see a page: the decorators that stand above every view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from .models import Membership, User

P = ParamSpec("P")


class MemberRequest(HttpRequest):
    """A request of a signed-in person who works in an organization."""

    user: User
    membership: Membership


View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def member_required(
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> View[P]:
    """Let in people who are signed in and belong to an organization.

    Views read ``request.membership.organization``: every query starts there.
    """

    @login_required
    @wraps(view)
    def guarded(
        request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if request.membership is None:  # type: ignore[attr-defined]
            return render(request, "accounts/no_organization.html", status=403)
        return view(request, *args, **kwargs)  # type: ignore[arg-type]

    return guarded


def admin_required(
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> View[P]:
    """Let in administrators of the organization; others read who can help them."""

    @member_required
    @wraps(view)
    def guarded(
        request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if not request.membership.is_admin:
            admins = Membership.objects.filter(
                organization=request.membership.organization,
                role=Membership.Role.ADMIN,
            ).select_related("user")
            return render(
                request, "accounts/admins_only.html", {"admins": admins}, status=403
            )
        return view(request, *args, **kwargs)

    return guarded


def refuse(request: HttpRequest, sentence: str, *, status: int = 409) -> HttpResponse:
    """Answer with a page that holds one sentence and the way back."""
    return render(
        request, "accounts/refused.html", {"sentence": sentence}, status=status
    )
