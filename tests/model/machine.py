"""The state machine: what may happen, one small thing at a time, in any order."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any, ClassVar

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from .rows import Choice, Export, Row
from .setting import SETTINGS, Safeguards, Setting
from .vendor import FATES, OK, OPEN
from .world import WORKERS, World

_BOTH = (False, True)
JOBS = ("job-1", "job-2", "")
# Before and after each limit: send window, deadline, sweep, look-up age, settling time,
# twice that; and an hour.
SPANS = (1, 6, 31, 36, 56, 61, 111, 3_600)
CHOICES = (Choice.LINK, Choice.CREATE, Choice.REPEAT, Choice.DONE, Choice.SKIP)
WORKER = range(WORKERS)
# What leaves an outcome open is tried oftener than what is refused for sure.
LIKELY = (*FATES, *(OPEN * 3))
STEPS = 50

Event = tuple[Any, ...]


def _events(name: str, *details: Iterable[Any], weight: int) -> list[Event]:
    """Return about so many events of that name, over all its details in turn."""
    every = list(product((name,), *details))
    return (every * (weight // len(every) + 1))[: max(weight, len(every))]


# All that may happen, as often as is likely to lead somewhere. One list, so that each
# event is one draw: drawing is what takes the time.
EVENTS = [
    *_events("pick", WORKER, range(3), weight=36),
    *_events("move", WORKER, LIKELY, weight=72),
    *_events("work_through", WORKER, range(3), (OK,), weight=72),
    *_events("work_through", WORKER, range(3), LIKELY, weight=162),
    *_events("die", WORKER, range(6), weight=18),
    *_events("freeze", WORKER, range(6), weight=18),
    *_events("thaw", weight=6),
    *_events("pass", SPANS, _BOTH, weight=48),
    *_events("wait", (True, True, False), weight=81),
    *_events("edit", range(3), ("e0", "e1", ""), _BOTH, weight=18),
    *_events("want", range(3), JOBS, _BOTH, weight=18),
    *_events("decide", range(3), (*[None] * 10, *CHOICES), weight=45),
    *_events("cancel", range(3), weight=6),
    *_events("retry", range(3), weight=6),
    *_events("disconnect", weight=4),
    *_events("reconnect", weight=18),
]


class Protocol(RuleBasedStateMachine):
    """Histories of one connection; each ends without faults, and with nobody lost."""

    guards: ClassVar[Safeguards] = Safeguards()
    verifies: ClassVar[bool] = True
    histories: ClassVar[int] = 0

    world: World

    def __init__(self) -> None:
        super().__init__()
        type(self).histories += 1

    @initialize(setting=st.sampled_from(SETTINGS))
    def begin(self, setting: Setting) -> None:
        self.world = World(setting, self.guards, verifies=self.verifies)
        for row in self.world.ledger.rows:
            self.world.office.want(row, JOBS[0], False)

    @rule(event=st.sampled_from(EVENTS))
    def happens(self, event: Event) -> None:
        name, *details = event
        getattr(self, f"_{name}")(*details)
        self.world.verify()

    # -- workers -----------------------------------------------------------------------

    def _pick(self, worker: int, pick: int) -> None:
        self.world.advance(worker, OK, pick)

    def _move(self, worker: int, fate: str) -> None:
        self.world.advance(worker, fate)

    def _work_through(self, worker: int, pick: int, fate: str) -> None:
        self.world.work_through(worker, pick, fate)

    def _die(self, worker: int, moves: int) -> None:
        """Let the worker die, so many moves from now."""
        self._go_on(worker, moves)
        self.world.die(worker)

    def _freeze(self, worker: int, moves: int) -> None:
        self._go_on(worker, moves)
        self.world.freeze(worker)

    def _go_on(self, worker: int, moves: int) -> None:
        for _ in range(moves):
            self.world.advance(worker)

    def _thaw(self) -> None:
        self.world.thaw()

    # -- time --------------------------------------------------------------------------

    def _pass(self, seconds: float, is_swept: bool) -> None:
        self.world.pass_time(seconds)
        if is_swept:
            self.world.tick()

    def _wait(self, is_swept: bool) -> None:
        self.world.wait()
        if is_swept:
            self.world.tick()

    # -- people ------------------------------------------------------------------------

    def _edit(self, number: int, email: str, has_profile: bool) -> None:
        row = self._row(number)
        row.email = email
        row.linkedin = f"l-{row.human}" if has_profile else ""

    def _want(self, number: int, job: str, by_hand: bool) -> None:
        self.world.office.want(self._row(number), job, by_hand)

    def _cancel(self, which: int) -> None:
        self.world.office.cancel(self._export(which))

    def _retry(self, which: int) -> None:
        self.world.office.retry(self._export(which))

    def _disconnect(self) -> None:
        self.world.office.disconnect()

    def _reconnect(self) -> None:
        self.world.office.reconnect()

    def _decide(self, which: int, carelessly: Choice | None) -> None:
        if questions := self.world.office.questions():
            step = questions[which % len(questions)]
            if carelessly:
                self.world.office.decide_carelessly(step, carelessly)
            else:
                self.world.office.decide_rightly(step)

    def _row(self, number: int) -> Row:
        rows = self.world.ledger.rows
        return rows[number % len(rows)]

    def _export(self, number: int) -> Export:
        exports = self.world.ledger.exports
        return exports[number % len(exports)]

    # -- the end -------------------------------------------------------------------------

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.end()


def replay(setting: Setting, *events: Event, guards: Safeguards | None = None) -> World:
    """Live through one history again, as Hypothesis printed it; return how it ended."""
    history = Protocol()
    history.guards = guards or Safeguards()  # type: ignore[misc]
    history.begin(setting=setting)
    for event in events:
        history.happens(event=event)
    history.teardown()
    return history.world


def live(
    histories: int,
    *,
    seed: int = 0,
    shrinks: bool = True,
    guards: Safeguards | None = None,
    verifies: bool = True,
) -> int:
    """Live through so many histories; return how many there were.

    The same seed gives the same histories. Raises what was broken, with the shortest
    history that breaks it where ``shrinks``.
    """
    changes = {"guards": guards or Safeguards(), "verifies": verifies}
    machine: type[Protocol] = type("Histories", (Protocol,), changes)
    hypothesis.seed(seed)(machine)
    run_state_machine_as_test(machine, settings=_settings(histories, shrinks=shrinks))
    return machine.histories


def _settings(histories: int, *, shrinks: bool) -> settings:
    return settings(
        max_examples=histories,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink] if shrinks else [Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
