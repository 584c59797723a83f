"""Tokens that a sign-in brought: when they are renewed, and who keeps them meanwhile.

Whoever keeps them sees to it that one caller at a time renews, and that a new token is
kept before anybody uses it. Connections keep theirs in the database (``sign_in``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pinsync import clock

from .adapters import OAuth2, SignIn, Token, TokenExchange

Ask = Callable[[Token | None], Token]


@dataclass(frozen=True)
class Held:
    """A token that is kept; ``renew_at`` None: only when it is refused."""

    token: Token
    renew_at: datetime | None
    version: int = 1

    @property
    def is_due(self) -> bool:
        return self.renew_at is not None and clock.now() >= self.renew_at

    def serves(self, refused: Held | None) -> bool:
        """Return whether a caller whose call with ``refused`` failed can use this one."""
        newer = refused is None or self.version != refused.version
        return newer and not self.is_due


class Tokens(Protocol):
    def get(self, ask: Ask, *, refused: Held | None = None) -> Held:
        """Return a token that is not due, and not the refused one.

        ``ask`` gets a new one from the vendor; at most one caller runs it at a time.
        Raises what it raises, and NotSent where somebody else's renewal takes too long.
        """
        ...


class MemoryTokens:
    """Keeps a token for as long as nothing is stored: on connecting, and in tests."""

    def __init__(self, sign_in: SignIn, token: Token | None = None) -> None:
        self._sign_in = sign_in
        self._lock = threading.Lock()
        self.held = held(token, sign_in) if token else None

    def get(self, ask: Ask, *, refused: Held | None = None) -> Held:
        with self._lock:
            if self.held and self.held.serves(refused):
                return self.held
            old = self.held
            new = ask(old.token if old else None)
            self.held = held(new, self._sign_in, version=old.version + 1 if old else 1)
            return self.held


def held(token: Token, sign_in: SignIn, *, version: int = 1) -> Held:
    """Return the token as kept from now on."""
    return Held(token, renew_at(token, sign_in), version)


def renew_at(token: Token, sign_in: SignIn) -> datetime | None:
    """Return when the token is to be renewed, by the clock of the database."""
    if not isinstance(sign_in, (TokenExchange, OAuth2)):
        return None
    waits = []
    if token.expires_in is not None:
        early = min(sign_in.renew_before, token.expires_in / 4)
        waits.append(max(0.0, token.expires_in - early))
    if isinstance(sign_in, OAuth2):
        waits.append(sign_in.keep_alive)
    return clock.now() + timedelta(seconds=min(waits)) if waits else None
