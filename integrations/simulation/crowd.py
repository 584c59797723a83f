"""Made-up people by number, made when asked for: a hundred thousand cost nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, overload

Row = dict[str, Any]

_FIRST = (
    *("Ada", "Bruno", "Chidi", "Dolores", "Emre", "Farah", "Goran", "Hana", "Ivo"),
    *("Jamila", "Kenji", "Leila", "Mateo", "Nadia", "Oskar", "Pilar", "Quentin"),
    *("Rania", "Sven", "Tala", "Umar", "Vera", "Wanda", "Ximena", "Yusuf", "Zofia"),
)
_START = ("Al", "Bor", "Cas", "Del", "Fer", "Gal", "Hol", "Kov", "Lin", "Mar", "Nor")
_END = ("berg", "dez", "ert", "ida", "kos", "man", "nova", "ric", "son", "tin", "wick")
# What no id of a real row begins with, and then the number.
_ID = re.compile(r"c0ffee00-0000-4000-8000-([0-9a-f]{12})")
_EMAIL = re.compile(r"[a-z]+\.[a-z]+\.(\d+)@crowd\.example")


@dataclass(frozen=True)
class Somebody:
    """One of the crowd: always the same for a number."""

    number: int

    @property
    def id(self) -> str:
        return f"c0ffee00-0000-4000-8000-{self.number:012x}"

    @property
    def first(self) -> str:
        return _FIRST[self.number % len(_FIRST)]

    @property
    def last(self) -> str:
        start, end = divmod(self.number // len(_FIRST), len(_END))
        return _START[start % len(_START)] + _END[end]

    @property
    def email(self) -> str:
        return f"{self.first}.{self.last}.{self.number}@crowd.example".lower()

    @property
    def linkedin(self) -> str:
        return f"https://www.linkedin.com/in/{self.first}-{self.last}-{self.number}".lower()


class Crowd:
    """The made-up rows of one table; ``size`` may change at any time.

    They are found by listing, id and email, not by name, and are never changed: whoever
    is changed becomes a row of the store.
    """

    def __init__(
        self, make: Callable[[Somebody], Row], size: Callable[[], int]
    ) -> None:
        self._make, self._size = make, size

    def __len__(self) -> int:
        return max(self._size(), 0)

    def row(self, number: int) -> Row:
        return self._make(Somebody(number))

    def get(self, row_id: str) -> Row | None:
        return self._found(_ID.fullmatch(row_id), base=16)

    def with_email(self, address: str) -> Row | None:
        match = _EMAIL.fullmatch(address.lower())
        is_theirs = match and Somebody(int(match[1])).email == address.lower()
        return self._found(match if is_theirs else None, base=10)

    def _found(self, match: re.Match[str] | None, *, base: int) -> Row | None:
        number = int(match[1], base) if match else len(self)
        return self.row(number) if number < len(self) else None


class Everybody(Sequence[Row]):
    """The rows of a table and then the crowd's, made as they are looked at."""

    def __init__(self, rows: list[Row], crowd: Crowd) -> None:
        self.rows = rows  # those that ever change
        self._crowd = crowd

    def __len__(self) -> int:
        return len(self.rows) + len(self._crowd)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        beyond = place - len(self.rows)
        return self.rows[place] if beyond < 0 else self._crowd.row(beyond)
