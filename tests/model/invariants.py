"""What must hold: the invariants of ``exports_verify`` by their names, and the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from .follow_ups import thing_of
from .ledger import Ledger
from .rows import FINISHED, GIVEN_UP, Kind, Outcome, Sent, State, Step
from .setting import VANISHED_AFTER
from .vendor import Broken, Vendor


def _sending_long_past_intent(ledger: Ledger) -> Iterable[Step]:
    limit = ledger.clock.now - VANISHED_AFTER - 60
    for step in ledger.steps:
        if step.state == State.SENDING and (step.intent_at or 0) < limit:
            yield step


def _done_without_person(ledger: Ledger) -> Iterable[Step]:
    for step in ledger.steps:
        is_done = step.kind == Kind.PERSON and step.state == State.DONE
        if is_done and step.row.id not in ledger.people:
            yield step


def _write_without_intent(ledger: Ledger) -> Iterable[Step]:
    for step in ledger.steps:
        if len(step.attempts) != step.attempt:
            yield step
        for attempt in step.attempts:
            if attempt.ended_at is not None and attempt.ended_at < attempt.intent_at:
                yield step


def _created_twice(ledger: Ledger) -> Iterable[Step]:
    for step in ledger.steps:
        made = [a for a in step.attempts if a.outcome == Outcome.DONE]
        if step.kind == Kind.PERSON and len(made) > 1:
            yield step


def _written_blindly(ledger: Ledger) -> Iterable[Step]:
    for step in ledger.steps:
        for before, after in pairwise(step.attempts):
            if before.outcome in ("", Outcome.UNCLEAR):
                looked = after.looked_up_at
                if looked is None or looked <= before.intent_at:
                    yield step


def _claims_of_nobody(ledger: Ledger) -> Iterable[Step]:
    for holder in ledger.claims.values():
        is_in_doubt = holder.state in GIVEN_UP and holder.ever_unclear
        is_nobody = holder.state in FINISHED and holder.row.id not in ledger.people
        if is_nobody and not is_in_doubt:
            yield holder


def _due_on_disconnected(ledger: Ledger) -> Iterable[Step]:
    if not ledger.connected:
        for step in ledger.steps:
            if step.state == State.READY and step.not_before is not None:
                yield step


Rules = dict[str, Callable[[Ledger], Iterable[Step]]]

# Those that must hold at every moment.
ALWAYS: Rules = {
    "no PERSON done without AtsPerson": _done_without_person,
    "no write attempt without an intent before it": _write_without_intent,
    "at most one successful create per person": _created_twice,
    "no write after an unclear one without a look-up between": _written_blindly,
    "every held claim belongs to a live step or a known person": _claims_of_nobody,
    "nothing due on a disconnected connection": _due_on_disconnected,
}
# Those that hold as long as the dispatcher runs: checked when it has.
WHILE_SWEPT: Rules = {
    "no step SENDING long past its intent": _sending_long_past_intent,
}
# Those that say nothing here, and why.
LEFT_OUT = {
    "every event that counts has an export": (
        "event and export are one transaction, made before the protocol begins"
    ),
}


def check(ledger: Ledger, rules: Rules) -> None:
    for name, rule in rules.items():
        for step in rule(ledger):
            raise Broken(name, f"{step.kind} {step.job} of {step.row.human}")


# --- The truth ------------------------------------------------------------------------


def check_end(ledger: Ledger, vendor: Vendor) -> None:
    """Everybody who was wanted is in the ATS, or it is said why not."""
    _check_nobody_is_linked_to_a_stranger(ledger, vendor)
    for export in ledger.exports:
        if export.state != Sent.CANCELLED:
            for step in ledger.of(export.row):
                if step.job in ("", export.job):
                    _check_not_lost(step, ledger, vendor)


def _check_not_lost(step: Step, ledger: Ledger, vendor: Vendor) -> None:
    if step.state not in (*FINISHED, State.ASKING):
        person = ledger.step(step.row, Kind.PERSON)
        if step.kind != Kind.PERSON and person and person.state != State.DONE:
            return  # it waits for a person who is failed, asked about or skipped
        raise Broken("lost", f"{step.kind} of {step.row.human} is {step.state}")
    if step.state == State.DONE and step.kind != Kind.PERSON:
        person_id = ledger.people[step.row.id].person_id
        excused = step.row.human in vendor.excused
        if not excused and not _is_there(step, person_id, vendor):
            raise Broken("lost", f"{thing_of(step)} of {step.row.human}")


def _is_there(step: Step, person_id: int, vendor: Vendor) -> bool:
    if step.kind == Kind.JOB_LINK:
        return vendor.has(person_id, step.job)
    return any(t.person_id == person_id and t.kind == step.kind for t in vendor.things)


def _check_nobody_is_linked_to_a_stranger(ledger: Ledger, vendor: Vendor) -> None:
    for row in ledger.rows:
        known = ledger.people.get(row.id)
        if known is None or row.human in vendor.excused:
            continue
        if vendor.person(known.person_id).human != row.human:
            raise Broken("linked to a stranger", row.human)
