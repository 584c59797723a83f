"""Count exports and steps by state."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count

from integrations.models import Export, ExportStep


class Command(BaseCommand):
    help = "Count exports and steps by state."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        report = _report()
        if options["json"]:
            self.stdout.write(json.dumps(report))
            return
        for state, number in report["exports"].items():
            self.stdout.write(f"exports {state:<12} {number:>8}")
        for kind, states in report["steps"].items():
            for state, number in states.items():
                self.stdout.write(f"{kind:<9} {state:<10} {number:>8}")
        self.stdout.write(f"unclear              {report['unclear']:>8}")


def _report() -> dict[str, Any]:
    exports = {state.value: 0 for state in Export.State}
    rows = Export.objects.order_by().values_list("state").annotate(Count("pk"))
    exports.update(dict(rows))
    steps: dict[str, dict[str, int]] = {kind.value: {} for kind in ExportStep.Kind}
    for kind, state, number in (
        ExportStep.objects.order_by().values_list("kind", "state").annotate(Count("pk"))
    ):
        steps[kind][state] = number
    unclear = ExportStep.objects.filter(state=ExportStep.State.UNCERTAIN).count()
    return {"exports": exports, "steps": steps, "unclear": unclear}
