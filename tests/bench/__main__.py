"""Measure, print, and leave the figures in ``benchmarks/latest.json``."""

from __future__ import annotations

import argparse
import signal
import sys
import time

from . import cast, delay, directory, fairness, growth, million, pdf, report, throughput
from .stage import stage

_ROUNDS = 2
# Enough that the few first threads of a drainer do not matter: 32 from 28 answers on.
_EXPORTS = {200: 480, 50: 240, 0: 240}


def main() -> None:
    arguments = _arguments()
    # Told to end, it still stops what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    if arguments.million:
        million.run(million.EXPORTS // 50 if arguments.quick else million.EXPORTS)
    elif arguments.growth:
        growth.run(quick=arguments.quick, picture=growth.PICTURE)
    else:
        _run_all_else(quick=arguments.quick)


def _run_all_else(*, quick: bool) -> None:
    began = time.monotonic()
    with stage() as setting:
        people = cast.assemble()
        throughput.check_same_bytes(setting, people)
        report.beginning()
        compared = []
        for latency_ms, exports in _EXPORTS.items():
            found = throughput.compare(
                setting,
                people,
                latency_ms=latency_ms,
                exports=exports // 5 if quick else exports,
                rounds=1 if quick else _ROUNDS,
            )
            report.throughput_line(found)
            compared.append(found)
        made = pdf.measure(people)
        report.pdf_lines(made)
        delays = delay.measure(setting, people, seconds=10 if quick else 30)
        report.delay_lines(delays)
        directories = directory.measure(setting, people, quick=quick)
        report.directory_lines(directories)
        waits = fairness.in_a_process(quick=quick)
        if not quick:
            seconds = time.monotonic() - began
            report.write(compared, made, delays, directories, waits, seconds=seconds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="One short round each, to try it out; writes no file.",
    )
    parser.add_argument(
        "--million",
        action="store_true",
        help="Instead: a million exports in a PostgreSQL of its own, or in a new "
        "database of the server that DATABASE_URL names.",
    )
    parser.add_argument(
        "--growth",
        action="store_true",
        help="Instead: speed by candidates, connections and workers, as docs/growth.svg.",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
