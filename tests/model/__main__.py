"""Live through many histories on every core; print how many, the seed and the seconds."""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

# As many as one run of Hypothesis makes: it slows down as it remembers more of them.
_AT_ONCE = 500


def main() -> int:
    options = _arguments()
    began = time.monotonic()
    _prepare()
    lived, first = 0, options.seed * 1_000_000
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as workers:
        runs = [
            workers.submit(_live, histories, first + number)
            for number, histories in _runs(options.histories).items()
        ]
        for run in as_completed(runs):
            histories, failure = run.result()
            lived += histories
            if failure:
                workers.shutdown(cancel_futures=True)
                print(failure)
                print(f"Broken, after {lived} histories (seed {options.seed}).")
                return 1
    seconds = time.monotonic() - began
    print(
        f"{lived} histories, seed {options.seed}, {seconds:.0f} s: nobody lost, nobody "
        "created twice, no invariant broken."
    )
    return 0


def _runs(histories: int) -> dict[int, int]:
    """Return how many histories each run makes, by its number."""
    starts = range(0, histories, _AT_ONCE)
    return {i: min(_AT_ONCE, histories - start) for i, start in enumerate(starts)}


def _prepare() -> None:
    """Let Django know its models: their words are the model's."""
    import tests.environment  # noqa: F401  (sets what the settings read)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pinsync.settings")
    import django

    django.setup()


def _live(histories: int, seed: int) -> tuple[int, str]:
    """Return how many histories there were, and the one that broke the promise."""
    from .machine import live
    from .vendor import Broken

    try:
        return live(histories, seed=seed), ""
    except Broken as broken:
        lines = traceback.format_exception_only(broken)
        return 0, "".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--histories", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
