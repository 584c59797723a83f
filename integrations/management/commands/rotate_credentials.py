"""Re-encrypt every connection's credentials with the newest of CREDENTIALS_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations import crypto
from integrations.models import AtsConnection


class Command(BaseCommand):
    help = (
        "Re-encrypts the stored credentials with the first key of CREDENTIALS_KEYS. "
        "Afterwards the older keys can be taken out."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done, closed = 0, []
        for connection in AtsConnection.objects.exclude(credentials="").order_by("pk"):
            try:
                _seal_again(connection)
                done += 1
            except crypto.CannotOpen:
                closed.append(str(connection.pk))
        self.stdout.write(f"Re-encrypted with the newest key: {done}.")
        self.stdout.write(f"Opened by no key: {len(closed)}.")
        if closed:
            raise CommandError(
                f"No key opens the credentials of connection {', '.join(closed)}. Put "
                "back the key they were stored with, or reconnect them."
            )


def _seal_again(connection: AtsConnection) -> None:
    """Store the same values under the newest key, unless they changed meanwhile."""
    before = connection.credentials
    connection.set_credentials(connection.get_credentials())
    # Whoever changed them meanwhile has encrypted them anew already.
    AtsConnection.objects.filter(pk=connection.pk, credentials=before).update(
        credentials=connection.credentials
    )
    if token := connection.token:
        connection.token = connection.sealed_token(connection.get_token())
        AtsConnection.objects.filter(pk=connection.pk, token=token).update(
            token=connection.token
        )
