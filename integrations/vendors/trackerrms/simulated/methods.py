"""The calls of the newer API that are built: method, path, the right each needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import files, jobs, resources, searches

Handler = Callable[..., Any]
RIGHTS = ("read", "write")

# Paths in small letters: they are compared without regard to case.
METHODS: tuple[tuple[str, str, str, Handler], ...] = (
    ("POST", "/resource", "write", resources.create),
    ("POST", "/resource/search", "read", searches.resources),
    ("POST", "/resource/pagedsearch", "read", searches.resources_paged),
    ("GET", "/resource/{id}", "read", resources.one),
    ("PATCH", "/resource/{id}", "write", resources.update),
    ("DELETE", "/resource/{id}", "write", resources.delete),
    ("GET", "/resource/{id}/documents", "read", files.listing),
    ("GET", "/resource/{id}/document/{document}", "read", files.one),
    ("POST", "/resource/{id}/document", "write", files.upload),
    ("POST", "/opportunity/search", "read", searches.opportunities),
    ("POST", "/opportunity/pagedsearch", "read", searches.opportunities_paged),
    ("GET", "/opportunity/{id}", "read", jobs.one),
    (
        "POST",
        "/opportunity/{id}/longlist/resource/{resource}",
        "write",
        jobs.add_to_longlist,
    ),
    (
        "POST",
        "/opportunity/{id}/shortlist/resource/{resource}",
        "write",
        jobs.add_to_shortlist,
    ),
    ("POST", "/opportunityresource/search", "read", searches.placements),
    ("GET", "/opportunityresource/{id}", "read", jobs.one_placement),
    ("POST", "/activity", "write", resources.activity),
)
