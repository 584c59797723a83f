"""A stand-in for Crelate's API v3, written from its documentation and from clients.

Facts and guesses are those of the research notes on Crelate; every guess is a switch.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from integrations.simulation import (
    Crowd,
    Reply,
    Request,
    Routes,
    Row,
    Setting,
    Simulator,
    Somebody,
)

from .simulated import fields, seeds, shapes, web
from .simulated.calls import Call, Created, Listing, Refusal, new_id, now
from .simulated.contacts import name_key
from .simulated.methods import METHODS, RIGHTS

API = "/api3"
_Page = Callable[..., Reply]
_Call = tuple[str, Callable[..., Any]]


class CrelateSimulator(Simulator):
    slug = "crelate"
    label = "Crelate"
    default_port = 9102
    demo_credentials = {"api_key": "demo-crelate-key"}
    default_keys = {"demo-crelate-key": RIGHTS}
    switches: ClassVar[dict[str, Setting]] = {
        "bad_key_body": Setting(
            "envelope", "The body of a 401.", ("envelope", "empty", "text")
        ),
        "create_status": Setting(201, "The status of a create.", (201, 200)),
        "duplicate_rule": Setting(
            "email_or_name",
            "When a new contact counts as a duplicate (409).",
            ("off", "email", "name", "email_or_name", "email_and_name"),
        ),
        "allow_duplicates": Setting(False, "Save detected duplicates anyway."),
        "patch_duplicate_check": Setting(True, "Check a PATCH that has a name."),
        "limit_over_100": Setting("400", "A limit over 100.", ("400", "clamp")),
        "bad_phone": Setting("400", "A phone number that is none.", ("400", "accept")),
        "missing_field_status": Setting(
            500, "A required field is missing.", (500, 400)
        ),
        "unknown_fields": Setting("ignore", "Unknown body fields.", ("ignore", "400")),
        "already_on_job": Setting(
            "200", "Adding somebody to a job again.", ("200", "409")
        ),
        "stage_required": Setting(False, "Refuse to add to a job without a stage."),
        "artifact_delay_ms": Setting(2000, "Uploads appear after this time."),
        "artifact_id": Setting(
            "given", "The id in an upload's answer.", ("given", "null")
        ),
        "users_self": Setting("200", "users/self and its like.", ("200", "404")),
        "per_minute": Setting(0, "Calls per minute and key before a 429; 0 is off."),
        "retry_after": Setting(0, "Seconds in Retry-After; 0 leaves it out."),
        "error_form": Setting(
            "object", "Whether an error is an object.", ("object", "string")
        ),
        "modified_after": Setting(
            "known", "The filter modified_after.", ("known", "ignored")
        ),
        "total_records": Setting(True, "A list tells how many records there are."),
        "seed_people": Setting(0, "So many made-up people are there, too."),
    }

    def index(self) -> None:
        store = self.store
        store.index(
            "contacts", "email", lambda r: [e.lower() for e in fields.emails(r)]
        )
        store.index("contacts", "name", lambda row: [name_key(row)])
        store.index("companies", "name", lambda row: [row["Name"].casefold()])
        store.index("links", "contact", lambda row: [row["ContactId"]])
        store.index("links", "job", lambda row: [row["JobId"]])
        store.index("notes", "contact", lambda row: [row["ContactId"]])
        store.index("artifacts", "parent", lambda row: [row["ParentId"]["Id"]])
        store.crowd("contacts", Crowd(self._of_crowd, self._seeded))
        self._pages, self._calls = _pages(), _calls()
        self._recent: dict[str, deque[float]] = {}

    def _seeded(self) -> int:
        return int(self.settings["seed_people"])

    def _of_crowd(self, somebody: Somebody) -> Row:
        return seeds.of_crowd(self, somebody)

    def seed(self) -> None:
        seeds.seed(self)

    def key_of(self, request: Request) -> str | None:
        return request.headers.get("x-api-key") or request.parameter("api_key")

    def answer(self, request: Request) -> Reply:
        if found := self._pages.find(request.method, request.path):
            handler, parameters = found
            return handler(self, *parameters)
        try:
            return self._api(request)
        except Refusal as refusal:
            return self._refused(request, refusal)

    def truth(self) -> dict[str, Any]:
        people = [self.person(row) for row in self.store.rows("contacts")]
        jobs = [
            {
                "id": job["Id"],
                "title": job["Name"],
                "state": job["SalesWorkflowItemStatusId"]["Title"],
            }
            for job in self.store.rows("jobs")
        ]
        return {
            "people": [person for person in people if not person["seeded"]],
            "seeded": [person for person in people if person["seeded"]],
            "jobs": jobs,
            "contacts": self.store.rows("contacts"),
            "links": self.store.rows("links"),
            "notes": self.store.rows("notes"),
            "artifacts": self.store.rows("artifacts"),
            "companies": self.store.rows("companies"),
        }

    def person(self, row: Row) -> Row:
        """Return one contact in the plain form that all simulators share."""
        store, position = self.store, row["CurrentPosition"] or {}
        resume = shapes.resume_of(self, row["Id"])
        phones = [row[slot]["Value"] for slot in fields.PHONES if row[slot]]
        notes = [note["Display"] for note in store.find("notes", "contact", row["Id"])]
        return {
            "id": row["Id"],
            "name": " ".join(p for p in (row["FirstName"], row["LastName"]) if p),
            "emails": fields.emails(row),
            "phones": phones,
            "linkedin": (row["Websites_LinkedIn"] or {}).get("Value"),
            "title": position.get("JobTitle"),
            "company": (position.get("CompanyId") or {}).get("Title"),
            "location": _place(row["Addresses_Home"] or {}),
            "jobs": [
                {
                    "id": one["JobId"],
                    "title": store.tables["jobs"][one["JobId"]]["Name"],
                    "stage": one["Stage"]["Title"],
                }
                for one in store.find("links", "contact", row["Id"])
            ],
            "notes": notes,
            "files": [_facts(file) for file in shapes.artifacts_of(self, row["Id"])],
            "resume": _facts(resume) if resume else None,
            "created": row["CreatedOn"],
            "last": row["_last"],
            "last_at": row["_lastAt"],
            "seeded": row["_seed"],
        }

    def remove(self, kind: str, row_id: str) -> None:
        table, column = {"person": ("contacts", "contact"), "job": ("jobs", "job")}[
            kind
        ]
        with self.lock:
            for link in self.store.find("links", column, row_id):
                self.store.put("links", link["Id"], None)
            self.store.put(table, row_id, None)
            self.store.commit()

    def close_job(self, job_id: str) -> None:
        with self.lock:
            status = {"Id": seeds.sales_stage("Closed"), "Title": "Closed"}
            self.store.change(
                "jobs", job_id, ClosedOn=now(), SalesWorkflowItemStatusId=status
            )
            self.store.commit()

    def happened(self, contact_id: str, what: str) -> None:
        """Keep what happened last to a contact, for the pages."""
        self.store.change("contacts", contact_id, _last=what, _lastAt=now())

    def spoil_ids(self, data: Any, value: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("Data"), str):
            return {**data, "Data": value}
        return super().spoil_ids(data, value)

    def _api(self, request: Request) -> Reply:
        key = self.key_of(request)
        if request.refuse_key or key not in self.keys:
            raise Refusal(401, "Unauthorized: the API key is missing or not valid.")
        self._throttle(key)
        found = None
        if request.path.startswith(f"{API}/"):
            found = self._calls.find(request.method, request.path[len(API) :])
        if found is None:
            raise Refusal(404, "The requested resource was not found")
        (right, handler), parameters = found
        if right not in self.keys[key]:
            raise Refusal(403, f"You do not have the right {right}.")
        result = handler(Call(self, request), *parameters)
        if isinstance(result, Reply):
            return result
        return self._success(request, result)

    def _throttle(self, key: str) -> None:
        if not (allowed := self.settings["per_minute"]):
            return
        recent, moment = self._recent.setdefault(key, deque()), time.monotonic()
        while recent and recent[0] < moment - 60:
            recent.popleft()
        if len(recent) >= allowed:
            raise Refusal(429, "Too many requests.")
        recent.append(moment)

    def _success(self, request: Request, result: Any) -> Reply:
        if isinstance(result, Listing):
            told = self.settings["total_records"]
            total, more = (result.total, result.more) if told else (None, None)
            metadata = self._metadata(request, total, more)
            return Reply(200, _envelope(result.rows, metadata))
        metadata = self._metadata(request)
        if isinstance(result, Created):
            status = self.settings["create_status"]
            return Reply(status, _envelope(result.id, metadata))
        return Reply(200, _envelope(result, metadata))

    def _refused(self, request: Request, refusal: Refusal) -> Reply:
        if refusal.status == 401 and self.settings["bad_key_body"] != "envelope":
            is_text = self.settings["bad_key_body"] == "text"
            return Reply.text(refusal.message if is_text else "", 401)
        reply = Reply(refusal.status, _envelope(None, self._metadata(request)))
        is_object = self.settings["error_form"] == "object"
        error = {"Message": refusal.message} if is_object else refusal.message
        reply.data["Errors"] = [error]
        if refusal.status == 429 and self.settings["retry_after"]:
            reply.headers["Retry-After"] = str(self.settings["retry_after"])
        return reply

    def _metadata(
        self, request: Request, total: int | None = None, more: bool | None = None
    ) -> Row:
        """Return what every reply carries. The URL is repeated with its key in it."""
        return {
            "CorrelationId": new_id(),
            "TimeStamp": now(),
            "Url": f"{self.origin}{request.target}",
            "Verb": request.method,
            "TotalRecords": total,
            "MoreRecords": more,
            "Links": None,
        }


def _envelope(data: Any, metadata: Row) -> Row:
    return {"Data": data, "Metadata": metadata, "Errors": []}


def _place(address: Row) -> str | None:
    parts = [address.get("City"), address.get("State")]
    parts.append((address.get("CountryId") or {}).get("Title"))
    return ", ".join(str(part) for part in parts if part) or None


def _facts(file: Row) -> Row:
    facts = {key: file[f"_{key}"] for key in ("size", "sha256", "address")}
    return {"name": file["FileName"], **facts}


def _calls() -> Routes[_Call]:
    routes: Routes[_Call] = Routes()
    for method, path, right, handler in METHODS:
        routes.add(method, path, (right, handler))
    return routes


def _pages() -> Routes[_Page]:
    routes: Routes[_Page] = Routes()
    routes.add("GET", "/", web.people_page)
    routes.add("GET", "/go", web.go_page)
    routes.add("GET", "/go.js", web.go_script)
    routes.add("GET", "/contact/{id}", web.contact_page)
    routes.add("GET", "/main2/contact/{id}", web.contact_page)
    routes.add(
        "GET", "/files/{id}/{name}", lambda sim, file_id, _: web.file(sim, file_id)
    )
    return routes


SIMULATOR = CrelateSimulator
