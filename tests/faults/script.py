"""The script of faults: what goes wrong, where, when and for how long, from the seed.

Several lanes run at once, each with its own pauses: processes, Redis and database, keys,
and each vendor. Every kind of a lane has its turn before any comes again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong, ``at`` seconds after the start, for ``seconds``."""

    at: float
    lane: str
    kind: str
    target: str = ""
    seconds: float = 0.0
    level: float = 0.0  # from 0 to 1: how bad, where that can differ

    def __str__(self) -> str:
        where = f" {self.target}" if self.target else ""
        return f"{self.at:7.1f} s  {self.kind}{where} for {self.seconds:.1f} s"


@dataclass(frozen=True)
class Lane:
    """Kinds that follow each other; seconds between them, and how long each lasts."""

    name: str
    kinds: Sequence[str]
    pause: tuple[float, float]
    lasts: tuple[float, float]
    targets: Sequence[str] = ("",)


PROCESSES = (
    *("kill worker", "kill child", "kill dispatcher", "kill web", "kill documents"),
    *("freeze child", "freeze worker", "freeze dispatcher", "freeze web"),
    # What is at work on exports is worth more than one turn.
    *("kill child", "freeze child", "kill worker"),
)
STORES = (
    *("redis flush", "redis stop", "redis stale dump", "redis silent", "redis reset"),
    *("postgres crash", "postgres reset", "postgres cut", "postgres silent"),
    *("postgres delay", "postgres crash"),
)
KEYS = ("revoke", "rotate")
VENDOR = (
    # Over the control endpoint: the vendor itself misbehaves.
    *("delay", "half body", "slow drip", "commit then drop", "late commit"),
    *("drop before", "429", "503", "500", "html 200", "no id", "expired token"),
    *("late answer", "empty 200", "commit then drop", "late commit"),
    # On the way there.
    *("wire delay", "wire reset", "wire cut", "wire half", "wire drip"),
    *("wire silent", "wire refuse", "wire cut"),
)


def script(seconds: float, vendors: Sequence[str], seed: int) -> list[Fault]:
    """Return every fault of a run of so many seconds, in their order."""
    lanes = [
        Lane("processes", PROCESSES, pause=(2, 6), lasts=(1.0, 6.5)),
        Lane("stores", STORES, pause=(5, 12), lasts=(1.0, 4.0)),
        Lane("keys", KEYS, pause=(8, 20), lasts=(0.0, 2.0), targets=vendors),
    ]
    lanes += [
        Lane(vendor, VENDOR, pause=(1.5, 5), lasts=(2.0, 6.0), targets=[vendor])
        for vendor in vendors
    ]
    faults = [fault for lane in lanes for fault in _of(lane, seconds, seed)]
    return sorted(faults, key=lambda fault: (fault.at, fault.lane))


def _of(lane: Lane, seconds: float, seed: int) -> Iterator[Fault]:
    dice = random.Random(f"script {seed} {lane.name}")
    at = dice.uniform(*lane.pause)
    while True:
        for kind in _shuffled(lane.kinds, dice):
            for target in _shuffled(lane.targets, dice)[:1]:
                lasts = dice.uniform(*lane.lasts)
                if at + lasts > seconds:
                    return
                yield Fault(at, lane.name, kind, target, lasts, dice.random())
                at += lasts + dice.uniform(*lane.pause)


def _shuffled(items: Sequence[str], dice: random.Random) -> list[str]:
    return dice.sample(list(items), len(items))
