"""A stand-in for our GUESS of Kortivity's API. It simulates no known interface.

Nothing about that API is public: every path, name and reply here is a placeholder from
the research notes. That an adapter works with this shows that the adapter is sound and
that its profile can be corrected, not that Kortivity would answer so. Two of these on two
ports are two instances with data of their own.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, ClassVar

from integrations.simulation import Reply, Request, Routes, Row, Simulator

from .simulated import seeds, sessions, web
from .simulated.calls import Call, Refusal, now
from .simulated.candidates import full_name, url_key
from .simulated.methods import METHODS, RIGHTS, Handler
from .simulated.switches import SWITCHES

API = "/api/"
_Page = Callable[..., Reply]
_Call = tuple[str, Handler]


class KortivitySimulator(Simulator):
    slug = "kortivity"
    label = "Kortivity"
    default_port = 9104
    default_keys = {
        "jo@agency.example:demo-password": RIGHTS,
        "reader@agency.example:demo-password": ("read",),
    }
    demo_variables: ClassVar[dict[str, str]] = {}
    demo_credentials: ClassVar[dict[str, str]] = {
        "api_url": "{origin}",
        "username": "jo@agency.example",
        "password": "demo-password",
    }
    demo_profile_url = "{origin}/candidates/{person_id}"
    switches = SWITCHES
    id_keys = frozenset({"id", "candidateId"})
    profile: ClassVar[str] = "/candidates/"  # ours: no address of a candidate is known

    def index(self) -> None:
        store = self.store
        store.index("candidates", "email", _email)
        for how in ("slug", "exact"):
            store.index("candidates", f"url_{how}", _url(how))
        store.index("links", "candidate", lambda row: [str(row["candidateId"])])
        store.index("links", "job", lambda row: [str(row["jobId"])])
        store.index("files", "candidate", lambda row: [str(row["candidateId"])])
        self._pages, self._calls = _pages(), _calls()
        self._recent: dict[str, deque[float]] = {}
        self.failures: Counter[str] = Counter()

    def seed(self) -> None:
        seeds.seed(self.store)

    def key_of(self, request: Request) -> str | None:
        """Return ``user:password`` behind a call: of its session, or of the login."""
        if request.path != sessions.LOGIN:
            return sessions.key_of(self, request)
        try:
            given = request.json()
            return f"{given['username']}:{given['password']}"
        except (ValueError, KeyError, TypeError):
            return None

    def grant(self, key: str, permissions: Any = None) -> None:
        """Define a user and password; an account that was locked is open again."""
        super().grant(key, permissions)
        self.failures.pop(key.partition(":")[0], None)

    def reset(self) -> None:
        super().reset()
        self.failures.clear()

    def answer(self, request: Request) -> Reply:
        if self.settings["redirect_to_https"]:
            host = request.headers.get("host", "127.0.0.1")
            return Reply(
                301, body=b"", headers={"Location": f"https://{host}{request.target}"}
            )
        if found := self._pages.find(request.method, request.path):
            handler, parameters = found
            return handler(self, *parameters)
        try:
            if (request.method, request.path) == ("POST", sessions.LOGIN):
                return sessions.login(self, request)
            return self._api(request)
        except sessions.SignedOut:
            refusal = Refusal(401, "Sign in first.")
            return sessions.signed_out(self) or self._refused(refusal)
        except Refusal as refusal:
            return self._refused(refusal)

    def requests(self) -> list[dict[str, Any]]:
        """Return the last requests; the passwords of logins are left out."""
        found = super().requests()
        for entry in found:
            if isinstance(entry.get("json"), dict) and "password" in entry["json"]:
                entry["json"] = {**entry["json"], "password": "***"}
        return found

    def truth(self) -> dict[str, Any]:
        rows = self.store.rows
        people = [self.person(row) for row in rows("candidates")]
        return {
            "people": [person for person in people if not person["seeded"]],
            "seeded": [person for person in people if person["seeded"]],
            "jobs": [
                {"id": str(j["id"]), "title": j["title"], "state": j["status"].title()}
                for j in rows("jobs")
            ],
            "candidates": rows("candidates"),
            "links": rows("links"),
            "files": rows("files"),
        }

    def person(self, row: Row) -> Row:
        """Return one candidate in the plain form that all simulators share."""
        files = self.store.find("files", "candidate", str(row["id"]))
        place = [row[name] for name in ("city", "state", "country")]
        return {
            "id": str(row["id"]),
            "name": full_name(row),
            "emails": [row["email"]] if row["email"] else [],
            "phones": [row["phone"]] if row["phone"] else [],
            "linkedin": row["url"],
            "title": row["title"],
            "company": row["company"],
            "location": ", ".join(part for part in place if part) or None,
            "roles": row["roles"] or [],
            "education": row["education"] or [],
            "source": row["source"],
            "sourced_from": row["sourcedFrom"],
            "sourced_by": row["sourcedBy"],
            "jobs": self.jobs_of(row),
            "notes": [row["notes"]] if row["notes"] else [],
            "files": [_facts(file) for file in files],
            "resume": _facts(files[-1]) if files else None,
            "created": row["createdAt"],
            "last": row["last"],
            "last_at": row["lastAt"],
            "seeded": row["isSeed"],
        }

    def jobs_of(self, row: Row) -> list[Row]:
        jobs = self.store.tables["jobs"]
        return [
            {
                "id": str(link["jobId"]),
                "title": jobs[str(link["jobId"])]["title"],
                "stage": link["stage"],
            }
            for link in self.store.find("links", "candidate", str(row["id"]))
        ]

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
            self.store.change("jobs", job_id, status="closed")
            self.store.commit()

    def happened(self, candidate_id: int, what: str) -> None:
        """Keep what happened last to a candidate, for the pages."""
        self.store.change("candidates", str(candidate_id), last=what, lastAt=now())

    def spoil_ids(self, data: Any, value: Any) -> Any:
        # Numbers and texts are both right here, so a list is the wrong type.
        return super().spoil_ids(data, [value] if isinstance(value, int) else value)

    def _api(self, request: Request) -> Reply:
        found = self._calls.find(request.method, request.path)
        if not request.path.startswith(API):
            raise Refusal(404, "Page not found.")
        key = sessions.require(self, request)
        if found is None:
            raise Refusal(404, "Page not found.")
        self._throttle(key)
        (right, handler), parameters = found
        if right not in self.keys[key]:
            raise Refusal(403, "You may not do this.")
        result = handler(Call(self, request), *parameters)
        return result if isinstance(result, Reply) else Reply(200, result)

    def _throttle(self, key: str) -> None:
        if not (allowed := self.settings["per_minute"]):
            return
        recent, moment = self._recent.setdefault(key, deque()), time.monotonic()
        while recent and recent[0] < moment - 60:
            recent.popleft()
        if len(recent) >= allowed:
            raise Refusal(429, "Too many requests.")
        recent.append(moment)

    def _refused(self, refusal: Refusal) -> Reply:
        form, headers = self.settings["error_form"], {}
        if refusal.status == 429 and self.settings["retry_after"]:
            headers["Retry-After"] = str(self.settings["retry_after"])
        if refusal.status == 401 and self.settings["sign_in"] == "basic":
            headers["WWW-Authenticate"] = 'Basic realm="Kortivity"'
        if form == "text":
            reply = Reply.text(refusal.message, refusal.status)
            reply.headers = headers
            return reply
        forms: dict[str, Row] = {
            "message": {"message": refusal.message, **refusal.extra},
            "error": {"error": refusal.message, **refusal.extra},
            "object": {"error": {"message": refusal.message, **refusal.extra}},
            "errors": {**refusal.extra, "errors": [refusal.message]},
        }
        return Reply(refusal.status, forms[form], headers=headers)


def _email(row: Row) -> list[str]:
    return [row["email"].strip().lower()] if row["email"] else []


def _url(how: str) -> Callable[[Row], list[str]]:
    return lambda row: [url_key(row["url"], how)] if row["url"] else []


def _facts(file: Row) -> Row:
    return {key: file[key] for key in ("name", "size", "sha256", "address")}


def _calls() -> Routes[_Call]:
    routes: Routes[_Call] = Routes()
    for method, path, right, handler in METHODS:
        routes.add(method, path, (right, handler))
    return routes


def _pages() -> Routes[_Page]:
    routes: Routes[_Page] = Routes()
    routes.add("GET", "/", web.people_page)
    routes.add("GET", "/login", web.login_page)
    routes.add("GET", f"{KortivitySimulator.profile}{{id}}", web.candidate_page)
    routes.add(
        "GET", "/files/{id}/{name}", lambda sim, file_id, _: web.file(sim, file_id)
    )
    return routes


SIMULATOR = KortivitySimulator
