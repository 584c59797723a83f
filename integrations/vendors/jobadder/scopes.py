"""The OAuth scopes: the few that our calls need, and what shows that they are there."""

from __future__ import annotations

from integrations.adapters import Permission

READ_USER = "read_user"
READ_JOB = "read_job"
READ_CANDIDATE = "read_candidate"
WRITE_CANDIDATE = "write_candidate"
READ_APPLICATION = "read_jobapplication"
WRITE_APPLICATION = "write_jobapplication"
OFFLINE = "offline_access"

# The labels are the vendor's own words, which its page of consent is likely to show.
NEEDS = (
    Permission(READ_USER, "View users", "to show who is connected"),
    Permission(READ_JOB, "View jobs", "to list the jobs you can choose"),
    Permission(READ_CANDIDATE, "View candidates", "to find out who is there already"),
    Permission(
        WRITE_CANDIDATE,
        "Manage candidates",
        "to create candidates and attach resumes",
    ),
    Permission(
        READ_APPLICATION,
        "View job applications",
        "to see who is on a job already",
    ),
    Permission(
        WRITE_APPLICATION, "Manage job applications", "to add candidates to jobs"
    ),
    Permission(
        OFFLINE,
        "Access for an extended period of time",
        "to stay signed in for longer than an hour",
    ),
)
LABELS = {need.code: need.label for need in NEEDS}
# The cheapest read that needs the scope.
PROBES = {
    READ_JOB: "GET /jobs",
    READ_CANDIDATE: "GET /candidates",
    READ_APPLICATION: "GET /applications",
}
# What each call needs; the vendor lists alternatives, of which these are the narrow ones.
NEEDED = {
    "GET /users/current": READ_USER,
    "GET /jobs": READ_JOB,
    "GET /jobs/{jobId}": READ_JOB,
    "GET /candidates": READ_CANDIDATE,
    "POST /candidates": WRITE_CANDIDATE,
    "GET /candidates/deleted": READ_CANDIDATE,
    "GET /candidates/{candidateId}": READ_CANDIDATE,
    "GET /candidates/{candidateId}/attachments": READ_CANDIDATE,
    "POST /candidates/{candidateId}/attachments/{attach}": WRITE_CANDIDATE,
    "GET /search/emailaddress": READ_CANDIDATE,
    "GET /applications": READ_APPLICATION,
    "POST /jobs/{jobId}/applications": WRITE_APPLICATION,
}


def is_granted(told: str, scope: str) -> bool:
    """Say whether the scopes that a token reply names hold this one.

    ``read`` and ``write`` stand for all that begin with them.
    """
    granted = told.split()
    return scope in granted or scope.partition("_")[0] in granted
