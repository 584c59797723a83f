"""Load the demo into an empty database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations import demo
from integrations.errors import AtsError
from pinsync.accounts.demo import NO_DEMO


class Command(BaseCommand):
    help = (
        "Load the demo: two organizations, jobs, people and connected simulated ATSs."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = demo.load()
        except demo.NotForTheDemo as error:
            raise CommandError(
                "The database has people of its own: the demo was not loaded.",
                returncode=NO_DEMO,
            ) from error
        except AtsError as error:
            raise CommandError(
                f"{error.sentence} The demo was not loaded. Are the simulators running?"
            ) from error
        self.stdout.write(
            "Loaded the demo." if loaded else "The demo is there already."
        )
