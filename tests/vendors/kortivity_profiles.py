"""Kortivity's wire profile, corrected as for a customer whose Kortivity is otherwise."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from typing import Any

from integrations.vendors.kortivity import profile
from integrations.vendors.kortivity.adapter import KortivityAdapter

TABLES = tomllib.loads(profile.FILE.read_text())

# A candidate's own record names the jobs they are on.
JOBS_IN_THE_RECORD: Mapping[str, Any] = {
    "on_job": {
        "path": "/api/candidates/{candidate_id}",
        "lists": "jobs",
        "ids": ["id"],
    },
    "pages": {"rows": [*TABLES["pages"]["rows"], "jobs", "data.jobs"]},
}


def changed(**tables: Any) -> profile.Profile:
    """Return the profile with these tables' entries changed, and nothing else."""
    data = copy.deepcopy(TABLES)
    for name, entries in tables.items():
        place = data
        for part in name.split("__"):
            place = place[part]
        place.update(entries)
    return profile.made(data)


def speaking(**tables: Any) -> type[KortivityAdapter]:
    """Return the adapter that differs in nothing but its profile."""
    return KortivityAdapter.speaking(changed(**tables))


# The settings of the simulator with which the profile as shipped does not do.
CORRECTED: Mapping[tuple[str, Any], type[KortivityAdapter]] = {
    ("sign_in", "cookie_session"): speaking(sign_in={"style": "cookie_session"}),
    ("sign_in", "basic"): speaking(sign_in={"style": "basic"}),
    ("csrf", "header"): speaking(sign_in={"style": "cookie_session"}),
    ("personal_url", "linkedinUrl"): speaking(
        people__sends={"personal_url": "linkedinUrl"}
    ),
    ("candidate_id", "text"): speaking(ids={"digits_as_numbers": False}),
    ("job_candidates", "404"): speaking(**JOBS_IN_THE_RECORD),
}
