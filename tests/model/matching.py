"""Who is our person among those found: ``integrations.matching`` for this small cast.

A test compares both for everybody in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from integrations.matching import Answer

from .rows import Identity
from .vendor import Person


class Verdict(NamedTuple):
    answer: Answer
    ids: frozenset[int] = frozenset()

    @property
    def only(self) -> int:
        (one,) = self.ids
        return one


_NOBODY = Verdict(Answer.NOBODY)


def judge(
    ours: Identity,
    found: Iterable[Person],
    *,
    by_linkedin: bool,
    not_them: Collection[int] = (),
) -> Verdict:
    matches = {
        person.id: person
        for person in found
        if person.id not in not_them and _agrees(ours, person.identity, by_linkedin)
    }
    if not matches:
        return _NOBODY
    ids = frozenset(matches)
    sure = all(person.identity.name == ours.name for person in matches.values())
    return Verdict(Answer.LINK if len(ids) == 1 and sure else Answer.ASK, ids)


def _agrees(ours: Identity, theirs: Identity, by_linkedin: bool) -> bool:
    if ours.email and ours.email == theirs.email:
        return True
    return by_linkedin and bool(ours.linkedin) and ours.linkedin == theirs.linkedin


def merged(then: Verdict, today: Verdict) -> Verdict:
    """Judge by what was sent, and by what the candidate has become since."""
    if then.answer is Answer.NOBODY or then == today:
        return today
    if today.answer is Answer.NOBODY:
        return then
    if then.ids == today.ids:
        return then if then.answer is Answer.LINK else today
    return Verdict(Answer.ASK, then.ids | today.ids)


def same_human(mine: Identity, theirs: Identity) -> bool:
    profiles = {mine.linkedin, theirs.linkedin} - {""}
    return len(profiles) < 2 and mine.name == theirs.name
