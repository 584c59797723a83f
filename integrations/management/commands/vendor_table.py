"""Writes docs/vendors.md from the vendors' declarations."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations import vendor_table


class Command(BaseCommand):
    help = "Write docs/vendors.md from the declarations of the vendors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Only say whether it is stale."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path, text = vendor_table.path(), vendor_table.text()
        if not options["check"]:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        elif not path.is_file() or path.read_text() != text:
            raise CommandError(
                f"{vendor_table.PATH} is stale. Run: manage.py vendor_table"
            )
