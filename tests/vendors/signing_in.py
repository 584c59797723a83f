"""How a key of a simulator becomes what the product signs in with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from integrations import consent
from integrations.adapters import OAuth2, Token, vendors
from integrations.simulation import simulators
from integrations.tokens import MemoryTokens


def credentials(slug: str, key: str, url: str) -> Mapping[str, str]:
    """Return what would be typed into the connect form for that key."""
    typed = {
        name: value.replace("{origin}", url)
        for name, value in simulators()[slug].demo_credentials.items()
    }
    if "password" in typed:
        user, _, password = key_of(slug, key).partition(":")
        return {**typed, "username": user, "password": password}
    secrets = [
        field.name for field in vendors()[slug].credentials_fields if field.secret
    ]
    return {**typed, **dict.fromkeys(secrets, key)}


def key_of(slug: str, name: str) -> str:
    """Return what the simulator calls the key: of a password alone, its demo user's."""
    known = simulators()[slug].demo_credentials
    if "password" not in known or ":" in name:
        return name
    return f"{known['username']}:{name}"


def tokens(slug: str, user: str, *, is_due: bool = False) -> MemoryTokens:
    """Return what keeps tokens, with that of a user who agreed where one has to agree.

    It is that of nobody where the vendor does not know the user. ``is_due``: the first
    call has to renew it.
    """
    token = granted(slug, user)
    if token and is_due:
        token = replace(token, expires_in=0)
    return MemoryTokens(vendors()[slug].sign_in, token)


def granted(slug: str, user: str) -> Token | None:
    """Return what the user's consent brings, where the vendor asks for one."""
    if not isinstance(vendors()[slug].sign_in, OAuth2):
        return None
    address = consent.begin({}, vendor=slug, organization=1, connection=None)
    try:
        back = simulators()[slug].consent(address, user)  # type: ignore[call-arg]
    except ValueError:
        return Token({"Authorization": "Bearer nobodys-token"}, renewal="nobodys-token")
    (code,) = parse_qs(urlsplit(back).query)["code"]
    return consent.token_for_code(slug, code)
