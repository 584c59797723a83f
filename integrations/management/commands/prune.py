"""Forget what nobody needs any more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from integrations.retention import prune


class Command(BaseCommand):
    help = (
        "Delete attempts older than 90 days, empty what was sent and what was replied "
        "after 30, and other leftovers. The dispatcher has it done once a day."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for name, number in prune().items():
            self.stdout.write(f"{number:>8} {name}")
