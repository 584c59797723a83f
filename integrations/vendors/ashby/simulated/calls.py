"""One call of Ashby's API as its handlers see it, and how it is refused."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from integrations.simulation import Request, Row, Store

if TYPE_CHECKING:
    from ..simulator import AshbySimulator

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Refusal(Exception):
    """Ashby says no: HTTP 200 with ``success`` false, but for the few real statuses."""

    def __init__(self, code: str, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def invalid(message: str) -> Refusal:
    return Refusal("invalid_input", message)


@dataclass
class Call:
    """A call whose key, permission and body are checked already."""

    sim: AshbySimulator
    request: Request
    data: dict[str, Any]
    scopes: frozenset[str]

    @property
    def store(self) -> Store:
        return self.sim.store

    def switch(self, name: str) -> Any:
        return self.sim.settings[name]

    def missing(self, kind: str) -> Refusal:
        """Return the refusal for an id of this kind that does not exist."""
        label = kind.replace("_", " ").capitalize()
        if self.switch("not_found_code") == "invalid_input":
            return invalid(f"{label} not found")
        return Refusal(f"{kind}_not_found", f"{label} not found")

    def existing(self, kind: str, row_id: str) -> Row:
        """Return the row of a table named like the kind; refuse when there is none."""
        row = self.store.get(TABLES[kind], row_id)
        if row is None:
            raise self.missing(kind)
        return row

    def author(self) -> Row:
        """Return the user behind the key."""
        return next(iter(self.store.tables["users"].values()))


TABLES = {
    "candidate": "candidates",
    "application": "applications",
    "job": "jobs",
    "user": "users",
    "source": "sources",
    "tag": "tags",
    "project": "projects",
    "interview_plan": "plans",
    "interview_stage": "stages",
    "archive_reason": "archive_reasons",
    "custom_field": "custom_fields",
    "location": "locations",
    "department": "departments",
}


def now() -> str:
    """Return the present as Ashby writes times."""
    moment = datetime.now(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def new_id() -> str:
    return str(uuid4())


def request_id() -> str:
    """Return a ULID, 26 characters."""
    number = int(time.time() * 1000) << 80 | secrets.randbits(80)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))
