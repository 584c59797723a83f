"""Countries by the ids that contact records bring; no endpoint lists them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .replies import Row, id_or_nothing

FACT = "country:"  # in Account.facts, before the casefolded title
SAME = (
    {"us", "usa", "u.s.", "u.s.a.", "united states", "united states of america"},
    {"uk", "u.k.", "united kingdom"},
)


class Countries:
    """The ids that this adapter has met, by the casefolded title."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def learn(self, row: Row) -> None:
        """Keep the countries of a contact's addresses; never refuses a row."""
        for title, country_id in _in_addresses(row):
            self._ids.setdefault(title, country_id)

    def facts(self) -> dict[str, str]:
        return {f"{FACT}{title}": id for title, id in sorted(self._ids.items())}

    def id_of(self, country: str, facts: Mapping[str, str]) -> str:
        """Return the id, be it under another usual title; "" where none was met."""
        known = {**facts, **self.facts()}
        wanted = _plain(country)
        (others,) = [same for same in SAME if wanted in same] or [set()]
        titles = [wanted, *sorted(others)]
        found = (known.get(f"{FACT}{title}", "") for title in titles if title)
        return next(filter(None, found), "")


def _in_addresses(row: Row) -> Iterable[tuple[str, str]]:
    for key, address in row.items():
        if not key.startswith("Addresses_") or not isinstance(address, dict):
            continue
        country: Any = address.get("CountryId")
        if not isinstance(country, dict) or not isinstance(country.get("Title"), str):
            continue
        title, country_id = _plain(country["Title"]), id_or_nothing(country)
        if title and country_id:
            yield title, country_id


def _plain(title: str) -> str:
    return " ".join(title.split()).casefold()
