"""Measure, print, and leave the figures in ``benchmarks/latest.json``."""

from __future__ import annotations

import argparse
import signal
import sys
import time

from . import (
    cast,
    costs,
    delay,
    directory,
    fairness,
    growth,
    memory,
    million,
    pdf,
    report,
    throughput,
)
from .stage import THREADS, Stage, stage

_ROUNDS = 2
# By threads and latency, enough that a drainer's few first threads do not matter: it has
# 32 from 28 answers on. With every place twice and both in turns it takes ten minutes.
_EXPORTS = {
    8: {200: 96, 50: 192, 0: 320},
    32: {200: 480, 50: 400, 0: 400},
    64: {200: 640, 50: 480, 0: 480},
}


def main() -> None:
    arguments = _arguments()
    # Told to end, it still stops what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    if arguments.memory:
        memory.run(arguments.memory)
    elif arguments.million:
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
        compared = _compare(setting, people, quick=quick)
        report.cost_lines(costs.measure(setting, people, exports=50 if quick else 300))
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


def _compare(
    setting: Stage, people: cast.Cast, *, quick: bool
) -> list[throughput.Comparison]:
    """Fill the table, line by line; 32 threads last: what follows goes on with them."""
    report.beginning()
    casts, compared = [people, cast.assemble("globex")], []
    for threads in sorted(_EXPORTS, key=lambda number: (number == THREADS, number)):
        workers = max(1, threads // throughput.OF_A_CONNECTION)
        setting.serve_exports(threads=threads // workers, workers=workers)
        for latency_ms, exports in _EXPORTS[threads].items():
            found = throughput.compare(
                setting,
                casts,
                threads=threads,
                latency_ms=latency_ms,
                exports=exports // 5 if quick else exports,
                rounds=1 if quick else _ROUNDS,
            )
            report.throughput_line(found)
            compared.append(found)
    return compared


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
    parser.add_argument(
        "--memory",
        nargs="?",
        type=int,
        const=memory.EXPORTS,
        metavar="EXPORTS",
        help=f"Instead: memory of worker and dispatcher over so many exports "
        f"({memory.EXPORTS:,}).",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
