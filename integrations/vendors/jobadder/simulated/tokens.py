"""The token endpoint, and what tokens are worth."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from integrations.simulation import Reply, Request, Row

from .scopes import OFFLINE

if TYPE_CHECKING:
    from ..simulator import JobAdderSimulator

PATH = "/connect/token"
_GRACE = 60  # seconds that a used refresh token may live on


class _Refused(Exception):
    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.status = error, status


def form_of(request: Request) -> dict[str, str]:
    """Return the form of a token request; what is given twice counts as missing."""
    if request.content_type != "application/x-www-form-urlencoded":
        return {}
    given = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in given.items() if len(values) == 1}


def answer(sim: JobAdderSimulator, request: Request) -> Reply:
    """Exchange a code or a refresh token."""
    form = form_of(request)
    try:
        _check_client(sim, form)
        grant = _GRANTS.get(form.get("grant_type", ""))
        if grant is None:
            named = bool(form.get("grant_type"))
            raise _Refused("unsupported_grant_type" if named else "invalid_request")
        if request.refuse_key:
            raise _Refused("invalid_grant")
        reply = Reply(200, grant(sim, form))
    except _Refused as refused:
        reply = Reply(refused.status, {"error": refused.error})
    reply.headers["Cache-Control"] = "no-store"
    return reply


def _check_client(sim: JobAdderSimulator, form: Row) -> None:
    if not form:
        raise _Refused("invalid_request")
    known = sim.settings["client_id"], sim.settings["client_secret"]
    if (form.get("client_id"), form.get("client_secret")) != known:
        raise _Refused("invalid_client", sim.settings["invalid_client_status"])


def new_code(sim: JobAdderSimulator, user: str, ticket: Row) -> str:
    """Return a code for what a user has agreed to."""
    code = secrets.token_hex(16)
    may = sim.keys.get(user, frozenset())
    row = {
        "user": user,
        "scopes": [scope for scope in ticket["scopes"] if scope in may],
        "redirect_uri": ticket["redirect_uri"],
        "expires": sim.time() + sim.settings["code_lifetime_s"],
    }
    sim.store.put("codes", code, row)
    return code


def _redeem_code(sim: JobAdderSimulator, form: Row) -> Row:
    if not form.get("code") or not form.get("redirect_uri"):
        raise _Refused("invalid_request")
    row = sim.store.get("codes", form["code"])
    sim.store.put("codes", form["code"], None)  # whatever comes of it: single use
    if row is None or row["expires"] <= sim.time() or row["user"] not in sim.keys:
        raise _Refused("invalid_grant")
    if row["redirect_uri"] != form["redirect_uri"]:
        raise _Refused("invalid_grant")
    return _reply(sim, row["user"], row["scopes"])


def _refresh(sim: JobAdderSimulator, form: Row) -> Row:
    token = form.get("refresh_token", "")
    if not token:
        raise _Refused("invalid_request")
    row, now = sim.store.get("refresh_tokens", token), sim.time()
    if row is None or row["expires"] <= now:
        raise _Refused("invalid_grant")
    if row["gone"] or row["user"] not in sim.keys:
        raise _Refused(sim.settings["gone_user"])
    lives_on = sim.settings["old_refresh_token"] != "dies"  # noqa: S105
    if row["used_at"] is not None and not (lives_on and now < row["used_at"] + _GRACE):
        raise _Refused("invalid_grant")
    if row["used_at"] is None:
        sim.store.change("refresh_tokens", token, used_at=now)
    return _reply(sim, row["user"], row["scopes"])


_GRANTS = {"authorization_code": _redeem_code, "refresh_token": _refresh}


def _reply(sim: JobAdderSimulator, user: str, scopes: list[str]) -> Row:
    """Issue tokens; the fields are those that the vendor's text and clients name."""
    settings = sim.settings
    _forget_expired(sim)
    access = secrets.token_hex(16)
    kept: Row = {"user": user, "scopes": scopes}
    expires = sim.time() + settings["token_lifetime_s"]
    sim.store.put("access_tokens", access, {**kept, "expires": expires})
    reply = {
        "access_token": access,
        "expires_in": settings["token_lifetime_s"],
        "token_type": "Bearer",
    }
    if OFFLINE in scopes and settings["refresh_tokens"] != "never":
        reply["refresh_token"] = _new_refresh_token(sim, kept)
    if settings["api_address"]:
        reply["api"] = settings["api_address"].replace("{origin}", sim.origin)
    if settings["names_account"]:
        reply |= {"instance": settings["instance"], "account": settings["account"]}
    if settings["scope_in_reply"]:
        reply["scope"] = " ".join(scopes)
    return reply


def _new_refresh_token(sim: JobAdderSimulator, kept: Row) -> str:
    token = secrets.token_hex(16)
    expires = sim.time() + sim.settings["refresh_idle_s"]
    row = {**kept, "expires": expires, "used_at": None, "gone": False}
    sim.store.put("refresh_tokens", token, row)
    return token


def _forget_expired(sim: JobAdderSimulator) -> None:
    for table in ("access_tokens", "refresh_tokens", "codes"):
        for token, row in list(sim.store.tables[table].items()):
            if row["expires"] <= sim.time():
                sim.store.put(table, token, None)


# --- What tokens are worth ---------------------------------------------------------


def bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def holder(sim: JobAdderSimulator, request: Request) -> Row | None:
    """Return user and scopes of a call's access token; None when it is not good."""
    row = sim.store.get("access_tokens", bearer(request))
    if row is None or request.refuse_key or row["expires"] <= sim.time():
        return None
    return row if row["user"] in sim.keys else None


def user_of(sim: JobAdderSimulator, request: Request) -> str | None:
    """Return the user behind a call, of the API or of the token endpoint."""
    form = form_of(request) if request.path == PATH else {}
    found = (
        sim.store.get("access_tokens", bearer(request))
        or sim.store.get("refresh_tokens", form.get("refresh_token", ""))
        or sim.store.get("codes", form.get("code", ""))
    )
    return found["user"] if found else None


def end_all(sim: JobAdderSimulator, user: str) -> None:
    """Let every token of a user be worth nothing, as when the user is removed."""
    for token, row in list(sim.store.tables["refresh_tokens"].items()):
        if row["user"] == user:
            sim.store.change("refresh_tokens", token, gone=True)
    for table in ("access_tokens", "codes"):
        for token, row in list(sim.store.tables[table].items()):
            if row["user"] == user:
                sim.store.put(table, token, None)
