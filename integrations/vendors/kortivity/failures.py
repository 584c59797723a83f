"""What Kortivity's refusals mean, as far as one can tell without its documentation.

A log-in that was refused is never tried again by itself: accounts get locked.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from integrations.adapters import Effect, Reply
from integrations.errors import (
    AlreadyThere,
    AtsError,
    BadCredentials,
    Gone,
    MissingPermission,
    NotSent,
    Rejected,
    Unclear,
    Unexpected,
)

from . import replies
from .profile import BASIC, Ended, Profile, SignInProfile

_LOOK_AT = 20_000  # of a page, for the words of a sign-in page
_TO_SIGN_IN = (302, 303, 307)  # not 301 or 308: those say where the API itself went
_REDIRECTS = (301, 302, 303, 307, 308)
_PROBE = (
    "whoever runs this server compares the connector's profile with what "
    "“manage.py probe_ats kortivity” shows"
)


def meaning(reply: Reply, profile: Profile) -> AtsError | None:
    """Return the error of a reply by the profile, None for the usual mapping."""
    signing = profile.sign_in
    if is_locked(reply, signing):
        return locked()
    if has_ended(reply, signing.ended):
        return wrong_password() if signing.style == BASIC else session_refused()
    if reply.status == 403:
        return MissingPermission(
            "The user with whom Kortivity is connected may not do this there. Somebody "
            "who manages Kortivity has to allow it, or reconnect with another user."
        )
    if reply.status in (404, 405):
        return unknown_address()
    if reply.status == 409:
        return AlreadyThere(
            "Kortivity says that it has this person already.",
            person_id=replies.existing_id(reply.data, profile) or None,
        )
    return None


def is_locked(reply: Reply, signing: SignInProfile) -> bool:
    if reply.status in signing.locked.statuses:
        return True
    return reply.status == 403 and _holds(reply, signing.locked.words)


def has_ended(reply: Reply, ended: Ended) -> bool:
    """Say whether the reply asks for a sign-in: by status, page or redirect."""
    if reply.status in ended.statuses:
        return True
    if reply.status in _TO_SIGN_IN:
        return _leads_to(reply, ended.locations)
    is_page = reply.status < 300 and reply.data is None
    return is_page and _holds(reply, ended.page_words)


def _leads_to(reply: Reply, places: tuple[str, ...]) -> bool:
    try:
        to = urlsplit(reply.headers.get("Location", "").casefold())
    except ValueError:
        return False
    return to.path.startswith(places) or to.fragment.startswith(places)


def _holds(reply: Reply, words: tuple[str, ...]) -> bool:
    text = reply.body[:_LOOK_AT].decode("utf-8", "replace").casefold()
    return any(word.casefold() in text for word in words)


# -- Signing in ------------------------------------------------------------------------


def wrong_password() -> BadCredentials:
    return BadCredentials(
        "Kortivity does not accept the user name or password any more. An administrator "
        "has to reconnect it with valid ones under Settings > ATS Integration.",
        on_entry="Kortivity does not accept this user name or password. Nothing was "
        "saved. Check them by signing in to Kortivity in the browser before you enter "
        "them again: too many tries may lock the account.",
    )


def locked() -> BadCredentials:
    what = "Kortivity has locked the account of this user."
    return BadCredentials(
        f"{what} Somebody who manages Kortivity has to unlock it; then reconnect it "
        "under Settings > ATS Integration.",
        on_entry=f"{what} Nothing was saved. Somebody who manages Kortivity has to "
        "unlock it; then connect again.",
    )


def not_let_in() -> BadCredentials:
    what = (
        "Kortivity does not let this user in: the account may be locked, or may not use "
        "the API."
    )
    return BadCredentials(
        f"{what} Somebody who manages Kortivity has to look at it; then reconnect it "
        "under Settings > ATS Integration.",
        on_entry=f"{what} Nothing was saved. Somebody who manages Kortivity has to look "
        "at it; then connect again.",
    )


def session_refused() -> BadCredentials:
    what = "Kortivity accepts the user name and password, but then refuses the session."
    return BadCredentials(
        f"{what} An administrator has to reconnect it; if that does not help, {_PROBE}.",
        on_entry=f"{what} Nothing was saved: {_PROBE}.",
    )


def no_session(problem: str) -> BadCredentials:
    """Return the error of a log-in answered with something that opens nothing.

    It may be a refusal that looks like a success, so it counts as one.
    """
    what = f"Kortivity answered the sign-in with {problem}."
    return BadCredentials(
        f"{what} Nothing is tried again before an administrator reconnects it, so that "
        "the account is not locked. If user name, password and API URL are right, "
        f"{_PROBE}.",
        on_entry=f"{what} Nothing was saved. If user name, password and API URL are "
        f"right, {_PROBE}.",
    )


def unreadable_login() -> NotSent:
    return NotSent(
        "Kortivity's answer to the sign-in could not be read. It is tried again "
        "automatically."
    )


# -- Everything else -------------------------------------------------------------------


def moved(reply: Reply, effect: Effect, base: str) -> NotSent | None:
    """Name the other site that a redirect leads to; None where that is none.

    Of a write nobody knows what became, so that is left to the usual mapping.
    """
    if reply.status not in _REDIRECTS or effect is Effect.WRITE:
        return None
    try:
        to = urlsplit(reply.headers.get("Location", ""))
    except ValueError:
        return None
    site = f"{to.scheme}://{to.netloc}"
    if to.scheme not in ("http", "https") or "@" in to.netloc or site == base:
        return None
    return NotSent(
        f"Kortivity answers at another address, {site}. An administrator enters that as "
        "the API URL, with Reconnect under Settings > ATS Integration."
    )


class UnknownAddress(Rejected):
    """There is nothing at the address that the profile names."""


def unknown_address() -> UnknownAddress:
    return UnknownAddress(
        "Kortivity does not know the address that was called. Check the API URL of the "
        f"connection; if it is right, {_PROBE}."
    )


def proves_nothing(question: str) -> Unexpected:
    return Unexpected(
        f"Kortivity answered a search for one {question} with more people than can have "
        "it, so it proves nothing. It is asked again automatically."
    )


def gone(what: str) -> Gone:
    thing = "job" if what == "job" else "candidate"
    hint = " Choose another one." if what == "job" else ""
    return Gone(f"The {thing} is not in Kortivity any more.{hint}", what=what)


def strange(effect: Effect, about: str, problem: str) -> AtsError:
    """Return the error for a reply that is not what the profile expects."""
    if effect is Effect.WRITE:
        return Unclear(
            f"Kortivity's answer about the {about} does not say what it did. It is "
            "looked up there before anything is sent again."
        )
    return Unexpected(
        f"Kortivity's answer about the {about} is not what its profile expects. It is "
        "tried again automatically.",
        excerpt=problem,
    )
