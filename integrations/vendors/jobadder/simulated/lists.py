"""Users and the small lists of an account."""

from __future__ import annotations

from collections.abc import Callable

from integrations.simulation import Row

from . import queries
from .calls import Call
from .queries import Filter, by_flag, by_moment, by_name, by_number, nobody

_USER = (
    "userId", "firstName", "lastName", "position", "email", "phone", "mobile",
    "inactive", "deleted", "mentionName", "office", "createdAt", "updatedAt",
)  # fmt: skip
_NAME = by_name(lambda call, row: row["name"])
NAMES: dict[str, Filter] = {"Name": _NAME}
STATUSES: dict[str, Filter] = {
    "StatusId": by_number(lambda row: row["statusId"]),
    "Name": _NAME,
    "Active": by_flag(lambda call, row: bool(row["active"])),
    "Default": by_flag(lambda call, row: bool(row["default"])),
}
APPLICATION_STATUSES: dict[str, Filter] = {
    **STATUSES,
    "Rejected": by_flag(lambda call, row: bool(row["rejected"])),
}
WORK_TYPES: dict[str, Filter] = {"WorkTypeId": by_number(lambda row: row["workTypeId"])}
USERS: dict[str, Filter] = {
    "UserId": by_number(lambda row: row["userId"]),
    "OfficeId": by_number(lambda row: row["office"]["officeId"]),
    "GroupId": nobody(queries.numbers),
    "CreatedAt": by_moment("createdAt"),
    "UpdatedBy": nobody(queries.numbers),
    "UpdatedAt": by_moment("updatedAt"),
}


def plain(table: str, filters: dict[str, Filter]) -> Callable[[Call], Row]:
    """Return the handler of a list without pages."""

    def handler(call: Call) -> Row:
        return {"items": queries.filtered(call, call.store.rows(table), filters)}

    return handler


def current_user(call: Call) -> Row:
    shape = {key: call.user[key] for key in _USER}
    more = ("timeZone", "culture", "admin", "accountName")
    address = call.link(f"/users/{call.user['userId']}")
    return {
        **shape,
        **{key: call.user[key] for key in more},
        "userGroups": [],
        "links": {"self": address},
    }


def users(call: Call) -> Row:
    """Return users; those who left only when they are asked for."""
    wanted = queries.words(call, "Include", ("Inactive", "Deleted"))
    hidden = [key for key in ("Inactive", "Deleted") if key not in wanted]
    rows = [
        row
        for row in call.store.rows("users")
        if not any(row[key.lower()] for key in hidden)
    ]
    rows = queries.filtered(call, rows, USERS)
    return queries.paged(call, rows, _user)


def _user(call: Call, row: Row) -> Row:
    return {key: row[key] for key in _USER}
