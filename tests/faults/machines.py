"""Several machines on one database: one after the other is cut off in mid-write."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import Database

from . import report
from .doors import Doors
from .keys import Administrator
from .load import Load
from .premises import WEB, Command, Premises, free_port, wait_for
from .trial import Trial
from .wires import BASE, HUB, NETWORK, Wires

HOSTS = ("north", "south")
# How each is cut off, for how many seconds. The first is over before anybody notices.
CUTS = (
    *(("silent", 8.0), ("silent", 40.0), ("reset", 15.0), ("alone", 40.0)),
    *(("reset", 5.0), ("silent", 30.0)),
)
_PAUSE = 8.0
# Answers of the vendor that are under way when the host is cut off: within the deadline.
_ANSWERS_LATE_MS = 1_500
# The wall clock of the second host is ten minutes ahead of all others.
_AHEAD = Path(__file__).parent / "ahead"


class Machines(Premises):
    """The servers, simulators and pages here; workers and dispatchers on two hosts."""

    in_namespaces = False
    hosts: Wires | Doors

    def open(self, *, time_scale: float) -> None:
        if self.in_namespaces:
            self.hosts = Wires()
            self.address = HUB
            self.redis.addresses.append(HUB)
            access = self.folder / "pg_hba.conf"
            trusted = ("127.0.0.1/32", NETWORK)
            access.write_text("".join(f"host all all {it} trust\n" for it in trusted))
            self.database = Database(
                self.folder / "postgres",
                free_port(),
                listen_addresses=f"127.0.0.1,{BASE}",
                hba_file=str(access),
            )
        super().open(time_scale=time_scale)
        report.say(f"two hosts: {self.hosts.kind}; the clock of {HOSTS[1]} is ahead")

    def _lay_out(self, time_scale: float) -> None:
        self._environment = {}
        if not self.in_namespaces:
            self.proxies.__enter__()
            self.hosts = Doors(self.proxies, self.database.port, self.redis.port)
        self._say_where(time_scale, self.redis.url_at(self.redis.port))
        for name in HOSTS:
            self.hosts.add(name)
            (self.folder / name).mkdir()

    def _door(self, slug: str, port: int) -> str:
        return f"http://{self.address}:{port}"

    def _way_to(self, name: str, command: Command) -> Command:
        _, at, host = name.partition("@")
        return self.hosts.command(host, command) if at else command

    def _surroundings(self, name: str) -> dict[str, str]:
        _, at, host = name.partition("@")
        if not at:
            return {}
        there = {"VAR_DIR": str(self.folder / host), **self._servers}
        if host == HOSTS[1]:
            there["PYTHONPATH"] = str(_AHEAD)
        return there | self.hosts.variables(host)

    @property
    def _servers(self) -> dict[str, str]:
        return {
            "DATABASE_URL": f"postgres://pinsync@{BASE}:{self.database.port}/pinsync",
            "REDIS_URL": f"redis://{HUB}:{self.redis.port}/0",
        }

    def open_business(self) -> None:
        for host in HOSTS:
            self.manage(f"exports@{host}", "rqworker", "exports", "-v", "0")
            queues = ("documents", "checks")
            self.manage(f"documents@{host}", "rqworker", *queues, "-v", "0")
            self.manage(f"dispatcher@{host}", "dispatch")
        self.start(WEB, *self._gunicorn)
        wait_for(self.web_answers, "the first page", 60)

    def drainers_of(self, host: str) -> list[int]:
        return self.children(f"exports@{host}")

    def close(self) -> None:
        self.hosts.close()


class TrialOnMachines(Trial):
    """The same run, with cut cables for faults."""

    place: Machines
    file = "machines.json"

    def __init__(self, place: Machines, *, exports: int, seed: int) -> None:
        super().__init__(place, exports=exports, seed=seed)
        self.seconds = sum(seconds + _PAUSE for _, seconds in CUTS)

    def _go_wrong(self, administrator: Administrator, *, faults: bool) -> None:
        load = Load(self.setting, self.people, self.bob, self.seed)
        self.made: Counter[str] = Counter()
        with ThreadPoolExecutor(1) as clerks:
            asking = clerks.submit(load.run, self.seconds)
            try:
                for how, seconds in CUTS if faults else ():
                    self._cut_off(how, seconds, asking)
            except BaseException:
                load.give_up()
                raise
        asking.result()
        report.say(f"cut off: {dict(self.made)}")

    def _cut_off(self, how: str, seconds: float, asking: Future[None]) -> None:
        time.sleep(_PAUSE)
        with self._late_answers():
            host, under_way = self._whoever_writes()
            report.say(
                f"{host} is cut off ({how}, {seconds:g} s): {under_way} writes under way"
            )
            self.place.hosts.cut(host, how)
        time.sleep(seconds)
        self.place.hosts.mend(host)
        self.made[f"{how} {host}"] += 1

    @contextmanager
    def _late_answers(self) -> Iterator[None]:
        """Let the vendors carry out at once what they are asked, and answer late."""
        from tests.vendors.desk import FACTS

        for slug, simulator in self.place.simulators.items():
            late = {"ms": _ANSWERS_LATE_MS, "times": 20}
            simulator.fault("delay", match=FACTS[slug].create, **late)
        yield
        for simulator in self.place.simulators.values():
            simulator.clear_faults()

    def _whoever_writes(self) -> tuple[str, int]:
        """Wait until a host has writes under way; without any, take the first."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            found = self._writes()
            if found and max(found.values()) > 1:
                return found.most_common(1)[0]
            time.sleep(0.02)
        return HOSTS[sum(self.made.values()) % 2], 0

    def _writes(self) -> Counter[str]:
        """Count the steps that are being sent, by the host that works the connection."""
        from integrations.models import ExportStep

        of = {pid: host for host in HOSTS for pid in self.place.drainers_of(host)}
        names = ExportStep.objects.filter(
            state=ExportStep.State.SENDING, connection__leased_until__isnull=False
        ).values_list("connection__leased_by", flat=True)
        pids = (int(name.partition("-")[0]) for name in names if name)
        return Counter(of[pid] for pid in pids if pid in of)
