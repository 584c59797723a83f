"""One call of Crelate's API as its handlers see it, and how it is refused."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from integrations.simulation import Request, Row, Store

if TYPE_CHECKING:
    from ..simulator import CrelateSimulator

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


class Refusal(Exception):
    """Crelate says no, with a status and one error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Listing:
    """A page of rows and how many there are altogether."""

    rows: list[Any]
    total: int
    more: bool


@dataclass(frozen=True)
class Created:
    """The bare id that a create answers with."""

    id: str | None


@dataclass
class Call:
    """A call whose key and right are checked already."""

    sim: CrelateSimulator
    request: Request

    @property
    def store(self) -> Store:
        return self.sim.store

    def switch(self, name: str) -> Any:
        return self.sim.settings[name]

    def parameter(self, name: str) -> str:
        return self.request.parameter(name) or ""

    def several(self, name: str) -> list[str]:
        """Return the values of a plural parameter, which are separated by commas."""
        return [
            part.strip() for part in self.parameter(name).split(",") if part.strip()
        ]

    def existing(self, table: str, row_id: str) -> Row:
        row = self.store.get(table, row_id.lower())
        if row is None:
            raise Refusal(404, "The requested record was not found")
        return row

    def body(self) -> Row:
        """Return the body, a JSON object."""
        if self.request.content_type != "application/json":
            raise Refusal(415, "The request's media type is not supported.")
        try:
            data = self.request.json()
        except ValueError:
            raise Refusal(400, "The request body is not valid JSON.") from None
        if not isinstance(data, dict):
            raise Refusal(400, "The request body must be an object.")
        return data

    def entity(self) -> Row:
        """Return the record of a write, which is wrapped in ``entity``."""
        entity = self.body().get("entity")
        if not isinstance(entity, dict):
            raise Refusal(400, "The entity cannot be null.")
        return entity

    def user(self) -> Row:
        """Return the user whose key it is: all activity is theirs."""
        return next(iter(self.store.tables["users"].values()))

    def require(self, entity: Row, *names: str) -> None:
        """Refuse a record without these fields; the guide says with a 500."""
        missing = [name for name in names if entity.get(name) in (None, "")]
        if missing:
            text = f"Required fields are missing: {', '.join(missing)}"
            raise Refusal(self.switch("missing_field_status"), text)

    def page(self, rows: Sequence[Any]) -> Listing:
        limit, offset = self._limit(), self._number("offset", 0)
        page = list(rows[offset : offset + limit])
        return Listing(page, len(rows), offset + limit < len(rows))

    def _limit(self) -> int:
        limit = self._number("limit", 50)
        if limit > 100 and self.switch("limit_over_100") == "400":
            raise Refusal(400, "The limit must be between 1 and 100.")
        return max(1, min(limit, 100))

    def _number(self, name: str, default: int) -> int:
        text = self.parameter(name)
        if text and not text.isdecimal():
            raise Refusal(400, f"The value '{text}' is not valid for {name}.")
        return int(text) if text else default


def now() -> str:
    """Return the present as Crelate writes times, with seven digits."""
    moment = datetime.now(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0Z"


def new_id() -> str:
    """Return a GUID that is not RFC version 4, as Crelate's are not."""
    digits = secrets.token_hex(16)
    return "-".join(
        (digits[:8], digits[8:12], f"0{digits[13:16]}", digits[16:20], digits[20:])
    )
