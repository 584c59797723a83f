"""Run the vendors' simulators."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.simulation import RunningSimulator, Simulator, simulators

BASE_PORT = "SIMULATE_ATS_BASE_PORT"


class Command(BaseCommand):
    help = "Run a stand-in for each ATS, so that everything can be tried without one."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        known = simulators()
        parser.add_argument(
            "places",
            nargs="*",
            metavar="vendor=port",
            help="Exactly these, on these ports; instead of --vendor and --base-port.",
        )
        parser.add_argument(
            "--vendor",
            action="append",
            choices=sorted(known),
            help="Only this one; may be repeated.",
        )
        parser.add_argument(
            "--base-port",
            type=int,
            default=int(os.environ.get(BASE_PORT, _lowest(known))),
            help=f"The first vendor's port; 0 takes free ones. Also {BASE_PORT}.",
        )
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument(
            "--data", type=Path, help="Keep what arrives in this folder."
        )
        parser.add_argument(
            "--latency", type=int, default=0, help="Milliseconds that every call takes."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        told: SimpleQueue[int] = SimpleQueue()  # safe to use in a signal handler
        before = {
            number: signal.signal(number, lambda number, _: told.put(number))
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        running: list[RunningSimulator] = []
        try:
            self._start(running, options)
            told.get()
        finally:
            for simulator in running:
                simulator.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _start(self, running: list[RunningSimulator], options: dict[str, Any]) -> None:
        known, host = simulators(), options["host"]
        for slug, port in _places(known, options):
            simulator = known[slug](options["data"], latency_ms=options["latency"])
            try:
                running.append(simulator.start(port, host))
            except OSError as error:
                simulator.close()
                raise CommandError(
                    f"The {simulator.label} simulator cannot listen on {host}:{port}: "
                    f"{os.strerror(error.errno or 0)}. Stop what uses this port, or "
                    f"choose another one."
                ) from error
            self.stdout.write(f"{simulator.label} simulator: {running[-1].url}")
            self.stdout.flush()


_Known = dict[str, type[Simulator]]


def _places(known: _Known, options: dict[str, Any]) -> list[tuple[str, int]]:
    """Return which vendors run and where."""
    if options["places"]:
        return [_place(known, text) for text in options["places"]]
    slugs = sorted(set(options["vendor"] or known))
    return [(slug, _port(known, slug, options["base_port"])) for slug in slugs]


def _place(known: _Known, text: str) -> tuple[str, int]:
    slug, _, port = text.partition("=")
    if slug not in known or not port.isdecimal():
        names = ", ".join(sorted(known))
        raise CommandError(f"{text} is not vendor=port. The vendors are: {names}.")
    return slug, int(port)


def _lowest(known: _Known) -> int:
    return min(simulator.default_port for simulator in known.values())


def _port(known: _Known, slug: str, base_port: int) -> int:
    """Return the vendor's port: the vendors keep their distance from the first one."""
    if not base_port:
        return 0
    return base_port + known[slug].default_port - _lowest(known)
