"""What lists understand: filters, sorting and pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from integrations.simulation import Row

from .calls import Call, invalid, problem

Keep = Callable[[Row], bool]
Filter = Callable[[Call, str], Keep]
PAGING = ("Offset", "Limit")
MOST = 1000


# --- Values ------------------------------------------------------------------------


def numbers(call: Call, name: str) -> set[int]:
    found = set()
    for part in call.parts(name):
        if not part.lstrip("-").isdigit() or not part.isascii():
            raise invalid(problem(name, f"The value '{part}' is not valid."))
        found.add(int(part))
    return found


def _end_of(day: datetime) -> datetime:
    return day.replace(hour=23, minute=59, second=59)


def uuids(call: Call, name: str) -> set[str]:
    """Return ids of the long kind, as we write them."""
    try:
        return {str(UUID(part)) for part in call.parts(name)}
    except ValueError:
        raise invalid(problem(name, "The value is not valid.")) from None


def flag(call: Call, name: str) -> bool:
    value = call.text(name).lower()
    if value not in ("true", "false"):
        raise invalid(problem(name, f"The value '{value}' is not valid."))
    return value == "true"


def words(call: Call, name: str, known: Sequence[str]) -> set[str]:
    """Return words of an enumeration, as they are written there."""
    spelling = {word.lower(): word for word in known}
    found = set()
    for part in call.parts(name):
        if part.lower() not in spelling:
            raise invalid(problem(name, f"The value '{part}' is not valid."))
        found.add(spelling[part.lower()])
    return found


def fits(call: Call, wanted: str, value: str | None) -> bool:
    """Compare names and titles; how JobAdder does it is not known."""
    sought, text = wanted.casefold(), (value or "").casefold()
    if call.switch("name_match") == "contains":
        return sought in text
    have = text.split()
    return all(any(one.startswith(w) for one in have) for w in sought.split())


def moment(text: str) -> datetime:
    """Return a stored or given time; one without a zone is in UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def period(call: Call, name: str) -> tuple[datetime, datetime]:
    """Return the first and last moment that the values of a date filter allow."""
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    for value in call.query.get(name.lower(), []):
        mark, text = (value[0], value[1:]) if value[:1] in ("<", ">") else ("", value)
        try:
            start = moment(text.strip())
        except ValueError:
            raise invalid(problem(name, f"The value '{value}' is not valid.")) from None
        if mark != "<":
            first = max(first, start)
        if mark != ">":
            whole_day = not mark and len(text.strip()) == 10
            last = min(last, _end_of(start) if whole_day else start)
    return first, last


# --- Filters -----------------------------------------------------------------------


def by_number(value: Callable[[Row], Any]) -> Filter:
    """Keep rows whose number, or one of whose numbers, is asked for."""

    def make(call: Call, name: str) -> Keep:
        wanted = numbers(call, name)

        def keep(row: Row) -> bool:
            own = value(row)
            mine = own if isinstance(own, list) else [own]
            return not wanted.isdisjoint(mine)

        return keep

    return make


def by_flag(value: Callable[[Call, Row], bool]) -> Filter:
    def make(call: Call, name: str) -> Keep:
        wanted = flag(call, name)
        return lambda row: value(call, row) is wanted

    return make


def by_name(value: Callable[[Call, Row], str | None]) -> Filter:
    def make(call: Call, name: str) -> Keep:
        wanted = call.text(name)
        return lambda row: fits(call, wanted, value(call, row))

    return make


def by_text(value: Callable[[Row], str | None]) -> Filter:
    """Keep rows whose text is asked for exactly, case aside."""

    def make(call: Call, name: str) -> Keep:
        wanted = {part.casefold() for part in call.parts(name)}
        return lambda row: (value(row) or "").casefold() in wanted

    return make


def by_moment(key: str) -> Filter:
    def make(call: Call, name: str) -> Keep:
        first, last = period(call, name)
        return lambda row: bool(row[key]) and first <= moment(row[key]) <= last

    return make


def nobody(read: Callable[[Call, str], Any]) -> Filter:
    """Keep nothing: the demo account has no folders, reviews or partner actions.

    The values are read all the same, so that wrong ones are refused.
    """

    def make(call: Call, name: str) -> Keep:
        read(call, name)
        return lambda row: False

    return make


_STAGES = ("Submitted", "InProgress", "Completed", "Rejected", "Cancelled")
PARTNER_ACTIONS: dict[str, Filter] = {
    "PartnerAction.ActionId": nobody(lambda call, name: uuids(call, name)),
    "PartnerAction.Reference": nobody(Call.parts),
    "PartnerAction.Stage": nobody(lambda call, name: words(call, name, _STAGES)),
    "PartnerAction.SubmittedAt": nobody(lambda call, name: period(call, name)),
}


def filtered(
    call: Call, rows: Iterable[Row], filters: Mapping[str, Filter]
) -> list[Row]:
    """Return the rows that fit every filter that was given."""
    keeps = [make(call, name) for name, make in filters.items() if given(call, name)]
    return [row for row in rows if all(keep(row) for keep in keeps)]


def given(call: Call, name: str) -> bool:
    return name.lower() in call.query


# --- Sorting -----------------------------------------------------------------------

Key = Callable[[Call, Row], Any]


def sort_keys(call: Call, keys: Mapping[str, Key]) -> list[tuple[str, bool]]:
    """Return the names to sort by, each with whether it descends."""
    spelling = {name.lower(): name for name in keys}
    found = []
    for part in call.parts("Sort"):
        name = part.removeprefix("-").lower()
        if name not in spelling:
            raise invalid(problem("sort", f"The value '{part}' is not valid."))
        found.append((spelling[name], part.startswith("-")))
    return found


def ordered(call: Call, rows: list[Row], keys: Mapping[str, Key]) -> list[Row]:
    """Return the rows in the order asked for; those without a value come first."""
    for name, descends in reversed(sort_keys(call, keys)):
        rows = sorted(rows, key=_comparable(call, keys[name]), reverse=descends)
    return rows


def _comparable(call: Call, key: Key) -> Callable[[Row], tuple[bool, Any]]:
    def compare(row: Row) -> tuple[bool, Any]:
        value = key(call, row)
        if value is None:
            return False, ""
        return True, value.casefold() if isinstance(value, str) else value

    return compare


# --- Pages -------------------------------------------------------------------------


def window(call: Call) -> tuple[int, int]:
    """Return offset and limit; ``limit=0`` asks for the count alone."""
    offset, limit = _whole(call, "offset", 0), _whole(call, "limit", 100)
    if limit > MOST and call.switch("limit_over_1000") == "422":
        raise invalid(problem("limit", "The limit must be between 0 and 1000."))
    return offset, min(limit, MOST)


def _whole(call: Call, name: str, default: int) -> int:
    text = call.text(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit():
        raise invalid(problem(name, f"The value '{text}' is not valid."))
    return int(text)


def paged(call: Call, rows: Sequence[Row], shape: Callable[[Call, Row], Row]) -> Row:
    """Return one page of a list in its envelope."""
    offset, limit = window(call)
    page = rows[offset : offset + limit]
    return envelope(call, [shape(call, row) for row in page], len(rows))


def envelope(call: Call, items: list[Row], total: int) -> Row:
    return {"items": items, "totalCount": total, "links": _links(call, total)}


def _links(call: Call, total: int) -> Row:
    offset, limit = window(call)
    if not limit:
        return {}
    last = max(0, (total - 1) // limit * limit)
    return {
        "first": _page_link(call, 0, limit),
        "prev": _page_link(call, max(0, offset - limit), limit) if offset else None,
        "next": (
            _page_link(call, offset + limit, limit) if offset + limit < total else None
        ),
        "last": _page_link(call, last, limit),
    }


def _page_link(call: Call, offset: int, limit: int) -> str:
    question = call.request.target.partition("?")[2]
    kept = [
        (name, value)
        for name, value in parse_qsl(question, keep_blank_values=True)
        if name.lower() not in ("offset", "limit")
    ]
    wanted = urlencode([*kept, ("offset", offset), ("limit", limit)])
    return f"{call.sim.origin}{call.request.path}?{wanted}"


def refuse_unknown(call: Call, known: Iterable[str]) -> None:
    """Refuse parameters that the document does not list, where the switch says so."""
    strange = call.query.keys() - {name.lower() for name in known}
    if strange and call.switch("unknown_query") == "422":
        raise invalid(*(problem(name, "Unknown parameter.") for name in strange))
