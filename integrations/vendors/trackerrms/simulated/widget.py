"""The older Widget API: one envelope, one status number, and always HTTP 200."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integrations.simulation import Reply, Request, Row

from .calls import Call
from .methods import RIGHTS
from .tokens import access_token

if TYPE_CHECKING:
    from ..simulator import TrackerRmsSimulator

PREFIX = "/api/widget/"
NO_USER, NOT_ACTIVE, CANNOT_OVERWRITE, INVALID = 1, 2, 3, 99
_NULL = "Object variable or With block variable not set."


class Status(Exception):
    """The Widget API says no: a status and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def invalid(message: str = _NULL) -> Status:
    return Status(INVALID, message)


def no_user() -> Status:
    return Status(NO_USER, "user or API Key not found")


@dataclass
class WidgetCall(Call):
    """A call whose credentials are checked already; ``content`` is the method's part."""

    content: Row
    rights: frozenset[str]

    def part(self, name: str) -> Row:
        """Return one object of the payload; without it the call is not valid."""
        value = self.content.get(name)
        if not isinstance(value, dict):
            raise invalid()
        return value

    def require(self, right: str) -> None:
        if right not in self.rights:
            raise invalid("You do not have permission.")


def answered(message: str = "success", row: Row | None = None, name: str = "") -> Row:
    """Return what every method answers with when all is well."""
    number = row["id"] if row else 0
    return {
        "status": 0,
        "message": message,
        "count": 0,
        "recordId": number,
        "recordName": name,
    }


def refused(status: Status) -> Reply:
    empty = {"count": 0, "recordId": 0, "recordName": ""}
    return Reply(200, {"status": status.status, "message": status.message, **empty})


def opened(
    sim: TrackerRmsSimulator, request: Request, key: str, *, basic: bool
) -> WidgetCall:
    """Return the call in its envelope; Status where that or the credentials are wrong."""
    if request.content_type != "application/json":
        raise invalid()
    try:
        content = request.json()["trackerrms"][key]
    except (ValueError, KeyError, TypeError):
        raise invalid() from None
    if not isinstance(content, dict):
        raise invalid()
    rights = _rights(sim, request, content.get("credentials") or {}, basic=basic)
    return WidgetCall(sim, request, content, rights)


def _rights(
    sim: TrackerRmsSimulator, request: Request, given: Any, *, basic: bool
) -> frozenset[str]:
    """Return what a caller may do who signs in in exactly one of the four ways."""
    if not isinstance(given, dict):
        raise invalid()
    header, user = _header(request), str(given.get("username") or "")
    token, key = str(given.get("oauthtoken") or ""), str(given.get("apikey") or "")
    bearer = header[1] if header[0] == "bearer" else ""
    ways = [way for way in (bearer, user, token, key) if way]
    if len(ways) > 1:
        raise invalid("Use one kind of credentials.")
    if basic and sim.settings["widget_basic"] == "needed":
        if header[0] != "basic":
            raise no_user()
        _password(sim, *_unpacked(header[1]))
    if request.refuse_key or not ways or key:
        raise no_user()
    if user:
        return _password(sim, user, str(given.get("password") or ""))
    return _by_token(sim, bearer or token)


def _by_token(sim: TrackerRmsSimulator, token: str) -> frozenset[str]:
    """Let an access token in, by its switch. A JWT is nobody here: seen."""
    if sim.settings["widget_access_token"] != "accepted" or token not in sim.keys:  # noqa: S105
        raise no_user()
    return sim.keys[token]


def _password(sim: TrackerRmsSimulator, name: str, password: str) -> frozenset[str]:
    for user in sim.store.rows("users"):
        if (user["username"], user["password"]) == (name, password):
            if not user["active"]:
                raise Status(NOT_ACTIVE, "user not active")
            return frozenset(RIGHTS)
    raise no_user()


def _header(request: Request) -> tuple[str, str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return scheme.lower(), value


def _unpacked(basic: str) -> tuple[str, str]:
    try:
        name, _, password = (
            base64.b64decode(basic, validate=True).decode().partition(":")
        )
    except (ValueError, binascii.Error):
        raise no_user() from None
    return name, password


def token_of(sim: TrackerRmsSimulator, request: Request) -> str | None:
    """Return the access token that a call of this API carries, wherever it is."""
    scheme, value = _header(request)
    if scheme == "bearer":
        return access_token(sim, request) or value
    try:
        (content,) = request.json()["trackerrms"].values()
        return str(content["credentials"]["oauthtoken"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
