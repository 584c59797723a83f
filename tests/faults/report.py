"""What a run prints, and leaves as ``benchmarks/faults.json``."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from .premises import ROOT
from .reckoning import Tally

_FOLDER = ROOT / "benchmarks"
_SHOWN = 20


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


def final(
    tallies: Mapping[str, Tally],
    broken: Mapping[str, Any],
    *,
    file: str,
    seconds: float,
    **run: Any,
) -> int:
    numbers = {slug: _numbers(tally) for slug, tally in tallies.items()}
    total = {
        name: sum(of[name] for of in numbers.values())
        for name in next(iter(numbers.values()))
    }
    for slug, tally in tallies.items():
        for name in ("lost", "duplicated", "unexpected", "failed", "asked"):
            for line in getattr(tally, name)[:_SHOWN]:
                print(f"{name.upper()} {line}")
        print(f"{slug}: {numbers[slug]}")
    print(f"all: {total}")
    print(f"invariants broken: {dict(broken) or 'none'}")
    is_clean = not broken and all(tally.is_clean for tally in tallies.values())
    verdict = "clean" if is_clean else "NOT CLEAN"
    print(f"seed {run['seed']}, {seconds:.0f} s: {verdict}", flush=True)
    found = {**run, "seconds": round(seconds), **total, "vendors": numbers}
    _FOLDER.mkdir(exist_ok=True)
    text = json.dumps({**found, "broken": dict(broken)}, indent=1)
    (_FOLDER / file).write_text(f"{text}\n")
    return 0 if is_clean else 1


def _numbers(tally: Tally) -> dict[str, int]:
    values = ((one.name, getattr(tally, one.name)) for one in fields(Tally))
    return {
        n: v if isinstance(v, int) else len(v) for n, v in values if n != "suspects"
    }
