"""The calls that are built: path below ``/v2``, scopes, parameters, who answers.

Any one of the scopes is enough; where none is named, a token is. The parameters are
those that the vendor's document lists for the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from . import (
    applications,
    candidates,
    creation,
    email_search,
    files,
    jobs,
    lists,
    notes,
)
from .queries import PAGING

Handler = Callable[..., Any]


@dataclass(frozen=True)
class Method:
    """One call of the API."""

    method: str
    path: str
    scopes: tuple[str, ...]
    handler: Handler
    parameters: tuple[str, ...] = ()


def _get(
    path: str, scopes: str, handler: Handler, parameters: Iterable[str] = ()
) -> Method:
    return Method("GET", path, tuple(scopes.split()), handler, tuple(parameters))


def _post(path: str, scopes: str, handler: Handler) -> Method:
    return Method("POST", path, tuple(scopes.split()), handler)


_LIST = ("Sort", "Fields", "Embed", *PAGING)
_PEOPLE = "read read_candidate"
_APPLIED = "read read_jobapplication"
_NOTES = "read read_note read_candidate_note"

METHODS = (
    _get("/users/current", "read read_user", lists.current_user),
    _get("/users", "read read_user", lists.users, (*lists.USERS, "Include", *PAGING)),
    _get(
        "/worktypes",
        "read",
        lists.plain("work_types", lists.WORK_TYPES),
        lists.WORK_TYPES,
    ),
    _get("/jobs", "read read_job", jobs.listing, (*jobs.FILTERS, *_LIST)),
    _get(
        "/jobs/lists/status",
        "",
        lists.plain("job_statuses", lists.STATUSES),
        lists.STATUSES,
    ),
    _get("/jobs/{jobId}", "read read_job", jobs.one, ("Embed",)),
    _get("/jobs/{jobId}/applications", _APPLIED, applications.of_job, PAGING),
    _post("/jobs/{jobId}/applications", "write write_jobapplication", applications.add),
    _get(
        "/applications", _APPLIED, applications.listing, (*applications.FILTERS, *_LIST)
    ),
    _get(
        "/applications/lists/status",
        _APPLIED,
        lists.plain("application_statuses", lists.APPLICATION_STATUSES),
        lists.APPLICATION_STATUSES,
    ),
    _get("/applications/{applicationId}", _APPLIED, applications.one),
    _get("/candidates", _PEOPLE, candidates.listing, (*candidates.FILTERS, *_LIST)),
    _post("/candidates", "write write_candidate", creation.create),
    _get("/candidates/deleted", _PEOPLE, candidates.deleted),
    _get("/candidates/fields/custom", _PEOPLE, lists.plain("custom_fields", {})),
    _get("/candidates/lists/attachmentcategory", _PEOPLE, files.categories, ("Type",)),
    _get(
        "/candidates/lists/notetype",
        _NOTES,
        lists.plain("note_types", lists.NAMES),
        ("Name",),
    ),
    _get(
        "/candidates/lists/rating",
        _PEOPLE,
        lists.plain("ratings", lists.NAMES),
        ("Name",),
    ),
    _get(
        "/candidates/lists/salutation",
        _PEOPLE,
        lists.plain("salutations", lists.NAMES),
        ("Name",),
    ),
    _get(
        "/candidates/lists/source",
        _PEOPLE,
        lists.plain("sources", lists.NAMES),
        ("Name",),
    ),
    _get(
        "/candidates/lists/status",
        _PEOPLE,
        lists.plain("candidate_statuses", lists.STATUSES),
        lists.STATUSES,
    ),
    _get("/candidates/{candidateId}", _PEOPLE, candidates.one, ("Embed",)),
    _get(
        "/candidates/{candidateId}/applications",
        _APPLIED,
        applications.of_candidate,
        PAGING,
    ),
    _get(
        "/candidates/{candidateId}/attachments",
        _PEOPLE,
        files.listing,
        (*files.LIST_PARAMETERS, *PAGING),
    ),
    _get("/candidates/{candidateId}/attachments/{attach}", _PEOPLE, files.content),
    _post(
        "/candidates/{candidateId}/attachments/{attach}",
        "write write_candidate",
        files.attach,
    ),
    _get(
        "/candidates/{candidateId}/notes",
        _NOTES,
        notes.listing,
        (*notes.FILTERS, "Sort", "Fields", *PAGING),
    ),
    _post(
        "/candidates/{candidateId}/notes",
        "write write_note write_candidate_note",
        notes.add,
    ),
    _get("/notes/{noteId}", "read read_note", notes.one),
    _get(
        "/search/emailaddress",
        "read read_candidate read_contact read_user",
        email_search.search,
        ("Email",),
    ),
)
