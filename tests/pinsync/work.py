"""What the worker tests have the worker do. Each writes what happened to a file."""

from __future__ import annotations

import time
from pathlib import Path

from pinsync import worker


def note(path: str, word: str) -> None:
    with Path(path).open("a") as file:
        file.write(word + "\n")


def write_until_told_to_stop(path: str) -> None:
    """Finish the “call in flight” after being told to stop, and say so."""
    note(path, "started")
    while not worker.stopping.is_set():
        time.sleep(0.01)
    note(path, "told")
    time.sleep(1.2)  # longer than the second in which RQ ignores a second signal
    note(path, "finished")


def write_until_file_appears(path: str, wanted: str) -> None:
    note(path, "started")
    while not Path(wanted).exists():
        time.sleep(0.01)
    note(path, "stopping" if worker.stopping.is_set() else "finished")
