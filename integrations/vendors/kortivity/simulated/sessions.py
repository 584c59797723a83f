"""Signing in, in three guessed styles: a token, a cookie, or HTTP Basic every time."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import time
from typing import TYPE_CHECKING, Any

from integrations.simulation import Reply, Request, Row

from .calls import Call, Refusal, missing, wrapped

if TYPE_CHECKING:
    from ..simulator import KortivitySimulator

LOGIN = "/api/login"
COOKIE, CSRF_COOKIE = "session", "XSRF-TOKEN"
_SAFE = ("GET", "HEAD")
_LOGIN_PAGE = (
    "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in</h1>"
    "<p>Your session has expired.</p></body></html>"
)


class SignedOut(Exception):
    """A call has no good token, session or password."""


def login(sim: KortivitySimulator, request: Request) -> Reply:
    """Take a user name and a password; give a token or a session for them."""
    style = sim.settings["sign_in"]
    if style == "basic":
        raise missing("Page")
    given = Call(sim, request).body()
    key = f"{given.get('username')}:{given.get('password')}"
    check_password(sim, key)
    row = _opened(sim, key)
    user = {
        key: value for key, value in user_of(sim, row["key"]).items() if key != "email"
    }
    if style == "bearer_login":
        return Reply(200, wrapped(sim, _token(sim, row) | {"user": user}))
    return _with_cookies(sim, row, Reply(200, wrapped(sim, {"user": user})))


def check_password(sim: KortivitySimulator, key: str) -> None:
    """Refuse a wrong password; too many of them lock the account, even for the right."""
    name, most = key.partition(":")[0], sim.settings["lock_after"]
    if most and sim.failures[name] >= most:
        raise Refusal(
            sim.settings["locked_status"], "This account is locked. Ask for help."
        )
    if key not in sim.keys:
        sim.failures[name] += 1
        raise Refusal(401, "The user name or the password is wrong.")
    sim.failures.pop(name, None)


def user_of(sim: KortivitySimulator, key: str) -> Row:
    name = key.partition(":")[0]
    for user in sim.store.rows("users"):
        if user["email"] == name:
            return user
    return {"id": 99, "name": name, "email": name}


def key_of(sim: KortivitySimulator, request: Request) -> str | None:
    """Return user name and password behind a call, right or wrong."""
    style = sim.settings["sign_in"]
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if style == "basic":
        return _unpacked(value) if scheme.lower() == "basic" else None
    if style == "bearer_login":
        found = value if scheme.lower() == "bearer" else ""
    else:
        found = _cookie(request, COOKIE)
    row = sim.store.get("sessions", found)
    if row is None or row["expires"] <= time.time() or row["style"] != style:
        return None
    return str(row["key"])


def require(sim: KortivitySimulator, request: Request) -> str:
    """Return the key of a call; raise where nobody is signed in."""
    key = key_of(sim, request)
    if request.refuse_key or key is None:
        raise SignedOut
    if sim.settings["sign_in"] == "basic":
        check_password(sim, key)
    elif key not in sim.keys:
        raise SignedOut
    if sim.settings["sign_in"] == "cookie_session":
        _check_csrf(sim, request)
    return key


def signed_out(sim: KortivitySimulator) -> Reply | None:
    """Return how a call without a good session is answered; None for a plain 401."""
    form = sim.settings["expired_reply"]
    if sim.settings["sign_in"] == "basic" or form == "401":
        return None
    if form == "redirect":
        return Reply(302, body=b"", headers={"Location": f"{sim.origin}/login"})
    return Reply.html(_LOGIN_PAGE)


def _opened(sim: KortivitySimulator, key: str) -> Row:
    life = sim.settings["session_life_ms"] / 1000
    row = {"id": f"sim-{secrets.token_urlsafe(24)}", "key": key, "life": life}
    row |= {"expires": time.time() + life, "csrf": secrets.token_urlsafe(12)}
    row |= {"style": sim.settings["sign_in"]}
    sim.store.put("sessions", str(row["id"]), row)
    return row


def _token(sim: KortivitySimulator, row: Row) -> Row:
    reply = {sim.settings["token_name"]: row["id"]}
    if (name := sim.settings["expires_name"]) != "left_out":
        reply[name] = int(row["life"])
    return reply


def _with_cookies(sim: KortivitySimulator, row: Row, reply: Reply) -> Reply:
    reply.headers["Set-Cookie"] = f"{COOKIE}={row['id']}; Path=/; HttpOnly"
    if sim.settings["csrf"] == "header":
        data: Any = reply.data.get("data", reply.data)
        data["csrfToken"] = row["csrf"]
        # Another spelling of the name, since headers are a dict: two cookies are set.
        reply.headers["set-cookie"] = f"{CSRF_COOKIE}={row['csrf']}; Path=/"
    return reply


def _check_csrf(sim: KortivitySimulator, request: Request) -> None:
    if sim.settings["csrf"] == "off" or request.method in _SAFE:
        return
    row = sim.store.tables["sessions"][_cookie(request, COOKIE)]
    sent = [request.headers.get(name) for name in ("x-csrf-token", "x-xsrf-token")]
    if row["csrf"] not in sent:
        raise Refusal(403, "The CSRF token is missing or wrong.")


def _cookie(request: Request, name: str) -> str:
    pairs = re.split(r";\s*", request.headers.get("cookie", ""))
    found = [
        value for key, _, value in (p.partition("=") for p in pairs) if key == name
    ]
    return found[0] if found else ""


def _unpacked(basic: str) -> str | None:
    try:
        return base64.b64decode(basic, validate=True).decode()
    except (ValueError, binascii.Error):
        return None
