"""The exchange of the access token for a JWT, and what a JWT is worth."""

from __future__ import annotations

import base64
import json
import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from integrations.simulation import Reply, Request

from .calls import Call, Problem

if TYPE_CHECKING:
    from ..simulator import TrackerRmsSimulator

PATH = "/api/auth/exchangetoken"


def exchange(sim: TrackerRmsSimulator, request: Request) -> Reply:
    """Give a JWT for an access token. A JWT itself is none, nor is a Bearer header."""
    given = Call(sim, request).body().get("bearerToken")
    if request.refuse_key or not isinstance(given, str) or given not in sim.keys:
        raise unauthorized()
    if sim.settings["exchange_again"] == "replaces":
        forget(sim, given)
    token, expires = _issued(sim, given)
    reply = {"token": token}
    if form := _FORMS[sim.settings["expiration"]]:
        reply["expiration"] = _written(expires, form)
    return Reply(200, reply)


def access_token(sim: TrackerRmsSimulator, request: Request) -> str | None:
    """Return the access token behind the JWT of a call; None when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    row = sim.store.get("tokens", token) if scheme.lower() == "bearer" else None
    if row is None or row["expires"] <= time.time():
        return None
    return str(row["accessToken"])


def forget(sim: TrackerRmsSimulator, key: str) -> None:
    """Drop the JWTs of an access token, and those that have expired."""
    for token, row in list(sim.store.tables["tokens"].items()):
        if row["accessToken"] == key or row["expires"] <= time.time():
            sim.store.put("tokens", token, None)


def unauthorized() -> Problem:
    return Problem(401, "Unauthorized")


def _issued(sim: TrackerRmsSimulator, key: str) -> tuple[str, float]:
    expires = int(time.time()) + sim.settings["token_life_ms"] / 1000
    claims = {"jti": secrets.token_hex(8), "iss": "tracker", "exp": int(expires)}
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    token = ".".join([*map(_packed, parts), secrets.token_urlsafe(32)])
    sim.store.put("tokens", token, {"accessToken": key, "expires": expires})
    return token, expires


def _packed(part: object) -> str:
    text = json.dumps(part, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


_FORMS = {
    "utc": "%Y-%m-%dT%H:%M:%S.%fZ",
    "no_zone": "%Y-%m-%dT%H:%M:%S.%f",
    "left_out": "",
}


def _written(moment: float, form: str) -> str:
    """Return the moment; a fraction is written only where there is one, as .NET does."""
    return datetime.fromtimestamp(moment, UTC).strftime(form).replace(".000000", "")
