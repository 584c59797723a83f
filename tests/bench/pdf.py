"""Milliseconds per resume, and what the process that makes them needs.

Run as a process of its own: ``python -m tests.bench.pdf``; it prints its figures.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from statistics import median
from typing import Any

from .stage import ROOT

_TIMES = 15

_LINE = (
    "Planned, built and commissioned the controls of packaging lines, from the first "
    "sketch to the night shift after the start."
)
_CJK_LINE = "食品工場の包装ラインの制御を設計し、立ち上げから夜勤までを担当した。"


def measure() -> dict[str, float]:
    """Return the figures of a fresh process; needs the settings in the environment."""
    command = [sys.executable, "-m", "tests.bench.pdf"]
    done = subprocess.run(
        command, cwd=ROOT, check=True, timeout=180, stdout=subprocess.PIPE
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def facts(*, name: str, roles: int, line: str, country: str) -> dict[str, Any]:
    """Return what a resume shows, as ``resume_contents.facts_of`` gives it."""
    role = {
        "title": "Controls Engineer",
        "place": "Acme Widgets, Denver",
        "dates": "Mar 2021 – present",
        "description": "\n".join([line] * 4),
    }
    school = {
        "school": "Colorado School of Mines",
        "study": "BSc in Electrical Engineering",
        "years": "2012 – 2016",
    }
    return {
        "name": name,
        "headline": "Controls Engineer at Acme Widgets",
        "email": "dana@example.com",
        "phone": "+1 202 555 0123",
        "linkedin": {
            "text": "linkedin.com/in/dana",
            "url": "https://linkedin.com/in/dana",
        },
        "location": f"Denver, CO, {country}",
        "country": country,
        "summary": f"{line} {line}",
        "experiences": [role] * roles,
        "education": [school],
        "skills": ["PLC", "SCADA", "Safety", "Spanish", "Commissioning"],
        "source": "Prepared by PinSync for Acme Recruiting",
        "origin": "Sourced",
    }


SHAPES = {
    "pdf": {"name": "Dana Łukaszewicz", "roles": 2, "line": _LINE, "country": "Poland"},
    "pdf_two_pages": {
        "name": "Dana Example",
        "roles": 6,
        "line": _LINE,
        "country": "United States",
    },
    "pdf_cjk": {"name": "山田 花子", "roles": 2, "line": _CJK_LINE, "country": "Japan"},
}


def main() -> None:
    import django

    django.setup()
    from candidates import resume, tasks

    started = time.perf_counter()
    tasks.warm_up()
    figures: dict[str, float] = {"pdf_warm_up_ms": _ms(started)}
    for name, shape in SHAPES.items():
        started = time.perf_counter()
        _, pages, _ = resume.make(facts(**shape))  # type: ignore[arg-type]
        figures[f"{name}_first_ms"] = _ms(started)
        figures[f"{name}_pages"] = pages
        times = []
        for _ in range(_TIMES):
            started = time.perf_counter()
            resume.make(facts(**shape))  # type: ignore[arg-type]
            times.append(_ms(started))
        figures[f"{name}_ms"] = median(times)
        figures[f"{name}_peak_mb"] = _peak_mb()
    figures["pdf_peak_mb"] = _peak_mb()
    print(json.dumps(figures))


def _ms(started: float) -> float:
    return 1000 * (time.perf_counter() - started)


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    main()
