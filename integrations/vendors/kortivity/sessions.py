"""Signing in by the profile: a token, a session's cookies, or neither."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.adapters import Basic, Effect, Http, Reply, Token, TokenExchange

from . import bodies, failures, pointers
from .profile import BASIC, BEARER, Cookie, SignInProfile

# What a log-in may be answered with; of the rest nothing is a verdict on the password.
_TAKEN = tuple(range(200, 300))
_REFUSED = tuple(s for s in range(400, 500) if s not in (408, 425, 429))
_ONWARD = (302, 303)  # a form's log-in often ends in a redirect


def sign_in_of(signing: SignInProfile) -> Basic | TokenExchange:
    """Return how the door signs calls in the profile's style."""
    if signing.style == BASIC:
        return Basic("username", "password")
    return TokenExchange(renew_before=300)


def log_in(http: Http, signing: SignInProfile, given: Mapping[str, str]) -> Token:
    """Log in once; raises BadCredentials wherever another try could lock the account."""
    login = signing.login
    body = bodies.filled(login.body, given)
    onward = () if signing.style == BEARER else _ONWARD
    reply = http.call(
        login.method,
        login.path,
        effect=Effect.HELPER,
        json=body if login.encoding == "json" else None,
        form=body if login.encoding == "form" else None,
        accept=(*_TAKEN, *_REFUSED, *onward),
        expect_json=False,
        sign=False,
    )
    _refuse(reply, signing)
    return (
        _bearer(reply, signing) if signing.style == BEARER else _cookies(reply, signing)
    )


def _refuse(reply: Reply, signing: SignInProfile) -> None:
    """Raise what a refused log-in means; a sign-in page is one, too."""
    if failures.is_locked(reply, signing):
        raise failures.locked()
    if reply.status in signing.login.refused or failures.has_ended(
        reply, signing.ended
    ):
        raise failures.wrong_password()
    if reply.status == 403:
        raise failures.not_let_in()
    if reply.status >= 400:
        raise failures.no_session(f"status {reply.status}")


def _bearer(reply: Reply, signing: SignInProfile) -> Token:
    if reply.data is None:
        raise failures.unreadable_login()
    wire = signing.bearer
    token = pointers.words(reply.data, wire.token)
    if not token:
        raise failures.no_session("no token")
    headers = {wire.header: wire.value.replace("{token}", token)}
    return Token(_sendable(headers), expires_in=_seconds(reply, signing))


def _seconds(reply: Reply, signing: SignInProfile) -> float | None:
    told = pointers.first(reply.data, signing.bearer.expires_in)
    try:
        seconds = float(told)
    except (TypeError, ValueError):
        return None
    return seconds if 0 < seconds < float("inf") else None


def _cookies(reply: Reply, signing: SignInProfile) -> Token:
    wire = signing.cookie
    cookies = {name: value for name, value in reply.cookies.items() if value}
    if not cookies or not set(wire.names) <= cookies.keys():
        raise failures.no_session("no session")
    kept = {k: v for k, v in cookies.items() if not wire.names or k in wire.names}
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}
    csrf = _csrf(reply, wire)
    return Token(_sendable({**headers, wire.csrf_header: csrf} if csrf else headers))


def _csrf(reply: Reply, wire: Cookie) -> str:
    if not wire.csrf_header:
        return ""
    found = reply.cookies.get(wire.csrf_cookie, "")
    return found or pointers.words(reply.data, wire.csrf_pointers)


def _sendable(headers: dict[str, str]) -> dict[str, str]:
    """Refuse what no header can hold before it is kept as a session."""
    for value in headers.values():
        if not (value.isascii() and value.isprintable()):
            raise failures.no_session("a session that cannot be sent")
    return headers
