"""Show what a vendor's API answers with: keys and types, never a value."""

from __future__ import annotations

import os
from getpass import getpass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations import probing
from integrations.adapters import Choice, OAuth2, Secret, Text, adapter_class, vendors
from integrations.crypto import CannotOpen
from integrations.forms import CredentialsForm
from integrations.models import AtsConnection

PREFIX = "PROBE_"


class Command(BaseCommand):
    help = (
        "Sign in to an ATS, read one thing of each kind, and print what the replies look "
        "like: statuses, content types, keys and types, never a value. Writes nothing. "
        f"Without --organization each credential field is taken from {PREFIX}<FIELD> or "
        "asked for."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("vendor", choices=sorted(vendors()))
        parser.add_argument(
            "--organization",
            metavar="slug",
            help="Use the credential of this organization's connection.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        vendor, slug = options["vendor"], options["organization"]
        if slug:
            connection = _connection(vendor, slug)
            credentials = _stored(connection)
        else:
            connection, credentials = None, _entered(vendor)
        try:
            for told in probing.probe(vendor, credentials, connection=connection):
                self.stdout.write(f"{told}\n")
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error


def _connection(vendor: str, slug: str) -> AtsConnection:
    label = adapter_class(vendor).label
    rows = AtsConnection.objects.live().filter(vendor=vendor, organization__slug=slug)
    if connection := rows.first():
        return connection
    raise CommandError(f"{slug} has no connection to {label}.")


def _stored(connection: AtsConnection) -> dict[str, str]:
    try:
        return connection.get_credentials()
    except CannotOpen as error:
        raise CommandError(
            f"The stored credential of {connection.label} cannot be read any more."
        ) from error


def _entered(vendor: str) -> dict[str, str]:
    """Take the credential from the environment or the keyboard, as the form would."""
    adapter = adapter_class(vendor)
    if isinstance(adapter.sign_in, OAuth2):
        raise CommandError(
            f"{adapter.label} is signed in to in the browser: name the --organization "
            "whose connection is to be used."
        )
    typed = {field.name: _asked(field) for field in adapter.credentials_fields}
    form = CredentialsForm(typed, adapter=adapter)
    if form.is_valid():
        return form.credentials()
    raise CommandError(
        " ".join(str(e) for errors in form.errors.values() for e in errors)
    )


def _asked(field: Text | Secret | Choice) -> str:
    given = os.environ.get(PREFIX + field.name.upper())
    if given is not None:
        return given
    if isinstance(field, Secret):
        return getpass(f"{field.label}: ")
    if isinstance(field, Choice):
        names = ", ".join(value for value, _ in field.choices)
        return input(f"{field.label} ({names}): ")
    shown = f" [{field.default}]" if field.default else ""
    return input(f"{field.label}{shown}: ") or field.default
