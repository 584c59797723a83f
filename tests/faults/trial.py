"""One run from the first click to the reckoning."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from . import evidence, plan, report
from .keys import Administrator
from .load import Load
from .office import Browser
from .premises import ROOT, Premises
from .reckoning import Tally, reckon
from .script import script
from .setting import ALICE, BOB, set_up, wishes
from .trouble import Trouble

_LONGEST_DRAIN = 1_800.0
_STANDSTILL = 240.0  # no unclear write is looked up later than that
# Whatever a vendor may let happen twice, it does.
_CARELESS: dict[str, dict[str, Any]] = {
    "ashby": {"second_application": "second_record"},
    "crelate": {"artifact_delay_ms": 4},
    # Tokens live so shortly that they are renewed in the midst of it.
    "jobadder": {"token_lifetime_s": 45},
    "kortivity": {"session_life_ms": 45_000},
    "trackerrms": {"token_life_ms": 45_000},
}


class Trial:
    file = "faults.json"  # where its figures are left

    def __init__(self, place: Premises, *, exports: int, seed: int) -> None:
        self.place, self.seed = place, seed
        self.exports = exports
        self.seconds = max(120.0, exports / 3.5)

    def run(self, *, faults: bool) -> int:
        place = self.place
        began = time.monotonic()
        self.people = plan.people(self.exports, list(place.simulators), self.seed)
        self.setting = set_up(place.simulators, self.people)
        wishes(self.setting, self.people)
        self._settle_vendors()
        place.open_business()
        self.alice, self.bob = Browser(place.web, ALICE), Browser(place.web, BOB)
        self.alice.sign_in()
        self.bob.sign_in()
        report.say(f"{len(self.people)} people, {self.seconds:g} s, seed {self.seed}")
        with self._keepers() as administrator:
            self._go_wrong(administrator, faults=faults)
            report.say(f"faults over after {time.monotonic() - began:.0f} s")
            left = self._drain()
        report.say(f"quiet after {time.monotonic() - began:.0f} s; left: {left}")
        report.say(f"reconnected {administrator.reconnected} times")
        for why, times in administrator.refused.most_common(5):
            report.say(f"  {times} times not, {why}")
        broken = self._verify()
        truths = {slug: sim.truth() for slug, sim in place.simulators.items()}
        tallies = reckon(self.people, truths)
        self._keep_evidence(tallies, truths)
        return report.final(
            tallies,
            broken,
            file=self.file,
            seconds=time.monotonic() - began,
            exports=self.exports,
            seed=self.seed,
            time_scale=settings.TIME_SCALE,
            faults=self.made,
        )

    def _keep_evidence(
        self, tallies: Mapping[str, Tally], truths: Mapping[str, Any]
    ) -> None:
        for slug, tally in tallies.items():
            if tally.suspects:
                found = evidence.of_candidates(tally.suspects)
                found["there"] = evidence.of_vendor(truths[slug], tally.suspects)
                found["requests"] = self.place.simulators[slug].requests()["last"]
                evidence.keep(self.place.kept, f"suspects-{slug}", found)

    def _settle_vendors(self) -> None:
        """Let each ATS be as late as it may be, and as careless as it can be."""
        from integrations.adapters import vendors
        from tests.vendors.desk import FACTS

        dice = random.Random(f"vendors {self.seed}")
        for slug, simulator in self.place.simulators.items():
            allowed_ms = vendors()[slug].wire.search_lag * settings.TIME_SCALE * 1000
            switches = dict(FACTS[slug].switches) | _CARELESS.get(slug, {})
            if dice.random() < 0.7:  # it takes the same person twice
                switches |= dict(FACTS[slug].without_rules)
            lag = int(allowed_ms * dice.uniform(0.3, 0.9))
            simulator.set(search_lag_ms=lag, **switches)

    @contextmanager
    def _keepers(self) -> Iterator[Administrator]:
        """Have what ended started again and what is parked reconnected meanwhile."""
        stop = threading.Event()
        administrator = Administrator(self.place, self.setting, self.alice)
        with ThreadPoolExecutor(2) as keepers:
            both = [
                keepers.submit(self._keep_alive, stop),
                keepers.submit(administrator.watch, stop),
            ]
            try:
                yield administrator
            finally:
                stop.set()
            for one in both:
                one.result()

    def _keep_alive(self, stop: threading.Event) -> None:
        while not stop.wait(1.0):
            self.place.restart_ended()

    def _go_wrong(self, administrator: Administrator, *, faults: bool) -> None:
        load = Load(self.setting, self.people, self.bob, self.seed)
        trouble = Trouble(self.place, administrator.change, self.seed)
        planned = script(self.seconds, list(self.place.simulators), self.seed)
        with ThreadPoolExecutor(2) as both:
            asking = both.submit(load.run, self.seconds)
            breaking = both.submit(trouble.run, planned if faults else [])
            try:
                while not (asking.done() and breaking.done()):
                    time.sleep(1)
                    self._say_how_it_goes(load)
            finally:  # told to stop, or done
                load.give_up()
                trouble.stop()
        trouble.end()
        asking.result()
        breaking.result()
        self.made = dict(sorted(trouble.made.items()))
        report.say(f"went wrong: {self.made}")
        for name, proxy in self.place.proxies.by_name.items():
            report.say(f"  on the way to {name}: {dict(proxy.seen)}")

    def _say_how_it_goes(self, load: Load) -> None:
        if time.monotonic() < self._say_again:
            return
        self._say_again = time.monotonic() + 30
        report.say(f"  {load.done} of {len(load.errands)} errands done")

    _say_again = 0.0

    def _drain(self) -> int:
        """Wait until nothing moves any more; return what does not come to an end."""
        from django.db import connections

        from integrations.models import Export

        connections.close_all()  # this process's own did not outlive the crashes
        moving = Export.objects.filter(state__in=["waiting", "exporting"])
        deadline, moved, before, said = time.monotonic() + _LONGEST_DRAIN, 0.0, -1, 0.0
        while left := moving.count():
            now = time.monotonic()
            if left != before:
                before, moved = left, now
            if now > deadline or now - moved > _STANDSTILL:
                self._explain_standstill(moving)
                break
            if now - said > 15:
                said = now
                report.say(f"  {left} on their way")
            time.sleep(1)
        return left

    def _explain_standstill(self, moving: Any) -> None:
        found = evidence.of_candidates(moving.values_list("candidate", flat=True))
        found["processes"] = evidence.of_processes(self.place)
        evidence.keep(self.place.kept, "standstill", found)
        report.say(f"there is no end to it: {self.place.kept}/standstill.json")

    def _verify(self) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "manage.py", "exports_verify", "--json"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=False,
        )
        found: dict[str, Any] = json.loads(done.stdout)
        broken: dict[str, Any] = found["broken"]
        return broken
