"""The whole of it: the people, the vendor, the ledger, and workers who may vanish."""

from __future__ import annotations

from integrations.work import CLAIMED

from .follow_ups import WORK
from .invariants import ALWAYS, WHILE_SWEPT, check, check_end
from .ledger import Ledger
from .office import Office
from .rows import DUE, Clock, Identity, State, Step
from .setting import VANISHED_AFTER, Safeguards, Setting
from .vendor import OK, Broken, Vendor
from .work import Moves

WORKERS = 3
LONGEST_DRAIN = 600


class World:
    """``verifies``: whether the ledger is watched, and not only the vendor's truth."""

    def __init__(
        self, setting: Setting, guards: Safeguards, *, verifies: bool = True
    ) -> None:
        self.clock, self.verifies = Clock(), verifies
        self.vendor = Vendor(self.clock, setting)
        self.ledger = Ledger(self.clock, setting, guards)
        self.office = Office(self.ledger, self.vendor)
        self.hands: list[Moves[None] | None] = [None] * WORKERS
        self.frozen: list[Moves[None]] = []
        if setting.stranger:
            self.vendor.enter_by_hand(Identity("e0", "", "Other"), "Other")
        if setting.themselves:
            self.vendor.enter_by_hand(Identity("e0", "l-Dana", "Dana"), "Dana")

    # -- workers -----------------------------------------------------------------------

    def advance(self, worker: int, fate: str = OK, pick: int = 0) -> None:
        """Let the worker make one move; whoever has nothing in hand picks a due step."""
        hand = self.hands[worker]
        if hand is None:
            self._take(worker, pick)
            return
        try:
            hand.send(fate)
        except StopIteration:
            self.hands[worker] = None

    def _take(self, worker: int, pick: int) -> None:
        due = self.ledger.due() if self.ledger.is_usable() else []
        if due:
            self._begin(worker, due[pick % len(due)])

    def _begin(self, worker: int, step: Step) -> None:
        hand = WORK[step.kind](step, self.ledger, self.vendor).run()
        try:
            next(hand)
        except StopIteration:
            return
        self.hands[worker] = hand

    def work_through(self, worker: int, pick: int = 0, fate: str = OK) -> None:
        """Let the worker end what it has in hand, or one due step, with that fate."""
        if self.hands[worker] is None:
            self._take(worker, pick)
        while self.hands[worker] is not None:
            self.advance(worker, fate)

    def die(self, worker: int) -> None:
        self.hands[worker] = None

    def freeze(self, worker: int) -> None:
        """Stop the process in the middle of what it does; another takes its place."""
        if (hand := self.hands[worker]) is not None:
            self.frozen.append(hand)
            self.hands[worker] = None

    def thaw(self) -> None:
        """Let the process that was frozen first go on where it stopped."""
        if self.frozen:
            hand = self.frozen.pop(0)
            try:
                while True:
                    hand.send(OK)
            except StopIteration:
                return

    # -- time --------------------------------------------------------------------------

    def tick(self) -> None:
        """What the dispatcher does all the time."""
        self.ledger.sweep()
        self.ledger.release_forgotten()
        self.ledger.drop_forgotten()
        if self.verifies:
            check(self.ledger, WHILE_SWEPT)

    def pass_time(self, seconds: float) -> None:
        self.clock.now += seconds
        self.vendor.catch_up()

    def wait(self) -> bool:
        """Let time pass until the next thing happens; False where nothing will."""
        moments = [*self._moments()]
        if (late := self.vendor.next_commit) is not None:
            moments.append(late)
        if not moments:
            return False
        self.clock.now = max(self.clock.now, min(moments))
        self.vendor.catch_up()
        return True

    def _moments(self) -> list[float]:
        found, waiting = [], []
        for step in self.ledger.steps:
            if step.state == State.SENDING and step.intent_at is not None:
                found.append(step.intent_at + VANISHED_AFTER + 1)
            elif step.state in DUE and step.not_before is not None:
                if step.error_kind != CLAIMED:
                    found.append(step.not_before)
                elif not self._is_blocked(step):
                    waiting.append(step.not_before)
        return found or waiting

    def _is_blocked(self, step: Step) -> bool:
        """Return whether it waits for somebody who waits for the recruiter."""
        return any(
            holder.state == State.ASKING and holder is not step
            for holder in self.ledger.claims.values()
        )

    # -- what must hold ------------------------------------------------------------------

    def verify(self) -> None:
        if self.verifies:
            check(self.ledger, ALWAYS)

    def end(self) -> None:
        """Let everybody go on without faults; then nobody may be lost."""
        for worker in range(WORKERS):
            self.work_through(worker)
        self._mend_and_drain()
        while self.frozen:
            self.thaw()
            self._mend_and_drain()
        for _ in range(8):
            if not (questions := self.office.questions()):
                break
            for step in questions:
                self.office.decide_rightly(step)
            self.drain()
        self.verify()
        check_end(self.ledger, self.vendor)

    def _mend_and_drain(self) -> None:
        self.ledger.paused_until = 0.0
        self.office.reconnect()
        self.drain()

    def drain(self) -> None:
        """Work until nothing moves any more; what waits for an answer may stay."""
        for _ in range(LONGEST_DRAIN):
            self.tick()
            due = self.ledger.due()
            ready = [step for step in due if step.error_kind != CLAIMED]
            for step in ready or due:
                self._begin(0, step)
                self.work_through(0)
            if not ready and not self.wait():
                return
        raise Broken("waits for ever", "there is no end to the work")
