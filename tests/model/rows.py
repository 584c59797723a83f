"""What the model remembers: rows as the ledger has them, with the engine's own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from integrations import models
from integrations.models import FINISHED as FINISHED
from integrations.models.exports import GIVEN_UP as GIVEN_UP

State = models.ExportStep.State
Kind = models.ExportStep.Kind
KnownBy = models.AtsPerson.KnownBy
Choice = models.Decision.Choice
Outcome = models.ExportAttempt.Outcome
Sent = models.Export.State

OPEN = (State.READY, State.SENDING, State.UNCERTAIN)
DUE = (State.READY, State.UNCERTAIN)
ENDED = (State.ASKING, State.SKIPPED, State.CANCELLED, State.FAILED)
OVER = (Sent.CANCELLED, Sent.SENT)


class Identity(NamedTuple):
    email: str
    linkedin: str
    name: str

    def keys(self) -> tuple[tuple[str, str], ...]:
        pairs = (("email", self.email), ("linkedin", self.linkedin))
        return tuple(pair for pair in pairs if pair[1])


@dataclass(eq=False)
class Row:
    """A candidate; ``human`` is the truth that no software knows."""

    id: int
    human: str
    email: str
    linkedin: str

    @property
    def identity(self) -> Identity:
        # Names of two humans share no word; edits change the rest only.
        return Identity(self.email, self.linkedin, self.human)


@dataclass
class Attempt:
    number: int
    looked_up_at: float | None
    intent_at: float
    snapshot: Identity
    ended_at: float | None = None
    outcome: str = ""


@dataclass
class Question:
    """What the recruiter is asked, and what they said to it."""

    shown: tuple[int, ...]
    allowed: tuple[Choice, ...]
    about_unclear: bool = False
    looks_there: bool = False  # whether it tells to look into the ATS before answering
    settles_doubt: bool = False  # to create anyway also means: it was not done
    asked_at: int = 0
    choice: Choice | None = None
    person_id: int = 0


@dataclass(eq=False)
class Step:
    id: int
    row: Row
    kind: Kind
    job: str
    state: State = State.READY
    attempt: int = 0
    tries: int = 0
    not_before: float | None = None
    intent_at: float | None = None
    absences: int = 0
    repeats: int = 0
    rejection: str = ""
    error_kind: str = ""
    ever_unclear: bool = False
    given_up_at: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def loaded(self) -> Step:
        """Return the row as a worker reads it and goes on to remember it."""
        copy = Step.__new__(Step)
        copy.__dict__.update(self.__dict__)
        return copy

    @property
    def is_given_up(self) -> bool:
        """Return whether it ended without anybody's finding out."""
        return self.state in GIVEN_UP

    @property
    def is_in_doubt(self) -> bool:
        """Return whether its last write has no known outcome, whatever came then."""
        last = self.attempts[-1].outcome if self.attempts else ""
        is_unknown = last in ("", Outcome.UNCLEAR) and self.absences < 2
        return self.ever_unclear and is_unknown

    @property
    def question(self) -> Question | None:
        last = self.questions[-1] if self.questions else None
        return last if last and last.choice is None else None


@dataclass
class Export:
    row: Row
    job: str
    by_hand: bool
    state: Sent = Sent.WAITING


@dataclass
class Known:
    """Who a candidate is in the ATS."""

    person_id: int
    known_by: KnownBy
    known_at: float

    @property
    def is_ours(self) -> bool:
        return self.known_by in (KnownBy.CREATED, KnownBy.RECOVERED)


class Clock:
    """Tells the time in seconds, and what came before what at the same moment."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self._stamps = 0

    def stamp(self) -> int:
        self._stamps += 1
        return self._stamps
