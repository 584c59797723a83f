"""What the early look for duplicates found, in words; it decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pinsync.local_time import at

from .adapters import Key
from .badges import safe_link
from .explain import with_stop, without_promise
from .models import AtsConnection, DuplicateCheck, Export
from .outreach_check import details_of
from .standings import Standing

if TYPE_CHECKING:
    from candidates.models import Candidate

State, Answer = DuplicateCheck.State, DuplicateCheck.Answer

_MOST_NAMED = 3
_KEYS = {
    Key.EMAIL: "email",
    Key.LINKEDIN: "LinkedIn URL",
    Key.NAME: "name",
    Key.PHONE: "phone number",
}


@dataclass(frozen=True)
class Record:
    """Somebody of the ATS who was found; ``url`` "" where it gives no link."""

    id: str
    name: str
    url: str


@dataclass(frozen=True)
class Finding:
    """What is shown of one check: the fact, and what an export will do about it.

    ``short`` is for a table. ``limits`` say what this account cannot be asked.
    """

    label: str
    icon: str
    fact: str
    outlook: str = ""
    brief: str = ""
    records: tuple[Record, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        return f"{self.fact} {self.outlook}".strip()

    @property
    def short(self) -> str:
        return self.brief or self.sentence

    @property
    def tone(self) -> str:
        return "amber" if self.icon == "warning" else "grey"


def finding_of(standing: Standing, now: datetime) -> Finding | None:
    """Return what the check says as long as no export says more; None: nothing."""
    check, connection = standing.check, standing.connection
    if check is None or standing.person or not connection.is_live:
        return None
    if standing.export_in(Export.State.EXPORTING, Export.State.NEEDS_YOU):
        return None
    if check.state == State.DONE:
        return _found(check, standing.candidate, connection, now)
    if standing.export_in(Export.State.WAITING):  # it looks by itself, and first
        return None
    if check.state == State.WANTED:
        return _wanted(check, standing.candidate, connection, now)
    return Finding(
        connection.label,
        "warning",
        f"{connection.label} could not be asked about duplicates: "
        f"{with_stop(without_promise(check.trouble))}",
        _AGAIN,
        brief=f"{connection.label} could not be asked about duplicates.",
    )


_AGAIN = "An export looks again before it creates anybody."


def _wanted(
    check: DuplicateCheck,
    candidate: Candidate,
    connection: AtsConnection,
    now: datetime,
) -> Finding:
    label, name = connection.label, candidate.full_name
    if not connection.is_connected:
        fact = f"{name} is looked for in {label} once it is reconnected."
        return Finding(label, "clock", fact)
    if check.trouble and check.not_before > now:
        could_not = f"{label} could not be asked about duplicates yet"
        trouble = with_stop(without_promise(check.trouble))
        again = f"Next try at {at(check.not_before, now)}."
        return Finding(
            label, "clock", f"{could_not}: {trouble}", again, f"{could_not}. {again}"
        )
    return Finding(label, "clock", f"{name} is being looked for in {label}.")


def _found(
    check: DuplicateCheck,
    candidate: Candidate,
    connection: AtsConnection,
    now: datetime,
) -> Finding:
    label, limits = connection.label, tuple(connection.limits)
    if check.details != details_of(candidate):
        fact = (
            f"{candidate.full_name}'s details have changed since {label} was asked "
            "about duplicates."
        )
        return Finding(label, "info", fact, _AGAIN, brief=fact, limits=limits)
    answer = Answer(check.answer)
    fact, hint = fact_of(check, candidate, connection, now), _hint(check.hint)
    return Finding(
        label,
        _ICONS[answer],
        f"{fact} {hint}".strip(),
        _OUTLOOKS[answer],
        brief=fact if hint or answer == Answer.UNASKED else "",
        records=_records(check.matches or check.hint, connection),
        limits=limits,
    )


_ICONS = {
    Answer.NOBODY: "check",
    Answer.LINK: "link",
    Answer.ASK: "warning",
    Answer.UNASKED: "info",
}
_OUTLOOKS = {
    Answer.NOBODY: "",
    Answer.LINK: "An export will link to that record, not create a second one.",
    Answer.ASK: "An export will ask you first.",
    Answer.UNASKED: _AGAIN,
}


def fact_of(
    check: DuplicateCheck,
    candidate: Candidate,
    connection: AtsConnection,
    now: datetime | None = None,
) -> str:
    """Say what was found; with ``now`` also when, where that is all there is to say."""
    label, matches = connection.label, check.matches
    if len(matches) == 1:
        (match,) = matches
        but = ", under another name" if match["name_differs"] else ""
        return f"{label} has someone with this {_keys(match)}{but}: {_name(match)}."
    if matches:
        return (
            f"{len(matches)} people in {label} look like {candidate.full_name}: "
            f"{_names(matches)}."
        )
    when = f" (checked {at(check.checked_at, now)})" if now and check.checked_at else ""
    if check.answer == Answer.UNASKED:
        keys = connection.adapter_class.duplicate_keys
        words = _either([_KEYS[key] for key in keys])
        fact = f"{candidate.full_name} has no {words} to look for in {label}{when}."
    elif check.hint:
        fact = f"No duplicate of {candidate.full_name} was found in {label}{when}."
    else:
        fact = f"Nobody like {candidate.full_name} was found in {label}{when}."
    return fact


def _hint(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return ""
    who = f"Someone there has the same {_keys(rows[0])}: {_name(rows[0])}"
    if len(rows) > 1:
        who = f"{len(rows)} people there are alike: {_names(rows)}"
    return f"{who}; that alone is no match."


def _keys(row: dict[str, Any]) -> str:
    *others, last = row["keys"]
    return f"{', '.join(others)} and {last}" if others else last


def _names(rows: Sequence[dict[str, Any]]) -> str:
    named = [_name(row) for row in rows[:_MOST_NAMED]]
    if more := len(rows) - len(named):
        named.append(f"{more} more")
    return f"{', '.join(named[:-1])} and {named[-1]}"


def _name(row: dict[str, Any]) -> str:
    return row["name"] or f"record {row['person_id']}"


def _either(words: list[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _records(
    rows: Sequence[dict[str, Any]], connection: AtsConnection
) -> tuple[Record, ...]:
    return tuple(
        Record(
            id=row["person_id"],
            name=_name(row),
            url=safe_link(row["url"] or connection.person_url(row["person_id"])),
        )
        for row in rows[:_MOST_NAMED]
    )
