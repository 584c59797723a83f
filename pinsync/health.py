"""``/healthz`` and ``/readyz``: for load balancers and alarms, not for people.

Answered before everything else, so that neither session, database nor the name of the
host can stand in the way. Other apps register what belongs to being ready.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError

from . import waking


class Part(NamedTuple):
    """How one part is: well or not, and in a few words. Never anybody's data."""

    is_well: bool
    words: str


Check = Callable[[], Part]


def _database() -> Part:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Part(True, "answers")


def _redis() -> Part:
    try:
        waking.connection().ping()
    except RedisError as error:
        return Part(False, f"does not answer ({type(error).__name__})")
    return Part(True, "answers")


_checks: dict[str, Check] = {"database": _database, "redis": _redis}


def register(name: str, check: Check) -> None:
    """Add a part to ``/readyz``; a check may let the database's errors through."""
    _checks[name] = check


class Probes:
    """The middleware that answers both addresses; the first of all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = _PROBES.get(request.path_info)
        return answer() if answer else self.get_response(request)


def alive() -> HttpResponse:
    """Say that this process answers; asks nobody else."""
    return _json({"alive": True}, status=200)


def ready() -> HttpResponse:
    """Say whether every part works, one line for each; 503 where one does not."""
    parts = {name: _checked(check) for name, check in _checks.items()}
    is_ready = all(part.is_well for part in parts.values())
    lines = {
        name: f"{'ok' if part.is_well else 'failing'}: {part.words}"
        for name, part in parts.items()
    }
    return _json({"ready": is_ready, **lines}, status=200 if is_ready else 503)


def _checked(check: Check) -> Part:
    try:
        return check()
    except (DatabaseError, InterfaceError) as error:
        return Part(False, f"the database does not answer ({type(error).__name__})")


def _json(lines: dict[str, object], *, status: int) -> HttpResponse:
    response = HttpResponse(
        json.dumps(lines, indent=1) + "\n",
        content_type="application/json",
        status=status,
    )
    response["Cache-Control"] = "no-store"
    return response


_PROBES: dict[str, Callable[[], HttpResponse]] = {"/healthz": alive, "/readyz": ready}
