"""The guessed calls: method, path, the right each needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import candidates, files, jobs
from .calls import Call, wrapped
from .sessions import require, user_of

Handler = Callable[..., Any]
RIGHTS = ("read", "write")


def me(call: Call) -> Any:
    """Return who is signed in."""
    user = user_of(call.sim, require(call.sim, call.request))
    return wrapped(call.sim, {**user, "id": call.shown_id(user["id"])})


METHODS: tuple[tuple[str, str, str, Handler], ...] = (
    ("GET", "/api/users/me", "read", me),
    ("GET", "/api/jobs", "read", jobs.search),
    ("GET", "/api/jobs/{id}", "read", jobs.one),
    ("GET", "/api/jobs/{id}/candidates", "read", jobs.candidates),
    ("POST", "/api/jobs/{id}/candidates", "write", jobs.add),
    ("GET", "/api/candidates", "read", candidates.search),
    ("POST", "/api/candidates", "write", candidates.create),
    ("GET", "/api/candidates/{id}", "read", candidates.one),
    ("PATCH", "/api/candidates/{id}", "write", candidates.update),
    ("POST", "/api/candidates/{id}/documents", "write", files.upload),
)
