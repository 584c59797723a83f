"""The table on the terminal, and the file for those who compare runs."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from statistics import median
from typing import Any

from .costs import Costs
from .delay import LATENCY_MS, PER_SECOND, Delays
from .directory import Directories
from .stage import ROOT, THREADS
from .throughput import Comparison, Round, rate

PATH = ROOT / "benchmarks" / "latest.json"

_COLUMNS = "{:>7}  {:>7}  {:>22}  {:>22}  {:>5}  {:>11}"


def beginning() -> None:
    print(
        f"PinSync on {_database()}, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores; pace off.\n\n"
        "Exports per second, median (min - max): the whole product and a bare script\n"
        "of requests and threads, in turns. Each export looks up twice, creates the\n"
        "person, adds the job, attaches the resume and leaves a note. The product's\n"
        "clock runs from the moment the exports may go until the last one reads Sent,\n"
        "waking a worker and its first 4 threads becoming more included. 64 threads are\n"
        "two connections with 32 each, and a worker for each of them.\n"
    )
    print(
        _COLUMNS.format("threads", "latency", "product", "bare", "ratio", "CPU ms each")
    )


def throughput_line(found: Comparison) -> None:
    print(
        _COLUMNS.format(
            found.threads,
            f"{found.latency_ms} ms",
            _spread(found.product),
            _spread(found.bare),
            f"{found.ratio:.2f}",
            f"{_cpu(found.product):.1f} / {_cpu(found.bare):.1f}",
        )
        + f"   {found.exports} exports, {found.calls_per_export} calls each",
        flush=True,
    )


def cost_lines(costs: Costs) -> None:
    print(
        f"\nOne thread, {costs.exports} exports: {costs.cpu_ms:.1f} ms of processor "
        "time each; the largest parts"
    )
    for name, share in costs.largest():
        print(f"  {name:<50} {share * costs.cpu_ms:5.1f} ms {share:5.0%}")


def pdf_lines(made: dict[str, float]) -> None:
    print("\nResume PDF, milliseconds each (the first of its kind), memory so far")
    kinds = {"pdf": "Latin", "pdf_two_pages": "Latin, long", "pdf_cjk": "Japanese"}
    for key, kind in kinds.items():
        pages = int(made[f"{key}_pages"])
        print(
            f"  {kind:<12} {pages} page{'s' if pages > 1 else ' '}"
            f" {made[f'{key}_ms']:8.0f} ({made[f'{key}_first_ms']:.0f})"
            f" {made[f'{key}_peak_so_far_mb']:8.0f} MB"
        )


def delay_lines(delays: Delays) -> None:
    print(
        f"\nFrom the trigger to “in the ATS” at {PER_SECOND:g} exports per second, "
        f"{len(delays.in_ats)} of them,\nvendor's pace off, {LATENCY_MS} ms per call\n"
        f"  median {delays.p50:.2f} s   p95 {delays.p95:.2f} s   "
        f"longest {max(delays.in_ats):.2f} s\n"
        f"  until job, resume and note are there, too: "
        f"median {median(delays.sent):.2f} s"
    )


def directory_lines(found: Directories) -> None:
    people = found.readings[0].people
    print(f"\nWho is in the ATS: {people:,} people read at our share of the pace")
    for one in found.readings:
        minutes = one.paced_minutes
        paced = (
            "ended before its pace was measured"
            if minutes is None
            else f"{one.paced_calls_per_minute:.1f} a minute measured: {minutes:.0f} min"
        )
        print(
            f"  {one.label:<8} {one.calls:,} calls; {paced}   without pace "
            f"{one.seconds:.0f} s, {one.ms_per_page:.0f} ms a page"
        )
    alone, meanwhile = median(found.exports_alone), median(found.exports_meanwhile)
    print(
        f"  exports per second, {LATENCY_MS} ms per call: alone {alone:.1f}, meanwhile "
        f"{meanwhile:.1f} (ratio {meanwhile / alone:.2f}; {found.pages_meanwhile} pages)"
        f"\nSearch, {people:,} candidates by {people:,} people, page and count, ms"
    )
    for name, took in found.search_ms.items():
        print(f"  {name:<26} {took:6.0f}")


def write(
    compared: list[Comparison],
    made: dict[str, float],
    delays: Delays,
    directories: Directories,
    waits: dict[str, float],
    *,
    seconds: float,
) -> None:
    figures: dict[str, Any] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "database": _database(),
        "threads": THREADS,
        "pace": "off",
    }
    for found in compared:
        figures |= _of_latency(found)
    figures |= {name: round(value, 1) for name, value in made.items()}
    figures |= {
        "trigger_to_ats_p50_s": round(delays.p50, 3),
        "trigger_to_ats_p95_s": round(delays.p95, 3),
        "trigger_to_sent_p50_s": round(median(delays.sent), 3),
        "run_seconds": round(seconds),
    }
    figures |= _of_directories(directories) | waits
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"\nWritten to {PATH.relative_to(ROOT)} after {seconds:.0f} s.")


def _of_latency(found: Comparison) -> dict[str, float]:
    suffix = f"{found.latency_ms}ms"
    if found.threads != THREADS:
        suffix += f"_{found.threads}_threads"
    return {
        f"throughput_ratio_{suffix}": round(found.ratio, 3),
        f"exports_per_s_{suffix}": round(rate(found.product), 2),
        f"bare_exports_per_s_{suffix}": round(rate(found.bare), 2),
        f"cpu_ms_per_export_{suffix}": round(_cpu(found.product), 1),
        f"bare_cpu_ms_per_export_{suffix}": round(_cpu(found.bare), 1),
        f"exports_{suffix}": found.exports,
        "calls_per_export": found.calls_per_export,
        "events_per_s": round(median(found.events_per_second), 1),
    }


def _of_directories(found: Directories) -> dict[str, float]:
    alone, meanwhile = median(found.exports_alone), median(found.exports_meanwhile)
    figures: dict[str, float] = {
        "directory_people": found.readings[0].people,
        "exports_while_reading_ratio": round(meanwhile / alone, 3),
        "search_slowest_ms": round(max(found.search_ms.values()), 1),
    }
    for one in found.readings:
        name = one.label.lower()
        if one.paced_minutes is not None:
            figures[f"directory_minutes_{name}"] = round(one.paced_minutes, 1)
        figures[f"directory_ms_per_page_{name}"] = round(one.ms_per_page, 1)
    return figures


def _spread(rounds: list[Round]) -> str:
    low, high = _ends(rounds, lambda one: one.per_second)
    return f"{rate(rounds):.1f} ({low:.1f} - {high:.1f})"


def _ends(
    rounds: Iterable[Round], value: Callable[[Round], float]
) -> tuple[float, float]:
    values = [value(one) for one in rounds]
    return min(values), max(values)


def _cpu(rounds: Iterable[Round]) -> float:
    return median(one.cpu_ms for one in rounds)


def _database() -> str:
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"SQLite {sys.modules['sqlite3'].sqlite_version}"
    version = connection.cursor().connection.info.server_version
    return f"PostgreSQL {version // 10000}"
