"""One worker's way through one step: the engine's, with a pause wherever time passes.

At each ``yield`` anything else may happen: other workers, an hour, or this one's death.
What is sent in is the fate of the call that comes next.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from integrations import timing
from integrations.work import CLAIMED, WAIT_FIRST, WAIT_LAST

from .intents import Claimed, Intent, Stale, Ticket, TooOld, commit_late, intend
from .ledger import Ledger
from .rows import State, Step
from .vendor import OK, SURE_NO, Fault, Reply, Vendor, Write

Result = TypeVar("Result")
Moves = Generator[None, str, Result]


class Work:
    """One step in the hands of one worker, who remembers it as it was."""

    def __init__(self, step: Step, ledger: Ledger, vendor: Vendor) -> None:
        self.step = step.loaded()
        self.ticket = Ticket(step.id, step.attempt)
        self.seen = step.row.identity
        self.ledger, self.vendor = ledger, vendor
        self.clock, self.guards = ledger.clock, ledger.guards

    def run(self) -> Moves[None]:
        """Work the step; what goes wrong is recorded as the engine does."""
        try:
            yield from self.turn()
        except TooOld:
            yield
            self._try_later("not_sent")
        except Stale:
            return
        except Fault as fault:
            yield
            commit_late(self.ledger, self.ticket)
            self.record(fault)

    def turn(self) -> Moves[None]:
        if self.step.state == State.UNCERTAIN:
            yield from self.resolve()
        else:
            yield from self.attempt()

    def attempt(self) -> Moves[None]:
        raise NotImplementedError

    def resolve(self) -> Moves[None]:
        raise NotImplementedError

    # -- calls -----------------------------------------------------------------------

    def reading(self) -> Moves[None]:
        """Wait until the next read is made; raises its fault."""
        fate = yield
        if kind := SURE_NO.get(fate):
            raise Fault(kind)

    def writing(self, intent: Intent, write: Write) -> Moves[Reply]:
        """Open the gate, send within the window, wait for the reply until the deadline."""
        ends = self.clock.now + timing.CALL_DEADLINE
        intend(self.ledger, self.ticket, intent)
        self.step.repeats += intent.repeats
        intent_at = self.clock.now
        fate = yield
        late = self.clock.now - intent_at > timing.SEND_WINDOW
        if late and self.guards.send_window:
            raise Fault("not_sent")
        reply = self.vendor.take(write, fate or OK)
        yield
        if self.clock.now > ends:
            raise Fault("unclear")
        if reply.fault:
            raise reply.fault
        return reply

    # -- shared by the kinds -----------------------------------------------------------

    def settle_absence(self, *, provable: bool) -> Moves[bool]:
        """Count a look that found nothing; return whether to send once more now."""
        step, ledger = self.step, self.ledger
        assert step.intent_at is not None
        settling, absences = ledger.settle(step), step.absences
        again = step.intent_at + (1 + absences) * settling
        if self.clock.now >= again:  # else an early look: it proves nothing
            absences, again = absences + 1, again + settling
        if absences < 2 and (provable or absences == 0):
            ledger.absent(step, self.ticket, absences=absences, not_before=again)
        elif provable and step.rejection:
            ledger.failed(step, self.ticket, kind="rejected", absences=absences)
        elif provable and step.repeats < timing.REPEATS:
            return True
        else:
            yield from self.ask_about_unclear()
        return False

    def ask_about_unclear(self) -> Moves[None]:
        raise NotImplementedError

    def wait_for(self, claimed: Claimed) -> None:
        """Come back when the other row may have come to an end."""
        wait = (claimed.due or 0) - self.clock.now
        wait = min(max(WAIT_FIRST, wait), WAIT_LAST)
        self._later(self.clock.now + wait, CLAIMED)

    # -- what an error means: ``integrations.failures`` -------------------------------

    def record(self, fault: Fault) -> None:
        kind, opened = fault.kind, self.ticket.opened
        if kind == "unclear" and opened:
            self._unclear(fault)
        elif kind == "throttled":
            self.ledger.pause(60)
            self._later(self.clock.now + 60, kind)
        elif kind == "bad_credentials":
            self._later(self.clock.now, kind)
            self.ledger.parked = True
        elif kind == "missing_permission":
            self._lacks_permission(kind)
        elif kind == "rejected" and (opened or self.step.state != State.UNCERTAIN):
            self.ledger.failed(self.step, self.ticket, kind=kind)
        else:
            self._try_later(kind)

    def _unclear(self, fault: Fault) -> None:
        if not self.guards.no_retry_after_timeout:
            self._later(self.clock.now, fault.kind)
            return
        self.ledger.unclear(self.step, self.ticket, rejection=fault.rejection)
        if fault.pause:
            self.ledger.pause(fault.pause)

    def _later(self, at: float | None, kind: str) -> None:
        self.ledger.later(self.step, self.ticket, not_before=at, kind=kind)

    def _lacks_permission(self, kind: str) -> None:
        self._later(None, kind)
        for step in self.ledger.steps:
            waits = step.state == State.READY and step.not_before is not None
            if waits and step.kind == self.step.kind:
                step.not_before, step.error_kind = None, kind

    def _try_later(self, kind: str) -> None:
        tries = self.step.tries + 1
        if tries > len(timing.RETRIES) and self.step.state != State.UNCERTAIN:
            self.ledger.failed(self.step, self.ticket, kind=kind)
            return
        wait = timing.RETRIES[min(tries, len(timing.RETRIES)) - 1]
        at = self.clock.now + wait
        self.ledger.later(self.step, self.ticket, not_before=at, kind=kind, counts=True)
