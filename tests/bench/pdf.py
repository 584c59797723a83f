"""Milliseconds per resume, and what the process that makes them needs.

Run as a process of its own: ``python -m tests.bench.pdf`` with what to show on its
standard input; it prints its figures.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from .cast import Cast
from .stage import ROOT

_TIMES = 15

_LINE = (
    "Planned, built and commissioned the controls of packaging lines, from the first "
    "sketch to the night shift after the start."
)
_CJK_LINE = "食品工場の包装ラインの制御を設計し、立ち上げから夜勤までを担当した。"

# First and last name, country, roles, the line that describes each.
_PEOPLE = {
    "pdf": ("Dana", "Łukaszewicz", "Poland", 2, _LINE),
    "pdf_two_pages": ("Dana", "Example", "United States", 6, _LINE),
    "pdf_cjk": ("花子", "山田", "Japan", 3, _CJK_LINE),
}


def measure(cast: Cast) -> dict[str, float]:
    """Return the figures of a fresh process; needs the settings in the environment."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.pdf"],
        cwd=ROOT,
        check=True,
        timeout=180,
        input=json.dumps(_facts(cast)).encode(),
        stdout=subprocess.PIPE,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _facts(cast: Cast) -> dict[str, dict[str, Any]]:
    """Return what each resume shows, read from candidates like any others."""
    from candidates.models import Candidate, Education, Experience
    from candidates.resume_contents import facts_of

    found = {}
    for name, (first, last, country, roles, line) in _PEOPLE.items():
        person = Candidate.objects.create(
            organization=cast.organization,
            first_name=first,
            last_name=last,
            email=f"{name}@example.com",
            phone="+12025550123",
            city="Denver",
            country=country,
            summary=f"{line} {line}",
            skills="PLC, SCADA, Safety, Spanish, Commissioning",
            current_title="Controls Engineer",
            current_company="Acme Widgets",
        )
        for number in range(roles):
            Experience.objects.create(
                candidate=person,
                title="Controls Engineer",
                company=f"Acme Widgets {number + 1}",
                start=date(2020 - number, 1, 1),
                end=date(2020 - number, 12, 31),
                description="\n".join([line] * 5),
            )
        Education.objects.create(candidate=person, school="Colorado School of Mines")
        found[name] = facts_of(person)
    return found


def main() -> None:
    import django

    django.setup()
    from candidates import resume, tasks

    started = time.perf_counter()
    tasks.warm_up()
    figures: dict[str, float] = {"pdf_warm_up_ms": _ms(started)}
    peak_mb = _peak_mb()
    for name, facts in json.load(sys.stdin).items():
        started = time.perf_counter()
        _, pages, _ = resume.make(facts)
        figures[f"{name}_first_ms"] = _ms(started)
        figures[f"{name}_pages"] = pages
        times = []
        for _ in range(_TIMES):
            started = time.perf_counter()
            resume.make(facts)
            times.append(_ms(started))
        figures[f"{name}_ms"] = median(times)
        peak_mb = figures[f"{name}_peak_so_far_mb"] = max(peak_mb, _peak_mb())
    figures["pdf_peak_mb"] = peak_mb
    print(json.dumps(figures))


def _ms(started: float) -> float:
    return 1000 * (time.perf_counter() - started)


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():  # the other figure counts who started us, too
        (line,) = (x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    main()
