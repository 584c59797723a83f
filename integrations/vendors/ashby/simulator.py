"""A stand-in for Ashby's public API, written from its documentation.

Facts and guesses are those of the research notes on Ashby; every guess is a switch.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

from integrations.simulation import (
    Crowd,
    Reply,
    Request,
    Routes,
    Row,
    Setting,
    Simulator,
)

from .simulated import (
    files,
    seeds,
    shapes,
    web,
)
from .simulated.calls import Call, Refusal, invalid, now, request_id
from .simulated.checks import Spec, checked
from .simulated.methods import METHODS, MULTIPART, STRICT

VERSION = "2026-01-01"
CONFIDENTIAL = "confidential"  # the key's switch, not one of its scopes
SCOPES = (
    "apiKeys:read",
    "candidates:read",
    "candidates:write",
    "hiringProcessMetadata:read",
    "interviews:read",
    "jobs:read",
    "organization:read",
)

_Page = Callable[..., Reply]


class AshbySimulator(Simulator):
    slug = "ashby"
    label = "Ashby"
    default_port = 9101
    demo_credentials = {"api_key": "demo-ashby-key"}
    default_keys = {
        "demo-ashby-key": SCOPES,
        "demo-ashby-key-readonly": tuple(s for s in SCOPES if s != "candidates:write"),
    }
    switches: ClassVar[dict[str, Setting]] = {
        "unknown_keys": Setting(
            "ignore", "Body keys nobody knows.", ("ignore", "invalid_input")
        ),
        "existing_email": Setting(
            "second_record",
            "candidate.create with an email that exists.",
            ("second_record", "invalid_input", "existing"),
        ),
        "second_application": Setting(
            "invalid_input",
            "A second application for the same job.",
            ("invalid_input", "second_record"),
        ),
        "closed_job": Setting(
            "allowed", "An application on a closed job.", ("allowed", "invalid_input")
        ),
        "malformed_email": Setting(
            "accept", "An email that is none.", ("accept", "invalid_input")
        ),
        "location": Setting(
            "kept", "A place Ashby may not recognise.", ("kept", "left_out")
        ),
        "resume_parsing": Setting(
            "at_once",
            "Filling in position, company and school.",
            ("at_once", "later", "nothing"),
        ),
        "not_found_code": Setting(
            "named", "The code for unknown ids.", ("named", "invalid_input")
        ),
        "bad_key_body": Setting(
            "text", "The body of 401 and 403.", ("text", "envelope")
        ),
        "throttle_every": Setting(0, "Every n-th call is answered 429; 0 is off."),
        "retry_after": Setting(1, "Seconds in Retry-After; 0 leaves it out."),
        "validation_status": Setting(200, "The status of a refused body.", (200, 400)),
        "upload_handles": Setting(
            "given",
            "file.createFileUploadHandle.",
            ("given", "invalid_input", "unknown_endpoint", "missing_permission"),
        ),
        "file_store": Setting("takes", "The presigned upload.", ("takes", "refuses")),
        "content_length": Setting(
            "ignored", "Upload of another size than announced.", ("ignored", "enforced")
        ),
        "sync_token": Setting(
            "taken",
            "A sync token that comes back.",
            ("taken", "sync_token_expired", "incremental_sync_too_large"),
        ),
        "sync_token_given": Setting(True, "The last page of a list has a sync token."),
        "seed_people": Setting(0, "So many made-up people are there, too."),
    }

    def index(self) -> None:
        store = self.store
        store.index(
            "candidates",
            "email",
            lambda row: [e["value"].lower() for e in row["emails"]],
        )
        store.index("applications", "candidate", lambda row: [row["candidateId"]])
        store.index("applications", "job", lambda row: [row["jobId"]])
        store.index("notes", "candidate", lambda row: [row["candidateId"]])
        store.index("stages", "plan", lambda row: [row["interviewPlanId"]])
        store.index("uploads", "key", lambda row: [row["fields"]["key"]])
        store.crowd("candidates", Crowd(seeds.of_crowd, self._seeded))
        self._pages = _pages()

    def _seeded(self) -> int:
        return int(self.settings["seed_people"])

    def seed(self) -> None:
        seeds.seed(self.store)

    def key_of(self, request: Request) -> str | None:
        return _basic(request.headers.get("authorization", ""))

    def answer(self, request: Request) -> Reply:
        if request.method == "POST" and request.path == files.BUCKET:
            return files.receive(self, request)
        if found := self._pages.find(request.method, request.path):
            handler, parameters = found
            return handler(self, *parameters)
        return self._labelled(self._api(request))

    def truth(self) -> dict[str, Any]:
        people = [self.person(row) for row in self.store.rows("candidates")]
        rows = self.store.rows
        return {
            "people": [person for person in people if not person["seeded"]],
            "seeded": [person for person in people if person["seeded"]],
            "jobs": [
                {"id": j["id"], "title": j["title"], "state": j["status"]}
                for j in rows("jobs")
            ],
            "candidates": rows("candidates"),
            "applications": rows("applications"),
            "notes": rows("notes"),
            "files": rows("files"),
        }

    def person(self, row: Row) -> Row:
        """Return one candidate in the plain form that all simulators share."""
        store = self.store
        mine = store.find("applications", "candidate", row["id"])
        attached = [store.tables["files"][file_id] for file_id in row["fileIds"]]
        linkedin = [one["url"] for one in row["links"] if one["type"] == "LinkedIn"]
        resume = store.get("files", row["resumeFileId"] or "")
        return {
            "id": row["id"],
            "name": row["name"],
            "emails": [one["value"] for one in row["emails"]],
            "phones": [one["value"] for one in row["phones"]],
            "linkedin": linkedin[0] if linkedin else None,
            "title": row["position"],
            "company": row["company"],
            "location": (row["location"] or {}).get("locationSummary"),
            "jobs": [
                {
                    "id": one["jobId"],
                    "title": store.tables["jobs"][one["jobId"]]["title"],
                    "stage": store.tables["stages"][one["stageId"]]["title"],
                }
                for one in mine
            ],
            "notes": [
                n["content"] for n in store.find("notes", "candidate", row["id"])
            ],
            "files": [_facts(file) for file in attached],
            "resume": _facts(resume) if resume else None,
            "created": row["createdAt"],
            "last": row["last"],
            "last_at": row["lastAt"],
            "seeded": row["isSeed"],
        }

    def remove(self, kind: str, row_id: str) -> None:
        """Delete a person or a job, as someone would in the web application."""
        table, column = {
            "person": ("candidates", "candidate"),
            "job": ("jobs", "job"),
        }[kind]
        with self.lock:
            for application in self.store.find("applications", column, row_id):
                self.store.put("applications", application["id"], None)
            self.store.put(table, row_id, None)
            self.store.commit()

    def close_job(self, job_id: str) -> None:
        with self.lock:
            self.store.change("jobs", job_id, status="Closed", closedAt=now())
            self.store.commit()

    def happened(self, candidate_id: str, what: str) -> None:
        """Keep what happened last to a candidate, for the pages."""
        self.store.change("candidates", candidate_id, last=what, lastAt=now())

    def change_later(self, candidate_id: str, changes: Row) -> None:
        """Change a candidate after the call that asked for it has been answered."""

        def change() -> None:
            with self.lock:
                if self.store.get("candidates", candidate_id):
                    self.store.change("candidates", candidate_id, **changes)
                    self.store.commit()

        self.later(100, change)

    def sees(self, scopes: frozenset[str], job: Row) -> bool:
        """Return whether a key sees a job: confidential ones are not there for others."""
        return not job["confidential"] or CONFIDENTIAL in scopes

    def _api(self, request: Request) -> Reply:
        try:
            scopes = self._scopes(request)
            method = METHODS.get(request.path[1:])
            handles = self._handles(request)
            is_removed = handles == "unknown_endpoint"
            if method is None or is_removed or request.method != "POST":
                return Reply.text("Not Found", 404)
            self._throttle()
            scope, spec, handler = method
            if scope not in scopes or handles == "missing_permission":
                raise _lacking(scope)
            return _success(handler(self._call(request, spec, scopes)))
        except Refusal as refusal:
            return self._refused(refusal)

    def _handles(self, request: Request) -> str:
        is_asked = request.path == "/file.createFileUploadHandle"
        return str(self.settings["upload_handles"]) if is_asked else "given"

    def _scopes(self, request: Request) -> frozenset[str]:
        key = self.key_of(request)
        if key is None:
            raise Refusal("unauthorized", "No API key was provided.", 401)
        if request.refuse_key or key not in self.keys:
            raise Refusal("forbidden", "The API key is not valid.", 403)
        return self.keys[key]

    def _throttle(self) -> None:
        every = self.settings["throttle_every"]
        if every and self.count() % every == 0:
            raise Refusal("rate_limit_exceeded", "Rate limit exceeded", 429)

    def _call(self, request: Request, spec: Spec, scopes: frozenset[str]) -> Call:
        name = request.path[1:]
        if request.headers.get("ashby-version", VERSION) != VERSION:
            raise invalid("This API version is not supported")
        if name in MULTIPART and request.content_type == "multipart/form-data":
            try:
                request.parts()
            except ValueError as error:
                raise invalid(str(error)) from None
            return Call(self, request, {}, scopes)
        if request.content_type != "application/json":
            raise invalid("The Content-Type header must be application/json")
        try:
            body = request.json()
            if not isinstance(body, dict):
                raise ValueError("The body must be a JSON object")
            strict = name in STRICT or self.settings["unknown_keys"] != "ignore"
            return Call(self, request, checked(body, spec, strict=strict), scopes)
        except ValueError as error:
            raise invalid(str(error)) from None

    def _refused(self, refusal: Refusal) -> Reply:
        is_bad_key = refusal.code in ("unauthorized", "forbidden")
        if is_bad_key and self.settings["bad_key_body"] == "text":
            return Reply.text(refusal.message, refusal.status)
        status, errors, headers = refusal.status, [refusal.code], {}
        if status == 200 and refusal.code == "invalid_input":
            status = self.settings["validation_status"]
        if status == 429:
            errors = [refusal.message]  # prose there, the code only in errorInfo
            if seconds := self.settings["retry_after"]:
                headers["Retry-After"] = str(seconds)
        info = {"code": refusal.code, "message": refusal.message}
        data = {"success": False, "errors": errors, "errorInfo": info}
        return Reply(status, data, headers=headers)

    def _labelled(self, reply: Reply) -> Reply:
        """Add the headers of every answer, and the request id to failures."""
        identifier = request_id()
        reply.headers["x-ashby-request-id"] = identifier
        reply.headers["Ashby-Version"] = VERSION
        reply.headers["Ashby-Version-Status"] = "active"
        if isinstance(reply.data, dict) and "errorInfo" in reply.data:
            reply.data["errorInfo"]["requestId"] = identifier
        return reply


def _facts(file: Row) -> Row:
    return {key: file[key] for key in ("name", "size", "sha256", "address")}


def _lacking(scope: str) -> Refusal:
    module, _, right = scope.partition(":")
    return Refusal(
        "missing_endpoint_permission",
        f"API key lacks the {module}{right.capitalize()} permission",
        403,
    )


def _success(result: Any) -> Reply:
    """Return the envelope; a pair is a page and its paging keys."""
    if isinstance(result, tuple):
        rows, paging = result
        return Reply(200, {"success": True, "results": rows, **paging})
    return Reply(200, {"success": True, "results": result})


@lru_cache(maxsize=64)
def _basic(header: str) -> str | None:
    """Return the user name of HTTP Basic; the password seems not to be checked."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name = base64.b64decode(encoded, validate=True).decode().partition(":")[0]
    except (ValueError, binascii.Error):
        return None
    return name or None


def _pages() -> Routes[_Page]:
    routes: Routes[_Page] = Routes()
    routes.add("GET", "/", web.people_page)
    routes.add("GET", f"{shapes.PROFILE}{{id}}", web.candidate_page)
    routes.add(
        "GET",
        f"{shapes.PROFILE}{{id}}/applications/{{application}}/feed",
        lambda sim, person_id, _: web.candidate_page(sim, person_id),
    )
    routes.add(
        "GET", "/files/{id}/{name}", lambda sim, file_id, _: web.file(sim, file_id)
    )
    return routes


SIMULATOR = AshbySimulator
