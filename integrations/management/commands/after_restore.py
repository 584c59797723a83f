"""Let nothing be sent blindly after the database was restored from a backup."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from integrations.restore import doubt_everything


class Command(BaseCommand):
    help = (
        "Run once after restoring the database from a backup, before anything else is "
        "started: whatever was open then is looked up in the ATS before it is sent."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        doubts = doubt_everything()
        self.stdout.write(
            f"{doubts.steps} steps are looked up before anything is sent; "
            f"{doubts.connections} connections rest until their ATS has settled. "
            "Start the processes now."
        )
