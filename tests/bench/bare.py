"""The script to beat: ``requests``, a pool of threads, a session each, nothing else.

It makes the calls that the product makes, in the same order, with the same bodies, and
keeps no record of anything. Run as a process of its own: ``bare.py FILE``, where the
file holds what to send; it prints its seconds.
"""

from __future__ import annotations

import base64
import json
import pickle
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

_local = threading.local()


@dataclass(frozen=True)
class Errand:
    """One person's calls: all that can be known before the first of them."""

    email: str
    name: str
    candidate: Mapping[str, Any]
    job_id: str
    note: Mapping[str, Any]
    file_name: str
    pdf: bytes


@dataclass(frozen=True)
class Plan:
    origin: str
    key: str
    threads: int
    headers: Mapping[str, str]
    errands: list[Errand]


class Caller:
    """One thread's session and the calls of one errand."""

    def __init__(self, plan: Plan) -> None:
        self.origin = plan.origin
        self.session = requests.Session()
        self.session.trust_env = False  # faster, and that is what we compare with
        self.session.headers.update(plan.headers)
        basic = base64.b64encode(f"{plan.key}:".encode()).decode()
        self.session.headers["Authorization"] = f"Basic {basic}"

    def run(self, errand: Errand) -> None:
        self.post("candidate.search", {"email": errand.email})
        self.post("candidate.search", {"name": errand.name})
        person = self.post("candidate.create", errand.candidate)["id"]
        job = {"candidateId": person, "jobId": errand.job_id}
        self.post("application.create", job)
        self.attach(person, errand)
        self.post("candidate.createNote", {"candidateId": person, **errand.note})

    def attach(self, person: str, errand: Errand) -> None:
        place = self.post(
            "file.createFileUploadHandle",
            {
                "fileUploadContext": "CandidateResume",
                "filename": errand.file_name,
                "contentType": "application/pdf",
                "contentLength": len(errand.pdf),
            },
        )
        reply = self.session.post(
            place["url"],
            data=place["fields"],
            files={"file": (errand.file_name, errand.pdf, "application/pdf")},
            headers={"Authorization": None},
            timeout=30,
        )
        reply.raise_for_status()
        resume = {"candidateId": person, "resumeHandle": place["handle"]}
        self.post("candidate.uploadResume", resume)

    def post(self, endpoint: str, body: Mapping[str, Any]) -> Any:
        reply = self.session.post(f"{self.origin}/{endpoint}", json=body, timeout=30)
        reply.raise_for_status()
        answer = reply.json()
        if not answer["success"]:
            raise RuntimeError(f"{endpoint}: {answer}")
        return answer["results"]


def work(plan: Plan, errand: Errand) -> None:
    if not hasattr(_local, "caller"):
        _local.caller = Caller(plan)
    _local.caller.run(errand)


def main(path: Path) -> None:
    plan: Plan = pickle.loads(path.read_bytes())
    cpu, started = time.process_time(), time.monotonic()
    with ThreadPoolExecutor(plan.threads) as pool:
        for done in [pool.submit(work, plan, errand) for errand in plan.errands]:
            done.result()
    seconds = time.monotonic() - started
    print(json.dumps({"seconds": seconds, "cpu": time.process_time() - cpu}))


if __name__ == "__main__":
    from tests.bench import bare  # the pickle names the module, not __main__

    bare.main(Path(sys.argv[1]))
