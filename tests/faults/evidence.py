"""What is kept of a run that went wrong: the ledger's rows and what runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .premises import Premises


def of_candidates(candidates: Iterable[int]) -> dict[str, Any]:
    """Return every row of the ledger about these people, and the connections."""
    from integrations.models import (
        AtsConnection,
        AtsPerson,
        Decision,
        Export,
        ExportAttempt,
        ExportStep,
        IdentityClaim,
    )

    wanted = list(candidates)
    steps = ExportStep.objects.filter(candidate__in=wanted)
    secret = ("credentials", "token")
    return {
        "connections": [
            _without(dict(row), secret) for row in AtsConnection.objects.values()
        ],
        "exports": list(Export.objects.filter(candidate__in=wanted).values()),
        "steps": list(steps.values()),
        "attempts": list(ExportAttempt.objects.filter(step__in=steps).values()),
        "claims": list(IdentityClaim.objects.filter(step__in=steps).values()),
        "decisions": list(Decision.objects.filter(step__in=steps).values()),
        "people": list(AtsPerson.objects.filter(candidate__in=wanted).values()),
    }


def of_vendor(truth: Mapping[str, Any], candidates: Iterable[int]) -> list[Any]:
    """Return whom the ATS has under the emails and names of these people."""
    from candidates.models import Candidate

    ours = Candidate.objects.filter(pk__in=list(candidates))
    names = {candidate.full_name for candidate in ours}
    emails = {candidate.email for candidate in ours if candidate.email}
    return [
        one
        for one in truth["people"]
        if one["name"] in names or emails & {email.lower() for email in one["emails"]}
    ]


def of_processes(place: Premises) -> list[str]:
    """Return what runs, as one would see with ``ps``."""
    return [
        f"{name} {pid}: {_status(pid)}"
        for name in place.names
        for pid in (place.pid(name), *place.children(name))
    ]


def keep(folder: Path, name: str, found: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=1, default=str)
    (folder / f"{name}.json").write_text(text)


def _without(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _status(pid: int) -> str:
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        where = Path(f"/proc/{pid}/wchan").read_text()
    except OSError as error:
        return f"gone ({error.strerror})"
    return f"{state} {where} {line}"
