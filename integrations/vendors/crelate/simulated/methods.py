"""The calls that are built: method, path below ``/api3``, the right each needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from . import contacts, jobs, records

_Handler = Callable[..., Any]

METHODS: tuple[tuple[str, str, str, _Handler], ...] = (
    ("GET", "/contacts", "contacts:read", contacts.listing),
    ("GET", "/contacts/search", "contacts:read", contacts.search),
    ("GET", "/contacts/info", "contacts:read", contacts.info),
    ("GET", "/contacts/{id}", "contacts:read", contacts.one),
    ("POST", "/contacts", "contacts:write", contacts.create),
    ("PATCH", "/contacts/{id}", "contacts:write", contacts.update),
    ("DELETE", "/contacts/{id}", "contacts:write", contacts.delete),
    ("GET", "/jobs", "jobs:read", jobs.listing),
    ("GET", "/jobs/search", "jobs:read", jobs.search),
    ("GET", "/jobs/{id}", "jobs:read", jobs.one),
    ("GET", "/jobs/{id}/contacts", "jobs:read", jobs.contacts),
    ("GET", "/jobs/{id}/contacts/history", "jobs:read", jobs.history),
    ("POST", "/jobs/{id}/contacts", "jobs:write", jobs.add_contacts),
    ("GET", "/companies", "companies:read", jobs.companies),
    ("GET", "/companies/search", "companies:read", jobs.company_search),
    ("GET", "/companies/{id}", "companies:read", jobs.company),
    ("POST", "/companies", "companies:write", jobs.create_company),
    ("POST", "/artifacts/primary", "artifacts:write", records.attach),
    ("GET", "/artifacts", "artifacts:read", records.artifacts),
    ("GET", "/artifacts/{id}/content", "artifacts:read", records.content),
    ("DELETE", "/artifacts/{id}", "artifacts:write", records.delete_artifact),
    ("POST", "/notes", "notes:write", records.create_note),
    ("DELETE", "/notes/{id}", "notes:write", records.delete_note),
    ("GET", "/contactsources", "lookups:read", partial(records.rows, table="sources")),
    ("POST", "/contactsources", "lookups:read", records.not_by_api),
    ("GET", "/jobtitles", "lookups:read", partial(records.rows, table="job_titles")),
    ("POST", "/jobtitles", "lookups:read", records.not_by_api),
    (
        "GET",
        "/artifacttypes",
        "lookups:read",
        partial(records.rows, table="artifact_types"),
    ),
    ("GET", "/tags", "lookups:read", partial(records.rows, table="tags")),
    ("GET", "/workflowstatuses", "lookups:read", records.statuses),
    ("GET", "/users", "lookups:read", partial(records.rows, table="users")),
    ("GET", "/users/self", "lookups:read", records.myself),
    ("GET", "/organizations/self", "lookups:read", records.my_organization),
)
RIGHTS = tuple(sorted({right for _, _, right, _ in METHODS}))
