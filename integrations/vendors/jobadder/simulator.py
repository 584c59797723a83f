"""A stand-in for JobAdder: its sign-in and its API v2, written from their documents.

Facts and guesses are those of the research notes on JobAdder; every guess is a switch.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from integrations.simulation import Reply, Request, Routes, Row, Simulator
from integrations.simulation.faults import GATEWAY_PAGE

from .simulated import browser, crowd, seeds, shapes, sign_in, tokens, web
from .simulated.calls import Call, Created, Refusal, is_id
from .simulated.candidates import emails, full_name, generated, position
from .simulated.methods import METHODS, Method
from .simulated.queries import refuse_unknown
from .simulated.scopes import SCOPES
from .simulated.switches import SWITCHES

API = "/v2"
_Page = Callable[..., Reply]


class JobAdderSimulator(Simulator):
    slug = "jobadder"
    label = "JobAdder"
    default_port = 9103
    # Who may sign in, and what may be granted through them.
    default_keys = {"robin": SCOPES, "sam": SCOPES, "kim": SCOPES}
    demo_variables = {
        "JOBADDER_CLIENT_ID": "pinsync-demo",
        "JOBADDER_CLIENT_SECRET": "demo-jobadder-secret",
    }
    switches = SWITCHES
    id_keys: ClassVar[frozenset[str]] = frozenset(
        {"candidateId", "jobId", "applicationId", "attachmentId", "noteId"}
    )

    def index(self) -> None:
        store = self.store
        store.index("candidates", "email", lambda row: emails(row, others=True))
        store.index("users", "login", lambda row: [row["login"], row["email"]])
        store.index("applications", "candidate", lambda r: [str(r["candidateId"])])
        store.index("applications", "job", lambda row: [str(row["jobId"])])
        store.index("notes", "candidate", lambda row: [str(row["candidateId"])])
        store.index("files", "candidate", lambda row: [str(row["candidateId"])])
        self._pages, self._calls = _pages(), _calls()
        self._crowd = crowd.Crowd()
        self._recent: deque[float] = deque()

    def seed(self) -> None:
        seeds.seed(self.store)

    def key_of(self, request: Request) -> str | None:
        return tokens.user_of(self, request)

    def revoke(self, request_or_key: Request | str) -> None:
        """Remove a user from the account: every token of theirs is worth nothing."""
        user: str | None
        if isinstance(request_or_key, Request):
            user = self.key_of(request_or_key)
        else:
            user = request_or_key
        with self.lock:
            if user:
                self.keys.pop(user, None)
                tokens.end_all(self, user)
                self.store.commit()

    @classmethod
    def consent(
        cls, authorize_url: str, user: str = "robin", decision: str = "allow"
    ) -> str:
        """Sign in and agree over HTTP; return where the browser is sent."""
        return browser.agree(authorize_url, user, sign_in.PASSWORD, decision)

    def answer(self, request: Request) -> Reply:
        if found := self._pages.find(request.method, request.path):
            handler, parameters = found
            return handler(self, request, *parameters)
        try:
            return self._api(request)
        except Refusal as refusal:
            return self._refused(refusal)

    # --- What the parts of the simulator use ---------------------------------------

    def time(self) -> float:
        return time.time() + float(self.settings["clock_ahead_s"])

    def now(self) -> str:
        return shapes.timestamp(datetime.fromtimestamp(self.time(), UTC))

    def next_id(self, kind: str) -> int:
        row = self.store.tables["counters"][kind]
        value = int(row["next"])
        self.store.put("counters", kind, {"next": value + 1})
        return value

    def crowd(self) -> Sequence[int]:
        """Return the numbers of the generated people."""
        gone = self.store.tables["crowd_gone"]
        return self._crowd.numbers(int(self.settings["seed_people"]), gone)

    def is_of_the_crowd(self, address: str) -> bool:
        number = crowd.with_email(address)
        return number is not None and self._has_generated(number)

    def _has_generated(self, number: int) -> bool:
        key = str(crowd.FIRST_ID + number)
        there = 0 <= number < self.settings["seed_people"]
        return there and key not in self.store.tables["crowd_gone"]

    def candidate(self, candidate_id: str) -> Row | None:
        """Return somebody who was stored, or made up."""
        if row := self.store.get("candidates", candidate_id):
            return row
        if not is_id(candidate_id):
            return None
        number = crowd.number_of(int(candidate_id))
        return generated(number) if self._has_generated(number) else None

    def candidate_to_change(self, candidate_id: str) -> Row:
        """Return somebody as a stored row, as which a generated one is kept from now on.

        Raises KeyError where nobody has the id.
        """
        row = self.candidate(candidate_id)
        if row is None:
            raise KeyError(candidate_id)
        if self.store.get("candidates", candidate_id) is None:
            self.store.put("candidates", candidate_id, row)
            self.store.put("crowd_gone", candidate_id, {"adopted": True})
        return row

    def happened(self, candidate_id: int, what: str) -> None:
        """Keep what happened last to a candidate, for the pages."""
        key = str(candidate_id)
        self.store.change("candidates", key, _last=what, _lastAt=self.now())

    def login_of(self, given: str) -> str | None:
        """Return the name of a user who may sign in, known by name or email."""
        found = self.store.find("users", "login", given.strip().lower())
        name = str(found[0]["login"]) if found else given.strip()
        return name if name in self.keys else None

    def user(self, login: str) -> Row:
        """Return a user; one that was granted a key and is not there is added."""
        if found := self.store.find("users", "login", login):
            return found[0]
        row = seeds.user(self.next_id("user"), login, login.capitalize(), "Granted")
        self.store.put("users", str(row["userId"]), row)
        return row

    # --- What people do in the web application -------------------------------------

    def edit_person(self, person_id: str, **fields: Any) -> None:
        """Change a candidate, as someone would in the web application."""
        with self.lock:
            self.candidate_to_change(person_id)
            self.store.change("candidates", person_id, updatedAt=self.now(), **fields)
            self.store.commit()

    def remove(self, kind: str, row_id: str) -> None:
        """Delete a person or a job, as someone would in the web application."""
        with self.lock:
            if kind == "person":
                self.candidate_to_change(row_id)
                gone = {"candidateId": int(row_id), "deletedAt": self.now()}
                self.store.put("deleted", row_id, gone)
            table, index = {
                "person": ("candidates", "candidate"),
                "job": ("jobs", "job"),
            }[kind]
            for row in self.store.find("applications", index, row_id):
                self.store.put("applications", str(row["applicationId"]), None)
            self.store.put(table, row_id, None)
            self.store.commit()

    def close_job(self, job_id: str) -> None:
        with self.lock:
            moment = self.now()
            changes = {"statusId": seeds.CLOSED, "closedAt": moment}
            self.store.change("jobs", job_id, **changes, updatedAt=moment)
            self.store.commit()

    # --- What is there -------------------------------------------------------------

    def truth(self) -> dict[str, Any]:
        rows = self.store.rows
        people = [self.person(row) for row in rows("candidates")]
        statuses = self.store.tables["job_statuses"]
        return {
            "people": [person for person in people if not person["seeded"]],
            "seeded": [person for person in people if person["seeded"]],
            "generated": len(self.crowd()),
            "jobs": [
                {
                    "id": str(job["jobId"]),
                    "title": job["jobTitle"],
                    "state": statuses[str(job["statusId"])]["name"],
                }
                for job in rows("jobs")
            ],
            "candidates": rows("candidates"),
            "applications": rows("applications"),
            "notes": rows("notes"),
            "files": rows("files"),
        }

    def person(self, row: Row) -> Row:
        """Return one candidate in the plain form that all simulators share."""
        key = str(row["candidateId"])
        files = [_facts(file) for file in self.store.find("files", "candidate", key)]
        resumes = [file for file in files if file["type"] == "Resume"]
        social = {name.lower(): url for name, url in (row["social"] or {}).items()}
        return {
            "id": key,
            "name": full_name(row),
            "emails": [one for one in (row["email"], *row["otherEmail"]) if one],
            "phones": [one for one in (row["mobile"], row["phone"]) if one],
            "linkedin": social.get("linkedin"),
            "title": position(row, "position"),
            "company": position(row, "employer"),
            "location": _place(row["address"] or {}),
            "source": row["source"],
            "jobs": [
                self._place_on_job(one)
                for one in self.store.find("applications", "candidate", key)
            ],
            "notes": [n["text"] for n in self.store.find("notes", "candidate", key)],
            "files": files,
            "resume": resumes[-1] if resumes else None,
            "created": row["createdAt"],
            "last": row["_last"],
            "last_at": row["_lastAt"],
            "seeded": row["_seed"],
        }

    def _place_on_job(self, application: Row) -> Row:
        tables = self.store.tables
        job_id = str(application["jobId"])
        status = tables["application_statuses"][str(application["statusId"])]
        title = tables["jobs"][job_id]["jobTitle"]
        return {"id": job_id, "title": title, "stage": status["name"]}

    def requests(self) -> list[dict[str, Any]]:
        """Return the last requests; forms hold passwords, codes and tokens: not those."""
        return [
            {**one, "text": "(a form)"} if "text" in one and _is_form(one) else one
            for one in super().requests()
        ]

    def spoil_ids(self, data: Any, value: Any) -> Any:
        """Spoil ids: here they are numbers, so the wrong type is a text."""
        return super().spoil_ids(data, None if value is None else "no number")

    # --- The API -------------------------------------------------------------------

    def _api(self, request: Request) -> Reply:
        if not request.path.startswith(f"{API}/"):
            raise Refusal(404)
        held = tokens.holder(self, request)
        if held is None:
            raise Refusal(401)
        self._throttle()
        found = self._calls.find(request.method, request.path[len(API) :])
        if found is None:
            raise Refusal(404)
        method, parameters = found
        call = self._call(request, held)
        if method.scopes and call.scopes.isdisjoint(method.scopes):
            raise Refusal(403)
        refuse_unknown(call, method.parameters)
        result = method.handler(call, *parameters)
        if isinstance(result, Reply):
            return result
        return self._success(result)

    def _call(self, request: Request, held: Row) -> Call:
        query: dict[str, list[str]] = {}
        for name, values in request.query.items():
            query.setdefault(name.lower(), []).extend(values)
        scopes = frozenset(held["scopes"]) & self.keys[held["user"]]
        return Call(self, request, scopes, self.user(held["user"]), query)

    def _throttle(self) -> None:
        """Count the calls to the account: users and applications share them."""
        moment = time.monotonic()
        while self._recent and self._recent[0] <= moment - 60:
            self._recent.popleft()
        last_second = sum(one > moment - 1 for one in self._recent)
        for allowed, made in (
            (self.settings["per_minute"], len(self._recent)),
            (self.settings["per_second"], last_second),
        ):
            if allowed and made >= allowed:
                seconds = self.settings["retry_after"]
                headers = {"Retry-After": str(seconds)} if seconds else {}
                raise Refusal(429, headers=headers)
        if self.settings["per_minute"] or self.settings["per_second"]:
            self._recent.append(moment)

    def _success(self, result: Any) -> Reply:
        status = 201 if isinstance(result, Created) else 200
        data = result.data if isinstance(result, Created) else result
        if self.settings["empty_fields"] == "omitted":
            data = shapes.tidied(data)
        return Reply(status, data)

    def _refused(self, refusal: Refusal) -> Reply:
        if refusal.status in (401, 403, 429):
            return self._denied(refusal)
        if refusal.status == 404 and self.settings["not_found_body"] == "html":
            return Reply.html(GATEWAY_PAGE, 404)
        if not refusal.message:
            return Reply(refusal.status, body=b"")
        return Reply(refusal.status, refusal.model(), headers=refusal.headers)

    def _denied(self, refusal: Refusal) -> Reply:
        words = {401: "invalid_token", 403: "insufficient_scope", 429: "throttled"}
        word = words[refusal.status]
        body = {
            "empty": None,
            "error_model": {"message": word},
            "invalid_token": {"error": word},
        }[self.settings["denied_body"]]
        if body is None:
            return Reply(refusal.status, body=b"", headers=refusal.headers)
        return Reply(refusal.status, body, headers=refusal.headers)


def _facts(file: Row) -> Row:
    kept = {key: file[key] for key in ("size", "sha256", "address", "type")}
    return {"name": file["fileName"], **kept}


def _place(address: Row) -> str | None:
    code = address.get("countryCode")
    country = shapes.COUNTRIES.get((code or "").upper(), code)
    parts = (address.get("city"), address.get("state"), country)
    return ", ".join(part for part in parts if part) or None


def _is_form(remembered: dict[str, Any]) -> bool:
    path = str(remembered["path"]).partition("?")[0]
    return path in (tokens.PATH, sign_in.LOGIN, sign_in.CONSENT)


def _calls() -> Routes[Method]:
    routes: Routes[Method] = Routes()
    for method in METHODS:
        routes.add(method.method, method.path, method)
    return routes


def _pages() -> Routes[_Page]:
    routes: Routes[_Page] = Routes()
    routes.add("GET", sign_in.AUTHORIZE, sign_in.authorize)
    routes.add("POST", sign_in.LOGIN, sign_in.log_in)
    routes.add("POST", sign_in.CONSENT, sign_in.decide)
    routes.add("POST", tokens.PATH, tokens.answer)
    routes.add("GET", "/", lambda sim, _: web.people_page(sim))
    routes.add("GET", "/candidates/{id}", lambda s, _, key: web.candidate_page(s, key))
    routes.add("GET", "/files/{id}/{name}", lambda s, _, key, name: web.file(s, key))
    return routes


SIMULATOR = JobAdderSimulator
