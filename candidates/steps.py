"""The next steps of an outreach: what can be marked, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass

from .models import FACTS, LADDER, JobCandidate, Kind

_LABELS = {
    Kind.ADDED: "Add to outreach",
    Kind.FIRST_MESSAGE: "Mark first message",
    Kind.REPLIED: "Mark reply",
    Kind.INTERESTED: "Mark interested",
}
_DONE = {
    Kind.ADDED: "{person} was added to the outreach of {job}.",
    Kind.FIRST_MESSAGE: "Recorded: {person} received the first message for {job}.",
    Kind.REPLIED: "Recorded: {person} replied about {job}.",
    Kind.INTERESTED: "Recorded: {person} replied and is interested in {job}.",
}


@dataclass(frozen=True)
class NextStep:
    """A rung that has not been reached; the first one is the usual next."""

    kind: Kind
    label: str


def next_steps(row: JobCandidate) -> list[NextStep]:
    """Return what can be marked now: at first only the outreach, then what follows.

    Nothing once the job or the person is archived.
    """
    if row.is_archived:
        return []
    reached = [rung for rung in LADDER if getattr(row, FACTS[rung])]
    if not reached:
        return [NextStep(Kind.ADDED, _LABELS[Kind.ADDED])]
    beyond = LADDER[LADDER.index(reached[-1]) + 1 :]
    return [NextStep(rung, _LABELS[rung]) for rung in beyond]


def sentence(kind: Kind, row: JobCandidate) -> str:
    """Say what was recorded."""
    person, job = short(str(row.candidate)), short(str(row.job))
    return _DONE[kind].format(person=person, job=job)


def short(name: str) -> str:
    """Shorten a name so that a sentence stays readable."""
    return name if len(name) <= 80 else f"{name[:79]}…"
