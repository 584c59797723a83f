"""The wire profile: ``profile.toml`` read into plain data, and checked on the way.

Nothing here knows a path or a name of Kortivity's; a mistake in the file stops the start
with a sentence that names the place.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

FILE = Path(__file__).with_name("profile.toml")

BEARER, COOKIE, BASIC = STYLES = ("bearer_login", "cookie_session", "basic")

# What of ours a create can carry, and each position and school in it.
SENDABLE = frozenset(
    {
        *("first_name", "last_name", "full_name", "email", "phone", "personal_url"),
        *("title", "company", "city", "state", "country", "roles", "education"),
        *("sourced_from", "sourced_by_name", "sourced_by_email"),
    }
)
ROLE = frozenset(["title", "company", "location", "start", "end", "description"])
SCHOOL = frozenset(["school", "degree", "field", "start_year", "end_year"])

Paths = tuple[str, ...]


class ProfileError(ValueError):
    """The profile cannot be used; the sentence says what is wrong and where."""


@dataclass(frozen=True)
class Login:
    method: str
    path: str
    encoding: str
    body: Mapping[str, Any]
    refused: tuple[int, ...]


@dataclass(frozen=True)
class Bearer:
    token: Paths
    expires_in: Paths
    header: str
    value: str


@dataclass(frozen=True)
class Cookie:
    names: tuple[str, ...]
    csrf_cookie: str
    csrf_pointers: Paths
    csrf_header: str


@dataclass(frozen=True)
class Ended:
    statuses: tuple[int, ...]
    page_words: tuple[str, ...]
    locations: tuple[str, ...]


@dataclass(frozen=True)
class Locked:
    statuses: tuple[int, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class SignInProfile:
    style: str
    login: Login
    bearer: Bearer
    cookie: Cookie
    ended: Ended
    locked: Locked


@dataclass(frozen=True)
class Pages:
    number: str
    size: str
    first: int
    largest: int
    rows: Paths
    total: Paths


@dataclass(frozen=True)
class Ids:
    row: Paths
    created: Paths
    record: Paths
    digits_as_numbers: bool


@dataclass(frozen=True)
class Me:
    path: str
    record: Paths
    name: Paths
    account: Paths
    account_name: Paths


@dataclass(frozen=True)
class JobSearch:
    path: str
    text: str
    query: Mapping[str, str]


@dataclass(frozen=True)
class Jobs:
    get: str
    title: Paths
    company: Paths
    location: Paths
    status: Paths
    closed: tuple[str, ...]
    search: JobSearch


@dataclass(frozen=True)
class Reads:
    first_name: Paths
    last_name: Paths
    name: Paths
    emails: Paths
    linkedin: Paths
    phones: Paths
    title: Paths
    company: Paths


@dataclass(frozen=True)
class People:
    get: str
    search: str
    create: str
    search_by: Mapping[str, str]
    page: str
    existing: Paths
    reads: Reads
    sends: Mapping[str, str]
    role: Mapping[str, str]
    school: Mapping[str, str]
    marks: Mapping[str, str]


@dataclass(frozen=True)
class OnJob:
    path: str
    lists: str
    ids: Paths
    query: Mapping[str, str]


@dataclass(frozen=True)
class AddToJob:
    path: str
    body: Mapping[str, Any]
    already: tuple[int, ...]


@dataclass(frozen=True)
class Profile:
    default_url: str
    sign_in: SignInProfile
    pages: Pages
    ids: Ids
    me: Me
    jobs: Jobs
    people: People
    on_job: OnJob
    add_to_job: AddToJob


def load(path: Path = FILE) -> Profile:
    """Read the profile; raises ProfileError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(f"{path.name} cannot be read: {error}.") from error
    return made(data)


def made(data: Mapping[str, Any]) -> Profile:
    """Return the profile of the file's tables; raises ProfileError."""
    profile: Profile = _filled(Profile, data, "")
    _check(profile)
    return profile


def _filled(kind: type, data: Any, place: str) -> Any:
    """Make the dataclass of a table: all of its keys, and no other."""
    if not isinstance(data, Mapping):
        raise ProfileError(f"profile.toml: {place} must be a table.")
    hints = get_type_hints(kind)
    for name in data.keys() ^ {field.name for field in fields(kind)}:
        what = "is not known" if name in data else "is missing"
        raise ProfileError(f"profile.toml: {_at(place, name)} {what}.")
    return kind(
        **{name: _value(hints[name], data[name], _at(place, name)) for name in data}
    )


def _value(hint: Any, value: Any, place: str) -> Any:
    if hasattr(hint, "__dataclass_fields__"):
        return _filled(hint, value, place)
    shape = get_origin(hint)
    if shape is tuple:
        (kind, _) = get_args(hint)
        if not isinstance(value, list) or not all(type(v) is kind for v in value):
            raise ProfileError(f"profile.toml: {place} must be a list.")
        return tuple(value)
    if not isinstance(value, shape or hint):
        raise ProfileError(f"profile.toml: {place} has the wrong type.")
    return value


def _at(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _check(profile: Profile) -> None:
    """Refuse what would be noticed only when a candidate is on the way."""
    people = profile.people
    for place, names, known in (
        ("people.sends", people.sends, SENDABLE),
        ("people.role", people.role, ROLE),
        ("people.school", people.school, SCHOOL),
        ("people.marks", people.marks, {"sourced_from"}),
    ):
        _check_names(place, names, known)
    for sentence, holds in _rules(profile).items():
        if not holds:
            raise ProfileError(f"profile.toml: {sentence}.")


def _check_names(place: str, names: Mapping[str, Any], known: Set[str]) -> None:
    for name, value in names.items():
        if name not in known:
            raise ProfileError(f"profile.toml: {place}.{name} is not known.")
        if not (isinstance(value, str) and value):
            raise ProfileError(f"profile.toml: {place}.{name} must be a text.")


def _rules(profile: Profile) -> dict[str, bool]:
    """Return each rule as a sentence, and whether it holds."""
    signing, people = profile.sign_in, profile.people
    styles = ", ".join(STYLES)
    return {
        f"sign_in.style must be one of {styles}": signing.style in STYLES,
        "sign_in.login.encoding must be json or form": (
            signing.login.encoding in ("json", "form")
        ),
        "sign_in.bearer.value must hold {token}": "{token}" in signing.bearer.value,
        "people.search_by needs email, by which duplicates are found": (
            "email" in people.search_by
        ),
        "people.search_by takes email, linkedin and name only": (
            people.search_by.keys() <= {"email", "linkedin", "name"}
        ),
        "people.marks.sourced_from is missing": "sourced_from" in people.marks,
        "on_job.lists must be people or jobs": profile.on_job.lists
        in ("people", "jobs"),
        "jobs.get must hold {job_id}": "{job_id}" in profile.jobs.get,
        "people.get must hold {candidate_id}": "{candidate_id}" in people.get,
        "pages.largest must be 1 or more": profile.pages.largest >= 1,
    }
