"""Which look-up works with this account: tried on people who are there, and on nobody.

A look-up WORKS when it was seen to find somebody, and not to find nobody. REFUSED: the
access token is not taken. UNREACHABLE: no answer. IGNORED: it answers with everybody.
UNRELIABLE: it answers wrongly. UNPROVEN: nobody was there to try it on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from integrations.adapters import Key, RemotePerson
from integrations.errors import NotSent, Unexpected

from . import replies
from .client import PEOPLE, Client, made
from .failures import OlderRefused
from .widget import Hint, OlderApi

WORKS, UNPROVEN = "works", "unproven"
REFUSED, UNREACHABLE = "refused", "unreachable"
IGNORED, UNRELIABLE = "ignored", "unreliable"

# The facts that are kept with the connection.
GET_RECORDS = "get_records"
CHECK_PERSON, CHECK_LINKEDIN = "check_person", "check_linkedin"
SEARCH_EMAIL = "search_email"

NOBODY = "nobody@pinsync.invalid"
NO_NAME = "Nobody Pinsync-Invalid"
NO_PROFILE = "https://www.linkedin.com/in/nobody-pinsync-invalid"
TRIES = 3  # people on whom a look-up is tried
SAMPLE = 10


def facts_of(api: Client, older: OlderApi) -> dict[str, str]:
    """Try every look-up, with reads alone; raises where the newer API fails."""
    rows = api.page(PEOPLE, {})
    listed = [made(PEOPLE.path, replies.listed_person, row) for row in rows]
    sample, state = _sample(older)
    known = [*sample, *listed]
    emails = _some(email for person in known for email in person.emails)
    profiles = _some(url for person in known for url in person.linkedin_urls)

    def by_email(value: str) -> Hint:
        return older.check_person(email=value)

    def by_linkedin(value: str) -> Hint:
        return older.check_person(linkedin=value)

    return {
        GET_RECORDS: state,
        CHECK_PERSON: _check(by_email, emails, NOBODY),
        CHECK_LINKEDIN: _check(by_linkedin, profiles, NO_PROFILE),
        SEARCH_EMAIL: _search(api, listed),
    }


def limits(facts: Mapping[str, str]) -> tuple[str, ...]:
    """Return what does not work with this account, in sentences for its page."""
    email = (facts.get(CHECK_PERSON), facts.get(SEARCH_EMAIL))
    if WORKS not in email:
        return (_UNTRIED if UNPROVEN in email else _PARTIAL,)
    sentences = []
    if facts.get(CHECK_LINKEDIN) not in (WORKS, UNPROVEN):
        sentences.append(_NO_LINKEDIN)
    if facts.get(GET_RECORDS) not in (WORKS, UNPROVEN):
        sentences.append(_NO_NAMES)
    return tuple(sentences)


def absence_keys(facts: Mapping[str, str]) -> tuple[Key, ...]:
    """Return the questions whose “nobody” is proof."""
    by_email = WORKS in (facts.get(CHECK_PERSON), facts.get(SEARCH_EMAIL))
    by_linkedin = facts.get(CHECK_LINKEDIN) == WORKS
    keys = ((Key.EMAIL, by_email), (Key.LINKEDIN, by_linkedin))
    return tuple(key for key, works in keys if works)


_PARTIAL = (
    "The duplicate check is partial: with this access token TrackerRMS cannot be asked "
    "who has an email address or a LinkedIn URL, so only the first 20 pages of its "
    "candidates are compared. After an unclear export a recruiter is always asked, unless "
    "the person is among these."
)
_UNTRIED = (
    "The duplicate check may be partial: TrackerRMS shows no candidate with an email "
    "address, so its look-ups could not be tried. Test the connection again once there "
    "is one. Until then a recruiter is always asked after an unclear export."
)
_NO_LINKEDIN = (
    "TrackerRMS cannot be asked who has a LinkedIn URL with this access token: it is "
    "compared with the candidates of the same name only."
)
_NO_NAMES = (
    "TrackerRMS cannot be asked for a name with this access token: names are compared "
    "with a part of its candidates only."
)


# -- One look-up after the other -------------------------------------------------------


def _sample(older: OlderApi) -> tuple[list[RemotePerson], str]:
    """Return some candidates of the older API, and whether it searches by name."""
    try:
        people = older.record_page("", size=SAMPLE)
        if people and older.record_page(NO_NAME, size=SAMPLE):
            return people, IGNORED
    except OlderRefused:
        return [], REFUSED
    except NotSent:
        return [], UNREACHABLE
    except Unexpected:
        return [], UNRELIABLE
    return people, WORKS if people else UNPROVEN


def _check(ask: Callable[[str], Hint], known: Sequence[str], nobody: str) -> str:
    try:
        if ask(nobody).may_be_candidate:
            return UNRELIABLE
        if not known:
            return UNPROVEN
        finds = any(ask(value).may_be_candidate for value in known)
    except OlderRefused:
        return REFUSED
    except NotSent:
        return UNREACHABLE
    except Unexpected:
        return UNRELIABLE
    return WORKS if finds else UNRELIABLE


def _search(api: Client, listed: Sequence[RemotePerson]) -> str:
    """Try the filter of the newer API's search, which is said to be ignored."""
    if not listed:
        return UNPROVEN
    if api.page(PEOPLE, {"email": NOBODY}):
        return IGNORED
    known = _some(email for person in listed for email in person.emails)
    if not known:
        return UNPROVEN
    finds = any(email in _emails(api, email) for email in known)
    return WORKS if finds else UNRELIABLE


def _emails(api: Client, email: str) -> set[str]:
    rows = api.page(PEOPLE, {"email": email})
    people = [made(PEOPLE.path, replies.listed_person, row) for row in rows]
    return {one for person in people for one in person.emails}


def _some(values: Iterable[str]) -> list[str]:
    """Return the first few, the likeliest to be found first."""
    return list(dict.fromkeys(values))[:TRIES]
