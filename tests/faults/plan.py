"""Who shall go over, how they are asked for and when: all of it follows from the seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tests.bench.cast import word

_FIRST_NAMES = ("Ada", "Bruno", "Chidi", "Dolores", "Emre", "Farah", "Goran", "Hana")


class Way(StrEnum):
    """How somebody is asked for."""

    EVENT = "event"  # one event that a trigger hears
    TEN_TIMES = "ten times"  # every event of the ladder again and again, shuffled
    BULK = "bulk"  # added to the outreach together with others
    CLICK = "click"  # Export to ATS
    TWENTY_CLICKS = "twenty clicks"  # the same, by twenty at once


# So many of a hundred; the rest is an event each.
_WAYS = ((Way.TEN_TIMES, 4), (Way.TWENTY_CLICKS, 2), (Way.BULK, 14), (Way.CLICK, 30))
_TWINS, _OF_ANOTHER_NAME = 0.05, 0.2
_THERE_ALREADY = 0.04
_WITHOUT_EMAIL = 0.1
_SECOND_JOB = 0.06


@dataclass
class Person:
    """One row of ours that shall be in one ATS, on the jobs ``wishes`` holds.

    ``twin`` is another row with the same email. ``was_there``: somebody entered them in
    the ATS by hand before.
    """

    number: int
    vendor: str
    way: Way
    first: str
    last: str
    email: str
    at: float  # when they are asked for, as a share of the whole run
    twin: Person | None = field(default=None, repr=False)
    was_there: bool = False
    second_job: bool = False
    # What the run finds out.
    pk: int = 0
    wishes: list[Wish] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def linkedin(self) -> str:
        # A twin is a second row from elsewhere, and half of those without an email have
        # nothing but a name and a phone number.
        if self.twin or (not self.email and self.number % 2):
            return ""
        return f"https://www.linkedin.com/in/{self.first}-{self.last}".lower()

    @property
    def is_another(self) -> bool:
        """Return whether the rows of one email have names that differ plainly."""
        return self.twin is not None and self.twin.last != self.last


@dataclass
class Wish:
    """What was asked for: the person on one ATS job; ``heard`` once we were told so."""

    ats_job: str
    tried: bool = False
    heard: bool = False


def people(exports: int, vendors: Sequence[str], seed: int) -> list[Person]:
    """Return so many people, spread over the vendors, in the order of their numbers."""
    dice = random.Random(f"people {seed}")
    found: list[Person] = []
    while len(found) < exports:
        vendor = vendors[len(found) % len(vendors)]
        person = _person(len(found), vendor, dice)
        found.append(person)
        if person.email and dice.random() < _TWINS and len(found) < exports:
            found.append(_twin(person, len(found), dice))
    return found


def _person(number: int, vendor: str, dice: random.Random) -> Person:
    first, last = dice.choice(_FIRST_NAMES), word(number)
    has_email = dice.random() >= _WITHOUT_EMAIL
    return Person(
        number=number,
        vendor=vendor,
        way=_way(dice),
        first=first,
        last=last,
        email=f"{first}.{last}@example.com".lower() if has_email else "",
        at=dice.random(),
        was_there=has_email and dice.random() < _THERE_ALREADY,
        second_job=dice.random() < _SECOND_JOB,
    )


def _twin(person: Person, number: int, dice: random.Random) -> Person:
    """Return a second row of the same email, asked for at about the same time."""
    another = dice.random() < _OF_ANOTHER_NAME
    twin = Person(
        number=number,
        vendor=person.vendor,
        way=_way(dice),
        first="Zoltan" if another else person.first,
        last=word(number) if another else person.last,
        email=person.email,
        at=min(1.0, person.at + dice.choice((0.0, 0.001, 0.02))),
        twin=person,
        was_there=person.was_there,
    )
    person.twin = twin
    return twin


def _way(dice: random.Random) -> Way:
    drawn = dice.random() * 100
    for way, share in _WAYS:
        if drawn < share:
            return way
        drawn -= share
    return Way.EVENT
