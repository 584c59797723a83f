"""Signing in at JobAdder: what is sent there, and what its token replies mean.

Authorization code flow with a secret; refresh tokens rotate, and die after two weeks
without use. PKCE is not documented, so it is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from integrations.adapters import Reply, Token
from integrations.errors import AtsError, BadCredentials, NotSent

from .failures import SIGN_IN_AGAIN
from .replies import Malformed, record, text
from .scopes import LABELS

DEFAULT_API = "https://api.jobadder.com/v2"
HOUR = 3600.0  # a token's documented life, where the reply does not tell it
# Judged here: all refusals, but not "too early", "too many" and the like.
REFUSALS = tuple(set(range(400, 500)) - {408, 425, 429})

_PATH = re.compile(r"(/[\w.~-]+)*", re.ASCII)
_REGION = re.compile(r"[a-z]{2}\d{1,3}")


def authorize_url(origin: str, client_id: str, state: str, redirect_uri: str) -> str:
    query = {
        "response_type": "code",
        "client_id": client_id,
        "scope": " ".join(LABELS),
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{origin}/connect/authorize?{urlencode(query)}"


# -- The token ---------------------------------------------------------------------


def token_of(data: Any, old: Token | None, *, override: str) -> Token:
    """Read a token reply; what a renewal leaves out stays as it was.

    Raises Malformed, or BadCredentials where the API address is not JobAdder's.
    """
    reply = record(data)
    access = text(reply, "access_token")
    if not re.fullmatch(r"[\x21-\x7e]+", access):
        raise Malformed("access_token is missing")
    renewal = text(reply, "refresh_token") or (old.renewal if old else "")
    before = old.facts if old else {}
    facts = {**before, **_facts(reply), "renews": "yes" if renewal else ""}
    api_base(facts.get("api", ""), override)
    return Token(
        headers={"Authorization": f"Bearer {access}"},
        expires_in=_seconds(reply.get("expires_in")),
        renewal=renewal,
        facts=facts,
    )


def _facts(reply: Mapping[str, Any]) -> dict[str, str]:
    """Return what a reply tells of the account; the scope is seen in clients only."""
    told = {
        "api": text(reply, "api"),
        "instance": text(reply, "instance"),
        "account": _word(reply.get("account")),
        "scope": _words(reply.get("scope")),
    }
    return {key: value for key, value in told.items() if value}


def _word(value: Any) -> str:
    """Return the account, a number in the documents, as text."""
    is_one = isinstance(value, int | str) and not isinstance(value, bool)
    return str(value).strip() if is_one else ""


def _words(value: Any) -> str:
    told = value if isinstance(value, list) else [value]
    return " ".join(one.strip() for one in told if isinstance(one, str))


def _seconds(value: Any) -> float:
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_one and value > 0 else HOUR


# -- The account's own addresses -----------------------------------------------------


def api_base(told: str, override: str) -> str:
    """Return where the account's calls go, from the ``api`` of a token reply.

    ``override``, an origin, replaces the told one. Raises BadCredentials where the
    reply points to anybody but JobAdder: the token is for its eyes only.
    """
    parts = _split(told or DEFAULT_API)
    path = parts[1].rstrip("/") if parts else ""
    if parts is None or not _PATH.fullmatch(path):
        raise _foreign()
    origin, host = parts[0], parts[2]
    if not override and not _is_jobadders(origin, host):
        raise _foreign()
    # Some accounts are told with the version and some without; doubled, it is a 404.
    versioned = path if path.endswith("/v2") else f"{path}/v2"
    return (override.rstrip("/") or origin) + versioned


def _split(url: str) -> tuple[str, str, str] | None:
    """Return origin, path and host; None where it is no plain web address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    if not host or "@" in parts.netloc or re.search(r"[\s\\]", url):
        return None
    place = f"{host}:{port}" if port else host
    return f"{parts.scheme}://{place}", parts.path, host


def _is_jobadders(origin: str, host: str) -> bool:
    named = host == "jobadder.com" or host.endswith(".jobadder.com")
    return named and origin == f"https://{host}"


def _foreign() -> BadCredentials:
    return BadCredentials(
        "JobAdder's sign-in named an API address that is not JobAdder's own, so it is "
        "not called. Sign in again; if it stays so, ask JobAdder's support."
    )


def web_origin(facts: Mapping[str, str], override: str) -> str:
    """Return where people open JobAdder: ``https://eu2.jobadder.com`` for instance eu2.

    Seen in two clients, documented nowhere. Any other ``override`` than JobAdder's own
    hosts is a stand-in that shows its own pages.
    """
    if override:
        host = (_split(override) or ("", "", ""))[2]
        if not _is_jobadders(f"https://{host}", host):
            return override.rstrip("/")
    instance = facts.get("instance", "").lower()
    if not _REGION.fullmatch(instance):
        instance = _instance_of(facts.get("api", "")) or _instance_of(override)
    return f"https://{instance or 'app'}.jobadder.com"


def _instance_of(api: str) -> str:
    host = (_split(api) or ("", "", ""))[2]
    instance = host.removesuffix("api.jobadder.com")
    return instance if instance != host and _REGION.fullmatch(instance) else ""


# -- Refusals ------------------------------------------------------------------------


def code_of(data: Any) -> str:
    """Return the error code of a refused token request; "" where there is none."""
    code = data.get("error") if isinstance(data, dict) else None
    return code if isinstance(code, str) and re.fullmatch(r"\w{1,40}", code) else ""


def refusal(reply: Reply, *, renewing: bool) -> AtsError:
    """Return what a refused token request means.

    Only the documented codes end a connection; anything else may pass by itself.
    """
    code = code_of(reply.data)
    if code in ("invalid_client", "unauthorized_client"):
        return unknown_client()
    if code in ("invalid_grant", "invalid_request"):
        return sign_in_again() if renewing else _code_refused()
    named = f"{reply.status} {code}".strip()
    goes_on = "It is tried again automatically." if renewing else "Begin it again."
    return NotSent(f"JobAdder did not complete the sign-in (status {named}). {goes_on}")


def sign_in_again() -> BadCredentials:
    return BadCredentials(
        "JobAdder has ended the sign-in: it was not used for two weeks, was revoked, "
        f"or whoever gave it has left. {SIGN_IN_AGAIN}"
    )


def _code_refused() -> BadCredentials:
    return BadCredentials(
        "JobAdder did not accept the code of this sign-in: it took longer than five "
        "minutes, or was used already. Begin the sign-in again; if it stays so, whoever "
        "runs this server has to check the redirect address registered with JobAdder."
    )


def unknown_client() -> BadCredentials:
    return BadCredentials(
        "JobAdder does not accept this server as a client. Whoever runs it has to check "
        "JOBADDER_CLIENT_ID and JOBADDER_CLIENT_SECRET."
    )
