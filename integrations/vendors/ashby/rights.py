"""Which permission each endpoint needs, and what a key's scopes prove."""

from __future__ import annotations

from typing import Any

from integrations.adapters import PermissionState

# What each endpoint needs (vendor's reference pages).
ENDPOINTS = {
    "apiKey.info": "apiKeys:read",
    "application.create": "candidates:write",
    "application.info": "candidates:read",
    "candidate.create": "candidates:write",
    "candidate.createNote": "candidates:write",
    "candidate.info": "candidates:read",
    "candidate.list": "candidates:read",
    "candidate.listNotes": "candidates:read",
    "candidate.search": "candidates:read",
    "candidate.uploadResume": "candidates:write",
    "file.createFileUploadHandle": "candidates:write",
    "job.info": "jobs:read",
    "job.list": "jobs:read",
    "job.search": "jobs:read",
    "user.list": "organization:read",
}
# The cheapest read that needs the right.
PROBES = {
    "jobs:read": "job.list",
    "candidates:read": "candidate.list",
    "organization:read": "user.list",
}


def write_state(scopes: list[Any]) -> PermissionState:
    """Read the right to write from the key's scopes.

    ``candidates:write`` follows the pattern of the documented ones and has not been
    seen; the docs also spell ``candidatesWrite``. Another word about candidates, or an
    older reply without scopes, proves nothing either way.
    """
    words = {str(scope).replace(":", "").casefold() for scope in scopes}
    if "candidateswrite" in words:
        return PermissionState.PROVEN
    others = {word for word in words if word.startswith("candidates")}
    if not words or others - {"candidatesread", "candidatesdelete"}:
        return PermissionState.UNPROVABLE
    return PermissionState.MISSING
