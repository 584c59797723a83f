"""Is this person in the ATS our person? Compares and explains; never calls out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from candidates.identity import email_key as email_key
from candidates.identity import linkedin_key as linkedin_key
from candidates.identity import names_plainly_differ as names_plainly_differ

from .adapters import Key, RemotePerson
from .records import PersonRecord


class Answer(StrEnum):
    NOBODY = "nobody"
    LINK = "link"
    ASK = "ask"


@dataclass(frozen=True)
class Match:
    """A person of the ATS and the keys on which they agree with ours."""

    person: RemotePerson
    agrees: tuple[Key, ...]
    name_differs: bool

    @property
    def keys(self) -> list[str]:
        """Name the keys that agree, as “email”."""
        return [_WORDS[key] for key in self.agrees]

    @property
    def why(self) -> str:
        """Say which keys agree: “same email, different name”."""
        words = [f"same {word}" for word in self.keys]
        if self.name_differs:
            words.append("different name")
        return ", ".join(words)

    def to_json(self) -> dict[str, Any]:
        """Return the row that a Decision shows."""
        person = self.person
        return {
            "person_id": person.id,
            "name": person.name,
            "email": ", ".join(person.emails),
            "linkedin": ", ".join(person.linkedin_urls),
            "title": " at ".join(p for p in (person.title, person.company) if p),
            "url": person.url,
            "why": self.why,
        }


@dataclass(frozen=True)
class Verdict:
    """What the look-up means: nobody, link to the one match, or ask about these."""

    answer: Answer
    matches: tuple[Match, ...] = ()

    @property
    def match(self) -> Match:
        (only,) = self.matches
        return only


_WORDS = {
    Key.EMAIL: "email",
    Key.LINKEDIN: "LinkedIn profile",
    Key.NAME: "full name",
    Key.PHONE: "phone number",
}


def name_key(name: str) -> str:
    """Return the name trimmed, spaces collapsed, case ignored: Steve is not Steven."""
    return " ".join(name.split()).casefold()


def identities(record: PersonRecord) -> list[tuple[Key, str]]:
    """Return what identifies the person, sorted: the order in which claims are taken."""
    pairs = [
        (Key.EMAIL, email_key(record.email)),
        (Key.LINKEDIN, linkedin_key(record.linkedin_url)),
    ]
    return sorted((key, value) for key, value in pairs if value)


def judge(
    record: PersonRecord,
    people: Iterable[RemotePerson],
    *,
    keys: Collection[Key],
    not_them: Collection[str] = (),
) -> Verdict:
    """Compare every row with our person by the vendor's duplicate keys.

    ``not_them``: ids that a recruiter has declared to be other people.
    """
    matches = [
        match
        for person in _distinct(people)
        if person.id not in not_them
        and (match := _compare(record, person, keys)).agrees
    ]
    if not matches:
        return Verdict(Answer.NOBODY)
    if len(matches) == 1 and _is_sure(matches[0]):
        return Verdict(Answer.LINK, tuple(matches))
    return Verdict(Answer.ASK, tuple(matches))


def same_human(mine: PersonRecord, theirs: PersonRecord) -> bool:
    """Return whether two rows of ours that share a key are one human.

    Different LinkedIn profiles or plainly different names say no.
    """
    profiles = {linkedin_key(mine.linkedin_url), linkedin_key(theirs.linkedin_url)}
    if len(profiles - {""}) == 2:
        return False
    return not names_plainly_differ(mine.full_name, theirs.full_name)


def alike(record: PersonRecord, people: Sequence[RemotePerson]) -> tuple[Match, ...]:
    """Return those that agree on anything, the name included, to be shown."""
    every = (Key.EMAIL, Key.LINKEDIN, Key.NAME, Key.PHONE)
    found = (_compare(record, person, every) for person in _distinct(people))
    return tuple(match for match in found if match.agrees)


def as_match(person: RemotePerson, record: PersonRecord) -> Match:
    """Return the person as a match, whatever agrees; for what a vendor pointed at."""
    every = (Key.EMAIL, Key.LINKEDIN, Key.NAME, Key.PHONE)
    return _compare(record, person, every)


def _compare(
    record: PersonRecord, person: RemotePerson, keys: Collection[Key]
) -> Match:
    agrees = tuple(key for key in Key if key in keys and _agrees(key, record, person))
    differs = names_plainly_differ(record.full_name, person.name)
    return Match(person, agrees, differs)


def _agrees(key: Key, record: PersonRecord, person: RemotePerson) -> bool:
    if key is Key.EMAIL:
        return _among(email_key(record.email), map(email_key, person.emails))
    if key is Key.LINKEDIN:
        ours = linkedin_key(record.linkedin_url)
        return _among(ours, map(linkedin_key, person.linkedin_urls))
    if key is Key.PHONE:
        return _among(_digits(record.phone_e164), map(_digits, person.phones))
    return _among(name_key(record.full_name), [name_key(_in_order(person.name))])


def _among(value: str, values: Iterable[str]) -> bool:
    return bool(value) and value in values


def _is_sure(match: Match) -> bool:
    # The same full name alone stops a create where it is a key, but does not link.
    return not match.name_differs and match.agrees != (Key.NAME,)


def _distinct(people: Iterable[RemotePerson]) -> list[RemotePerson]:
    return list({person.id: person for person in people}.values())


def _in_order(name: str) -> str:
    """Return “Dana Example” for “Example, Dana”."""
    last, comma, first = name.partition(",")
    return f"{first} {last}" if comma else name


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)
