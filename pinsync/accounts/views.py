"""Signing in and out, the organization one works in, the team, and small preferences."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_POST

from pinsync.way_back import next_url

from . import team as team_rules
from .access import MemberRequest, admin_required, member_required
from .forms import AddPersonForm, PasswordForm, RoleForm, SignInForm
from .middleware import SESSION_KEY
from .models import Membership

THEMES = ("light", "dark")
_YEAR = 365 * 24 * 3600

sign_in = LoginView.as_view(
    template_name="accounts/sign_in.html",
    authentication_form=SignInForm,
    redirect_authenticated_user=True,
)
sign_out = LogoutView.as_view()


class _PasswordView(PasswordChangeView):
    template_name = "accounts/password.html"
    form_class = PasswordForm
    success_url = reverse_lazy("jobs:list")

    def form_valid(self, form: PasswordForm) -> HttpResponse:  # type: ignore[override]
        messages.success(self.request, "Your password was changed.")
        return super().form_valid(form)


password = _PasswordView.as_view()


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep light or dark in a cookie, so that the next page is drawn right at once."""
    response = redirect(next_url(request) or "/")
    chosen = request.POST.get("theme")
    if chosen in THEMES:
        response.set_cookie(
            "theme",
            chosen,
            max_age=_YEAR,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Work in another organization that one belongs to."""
    raw = request.POST.get("organization", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 19):
        raise Http404
    membership = get_object_or_404(Membership, user=request.user, organization=int(raw))
    request.session[SESSION_KEY] = membership.organization_id
    return redirect("jobs:list")


@member_required
def team(request: MemberRequest) -> HttpResponse:
    return _team_page(request, AddPersonForm())


def _team_page(
    request: MemberRequest, form: AddPersonForm, *, status: int = 200
) -> HttpResponse:
    members = _members(request).select_related("user").order_by("user__name", "pk")
    context = {"members": members, "form": form, "roles": Membership.Role.choices}
    return render(request, "accounts/team.html", context, status=status)


@require_POST
@admin_required
def add_person(request: MemberRequest) -> HttpResponse:
    form = AddPersonForm(request.POST, organization=request.membership.organization)
    if not form.is_valid():
        return _team_page(request, form, status=422)
    user = form.save().user
    signs_in = "the password they have" if form.known else "the initial password"
    messages.success(
        request, f"{user} belongs to the team now and signs in with {signs_in}."
    )
    return redirect("accounts:team")


@require_POST
@admin_required
def change_role(request: MemberRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(_members(request), pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "There is no such role. Nothing was changed.")
        return redirect("accounts:team")
    try:
        team_rules.change_role(membership, form.cleaned_data["role"])
    except team_rules.LastAdministrator as refusal:
        messages.error(request, refusal.sentence)
    else:
        role = membership.get_role_display().lower()
        article = "an" if membership.is_admin else "a"
        messages.success(request, f"{membership.user} is {article} {role} now.")
    return redirect("accounts:team")


@require_POST
@admin_required
def remove_person(request: MemberRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(_members(request), pk=pk)
    try:
        team_rules.remove(membership)
    except team_rules.LastAdministrator as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(
            request,
            f"{membership.user} was removed from {membership.organization}. "
            "What they did keeps their name.",
        )
    return redirect("accounts:team")


def _members(request: MemberRequest) -> QuerySet[Membership]:
    return Membership.objects.filter(organization=request.membership.organization)
