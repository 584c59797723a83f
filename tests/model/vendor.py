"""A vendor in memory: it keeps the truth, and misbehaves within its allowances."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any

from integrations import timing

from .rows import Clock, Identity, Kind, Row
from .setting import LATE_COMMIT, RESUME_APPEARS, SEARCH_LAG, Setting

# What becomes of a call. Of a write: LOST is carried out and not answered, LATE long
# after we stopped waiting, NEVER not at all; the rest are refusals.
OK, LOST, LATE, NEVER, OVERLOADED, FIELDS, FIELDS_SAVED = (
    *("ok", "lost", "late", "never", "503"),
    *("500 naming a field", "500 naming a field, saved"),
)
SURE_NO = {
    "down": "not_sent",
    "busy": "throttled",
    "bad key": "bad_credentials",
    "no right": "missing_permission",
    "invalid": "rejected",
}
OPEN = (LOST, LATE, NEVER)
FATES = (OK, LOST, LATE, NEVER, OVERLOADED, FIELDS, FIELDS_SAVED, *SURE_NO)


class Broken(AssertionError):
    """The promise is broken; ``name`` says which part of it."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"{name}: {what}")
        self.name = name


class Fault(Exception):
    """A call that ended badly, in the engine's words."""

    def __init__(
        self, kind: str, *, rejection: str = "", pause: float = 0, person_id: int = 0
    ) -> None:
        super().__init__(kind)
        self.kind, self.rejection = kind, rejection
        self.pause, self.person_id = pause, person_id


@dataclass
class Person:
    """Somebody in the ATS; ``human`` and ``row`` are the truth, which it does not tell."""

    id: int
    identity: Identity
    human: str
    row: Row | None  # None: entered by hand
    visible_at: float


@dataclass
class Thing:
    """A resume or a note on a person, or their place on a job."""

    person_id: int
    kind: Kind
    what: str
    visible_at: float


@dataclass
class Reply:
    fault: Fault | None
    value: Any = None


Write = Callable[[float], Reply]


class Vendor:
    """Takes writes in, carries them out now, later or never, and answers reads."""

    def __init__(self, clock: Clock, setting: Setting) -> None:
        self.clock, self.setting = clock, setting
        self.people: list[Person] = []
        self.things: list[Thing] = []
        self._late: list[tuple[float, int, Write]] = []
        self._taken = 0
        self.excused: set[str] = set()  # humans of whom a recruiter erred

    # -- time ----------------------------------------------------------------------

    def catch_up(self) -> None:
        """Carry out the late writes whose time has come."""
        while self._late and self._late[0][0] <= self.clock.now:
            at, _, commit = heappop(self._late)
            commit(at)

    @property
    def next_commit(self) -> float | None:
        return self._late[0][0] if self._late else None

    # -- writes --------------------------------------------------------------------

    def take(self, write: Write, fate: str) -> Reply:
        """Take a write in; return what the reply will be, if it is waited for."""
        if kind := SURE_NO.get(fate):
            return Reply(Fault(kind))
        if fate in (FIELDS, FIELDS_SAVED):
            if fate == FIELDS_SAVED:
                write(self.clock.now)
            return Reply(Fault("unclear", rejection="Company is required."))
        if fate == LATE:
            self._take_late(write)
        elif fate in (OK, LOST):
            reply = write(self.clock.now)
            if fate == OK:
                return reply
        return Reply(Fault("unclear", pause=60 if fate == OVERLOADED else 0))

    def _take_late(self, write: Write) -> None:
        self._taken += 1
        last = self.clock.now + timing.CALL_DEADLINE + LATE_COMMIT
        heappush(self._late, (last, self._taken, write))

    def creation(self, row: Row, identity: Identity, *, even_if_alike: bool) -> Write:
        """Return the write that creates this person, unless the vendor refuses it."""
        checks = self.setting.refuses and not (even_if_alike and self.setting.overrides)

        def commit(at: float) -> Reply:
            if checks and (twin := self._same_email(identity.email)):
                told = self.setting.refuses == "with id"
                return Reply(Fault("already_there", person_id=twin.id if told else 0))
            return Reply(None, self._add(identity, row.human, row, at))

        return commit

    def _same_email(self, email: str) -> Person | None:
        if not email:
            return None
        return next((p for p in self.people if p.identity.email == email), None)

    def enter_by_hand(self, identity: Identity, human: str) -> None:
        self._add(identity, human, None, self.clock.now)

    def _add(
        self, identity: Identity, human: str, row: Row | None, at: float
    ) -> Person:
        if row and human not in self.excused:
            self._check_new(identity, human, row)
        visible_at = at + self._lag() if row else at
        person = Person(len(self.people) + 1, identity, human, row, visible_at)
        self.people.append(person)
        return person

    def _lag(self) -> float:
        return SEARCH_LAG[self.setting.lag] if self.setting.lag else 0.0

    def _check_new(self, identity: Identity, human: str, row: Row) -> None:
        """Nobody twice: not the same row, nor two rows that shared an identity."""
        keys = set(identity.keys())
        for other in self.people:
            if other.human != human or other.row is None:
                continue
            if other.row is row or keys & set(other.identity.keys()):
                raise Broken("created twice", f"{human} as {identity}")

    def addition(self, person_id: int, kind: Kind, what: str) -> Write:
        """Return the write that adds a resume or a note, or a place on a job."""

        def commit(at: float) -> Reply:
            late = self.setting.appears and kind == Kind.RESUME
            lag = RESUME_APPEARS if late else self._lag()
            if self._has_one(person_id, kind, what):
                raise Broken("added twice", f"{what} to person {person_id}")
            self.things.append(Thing(person_id, kind, what, at + lag))
            return Reply(None)

        return commit

    def _has_one(self, person_id: int, kind: Kind, what: str) -> bool:
        """Return whether they have that place, or any resume or note, by our doing."""
        if self.person(person_id).human in self.excused:
            return False
        return any(
            thing.person_id == person_id
            and thing.kind == kind
            and (thing.what == what or kind != Kind.JOB_LINK)
            for thing in self.things
        )

    # -- reads ---------------------------------------------------------------------

    def find(self, identity: Identity) -> list[Person]:
        """Return those found by email, and by name where a profile is to be compared."""
        by_name = self.setting.by_linkedin and bool(identity.linkedin)
        email = identity.email
        return [
            person
            for person in self._visible()
            if (email and person.identity.email == email)
            or (by_name and person.identity.name == identity.name)
        ]

    def namesakes(self, name: str) -> list[Person]:
        return [person for person in self._visible() if person.identity.name == name]

    def _visible(self) -> list[Person]:
        if self.setting.finds == "never":
            return []
        return [p for p in self.people if p.visible_at <= self.clock.now]

    def proves_absence(self, identity: Identity) -> bool:
        return self.setting.finds == "surely" and bool(identity.email)

    def person(self, person_id: int) -> Person:
        return self.people[person_id - 1]

    def shows(self, person_id: int, what: str) -> bool | None:
        """Return whether it is there; None: the vendor cannot tell."""
        if self.setting.finds != "surely":
            return None
        now = self.clock.now
        return any(
            thing.person_id == person_id
            and thing.what == what
            and thing.visible_at <= now
            for thing in self.things
        )

    def has(self, person_id: int, what: str) -> bool:
        """Return the truth, as somebody sees it who looks there."""
        return any(t.person_id == person_id and t.what == what for t in self.things)
