"""The methods that are built: the scope each needs, what its body may hold, who answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import applications, candidates, catalogue, files, notes
from .calls import Call
from .checks import Spec, filled

_Handler = Callable[[Call], Any]

# method: (scope it needs, what the body may hold, handler)
METHODS: dict[str, tuple[str, Spec, _Handler]] = {
    "apiKey.info": ("apiKeys:read", catalogue.NOTHING, catalogue.api_key),
    "job.list": ("jobs:read", catalogue.JOBS, catalogue.jobs),
    "job.search": ("jobs:read", catalogue.JOB_SEARCH, catalogue.job_search),
    "job.info": ("jobs:read", catalogue.JOB, catalogue.job),
    "candidate.create": ("candidates:write", candidates.CREATE, candidates.create),
    "candidate.update": ("candidates:write", candidates.UPDATE, candidates.update),
    "candidate.search": ("candidates:read", candidates.SEARCH, candidates.search),
    "candidate.list": ("candidates:read", candidates.LIST, candidates.listing),
    "candidate.info": ("candidates:read", candidates.INFO, candidates.info),
    "candidate.createNote": ("candidates:write", notes.CREATE, notes.create),
    "candidate.listNotes": ("candidates:read", notes.LIST, notes.listing),
    "candidate.addTag": ("candidates:write", candidates.TAG, candidates.add_tag),
    "candidate.removeTag": ("candidates:write", candidates.TAG, candidates.remove_tag),
    "candidate.addProject": (
        "candidates:write",
        candidates.PROJECT,
        candidates.add_project,
    ),
    "candidate.removeProject": (
        "candidates:write",
        candidates.PROJECT,
        candidates.remove_project,
    ),
    "candidate.listProjects": (
        "candidates:read",
        candidates.PROJECTS,
        candidates.projects,
    ),
    "candidate.anonymize": ("candidates:write", candidates.ONE, candidates.anonymize),
    "candidate.uploadResume": ("candidates:write", files.RESUME, files.upload_resume),
    "candidate.uploadFile": ("candidates:write", files.FILE, files.upload_file),
    "file.createFileUploadHandle": (
        "candidates:write",
        files.HANDLE,
        files.create_handle,
    ),
    "file.info": ("candidates:read", files.INFO, files.info),
    "application.create": (
        "candidates:write",
        applications.CREATE,
        applications.create,
    ),
    "application.info": ("candidates:read", applications.INFO, applications.info),
    "application.list": ("candidates:read", applications.LIST, applications.listing),
    "application.changeStage": (
        "candidates:write",
        applications.CHANGE_STAGE,
        applications.change_stage,
    ),
    "application.changeSource": (
        "candidates:write",
        applications.CHANGE_SOURCE,
        applications.change_source,
    ),
    "application.update": (
        "candidates:write",
        applications.UPDATE,
        applications.update,
    ),
    "customField.list": (
        "hiringProcessMetadata:read",
        catalogue.LISTED,
        catalogue.listing("custom_fields"),
    ),
    "customField.setValue": (
        "candidates:write",
        catalogue.SET_VALUE,
        catalogue.set_value,
    ),
    "customField.setValues": (
        "candidates:write",
        catalogue.SET_VALUES,
        catalogue.set_values,
    ),
    "candidateTag.list": (
        "hiringProcessMetadata:read",
        catalogue.LISTED,
        catalogue.listing("tags"),
    ),
    "candidateTag.create": (
        "hiringProcessMetadata:write",
        {"title*": filled},
        catalogue.create_tag,
    ),
    "source.list": ("hiringProcessMetadata:read", catalogue.LISTED, catalogue.sources),
    "archiveReason.list": (
        "hiringProcessMetadata:read",
        catalogue.LISTED,
        catalogue.archive_reasons,
    ),
    "project.list": (
        "candidates:read",
        catalogue.LISTED,
        catalogue.listing("projects"),
    ),
    "project.search": ("candidates:read", catalogue.TITLED, catalogue.project_search),
    "user.list": ("organization:read", catalogue.USERS, catalogue.users),
    "user.search": ("organization:read", catalogue.USER_SEARCH, catalogue.user_search),
    "user.info": ("organization:read", catalogue.USER, catalogue.user),
    "location.list": (
        "organization:read",
        catalogue.LISTED,
        catalogue.listing("locations"),
    ),
    "department.list": (
        "organization:read",
        catalogue.LISTED,
        catalogue.listing("departments"),
    ),
    "interviewPlan.list": (
        "interviews:read",
        catalogue.LISTED,
        catalogue.listing("plans"),
    ),
    "interviewStage.list": ("interviews:read", catalogue.STAGES, catalogue.stages),
}
# The schema says additionalProperties: false for these.
STRICT = frozenset({"candidate.removeTag", "location.list"})
MULTIPART = frozenset({"candidate.uploadResume", "candidate.uploadFile"})
