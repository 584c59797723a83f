"""Try ``make run`` as a newcomer would: start, sign in, watch it export, Ctrl-C.

Run by ``.ci/run``: ``python -m tests.smoke``. Raises where something is not as it should.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from pinsync.accounts.demo import BOB
from tests.pinsync.home import Home, Run, eventually, free_port


def start(home: Home, port: str) -> Run:
    began = time.monotonic()
    run = home.run("make", "run", f"PORT={port}", PORT=port)
    run.said("Ready:")
    print(f"The first page came after {time.monotonic() - began:.1f} s.")
    page = run.sign_in(BOB.email, BOB.password)
    assert page.status_code == 200, page.status_code
    assert "Senior Backend Engineer" in page.text
    return run


def stop(home: Home, run: Run) -> None:
    run.press_ctrl_c()
    run.wait()
    left = home.processes()
    assert left == {}, f"left behind: {left}"
    print("Ctrl-C left no process behind.")


def exports(home: Home) -> dict[str, int]:
    report = home.manage("exports_report", "--json")
    assert report.returncode == 0, report.stderr
    states: dict[str, int] = json.loads(report.stdout)["exports"]
    return {state: number for state, number in states.items() if number}


def smoke(home: Home) -> None:
    first = start(home, str(free_port()))
    eventually(
        lambda: exports(home).keys() <= {"sent", "needs_you"},
        "the exports of the demo end",
    )
    print(f"The demo has exported: {exports(home)}")
    verdict = home.manage("exports_verify", "--json")
    assert verdict.returncode == 0, verdict.stdout
    stop(home, first)
    again = start(home, str(first.port))
    stop(home, again)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="pinsync-smoke-") as folder:
        place = Home(Path(folder))
        try:
            smoke(place)
        finally:
            place.end()
