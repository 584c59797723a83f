"""Find due work and wake workers until told to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from integrations import dispatcher


class Command(BaseCommand):
    help = "Find due work and wake workers; any number may run."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("dispatcher: watching for due work")
        self.stdout.flush()
        dispatcher.run(stop)
