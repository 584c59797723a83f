"""Makes the faults of the script happen, each for its time, and undoes them."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from email.utils import formatdate
from pathlib import Path
from typing import Any

from . import report
from .premises import DISPATCHERS, DOCUMENTS, EXPORTS_WORKERS, WEB, Premises
from .proxy import Rule
from .script import Fault

# A write may still be carried out so long after it was sent: our deadline, and no more.
_LATEST_MS = 1_900


class Trouble:
    """The faults of one run; ``end`` waits until the last is undone."""

    def __init__(self, place: Premises, keys: Callable[[str, str], None], seed: int):
        self._place, self._change_key = place, keys
        self._dice = random.Random(f"trouble {seed}")
        self._frozen: set[int] = set()
        self._lock = threading.Lock()
        self._stores = threading.Lock()  # a crash does not overtake another's start
        self._over = threading.Event()
        self.made: Counter[str] = Counter()

    def run(self, faults: Sequence[Fault]) -> None:
        """Let each happen at its moment; returns when the last has been undone."""
        began = time.monotonic()
        with ThreadPoolExecutor(32) as hands:
            for fault in faults:
                if self._over.wait(max(0.0, began + fault.at - time.monotonic())):
                    return
                hands.submit(self._make, fault)

    def stop(self) -> None:
        self._over.set()

    def end(self) -> None:
        """Let go of whatever is still held: no fault outlives the run."""
        for pid in list(self._frozen):
            self._thaw(pid)
        for name in self._place.proxies.by_name:
            self._place.proxies.calm(name)
        for simulator in self._place.simulators.values():
            simulator.clear_faults()

    def _make(self, fault: Fault) -> None:
        try:
            _KINDS[fault.kind](self, fault)
            self.made[fault.kind] += 1
        except Exception as error:  # the harness itself: the run goes on and says so
            report.say(f"  {fault} could not be made: {error!r}")

    def _wait(self, fault: Fault) -> None:
        self._over.wait(fault.seconds)

    # -- processes -----------------------------------------------------------------

    def _kill(self, fault: Fault) -> None:
        name = self._one_of(fault)
        self._place.kill(name)

    def _kill_child(self, fault: Fault) -> None:
        for pid in self._working()[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _freeze(self, fault: Fault) -> None:
        self._hold(fault, [self._place.pid(self._one_of(fault))])

    def _freeze_child(self, fault: Fault) -> None:
        self._hold(fault, self._working()[:1])

    def _freeze_web(self, fault: Fault) -> None:
        self._hold(fault, self._place.children(WEB))

    def _one_of(self, fault: Fault) -> str:
        names = _NAMES[fault.kind.split()[1]]
        return names[int(fault.level * len(names)) % len(names)]

    def _working(self) -> list[int]:
        """Return the processes that drain at this moment."""
        return [pid for name in EXPORTS_WORKERS for pid in self._place.children(name)]

    def _hold(self, fault: Fault, pids: Sequence[int]) -> None:
        for pid in pids:
            with self._lock, suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
                self._frozen.add(pid)
        self._wait(fault)
        for pid in pids:
            self._thaw(pid)

    def _thaw(self, pid: int) -> None:
        with self._lock, suppress(ProcessLookupError, OSError):
            self._frozen.discard(pid)
            # The number may be somebody else's by now, who is not frozen.
            if (
                Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
                == "T"
            ):
                os.kill(pid, signal.SIGCONT)

    # -- Redis and the database ----------------------------------------------------

    def _redis_flush(self, fault: Fault) -> None:
        self._place.redis.dump()  # for a stale dump later on
        self._place.redis.flush()

    def _redis_stop(self, fault: Fault) -> None:
        with self._stores:
            self._place.redis.forget_dump()
            self._place.redis.stop()
            self._wait(fault)
            self._place.redis.start()

    def _redis_stale_dump(self, fault: Fault) -> None:
        with self._stores:
            self._place.redis.dump()
            self._wait(fault)
            self._place.redis.stop()
            self._place.redis.start()

    def _postgres_crash(self, fault: Fault) -> None:
        with self._stores:
            self._place.database.crash()
            self._wait(fault)
            self._place.database.start()

    def _store_wire(self, fault: Fault) -> None:
        name, effect = fault.kind.split()
        self._disturb(fault, name, _STORE_WIRE[effect])

    # -- vendors -------------------------------------------------------------------

    def _wire(self, fault: Fault) -> None:
        effect = fault.kind.split()[1]
        share = {"silent": 0.5, "refuse": 1.0}.get(effect, 0.1 + 0.4 * fault.level)
        ms = {
            "delay": 100 + int(600 * fault.level),
            "drip": 10 + int(190 * fault.level),
        }
        self._disturb(fault, fault.target, Rule(effect, share, ms.get(effect, 0)))

    def _disturb(self, fault: Fault, name: str, rule: Rule) -> None:
        self._place.proxies.disturb(name, rule)
        self._wait(fault)
        self._place.proxies.calm(name)

    def _vendor(self, fault: Fault) -> None:
        """Let some of the vendor's calls go wrong; a write more often than a read."""
        from tests.vendors.desk import FACTS

        facts = FACTS[fault.target]
        writes = [facts.create, facts.create, facts.add, facts.resume]
        matches = [match for match in writes if match]
        name, options = _SIMULATED[fault.kind](fault.level)
        simulator = self._place.simulators[fault.target]
        times = 1 + int(fault.level * 6)
        if fault.kind in _STORMS:
            simulator.fault(name, "", times=times * 4, **options)
        else:
            match = matches[int(fault.level * 1000) % len(matches)]
            simulator.fault(name, match, times=times, **options)
        self._wait(fault)
        simulator.clear_faults()

    # -- keys ----------------------------------------------------------------------

    def _key(self, fault: Fault) -> None:
        self._change_key(fault.target, fault.kind)


_NAMES = {
    "worker": EXPORTS_WORKERS,
    "dispatcher": DISPATCHERS,
    "web": (WEB,),
    "documents": (DOCUMENTS,),
}

_STORE_WIRE = {
    "silent": Rule("silent"),
    "reset": Rule("reset", 0.03),
    "cut": Rule("cut", 0.02),
    "delay": Rule("delay", 0.1, 200),
}

# Of a storm every call of the vendor may be one.
_STORMS = {"429", "503", "500", "html 200", "empty 200", "expired token", "drop before"}


def _too_many(level: float) -> tuple[str, dict[str, Any]]:
    told = ["2", "soon", "-5", "99999", formatdate(time.time() + 30, usegmt=True), None]
    value = told[int(level * len(told)) % len(told)]
    headers = {} if value is None else {"Retry-After": value}
    return "status", {"status": 429, "headers": headers}


_Simulated = Callable[[float], tuple[str, dict[str, Any]]]

_SIMULATED: Mapping[str, _Simulated] = {
    "delay": lambda level: ("delay", {"ms": 100 + int(1_500 * level)}),
    "late answer": lambda level: ("delay", {"ms": 2_500 + int(2_000 * level)}),
    "half body": lambda level: ("half_body", {}),
    "slow drip": lambda level: ("slow_drip", {"ms": 20, "bytes": 1 + int(20 * level)}),
    "commit then drop": lambda level: ("commit_then_drop", {}),
    "late commit": lambda level: ("late_commit", {"ms": 100 + int(_LATEST_MS * level)}),
    "drop before": lambda level: ("drop_before", {}),
    "429": _too_many,
    "503": lambda level: ("status", {"status": 503, "headers": {"Retry-After": "20"}}),
    "500": lambda level: ("status", {"status": 500, "text": "Internal error"}),
    "html 200": lambda level: ("html_200", {}),
    "empty 200": lambda level: ("empty_200", {}),
    "no id": lambda level: ("no_id", {}),
    "expired token": lambda level: ("expired_token", {}),
}

_KINDS: Mapping[str, Callable[[Trouble, Fault], None]] = {
    "kill worker": Trouble._kill,
    "kill child": Trouble._kill_child,
    "kill dispatcher": Trouble._kill,
    "kill web": Trouble._kill,
    "kill documents": Trouble._kill,
    "freeze child": Trouble._freeze_child,
    "freeze worker": Trouble._freeze,
    "freeze dispatcher": Trouble._freeze,
    "freeze web": Trouble._freeze_web,
    "redis flush": Trouble._redis_flush,
    "redis stop": Trouble._redis_stop,
    "redis stale dump": Trouble._redis_stale_dump,
    "redis silent": Trouble._store_wire,
    "redis reset": Trouble._store_wire,
    "postgres crash": Trouble._postgres_crash,
    "postgres reset": Trouble._store_wire,
    "postgres cut": Trouble._store_wire,
    "postgres silent": Trouble._store_wire,
    "postgres delay": Trouble._store_wire,
    "revoke": Trouble._key,
    "rotate": Trouble._key,
    **dict.fromkeys(_SIMULATED, Trouble._vendor),
    **{
        f"wire {effect}": Trouble._wire
        for effect in ("delay", "reset", "cut", "half", "drip", "silent", "refuse")
    },
}
