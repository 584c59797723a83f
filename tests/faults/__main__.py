"""Run everything with faults, and count who is lost and who came twice."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .premises import ROOT, Premises, premises
from .wires import go_inside

if TYPE_CHECKING:
    from .trial import Trial


def main() -> int:
    options = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    place_kind, trial_kind = _kinds(options)
    with premises(
        seed=options.seed,
        time_scale=options.time_scale,
        kept=options.keep,
        kind=place_kind,
    ) as place:
        trial = trial_kind(place, exports=options.exports, seed=options.seed)
        trial.seconds = options.seconds or trial.seconds
        return trial.run(faults=not options.calm)


def _kinds(options: argparse.Namespace) -> tuple[type[Premises], type[Trial]]:
    from .trial import Trial

    if not options.machines:
        return Premises, Trial
    from .machines import Machines, TrialOnMachines

    Machines.in_namespaces = not options.proxies and go_inside()
    return Machines, TrialOnMachines


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--exports", type=int, default=500)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--time-scale", type=float, default=0.002)
    parser.add_argument("--seconds", type=float, help="How long people are asked for.")
    parser.add_argument(
        "--machines",
        action="store_true",
        help="Instead: two hosts on one database, cut off in turns.",
    )
    parser.add_argument(
        "--proxies",
        action="store_true",
        help="With --machines: no network namespaces, even where they are permitted.",
    )
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
