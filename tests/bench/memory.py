"""Memory of those who work for days: is it flat, however many exports there were?

The worker of the exports hands each drain, ten minutes at most, to a child; the child's
memory is that of the threads, the dispatcher's that of the loop.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from . import cast
from .stage import Stage, stage

EXPORTS = 50_000
# From here on it must not grow: every cache is full, every module is loaded.
WARM = 5
_READINGS = 10
# So many are asked for while at most as many are on their way: what waits is in the
# database, not in memory.
_AT_ONCE = 250
_COLUMNS = "{:>8}  {:>7}  {:>8}  {:>8}  {:>10}"


class Reading(NamedTuple):
    """Resident memory in megabytes once so many exports had been sent."""

    exports: int
    seconds: float
    worker: float
    drainer: float
    dispatcher: float


def run(exports: int = EXPORTS) -> None:
    """Export so many, and print the memory every tenth of the way."""
    with stage() as setting:
        print(f"Resident memory in MB over {exports:,} exports, no vendor latency\n")
        print(_COLUMNS.format("exports", "seconds", "worker", "drainer", "dispatcher"))
        readings = _readings(setting, cast.assemble(), exports)
    first, last = readings[_READINGS // WARM - 1], readings[-1]
    print(f"\nGrowth from {first.exports:,} to {last.exports:,} exports")
    for name in ("worker", "drainer", "dispatcher"):
        before, after = getattr(first, name), getattr(last, name)
        print(f"  {name:<10} {after - before:+6.1f} MB ({after / before - 1:+.1%})")


def _readings(setting: Stage, people: cast.Cast, exports: int) -> list[Reading]:
    setting.simulator.reset(latency_ms=0)
    began, sent, found = time.monotonic(), 0, list[Reading]()
    for tenth in range(1, _READINGS + 1):
        due = exports * tenth // _READINGS
        while sent < due:
            more = min(_AT_ONCE, due - sent)
            _export(people, more)
            _wait_for_the_last(setting, _AT_ONCE)
            sent += more
        _wait_for_the_last(setting, 1)
        reading = _read(setting, sent, time.monotonic() - began)
        found.append(reading)
        print(_COLUMNS.format(f"{sent:,}", *(f"{n:.1f}" for n in reading[1:])))
    return found


def _export(people: cast.Cast, number: int) -> None:
    from candidates.models import OutreachEvent

    for person in people.people(number, with_resumes=True):
        person.record(OutreachEvent.Kind(people.event))


def _wait_for_the_last(setting: Stage, number: int) -> None:
    """Wait until fewer than so many are on their way."""
    from integrations.models import Export

    unsent = Export.objects.exclude(state=Export.State.SENT)
    setting.wait_until(lambda: unsent.count() < number, "Exporting", 300)


def _read(setting: Stage, exports: int, seconds: float) -> Reading:
    return Reading(
        exports,
        seconds,
        setting.memory_mb("exports"),
        setting.drainer_memory_mb(),
        setting.memory_mb("dispatcher"),
    )
