"""A stand-in for both APIs of TrackerRMS, written from what is known about them.

The newer REST API and the older Widget API answer on one origin, which may serve as any
region. Facts and guesses are those of the research notes; every guess is a switch.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from integrations.simulation import Reply, Request, Routes, Row, Simulator

from .simulated import seeds, tokens, web, widget, widget_methods
from .simulated.calls import Call, Missing, Problem, now
from .simulated.methods import METHODS, RIGHTS, Handler
from .simulated.searches import full_name
from .simulated.switches import SWITCHES
from .simulated.widget_people import index_key

API = "/api/v1"
_Page = Callable[..., Reply]
_Call = tuple[str, Handler]
_SECRET = frozenset({"bearerToken", "oauthtoken", "password", "apikey"})


class TrackerRmsSimulator(Simulator):
    slug = "trackerrms"
    label = "TrackerRMS"
    default_port = 9105
    default_keys = {
        "demo-trackerrms-token": RIGHTS,
        "demo-trackerrms-token-readonly": ("read",),
    }
    demo_variables: ClassVar[dict[str, str]] = {}
    demo_credentials: ClassVar[dict[str, str]] = {
        "region": "us",
        "access_token": "demo-trackerrms-token",
    }
    demo_profile_url = "{origin}/Resource/{person_id}"
    switches = SWITCHES
    id_keys = frozenset(
        {
            "id",
            "resourceId",
            "opportunityId",
            "opportunityResourceId",
            "documentId",
            "recordId",
        }
    )
    # No address of a candidate is known: this one is ours, by analogy with jobs.
    profile: ClassVar[str] = "/Resource/"

    def index(self) -> None:
        store = self.store
        for table in ("candidates", "contacts"):
            for name in ("email", "phone"):
                store.index(table, name, _keys(name))
            for how in ("exact", "slug"):
                store.index(table, f"linkedin_{how}", _keys("linkedin", how))
        store.index("candidates", "name", lambda row: [full_name(row).casefold()])
        store.index("links", "candidate", lambda row: [str(row["candidateId"])])
        store.index("links", "job", lambda row: [str(row["jobId"])])
        store.index("files", "candidate", lambda row: [str(row["candidateId"])])
        store.index("notes", "candidate", lambda row: [str(row["candidateId"])])
        self._pages, self._calls = _pages(), _calls()
        self._recent: dict[str, deque[float]] = {}

    def seed(self) -> None:
        seeds.seed(self.store)

    def key_of(self, request: Request) -> str | None:
        """Return the access token behind a call: in a JWT, or in the body."""
        if request.path.lower() == tokens.PATH:
            try:
                return str(request.json()["bearerToken"])
            except (ValueError, KeyError, TypeError):
                return None
        if request.path.lower().startswith(widget.PREFIX):
            return widget.token_of(self, request)
        return tokens.access_token(self, request)

    def revoke(self, request_or_key: Request | str) -> None:
        """Let an access token be refused from now on, and every JWT made from it."""
        if isinstance(request_or_key, Request):
            request_or_key = self.key_of(request_or_key) or ""
        super().revoke(request_or_key)
        with self.lock:
            tokens.forget(self, request_or_key)
            self.store.commit()

    def regenerate(self) -> str:
        """Generate a new access token, as a user may in the settings: the old one dies."""
        old = next(iter(self.keys), "")
        rights, new = self.keys.get(old, RIGHTS), secrets.token_hex(16)
        self.revoke(old)
        self.keys = {new: frozenset(rights), **self.keys}
        return new

    def answer(self, request: Request) -> Reply:
        if found := self._pages.find(request.method, request.path):
            handler, parameters = found
            return handler(self, *parameters)
        path = request.path.lower()
        if path.startswith(widget.PREFIX):
            return widget_methods.answer(self, request)
        try:
            if (request.method, path) == ("POST", tokens.PATH):
                return tokens.exchange(self, request)
            return self._api(request, path)
        except Missing:
            return self._missing()
        except Problem as problem:
            return self._refused(problem)

    def requests(self) -> list[dict[str, Any]]:
        """Return the last requests; access tokens and passwords of bodies are left out."""
        return [_scrubbed(entry) for entry in super().requests()]

    def truth(self) -> dict[str, Any]:
        rows = self.store.rows
        people = [self.person(row) for row in rows("candidates")]
        return {
            "people": [person for person in people if not person["seeded"]],
            "seeded": [person for person in people if person["seeded"]],
            "jobs": [
                {
                    "id": str(job["opportunityId"]),
                    "title": job["opportunityName"],
                    "state": job["opportunityStatusDesc"],
                }
                for job in rows("jobs")
            ],
            "candidates": rows("candidates"),
            "contacts": rows("contacts"),
            "links": rows("links"),
            "notes": rows("notes"),
            "files": rows("files"),
        }

    def person(self, row: Row) -> Row:
        """Return one candidate in the plain form that all simulators share."""
        find, number = self.store.find, str(row["id"])
        contact, files = row["contactDetails"], find("files", "candidate", number)
        resumes = [file for file in files if file["documentType"] == "resume"]
        phones = (contact["mobilePhone"], contact["telephone"])
        notes = [note["note"] for note in find("notes", "candidate", number)]
        return {
            "id": number,
            "name": full_name(row),
            "emails": [contact["email"]] if contact["email"] else [],
            "phones": [phone for phone in phones if phone],
            "linkedin": row["linkedInUrl"],
            "title": row["jobTitle"],
            "company": (row["currentClient"] or {}).get("name"),
            "location": _place(row["address"]),
            "jobs": [self._job(one) for one in find("links", "candidate", number)],
            "notes": [row["note"], *notes] if row["note"] else notes,
            "files": [_facts(file) for file in files],
            "resume": _facts(resumes[-1]) if resumes else None,
            "source": row["source"],
            "owner": row["ownerName"],
            "created": row["creationDate"],
            "last": row["last"],
            "last_at": row["lastAt"],
            "seeded": row["isSeed"],
        }

    def remove(self, kind: str, row_id: str) -> None:
        table, column = {
            "person": ("candidates", "candidate"),
            "job": ("jobs", "job"),
        }[kind]
        with self.lock:
            for link in self.store.find("links", column, row_id):
                self.store.put("links", str(link["id"]), None)
            self.store.put(table, row_id, None)
            self.store.commit()

    def close_job(self, job_id: str) -> None:
        with self.lock:
            closed = {"opportunityStatusDesc": "Closed", "active": False}
            self.store.change("jobs", job_id, lastUpdatedDateTime=now(), **closed)
            self.store.commit()

    def happened(self, resource_id: int, what: str) -> None:
        """Keep what happened last to a candidate, for the pages."""
        self.store.change("candidates", str(resource_id), last=what, lastAt=now())

    def spoil_ids(self, data: Any, value: Any) -> Any:
        # Numbers are the right type here, so a list is the wrong one.
        return super().spoil_ids(data, [value] if isinstance(value, int) else value)

    def _api(self, request: Request, path: str) -> Reply:
        key = tokens.access_token(self, request)
        if path.startswith(API) and (request.refuse_key or key not in self.keys):
            raise tokens.unauthorized()
        found = self._calls.find(request.method, path.removeprefix(API))
        if key is None or not path.startswith(f"{API}/") or found is None:
            raise self._unknown(path)
        self._throttle(key)
        (right, handler), parameters = found
        if right not in self.keys[key]:
            raise Problem(403, "Forbidden")
        result = handler(Call(self, request), *parameters)
        return result if isinstance(result, Reply) else Reply(200, result)

    def _unknown(self, path: str) -> Problem:
        for method in ("GET", "POST", "PATCH", "DELETE"):
            if self._calls.find(method, path.removeprefix(API)):
                return Problem(405, "Method Not Allowed")
        return Problem(404, "Not Found")

    def _throttle(self, key: str) -> None:
        if not (allowed := self.settings["per_minute"]):
            return
        recent, moment = self._recent.setdefault(key, deque()), time.monotonic()
        while recent and recent[0] < moment - 60:
            recent.popleft()
        if len(recent) >= allowed:
            raise Problem(429, "Too Many Requests")
        recent.append(moment)

    def _job(self, link: Row) -> Row:
        job = self.store.tables["jobs"][str(link["jobId"])]
        title, number = job["opportunityName"], str(job["opportunityId"])
        return {"id": number, "title": title, "stage": link["list"]}

    def _missing(self) -> Reply:
        if self.settings["missing_record"] == "empty_200":
            return Reply(200, body=b"")
        return self._refused(Problem(404, "Not Found"))

    def _refused(self, problem: Problem) -> Reply:
        status, form = problem.status, self.settings["error_form"]
        headers = {}
        if status == 429 and self.settings["retry_after"]:
            headers["Retry-After"] = str(self.settings["retry_after"])
        if form in ("text", "empty"):
            reply = Reply.text(problem.title if form == "text" else "", status)
            reply.headers = headers
            return reply
        if form == "message":
            return Reply(status, {"message": problem.title}, headers=headers)
        kind = "application/problem+json; charset=utf-8"
        return Reply(status, _details(problem), content_type=kind, headers=headers)


def _details(problem: Problem) -> Row:
    details: Row = {
        "type": "https://tools.ietf.org/html/rfc9110",
        "title": problem.title,
        "status": problem.status,
        "traceId": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00",
    }
    return details | ({"errors": problem.errors} if problem.errors else {})


def _keys(name: str, linkedin: str = "exact") -> Callable[[Row], list[str]]:
    """Return what a record is found by under a name."""

    def keys(row: Row) -> list[str]:
        contact = row["contactDetails"]
        values = {
            "email": [contact["email"]],
            "phone": [contact["mobilePhone"], contact["telephone"]],
            "linkedin": [row["linkedInUrl"]],
        }[name]
        found = [index_key(name, value, linkedin) for value in values if value]
        return [key for key in found if key]

    return keys


def _place(address: Row) -> str | None:
    parts = [address[name] for name in ("town", "county", "country")]
    return ", ".join(part for part in parts if part) or None


def _facts(file: Row) -> Row:
    return {key: file[key] for key in ("name", "size", "sha256", "address")}


def _scrubbed(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: "***" if k in _SECRET else _scrubbed(v) for k, v in value.items()}
    return [_scrubbed(item) for item in value] if isinstance(value, list) else value


def _calls() -> Routes[_Call]:
    routes: Routes[_Call] = Routes()
    for method, path, right, handler in METHODS:
        routes.add(method, path, (right, handler))
    return routes


def _pages() -> Routes[_Page]:
    routes: Routes[_Page] = Routes()
    routes.add("GET", "/", web.people_page)
    routes.add("GET", f"{TrackerRmsSimulator.profile}{{id}}", web.candidate_page)
    routes.add("GET", "/Security/API", web.security_page)
    routes.add("POST", "/Security/API/Generate", web.generate)
    routes.add(
        "GET",
        "/Document/Download/{id}/{name}",
        lambda sim, file_id, _: web.file(sim, file_id),
    )
    return routes


SIMULATOR = TrackerRmsSimulator
