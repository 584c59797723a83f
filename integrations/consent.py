"""Signing in on a vendor's own pages (OAuth 2, authorization code).

The state is random, bound to the browser's session and the organization, good for one
use and half an hour. The address that the vendor sends people back to is one fixed
address per vendor: it must be registered there, character by character.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, cast

from django.conf import settings
from django.urls import reverse

from .adapters import Adapter, OAuth2, Token
from .http import VendorHttp, open_adapter

_KEY = "ats-sign-ins"
_LIFETIME = 1800
_MOST = 5  # open tabs

Session = MutableMapping[str, Any]


@dataclass(frozen=True)
class Begun:
    """A sign-in under way; ``connection`` is the one that is reconnected, or None."""

    vendor: str
    organization: int
    connection: int | None
    at: float


def signs_in_elsewhere(adapter: type[Adapter]) -> bool:
    return isinstance(adapter.sign_in, OAuth2)


def missing_variables(adapter: type[Adapter]) -> list[str]:
    """Return the variables without which nobody can sign in."""
    if not isinstance(adapter.sign_in, OAuth2):
        return []
    names = (adapter.sign_in.client_id, adapter.sign_in.client_secret)
    return [name for name in names if not os.environ.get(name, "").strip()]


def redirect_uri(vendor: str) -> str:
    return settings.PUBLIC_URL + reverse("integrations:signed_in", args=[vendor])


def begin(
    session: Session, *, vendor: str, organization: int, connection: int | None
) -> str:
    """Remember the sign-in in the session; return the vendor's page to go to."""
    state = secrets.token_urlsafe(32)
    begun = Begun(vendor, organization, connection, time.time())
    rows = list(_fresh(session).items())[-(_MOST - 1) :]
    session[_KEY] = {**dict(rows), state: asdict(begun)}
    with _opened(vendor) as adapter:
        return adapter.authorize_url(state, redirect_uri(vendor))


def take(session: Session, state: str) -> Begun | None:
    """Return what was begun with the state, once; None where nothing was."""
    rows = _fresh(session)
    found = rows.pop(state, None)
    session[_KEY] = rows
    return Begun(**found) if found else None


def is_under_way(session: Session, vendor: str) -> bool:
    """Return whether somebody of this session went to the vendor's page lately."""
    return any(row["vendor"] == vendor for row in _fresh(session).values())


def token_for_code(vendor: str, code: str) -> Token:
    """Exchange the code that the vendor sent the browser back with."""
    with _opened(vendor) as adapter:
        return adapter.token_for_code(code, redirect_uri(vendor))


@contextmanager
def _opened(vendor: str) -> Iterator[Adapter]:
    adapter = open_adapter(vendor, {})
    try:
        yield adapter
    finally:
        cast(VendorHttp, adapter.http).close()


def _fresh(session: Session) -> dict[str, dict[str, Any]]:
    oldest = time.time() - _LIFETIME
    rows = session.get(_KEY, {})
    return {state: row for state, row in rows.items() if row["at"] > oldest}
