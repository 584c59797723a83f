"""One call of the newer API as its handlers see it, and how it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from integrations.simulation import Request, Row, Store

if TYPE_CHECKING:
    from ..simulator import TrackerRmsSimulator


class Problem(Exception):
    """TrackerRMS says no; ``errors`` are messages by field, as ASP.NET gives them."""

    def __init__(
        self, status: int, title: str, errors: dict[str, list[str]] | None = None
    ) -> None:
        super().__init__(title)
        self.status, self.title, self.errors = status, title, errors


class Missing(Exception):
    """There is no record of that id; what that looks like is a switch."""


def invalid(field: str, message: str) -> Problem:
    title = "One or more validation errors occurred."
    return Problem(400, title, {field: [message]})


@dataclass
class Call:
    """A call whose token and right are checked already."""

    sim: TrackerRmsSimulator
    request: Request

    @property
    def store(self) -> Store:
        return self.sim.store

    def switch(self, name: str) -> Any:
        return self.sim.settings[name]

    def json(self) -> Any:
        if self.request.content_type != "application/json":
            raise Problem(415, "Unsupported Media Type")
        try:
            return self.request.json()
        except ValueError:
            raise invalid("$", "The input does not contain valid JSON.") from None

    def body(self) -> Row:
        """Return the body, a JSON object."""
        data = self.json()
        if not isinstance(data, dict):
            raise invalid("$", "The JSON value could not be converted.")
        return data

    def existing(self, table: str, row_id: str) -> Row:
        row = self.store.get(table, row_id)
        if row is None:
            raise Missing
        return row


def new_id(store: Store, kind: str) -> int:
    """Return the next number of a kind; one that was deleted is not used again."""
    counter = store.get("counters", kind) or {"last": FIRST[kind] - 1}
    number = int(counter["last"]) + 1
    store.put("counters", kind, {"last": number})
    return number


FIRST = {
    "candidates": 188_041,
    "jobs": 1014,
    "links": 52_310,
    "files": 720_401,
    "notes": 960_017,
}


def now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
