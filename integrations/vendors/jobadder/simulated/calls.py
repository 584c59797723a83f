"""One call of JobAdder's API as its handlers see it, and how it is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from integrations.simulation import Request, Row, Store

from .checks import Check, Kind

if TYPE_CHECKING:
    from ..simulator import JobAdderSimulator

INT32 = 2**31 - 1


class Refusal(Exception):
    """JobAdder says no; without a message the body is empty."""

    def __init__(
        self,
        status: int,
        message: str = "",
        errors: Iterable[Row] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {message}")
        self.status, self.message, self.errors = status, message, list(errors)
        self.headers = dict(headers or {})

    def model(self) -> Row:
        """Return the body, an ErrorModel."""
        if not self.errors:
            return {"message": self.message}
        return {"message": self.message, "errors": self.errors}


def problem(field_path: str, message: str, code: str = "Invalid") -> Row:
    return {"code": code, "message": message, "fields": [field_path]}


def invalid(*errors: Row) -> Refusal:
    return Refusal(422, "Validation error", errors)


@dataclass(frozen=True)
class Created:
    """What a call made."""

    data: Row


@dataclass
class Call:
    """A call whose token and scope are checked already.

    ``query`` holds the parameters by their lower-case names.
    """

    sim: JobAdderSimulator
    request: Request
    scopes: frozenset[str]
    user: Row
    query: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.sim.store

    def switch(self, name: str) -> Any:
        return self.sim.settings[name]

    def link(self, path: str) -> str:
        """Return the address of something below the API's base."""
        return f"{self.sim.origin}/v2{path}"

    def text(self, name: str) -> str:
        values = self.query.get(name.lower(), [])
        return values[0] if values else ""

    def asks_for(self, name: str, word: str) -> bool:
        """Return whether a list of words, such as ``fields``, has this one."""
        return word.lower() in [part.lower() for part in self.parts(name)]

    def parts(self, name: str) -> list[str]:
        """Return the values of a parameter that is repeated or separated by commas."""
        values = self.query.get(name.lower(), [])
        return [part.strip() for value in values for part in value.split(",")]

    def existing(self, table: str, row_id: str) -> Row:
        """Return a row; refuse with an empty 404 where there is none."""
        row = self.store.get(table, row_id) if is_id(row_id) else None
        if row is None:
            raise Refusal(404)
        return row

    def candidate(self, candidate_id: str) -> Row:
        row = self.sim.candidate(candidate_id) if is_id(candidate_id) else None
        if row is None:
            raise Refusal(404)
        return row

    def body(self, kind: Kind) -> Row:
        """Return the checked body, a JSON object."""
        if self.request.content_type != "application/json":
            raise Refusal(415)
        try:
            data = self.request.json()
        except ValueError:
            raise Refusal(400, "The request body is not valid JSON") from None
        if not isinstance(data, dict):
            raise Refusal(400, "The request body must be an object")
        check = Check(strict=self.switch("unknown_properties") == "422")
        values: Row = kind(check, data, "")
        if check.errors:
            raise invalid(*check.errors)
        return values


def is_id(text: str) -> bool:
    """Return whether a path segment is an id: digits that fit into 32 bits."""
    return text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= INT32
