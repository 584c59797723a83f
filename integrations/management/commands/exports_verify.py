"""Check the invariants of the export ledger."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from integrations.verify import broken_invariants


class Command(BaseCommand):
    help = "Check the invariants of the export ledger; exit status 1 if one is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        broken = broken_invariants()
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not broken, "broken": broken}))
        elif not broken:
            self.stdout.write("Every invariant holds.")
        for name, rows in broken.items() if not options["json"] else ():
            self.stdout.write(f"BROKEN: {name}: {', '.join(rows[:10])}")
        if broken:
            sys.exit(1)
