"""One step in the hands of one worker: what all kinds of steps share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from candidates.models import Candidate
from pinsync import clock

from . import ledger, timing
from .adapters import Adapter
from .http import VendorHttp
from .intents import Ticket
from .models import AtsConnection, AtsPerson, ExportAttempt, ExportStep
from .records import PersonRecord

State = ExportStep.State

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
        if clock.now() < step.intent_at + settling:  # an early look: it proves nothing
            again = step.intent_at + settling
            ledger.absent(step, self.ticket, absences=0, not_before=again)
            return False
        if step.absences == 0 and (provable or step.rejection):
            again = step.intent_at + 2 * settling
            ledger.absent(step, self.ticket, absences=1, not_before=again)
            return False
        if step.rejection:
            ledger.failed(step, self.ticket, sentence=step.rejection, kind="rejected")
            return False
        if provable and step.repeats < timing.REPEATS:
            return True
        self.ask_about_unclear()
        return False

    def ask_about_unclear(self) -> None:
        raise NotImplementedError
