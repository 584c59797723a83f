"""What a vendor declares and does: the Adapter and its small value types.

An adapter is a declaration plus a few methods. It fetches; the engine decides: ``find``
returns every row the vendor gave, and ``matching`` compares each again by our own rules,
because several vendors ignore filters they do not know and answer with everybody.

Vendors live in ``integrations/vendors/<slug>/`` and may import only this module,
``errors`` and ``simulation``. No Django, no settings, no request: ``self.http`` and
``self.credentials`` are handed in.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Protocol

from .records import PersonRecord, Role, School, e164

__all__ = [
    "Account",
    "Adapter",
    "AtsJob",
    "Basic",
    "Choice",
    "Effect",
    "Env",
    "Header",
    "Http",
    "Key",
    "OAuth2",
    "Page",
    "Permission",
    "PermissionState",
    "PersonRecord",
    "RemotePerson",
    "Reply",
    "Role",
    "School",
    "Screen",
    "Secret",
    "SentField",
    "Text",
    "Token",
    "TokenExchange",
    "Trigger",
    "Unsupported",
    "Wire",
    "WrongCredential",
    "adapter_class",
    "e164",
    "folder_of",
    "vendors",
]


_VENDORS = "integrations.vendors"


class Trigger(StrEnum):
    """When candidates go over. Values other than NEVER are outreach event kinds."""

    NEVER = "never"
    ADDED = "added"
    CONTACT_FOUND = "contact_found"
    FIRST_MESSAGE = "first_message"
    REPLIED = "replied"
    INTERESTED = "interested"


class Screen(StrEnum):
    """Where the settings of a job live.

    POSITION_DETAILS saves by itself and has NEVER; AUTOMATION has Enable and Disable.
    """

    POSITION_DETAILS = "position_details"
    AUTOMATION = "automation"


class Key(StrEnum):
    """What identifies a person, or what a vendor can be asked by."""

    EMAIL = "email"
    LINKEDIN = "linkedin"
    NAME = "name"
    PHONE = "phone"


class PermissionState(StrEnum):
    PROVEN = "proven"
    MISSING = "missing"
    UNPROVABLE = "unprovable"  # only a real write would show it: never a tick before


class Effect(StrEnum):
    """What a call does, and so what its failure means.

    READ: repeatable; a failure is NotSent, Throttled or Unexpected.
    HELPER: a write that comes before the one that matters and is harmless to repeat; a
    failure is NotSent. WRITE: the one write of a step; it opens the engine's gate
    directly before the first byte, and a failure after that byte is Unclear.
    """

    READ = "read"
    HELPER = "helper"
    WRITE = "write"


# --- Credentials and sign-in ---------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """A credential field that may be shown again."""

    name: str
    label: str
    help: str = ""
    default: str = ""
    secret: ClassVar[bool] = False


@dataclass(frozen=True)
class Secret:
    """A credential field that is never shown again."""

    name: str
    label: str
    help: str = ""
    secret: ClassVar[bool] = True


@dataclass(frozen=True)
class Choice:
    """A credential field with a fixed list of (value, label)."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    help: str = ""
    secret: ClassVar[bool] = False


@dataclass(frozen=True)
class Header:
    """Sign in by a request header that holds the credential field ``field``."""

    name: str
    field: str


@dataclass(frozen=True)
class Basic:
    """Sign in by HTTP Basic; ``user`` and ``password`` name credential fields.

    An empty ``password`` sends an empty one, where the key itself is the user name.
    """

    user: str
    password: str = ""


@dataclass(frozen=True)
class TokenExchange:
    """Sign in by a token (or cookie) that ``Adapter.new_token`` gets for the credential.

    It is renewed ``renew_before`` seconds before its end, or when a quarter of its life
    is left, whichever is later; and once when a call with it is refused.
    """

    renew_before: float = 3600.0


@dataclass(frozen=True)
class OAuth2:
    """Sign in on the vendor's own pages (authorization code, confidential client).

    ``client_id`` and ``client_secret`` name declared variables. ``keep_alive``: a token
    is renewed at least that often (seconds), so that an unused renewal does not die.
    """

    client_id: str
    client_secret: str
    renew_before: float = 300.0
    keep_alive: float = 86_400.0


SignIn = Header | Basic | TokenExchange | OAuth2


@dataclass(frozen=True)
class Token:
    """What signing in brought: ``headers`` go with every signed call.

    ``expires_in``: seconds from now, None where the vendor does not say. ``renewal`` is
    what the next renewal needs, such as a refresh token. ``facts`` are what the vendor
    told with it, such as the account's own address: the adapter finds them in ``facts``.
    """

    headers: Mapping[str, str]
    expires_in: float | None = None
    renewal: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Env:
    """An environment variable that the vendor declares; an origin for ``*_URL``."""

    name: str
    default: str = ""
    help: str = ""


@dataclass(frozen=True)
class Permission:
    """A right the credential needs; ``why`` says what we do with it."""

    code: str
    label: str
    why: str


@dataclass(frozen=True)
class SentField:
    """What goes over: our field, the vendor's place for it, and the words on screen."""

    name: str
    vendor_name: str
    label: str


@dataclass(frozen=True)
class Wire:
    """How the vendor is spoken to: pace in calls a minute, allowances in seconds.

    ``search_lag``: how long a new person may be missing from its search.
    ``late_commit``: how long after our deadline it may still carry out a write.
    """

    per_minute: int
    search_lag: float = 10.0
    late_commit: float = 10.0
    headers: Mapping[str, str] = field(default_factory=dict)


# --- What comes back -----------------------------------------------------------------


@dataclass(frozen=True)
class Account:
    """Who we are connected as; ``id`` is None where the vendor gives none.

    ``permissions`` maps each code of ``Adapter.needs`` to what the check showed.
    ``facts`` are kept with the connection and handed to every later adapter, such as
    which question the vendor really answers. ``limits`` are full sentences about what
    does not work with this account; the connection page shows them.
    """

    id: str | None
    name: str
    permissions: Mapping[str, PermissionState] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[str, ...] = ()


@dataclass(frozen=True)
class AtsJob:
    """A job in the ATS; ``detail`` is a short line such as company or location."""

    id: str
    title: str
    detail: str = ""
    is_open: bool = True


@dataclass(frozen=True)
class RemotePerson:
    """A person in the ATS, as far as the vendor's row tells.

    ``emails`` and ``linkedin_urls`` hold all that the row carries, as given. ``complete``
    is False for a slim search row that may have more than it shows.
    """

    id: str
    name: str
    emails: tuple[str, ...] = ()
    linkedin_urls: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    title: str = ""
    company: str = ""
    url: str = ""
    complete: bool = True


@dataclass(frozen=True)
class Page:
    """A page of people of the ATS.

    ``cursor`` is where a pull goes on after this page; with ``is_last`` it is where the
    next pull begins (only what has changed since), None for everybody again. ``gone``:
    ids of people who left. ``starts_over``: the cursor was not accepted any more, and
    this is the first page of everybody.
    """

    people: tuple[RemotePerson, ...]
    cursor: str | None
    is_last: bool = False
    gone: tuple[str, ...] = ()
    starts_over: bool = False


@dataclass(frozen=True)
class Reply:
    """A reply whose status is below 400 or was asked for with ``accept``.

    ``data`` is the decoded JSON, or None where the body is empty or no JSON was asked.
    ``cookies`` are those that this reply set, by name.
    """

    status: int
    headers: Mapping[str, str]
    data: Any
    body: bytes = b""
    cookies: Mapping[str, str] = field(default_factory=dict)


class Http(Protocol):
    """The one door out; see ``integrations.http`` for deadlines and error mapping."""

    def call(
        self,
        method: str,
        path: str,
        *,
        effect: Effect = Effect.READ,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        accept: tuple[int, ...] = (),
        expect_json: bool = True,
        headers: Mapping[str, str] | None = None,
        sign: bool = True,
        again: bool = False,
    ) -> Reply:
        """Make one call and return its reply, or raise one of ``errors``.

        ``path`` is joined to ``Adapter.base_url()``, or a whole URL (an upload address
        from a reply, with ``sign=False``: it never gets the credential). ``files`` maps
        a part's name to (file name, bytes, content type); ``form`` parts come first, the
        files last. Statuses in ``accept`` are returned, not raised. ``again`` repeats
        the WRITE of this step after the vendor has surely refused it, for example with
        the code by which it lets a duplicate through; the deadline stays that of the
        first.

        A call that is refused for its token is made once more with a new one; a WRITE
        is not: it raises NotSent, and the step is tried again with the new token.

        Before an error status is mapped by the table below, the adapter's
        ``explain(reply, effect)`` may return an error of its own:
        401 BadCredentials · 403 MissingPermission · 404 Gone is the adapter's business,
        so Rejected · 409 AlreadyThere · 429 Throttled · 400, 413, 422 Rejected · 3xx and
        5xx: NotSent on READ and HELPER, Unclear on WRITE (503 also pauses) · a body that
        is not JSON, cut short or too large: Unexpected on READ, NotSent on HELPER,
        Unclear on WRITE.
        """
        ...


class Unsupported(Exception):
    """An optional capability that this vendor does not have; see its declaration."""


class WrongCredential(ValueError):
    """What was typed into the credential field ``field`` cannot be right.

    ``str()`` is the sentence that belongs beside the field.
    """

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Adapter:
    """The base of all vendors: it refuses every optional capability by name."""

    # Pages show declarations: a template must read the class, not make an instance.
    do_not_call_in_templates: ClassVar[bool] = True

    slug: ClassVar[str]
    label: ClassVar[str]
    # What its users call it, where that is shorter than the label.
    short_label: ClassVar[str] = ""
    # What the adapter was built from; None: guesses, and the screens say so.
    verified: ClassVar[str | None]
    # With verified None: the variable by which an operator allows calls to any host but
    # a simulator.
    unverified_switch: ClassVar[str] = ""
    environment: ClassVar[tuple[Env, ...]] = ()
    credentials_fields: ClassVar[tuple[Text | Secret | Choice, ...]]
    # Numbered steps on the connect page: what you need and where to find it.
    connect_steps: ClassVar[tuple[str, ...]] = ()
    # Sentences shown on the connection (who owns what, what cannot be changed).
    notes: ClassVar[tuple[str, ...]] = ()
    sign_in: ClassVar[SignIn]
    needs: ClassVar[tuple[Permission, ...]] = ()
    # The code in ``needs`` that creating a person proves; "" where there is none.
    write_permission: ClassVar[str] = ""
    # The one that adding somebody to a job proves, where that is another.
    job_permission: ClassVar[str] = ""
    settings_screen: ClassVar[Screen]
    triggers: ClassVar[tuple[Trigger, ...]]
    trigger_labels: ClassVar[Mapping[Trigger, str]]
    job_required: ClassVar[bool] = False
    # How its users write a job's id, where jobs are searched by that, too.
    job_id_example: ClassVar[str] = ""
    # The keys that decide identity here, from the guides.
    duplicate_keys: ClassVar[tuple[Key, ...]]
    # The questions that its API can answer, in the order of asking.
    finds_by: ClassVar[tuple[Key, ...]]
    # Those whose answer "nobody" proves that the person is not there.
    proves_absence_by: ClassVar[tuple[Key, ...]] = ()
    sends: ClassVar[tuple[SentField, ...]]
    sends_resume: ClassVar[bool] = False
    # Seconds in which an accepted resume shows on the person; 0: with the reply.
    resume_appears_within: ClassVar[float] = 0.0
    sends_note: ClassVar[bool] = False
    # Whether a recruiter may choose "create anyway" after the vendor itself refused.
    can_override_refusal: ClassVar[bool] = False
    # Whether everybody can be listed, for the "ATS candidates" filter; else why not, as
    # a full sentence.
    lists_people: ClassVar[bool] = False
    no_listing_reason: ClassVar[str] = ""
    # Whether duplicates are also looked for, read-only, on adding to outreach.
    checks_on_outreach: ClassVar[bool] = False
    import_id_column: ClassVar[str | None] = None
    # Used where a reply brings no link; {person_id} is filled in. "" where unknown.
    profile_url_template: ClassVar[str] = ""
    wire: ClassVar[Wire]

    def __init__(
        self,
        *,
        http: Http,
        credentials: Mapping[str, str],
        environment: Mapping[str, str],
    ) -> None:
        """Take the door out, the decrypted credentials and the declared variables.

        ``facts`` holds what the last check stored with the connection and, after the
        sign-in, what came with the token.
        """
        self.http = http
        self.credentials = credentials
        self.env = environment
        self.facts: Mapping[str, str] = {}

    @classmethod
    def cleaned(cls, credentials: Mapping[str, str]) -> Mapping[str, str]:
        """Return what is stored of what was typed; raises WrongCredential."""
        return credentials

    # -- every vendor ------------------------------------------------------------

    def base_url(self) -> str:
        """Return the origin, and path prefix if any, that paths are joined to.

        Makes no call: a signed call asks again once the token's facts are known.
        """
        raise NotImplementedError

    def check(self) -> Account:
        """Prove the credential with reads; raise BadCredentials where it is refused."""
        raise NotImplementedError

    def ping(self) -> None:
        """Make the cheapest read that shows the vendor is answering again."""
        self.check()

    def search_jobs(self, text: str) -> list[AtsJob]:
        """Return open jobs that match the text; with "" the newest, at most 50."""
        raise NotImplementedError

    def job(self, job_id: str) -> AtsJob | None:
        """Return the job, or None where the vendor does not know it."""
        raise NotImplementedError

    def find(self, key: Key, value: str) -> list[RemotePerson]:
        """Return every row the vendor gives for the question, unjudged."""
        raise NotImplementedError

    def person(self, person_id: str) -> RemotePerson | None:
        """Return the person, or None where they are not there."""
        raise NotImplementedError

    def create(
        self, person: PersonRecord, *, even_if_alike: bool = False
    ) -> RemotePerson:
        """Create the person with one WRITE; helper writes come before it."""
        raise NotImplementedError

    def is_on_job(self, person_id: str, job_id: str) -> bool | None:
        """Return whether the person is on the job; None: the vendor cannot tell."""
        raise NotImplementedError

    def add_to_job(self, person_id: str, job_id: str) -> None:
        """Put the person on the job with one WRITE; AlreadyThere counts as success."""
        raise NotImplementedError

    def explain(self, reply: Reply, effect: Effect) -> Exception | None:
        """Return the error that this reply means, or None for the usual mapping.

        Called for every reply, also with status 200: with some vendors the body
        decides.
        """
        return None

    def absence_keys(self) -> tuple[Key, ...]:
        """Return the questions whose “nobody” is proof, for this very account."""
        return self.proves_absence_by

    # -- sign-in by a token ------------------------------------------------------

    def new_token(self, old: Token | None) -> Token:
        """Get a token with one unsigned HELPER call; for OAuth2 by the old one's renewal.

        Raises BadCredentials where the vendor refuses for good. Nobody else renews at
        the same time, and the result is stored before it is used.
        """
        raise Unsupported(f"{self.label}: tokens")

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Return the vendor's page where somebody signs in and agrees (OAuth2)."""
        raise Unsupported(f"{self.label}: OAuth")

    def token_for_code(self, code: str, redirect_uri: str) -> Token:
        """Exchange the code of the redirect for a token (OAuth2)."""
        raise Unsupported(f"{self.label}: OAuth")

    def probe(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield named reads whose replies show what the API is like (``probe_ats``)."""
        yield "account", self.check
        yield "jobs", lambda: self.search_jobs("")

    # -- optional ----------------------------------------------------------------

    def has_resume(self, person_id: str, file_name: str) -> bool | None:
        """Return whether the file is there; None: the vendor cannot tell."""
        raise Unsupported(f"{self.label}: resumes")

    def attach_resume(self, person_id: str, file_name: str, pdf: bytes) -> None:
        raise Unsupported(f"{self.label}: resumes")

    def note_for(self, person: PersonRecord, marker: str) -> str:
        """Return the note's text, holding the marker; "" where there is nothing to say."""
        raise Unsupported(f"{self.label}: notes")

    def has_note(self, person_id: str, marker: str) -> bool | None:
        raise Unsupported(f"{self.label}: notes")

    def add_note(self, person_id: str, text: str) -> None:
        raise Unsupported(f"{self.label}: notes")

    def people(self, cursor: str | None) -> Iterator[Page]:
        """List everybody, or what has changed since the cursor, page by page."""
        raise Unsupported(f"{self.label}: listing people")


@cache
def vendors() -> dict[str, type[Adapter]]:
    """Return every vendor's adapter class by slug, in the order of their labels."""
    package = importlib.import_module(_VENDORS)
    names = [m.name for m in pkgutil.iter_modules(package.__path__) if m.ispkg]
    found = [_load(name) for name in names if _is_vendor(name)]
    return {cls.slug: cls for cls in sorted(found, key=lambda cls: cls.label)}


def adapter_class(slug: str) -> type[Adapter]:
    """Return the vendor's adapter class; KeyError where there is none."""
    return vendors()[slug]


def folder_of(adapter: type[Adapter]) -> Path:
    """Return the vendor's folder, where its mark and its README are."""
    module = importlib.import_module(adapter.__module__)
    return Path(str(module.__file__)).parent


def _is_vendor(name: str) -> bool:
    return importlib.util.find_spec(f"{_VENDORS}.{name}.adapter") is not None


def _load(name: str) -> type[Adapter]:
    module = importlib.import_module(f"{_VENDORS}.{name}.adapter")
    (found,) = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Adapter)
        and value.__module__ == module.__name__
    ]
    return found
