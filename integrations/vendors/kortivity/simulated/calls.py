"""One call as its handlers see it, how it is answered, and how it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from integrations.simulation import Reply, Request, Row, Store

if TYPE_CHECKING:
    from ..simulator import KortivitySimulator

Errors = dict[str, list[str]]
FIRST = {"candidates": 501, "links": 9001, "files": 7001}


class Refusal(Exception):
    """The guessed server says no."""

    def __init__(self, status: int, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status, self.message, self.extra = status, message, extra


def missing(kind: str) -> Refusal:
    return Refusal(404, f"{kind} not found.")


def invalid(field: str, message: str) -> Refusal:
    errors: Errors = {field: [message]}
    return Refusal(422, f"{field}: {message}", errors=errors)


@dataclass
class Call:
    """A call whose user and right are checked already."""

    sim: KortivitySimulator
    request: Request

    @property
    def store(self) -> Store:
        return self.sim.store

    def switch(self, name: str) -> Any:
        return self.sim.settings[name]

    def body(self) -> Row:
        """Return the body, a JSON object."""
        if self.request.content_type != "application/json":
            raise Refusal(415, "Send application/json.")
        try:
            data = self.request.json()
        except ValueError:
            raise Refusal(400, "The body is not JSON.") from None
        if not isinstance(data, dict):
            raise Refusal(400, "The body is not an object.")
        return data

    def existing(self, kind: str, row_id: str) -> Row:
        row = self.store.get(f"{kind.lower()}s", row_id)
        if row is None:
            raise missing(kind)
        return row

    def shown_id(self, number: int) -> int | str:
        return str(number) if self.switch("id_type") == "text" else number

    def number(self, name: str, default: int) -> int:
        text = self.request.parameter(name)
        if text and (not text.isdecimal() or int(text) == 0):
            raise invalid(name, "is not a number from 1.")
        return int(text) if text else default

    def created(self, number: int, status: int = 201) -> Reply:
        return Reply(status, wrapped(self.sim, {"id": self.shown_id(number)}))

    def page(self, rows: list[Row]) -> tuple[list[Row], int]:
        """Return the wished page of rows and how many there are altogether."""
        size = min(self.number("pageSize", 25), self.switch("largest_page"))
        start = (self.number("page", 1) - 1) * size
        return rows[start : start + size], len(rows)


def wrapped(sim: KortivitySimulator, data: Any) -> Any:
    """Return one object as replies have it."""
    return {"data": data} if sim.settings["wrapper"] == "data" else data


def listed(sim: KortivitySimulator, rows: list[Row], total: int) -> Any:
    """Return a list as replies have it."""
    form = sim.settings["wrapper"]
    if form == "bare":
        return rows
    if form == "items":
        return {"items": rows, "totalCount": total}
    return {"data": rows, "total": total}


def new_id(store: Store, kind: str) -> int:
    """Return the next number of a kind; one that was deleted is not used again."""
    counter = store.get("counters", kind) or {"last": FIRST[kind] - 1}
    number = int(counter["last"]) + 1
    store.put("counters", kind, {"last": number})
    return number


def now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
