"""A million exports and three million attempts in PostgreSQL: what each thing takes.

The functions are the product's own; nothing is sent, so no ATS is needed.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pinsync import embedded_redis
from tests.postgres import Database

from .stage import ROOT, Stage, environment, free_port, new_database, set_up_django

EXPORTS = 1_000_000
PATH = ROOT / "benchmarks" / "million.json"

# While it is filled nothing has to last; then it is set as a small server's would be.
_FILLING = {"fsync": "off", "shared_buffers": "1GB", "max_wal_size": "8GB"}
_SERVING = {"fsync": "on", "max_wal_size": "1GB"}


def run(exports: int = EXPORTS) -> None:
    """Fill a database of its own, measure, print, and leave the figures in a file."""
    with _premises() as begin_to_serve:
        from . import at_work, ledger, pages, upkeep
        from .stopwatch import HEADING, Figure

        began = time.monotonic()
        office = ledger.fill(exports)
        filled = time.monotonic() - began
        begin_to_serve()
        rows = _counted()
        print(f"Filled in {filled:.0f} s: {_in_words(rows)}\n{_load()}\n\n{HEADING}")
        times = 100
        figures: list[Figure] = []
        for section in (
            at_work.claims(times),
            at_work.dispatching(times),
            at_work.monitoring(times),
            pages.measure(office, times // 5),
        ):
            figures += _shown(section)
        print(f"{_load()}\n\n{upkeep.HEADING}")
        chores = _shown(upkeep.measure())
        print(_load())
    if exports == EXPORTS:
        found = {figure.name: figure.to_json() for figure in figures}
        took = {chore.name: vars(chore) for chore in chores}
        _write(rows, {"fill_seconds": round(filled), "figures": found, "chores": took})


@contextmanager
def _premises() -> Iterator[Callable[[], None]]:
    """Yield what ends the filling; a cluster of its own unless a server was named."""
    folder = Path(tempfile.mkdtemp(prefix="ps-million-"))
    folder.chmod(0o755)  # PostgreSQL is somebody else
    (folder / "static").mkdir()
    setting, cluster = Stage(folder), None
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
            cluster = Database(folder / "postgres", free_port(), **_FILLING)
            stack.callback(cluster.remove)
            cluster.create()
            os.environ["DATABASE_URL"] = cluster.url
        address, drop = new_database(folder)
        stack.callback(drop)
        socket = embedded_redis.socket_in(folder)
        environment(setting, address, embedded_redis.url(socket))
        stack.callback(setting.stop)
        server = embedded_redis.binary()
        setting.start("redis", *embedded_redis.command(server, folder, socket))
        set_up_django()
        stack.callback(_close_connections)
        yield lambda: _serve(cluster)


def _serve(cluster: Database | None) -> None:
    if cluster is not None:
        _close_connections()
        cluster.restart(**_SERVING)


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()


def _counted() -> dict[str, int]:
    from candidates.models import Candidate
    from integrations.models import AtsConnection, Export, ExportAttempt, ExportStep

    models = (Candidate, AtsConnection, Export, ExportStep, ExportAttempt)
    return {str(m._meta.verbose_name_plural): m.objects.count() for m in models}


def _in_words(rows: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in rows.items())


def _load() -> str:
    """Say how busy the machine is: others may be using it."""
    loads = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return f"{datetime.now(UTC):%H:%M} UTC, {os.cpu_count()} cores, load {loads}"


def _shown(section: Iterable[Any]) -> list[Any]:
    """Print each as soon as it is known."""
    found = []
    for one in section:
        print(one.line(), flush=True)
        found.append(one)
    return found


def _write(rows: dict[str, int], figures: dict[str, Any]) -> None:
    told = {"date": datetime.now(UTC).isoformat(timespec="seconds"), "rows": rows}
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(json.dumps({**told, **figures}, indent=2) + "\n")
    print(f"\nWritten to {PATH.relative_to(ROOT)}.")
