"""Who is there already: each question goes to the best look-up that this account has.

``facts`` hold what the test of the connection has shown, see ``probes``. Nothing proves
absence but a look-up that was seen to find somebody, and not to find nobody.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import unquote

from integrations.adapters import Key, RemotePerson
from integrations.errors import AtsError

from . import failures, replies
from .client import JOBS, PEOPLE, RESOURCE, Client, made
from .failures import OlderRefused
from .probes import (
    CHECK_LINKEDIN,
    CHECK_PERSON,
    GET_RECORDS,
    IGNORED,
    SEARCH_EMAIL,
    UNPROVEN,
    WORKS,
)
from .replies import Row
from .widget import Hint, OlderApi

FEW = 10  # rows of a list that are read in full
KEPT_FOR = 30.0  # seconds
WORDS = {Key.EMAIL: "email address", Key.LINKEDIN: "LinkedIn profile"}
CHECKS = {Key.EMAIL: CHECK_PERSON, Key.LINKEDIN: CHECK_LINKEDIN}


@dataclass
class Crawl:
    """Everybody of the list, read a moment ago: for each question of one look-up."""

    people: list[RemotePerson]
    read_at: float = field(default_factory=time.monotonic)
    answered: set[Key] = field(default_factory=set)

    def can_answer(self, key: Key) -> bool:
        is_fresh = time.monotonic() - self.read_at < KEPT_FOR
        return is_fresh and key not in self.answered


class Finder:
    """Asks the older API and the newer one's list, as far as each can be trusted."""

    def __init__(
        self, api: Client, older: OlderApi, facts: Callable[[], Mapping[str, str]]
    ) -> None:
        self.api, self.older, self._facts = api, older, facts
        self._crawl: Crawl | None = None

    def forget(self) -> None:
        """Forget the list: somebody is new."""
        self._crawl = None

    def find(self, key: Key, value: str) -> list[RemotePerson]:
        if self._crawl and not self._crawl.can_answer(key):
            self._crawl = None
        ask = self._named if key is Key.NAME else partial(self._having, key)
        found = ask(value)
        if self._crawl:
            self._crawl.answered.add(key)
        return list({person.id: person for person in found}.values())

    # -- by email and by LinkedIn URL --------------------------------------------------

    def _having(self, key: Key, value: str) -> list[RemotePerson]:
        """Ask checkPerson, which gives a name and no id, then for the name.

        TrackerRMS may have several with one email, of whom it names the first.
        """
        hint = self._hint(key, value)
        trusted = self._is(CHECKS[key], WORKS)
        found: list[RemotePerson] = []
        if hint and hint.may_be_candidate:
            found = self._of_that_name(hint.full_name, key, value)
        elif hint and trusted:
            return []
        if self._is_worth_listing(key, asked=hint is not None, found=bool(found)):
            found += self._listed(key, value)
        if hint and trusted and not found:
            raise failures.has_but_hides(WORDS[key])
        return found

    def _hint(self, key: Key, value: str) -> Hint | None:
        """Return what checkPerson says, None where it cannot be asked."""
        if not self._is(CHECKS[key], "", WORKS, UNPROVEN):
            return None
        try:
            if key is Key.EMAIL:
                return self.older.check_person(email=value)
            return self.older.check_person(linkedin=value)
        except OlderRefused as refusal:
            self._must_not_have_worked(CHECKS[key], refusal)
            return None

    def _of_that_name(self, name: str, key: Key, value: str) -> list[RemotePerson]:
        """Return who has the name and agrees; the list may know what records lack."""
        for ask in (self._records, partial(self._listed, Key.NAME)):
            people = ask(name) or []
            if found := [one for one in people if agrees(key, value, one)]:
                return found
        return []

    def _is_worth_listing(self, key: Key, *, asked: bool, found: bool) -> bool:
        # Rows of a list hold no LinkedIn URL as far as seen: the list is a last resort.
        if key is Key.LINKEDIN:
            return not asked
        return not found or self._is(SEARCH_EMAIL, "", WORKS, UNPROVEN)

    # -- by name -----------------------------------------------------------------------

    def _named(self, name: str) -> list[RemotePerson]:
        records = self._records(name)
        return self._listed(Key.NAME, name) if records is None else records

    def _records(self, name: str) -> list[RemotePerson] | None:
        """Return the older API's rows for the name, None where it cannot be asked."""
        if not self._is(GET_RECORDS, "", WORKS, UNPROVEN, IGNORED):
            return None
        try:
            return self.older.records(name)
        except OlderRefused as refusal:
            self._must_not_have_worked(GET_RECORDS, refusal)
            return None

    # -- by the newer API's list -------------------------------------------------------

    def _listed(self, key: Key, value: str) -> list[RemotePerson]:
        """Return those of at most 20 pages who agree, read in full."""
        people = self._people(key, value)
        return self._in_full([one for one in people if agrees(key, value, one)])

    def _people(self, key: Key, value: str) -> list[RemotePerson]:
        if key is Key.EMAIL and self._is(SEARCH_EMAIL, "", WORKS, UNPROVEN):
            people = self._read({"email": value})
            if not all(agrees(key, value, person) for person in people):
                self._crawl = Crawl(people)  # the filter was ignored
            return people
        if self._crawl is None:
            self._crawl = Crawl(self._read({}))
        return self._crawl.people

    def _read(self, query: Mapping[str, str]) -> list[RemotePerson]:
        rows = self.api.listing(PEOPLE, query).rows
        return [made(PEOPLE.path, replies.listed_person, row) for row in rows]

    def _in_full(self, people: list[RemotePerson]) -> list[RemotePerson]:
        """Read the people themselves: the list is hours behind, and slim."""
        read = [self.person(one.id) for one in people[:FEW]]
        return [one for one in read if one is not None] + people[FEW:]

    def person(self, person_id: str) -> RemotePerson | None:
        row = self.api.record(f"{RESOURCE}/{person_id}")
        if row is None:
            return None

        def read(row: Row) -> RemotePerson:
            return replies.full_person(row, person_id)

        return made(RESOURCE, read, row)

    # -- what the test has shown -------------------------------------------------------

    def _is(self, fact: str, *values: str) -> bool:
        return self._facts().get(fact, "") in values

    def _must_not_have_worked(self, fact: str, refusal: AtsError) -> None:
        """Let nobody be taken for absent by a look-up that has stopped working.

        Where the access token was regenerated, the newer API says so itself.
        """
        if self._is(fact, WORKS):
            self.api.page(JOBS, {"state": "open"})
            raise failures.older_changed() from refusal


# -- A loose comparison: the engine judges ---------------------------------------------


def agrees(key: Key, value: str, person: RemotePerson) -> bool:
    if key is Key.EMAIL:
        return _plain(value) in map(_plain, person.emails)
    if key is Key.LINKEDIN:
        return _profile(value) in map(_profile, person.linkedin_urls)
    return _words(value) == _words(person.name)


def _plain(value: str) -> str:
    return value.strip().casefold()


def _profile(url: str) -> str:
    """Return the profile's own name, whatever stands before and behind it."""
    path = re.sub(r"[?#].*", "", unquote(url.strip()))
    found = re.search(r"/(?:in|pub)/([^/]+)", path)
    return (found[1] if found else path).casefold()


def _words(name: str) -> list[str]:
    return sorted(_split(name))


def _split(name: str) -> Iterable[str]:
    return name.replace(",", " ").casefold().split()
