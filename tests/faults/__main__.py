"""Run everything with faults, and count who is lost and who came twice."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path

from .premises import ROOT, premises


def main() -> int:
    options = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    from .trial import Trial

    with premises(
        seed=options.seed, time_scale=options.time_scale, kept=options.keep
    ) as place:
        trial = Trial(place, exports=options.exports, seed=options.seed)
        trial.seconds = options.seconds or trial.seconds
        return trial.run(faults=not options.calm)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--exports", type=int, default=500)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--time-scale", type=float, default=0.002)
    parser.add_argument("--seconds", type=float, help="How long people are asked for.")
    parser.add_argument("--calm", action="store_true", help="Without any fault.")
    parser.add_argument(
        "--keep",
        type=Path,
        default=ROOT / "var" / "faults",
        help="Leave logs and evidence in this folder.",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
