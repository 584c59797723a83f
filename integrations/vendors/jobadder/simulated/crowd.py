"""Generated people: any number of them, made up at the moment they are asked for.

Their ids lie below those of real candidates; id and times rise with their number, so a
page of a sorted list is found without looking at everybody.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from integrations.simulation import Row

from .shapes import timestamp

FIRST_ID = 1_000_001
_BEGAN = datetime(2020, 1, 6, 9, tzinfo=UTC)
_APART = timedelta(minutes=10)
_FIRST = (
    "Ada", "Ben", "Clara", "Dev", "Elena", "Femi", "Greta", "Hugo", "Ines", "Jonas",
    "Kira", "Leon", "Mira", "Nils", "Olga", "Paul", "Quinn", "Rosa", "Sven", "Tara",
    "Umar", "Vera", "Wim", "Xenia", "Yara", "Zeno", "Amir", "Bela", "Cem", "Dina",
)  # fmt: skip
_LAST = (
    "Abbott", "Brandt", "Castillo", "Dupont", "Eriksen", "Ferrari", "Gruber",
    "Hansen", "Ivanov", "Jansen", "Kovacs", "Larsen", "Moreau", "Novak", "Okafor",
    "Petrov", "Quist", "Rossi", "Santos", "Tanaka", "Urban", "Varga", "Weber", "Xu",
    "Yilmaz", "Zieliński", "Adeyemi", "Bauer", "Costa", "Diaz", "Evans", "Fischer",
    "Garcia", "Hughes", "Ito",
)  # fmt: skip
_TITLES = ("Software Engineer", "Account Manager", "Nurse", "Site Manager", "Analyst")
_PLACES = (
    ("London", "England", "GB"),
    ("Sydney", "NSW", "AU"),
    ("Auckland", "", "NZ"),
    ("Denver", "CO", "US"),
)
_EMAIL = re.compile(r"[a-z]+\.[a-z]+\.(\d{1,9})@crowd\.example")


class Crowd:
    """``size`` people, less those that somebody changed or removed."""

    def __init__(self) -> None:
        self._known: tuple[int, frozenset[str]] | None = None
        self._numbers: Sequence[int] = range(0)

    def numbers(self, size: int, gone: dict[str, Row]) -> Sequence[int]:
        """Return who is there, rising."""
        wanted = (size, frozenset(gone))
        if self._known != wanted:
            missing = {int(row_id) - FIRST_ID for row_id in gone}
            everybody = range(size)
            self._numbers = (
                [n for n in everybody if n not in missing] if missing else everybody
            )
            self._known = wanted
        return self._numbers


def number_of(candidate_id: int) -> int:
    return candidate_id - FIRST_ID


def name(number: int) -> tuple[str, str]:
    first, last = number % len(_FIRST), number // len(_FIRST) % len(_LAST)
    return _FIRST[first], _LAST[last]


def email(number: int) -> str:
    first, last = name(number)
    plain = last.lower().replace("ń", "n")
    return f"{first.lower()}.{plain}.{number}@crowd.example"


def with_email(address: str) -> int | None:
    """Return the number of the one who would have this address."""
    found = _EMAIL.fullmatch(address.lower())
    number = int(found[1]) if found else -1
    return number if found and email(number) == address.lower() else None


def since(number: int) -> datetime:
    """Return when the person was created, and last updated."""
    return _BEGAN + number * _APART


def between(people: Sequence[int], first: datetime, last: datetime) -> Sequence[int]:
    """Return those who were last updated in a period."""
    start = bisect_left(people, first, key=since)
    return people[start : bisect_right(people, last, key=since)]


def values(number: int) -> Row:
    """Return what is known about the person, by the names of a candidate's row."""
    first, last = name(number)
    city, state, country = _PLACES[number % len(_PLACES)]
    handle = email(number).partition("@")[0].replace(".", "-")
    created = timestamp(since(number))
    return {
        "candidateId": FIRST_ID + number,
        "firstName": first,
        "lastName": last,
        "email": email(number),
        "mobile": f"+1555{number:07d}",
        "source": "LinkedIn",
        "social": {"linkedin": f"https://www.linkedin.com/in/{handle}"},
        "address": {"city": city, "state": state, "countryCode": country},
        "employment": {
            "current": {
                "employer": f"{last} & Co",
                "position": _TITLES[number % len(_TITLES)],
            }
        },
        "createdAt": created,
        "updatedAt": created,
        "_lastAt": created,
        "_seed": True,
    }
