"""One step in the hands of one worker: what all kinds of steps share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from candidates.models import Candidate
from pinsync import clock

from . import ledger, timing
from .adapters import Adapter
from .http import VendorHttp
from .intents import Claimed, Ticket
from .models import AtsConnection, AtsPerson, ExportAttempt, ExportStep
from .records import PersonRecord

State = ExportStep.State

# While another row of the same human is at it: how soon, and how late, to look again.
WAIT_FIRST, WAIT_LAST = 5.0, 600.0

# Kinds of waiting that are no error: another row is at it; the vendor has it.
CLAIMED = "claimed"
CONFIRMING = "confirming"


@dataclass
class Work:
    """One step in the hands of one worker."""

    step: ExportStep
    adapter: Adapter
    person: AtsPerson | None = None

    def __post_init__(self) -> None:
        self.ticket = Ticket(self.step.pk, self.step.attempt)

    @property
    def connection(self) -> AtsConnection:
        return self.step.connection

    @property
    def candidate(self) -> Candidate:
        return self.step.candidate

    @property
    def ats(self) -> str:
        return self.adapter.label

    @property
    def http(self) -> VendorHttp:
        return cast(VendorHttp, self.adapter.http)

    @cached_property
    def record(self) -> PersonRecord:
        return PersonRecord.of(self.candidate)

    def run(self) -> None:
        """Work the step; raises AtsError, Stale, or what stopped the drainer."""
        if self.step.state == State.UNCERTAIN:
            self.resolve()
        else:
            self.attempt()

    def attempt(self) -> None:
        raise NotImplementedError

    def resolve(self) -> None:
        raise NotImplementedError

    # -- shared by the kinds -----------------------------------------------------

    def sent_snapshot(self) -> dict[str, Any]:
        """Return what the unclear write sent."""
        return (
            ExportAttempt.objects.filter(step_id=self.step.pk, number=self.step.attempt)
            .values_list("snapshot", flat=True)
            .first()
            or {}
        )

    def settle_absence(self, *, provable: bool) -> bool:
        """Count a look that found nothing; return whether to send once more now.

        Twice not found, by a question that proves it: it is sent again, a few times
        per step ever. Else the recruiter is asked, or the vendor's own reason stands.
        """
        step = self.step
        assert step.intent_at is not None  # noqa: S101 (a check constraint)
        settling = timing.settle(self.adapter.wire, repeats=step.repeats)
        counts = step.intent_at + (1 + step.absences) * settling
        if clock.now() < counts:  # an early look: it proves nothing
            absences, again = step.absences, counts
        else:
            absences, again = step.absences + 1, counts + settling
        if absences < 2 and (provable or absences == 0):
            ledger.absent(step, self.ticket, absences=absences, not_before=again)
        elif provable and step.rejection:
            ledger.failed(
                step,
                self.ticket,
                sentence=step.rejection,
                kind="rejected",
                absences=absences,
            )
        elif provable and step.repeats < timing.REPEATS:
            return True
        else:
            self.ask_about_unclear()
        return False

    def ask_about_unclear(self) -> None:
        raise NotImplementedError

    def could_not_tell(self, thing: str) -> str:
        """Say that we do not know whether it was saved, with the vendor's complaint."""
        doubt = f"We could not tell whether {self.ats} saved {thing}."
        return f"{self.step.rejection} {doubt}".strip()


def wait_for(claimed: Claimed) -> datetime:
    """Return when the other row may have come to an end."""
    soon = clock.now() + clock.period(WAIT_FIRST)
    late = clock.now() + clock.period(WAIT_LAST)
    return min(max(soon, claimed.due or soon), late)
