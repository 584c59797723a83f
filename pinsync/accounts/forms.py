"""Forms for signing in and for the team."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from pinsync.forms import Form, NamesItsFields

from .models import Membership, Organization, User


class SignInForm(NamesItsFields, AuthenticationForm):
    """Email and password. Which of the two was wrong is not said."""

    marks_required = False

    error_messages = {
        "invalid_login": "Email address and password do not belong together.",
        "inactive": "This account is switched off. Ask your administrator.",
    }
    username = forms.CharField(
        label="Email address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )

    def clean_username(self) -> str:
        # The lock after wrong passwords counts by this: one person is one spelling.
        return str(self.cleaned_data["username"]).strip().lower()


class PasswordForm(NamesItsFields, PasswordChangeForm):
    """The old password, and the new one twice."""

    marks_required = False


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Membership.Role.choices)


class AddPersonForm(Form):
    """A new member of the organization; an account is made where there is none."""

    marks_required = False

    email = forms.EmailField(max_length=254, label="Email address")
    name = forms.CharField(max_length=150, label="Full name", required=False)
    role = forms.ChoiceField(
        choices=Membership.Role.choices, initial=Membership.Role.RECRUITER
    )
    password = forms.CharField(
        label="Initial password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Hand it over yourself; they can change it after signing in. "
        "Leave name and password empty for somebody who has an account here.",
    )

    def __init__(
        self, *args: Any, organization: Organization | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization
        self.known: User | None = None

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        self.known = User.objects.filter(email=email).first()
        if self.known is None:
            return email
        if not self.known.is_active:
            raise ValidationError(
                "The account of this address is switched off. Ask whoever runs this "
                "installation to switch it on."
            )
        if self.known.memberships.filter(organization=self.organization).exists():
            raise ValidationError(f"{self.known} belongs to the team already.")
        return email

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if self.known or "email" not in data:
            return data
        if not data.get("name") and "name" not in self.errors:
            self.add_error("name", "Full name is missing.")
        self._check_password(data.get("password", ""))
        return data

    def _check_password(self, password: str) -> None:
        if not password:
            self.add_error("password", "Initial password is missing.")
            return
        try:
            validate_password(password)
        except ValidationError as error:
            self.add_error("password", error)

    def save(self) -> Membership:
        """Add the person; somebody who has an account keeps name and password."""
        assert self.organization is not None  # noqa: S101 - the view gives it
        data = self.cleaned_data
        with transaction.atomic():
            user = self.known or User.objects.create_user(
                data["email"], data["password"], name=data["name"]
            )
            return Membership.objects.create(
                user=user, organization=self.organization, role=data["role"]
            )
