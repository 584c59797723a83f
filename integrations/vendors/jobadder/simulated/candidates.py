"""Candidates: listed, searched by email, read, created."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

from integrations.simulation import Row

from . import crowd, queries, shapes
from .calls import Call, Refusal
from .queries import Filter, Keep, by_moment, by_name, by_number, given, nobody

_UNKNOWN = (
    "firstName", "lastName", "email", "phone", "mobile", "salutation", "rating",
    "source", "seeking", "summary", "dateOfBirth", "emergencyContact",
    "emergencyPhone", "social", "address", "skillTags", "employment",
    "availability", "education", "custom", "recruiterUserId", "createdBy",
    "updatedBy",
)  # fmt: skip


def blank(candidate_id: int, created: str) -> Row:
    """Return the row of a candidate of whom nothing is known."""
    return {
        "candidateId": candidate_id,
        **dict.fromkeys(_UNKNOWN),
        "statusId": 11_001,
        "unsubscribed": False,
        "otherEmail": [],
        "createdAt": created,
        "updatedAt": created,
        "_last": "Created",
        "_lastAt": created,
        "_seed": False,
    }


def generated(number: int) -> Row:
    """Return somebody of the crowd as a row."""
    values = crowd.values(number)
    return {**blank(values["candidateId"], values["createdAt"]), **values}


# --- Lists -------------------------------------------------------------------------


def full_name(row: Row) -> str:
    return f"{row['firstName'] or ''} {row['lastName'] or ''}".strip()


def _by_email(call: Call, name: str) -> Keep:
    wanted = call.text(name).casefold()
    exactly = call.switch("email_match") == "exact"

    def keep(row: Row) -> bool:
        mine = emails(row, call.switch("other_emails") == "count")
        return wanted in mine if exactly else any(wanted in one for one in mine)

    return keep


def emails(row: Row, others: bool) -> list[str]:
    found = [row["email"], *(row["otherEmail"] if others else [])]
    return [one.casefold() for one in found if one]


def _by_phone(call: Call, name: str) -> Keep:
    wanted = _digits(call.text(name))
    return lambda row: (
        bool(wanted)
        and any(wanted in _digits(row[key] or "") for key in ("phone", "mobile"))
    )


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _place(*keys: str) -> Callable[[Call, Row], str]:
    return lambda call, row: " ".join(
        str((row["address"] or {}).get(key) or "") for key in keys
    )


def position(row: Row, key: str) -> Any:
    current = (row["employment"] or {}).get("current") or {}
    return current.get(key)


def _by_birth(call: Call, name: str) -> Keep:
    """Keep people born on a day; the document calls it a date-time and means a date."""
    first, last = queries.period(call, name)

    def keep(row: Row) -> bool:
        born = row["dateOfBirth"]
        return bool(born) and first <= queries.moment(born) <= last

    return keep


def _by_keywords(call: Call, name: str) -> Keep:
    """Keep people whose latest resume has the words; only plain files are read."""
    wanted = call.text(name).casefold().split()

    def keep(row: Row) -> bool:
        mine = call.store.find("files", "candidate", str(row["candidateId"]))
        resumes = [file for file in mine if file["type"] == "Resume"]
        content = call.store.file(resumes[-1]["key"]) if resumes else None
        text = (content or b"").decode("utf-8", "replace").casefold()
        return bool(wanted) and all(word in text for word in wanted)

    return keep


FILTERS: dict[str, Filter] = {
    "CandidateId": by_number(lambda row: row["candidateId"]),
    "Name": by_name(lambda call, row: full_name(row)),
    "Email": _by_email,
    "Phone": _by_phone,
    "CurrentPosition": by_name(lambda call, row: position(row, "position")),
    "City": by_name(_place("city")),
    "State": by_name(_place("state")),
    "Location": by_name(_place("city", "state")),
    "DateOfBirth": _by_birth,
    "Keywords": _by_keywords,
    "StatusId": by_number(lambda row: row["statusId"]),
    "RecruiterUserId": by_number(lambda row: row["recruiterUserId"] or []),
    "FolderId": nobody(queries.numbers),
    "CreatedAt": by_moment("createdAt"),
    "UpdatedAt": by_moment("updatedAt"),
    **queries.PARTNER_ACTIONS,
}
SORTS: dict[str, queries.Key] = {
    "candidateId": lambda call, row: row["candidateId"],
    "firstName": lambda call, row: row["firstName"],
    "lastName": lambda call, row: row["lastName"],
    "status.name": lambda call, row: shapes.status(
        call, "candidate_statuses", row["statusId"]
    )["name"],
    "createdAt": lambda call, row: row["createdAt"],
    "updatedAt": lambda call, row: row["updatedAt"],
}
_RISING = ("candidateId", "createdAt", "updatedAt")  # with the crowd's numbers


def listing(call: Call) -> Row:
    """Return a page of candidates, the crowd among them."""
    rows = queries.filtered(call, _known(call), FILTERS)
    people = _of_the_crowd(call)
    total = len(rows) + len(people)
    offset, limit = queries.window(call)
    sorts = queries.sort_keys(call, SORTS) or [("candidateId", False)]
    if people and sorts[0][0] in _RISING:
        page = _merged(rows, people, *sorts[0], offset, min(offset + limit, total))
    else:
        rows += [generated(number) for number in people]
        rows.sort(key=lambda row: int(row["candidateId"]))
        page = queries.ordered(call, rows, SORTS)[offset : offset + limit]
    return queries.envelope(call, [shapes.summary(call, row) for row in page], total)


def _known(call: Call) -> list[Row]:
    """Return the searchable rows, only those that can fit where an index tells."""
    store = call.store
    if given(call, "Email") and call.switch("email_match") == "exact":
        found = store.find("candidates", "email", call.text("Email").casefold())
        return [row for row in found if store.shows(str(row["candidateId"]))]
    return store.visible("candidates")


def _of_the_crowd(call: Call) -> Sequence[int]:
    """Return who of the crowd fits; most filters need not make everybody up."""
    people = call.sim.crowd()
    for name, make in FILTERS.items():
        if not people or not given(call, name):
            continue
        if short := _SHORT_CUTS.get(name):
            people = short(call, people)
        else:
            keep = make(call, name)
            people = [number for number in people if keep(generated(number))]
    return people


_People = Sequence[int]


def _numbered(call: Call, people: _People) -> _People:
    wanted = {crowd.number_of(one) for one in queries.numbers(call, "CandidateId")}
    return [number for number in sorted(wanted) if _is_in(people, number)]


def _is_in(people: _People, number: int) -> bool:
    place = bisect_left(people, number)
    return place < len(people) and people[place] == number


def _addressed(call: Call, people: _People) -> _People:
    wanted = call.text("Email").casefold()
    if call.switch("email_match") == "contains":
        return [number for number in people if wanted in crowd.email(number)]
    found = crowd.with_email(wanted)
    return [found] if found is not None and _is_in(people, found) else []


def _named(call: Call, people: _People) -> _People:
    wanted = call.text("Name")
    return [n for n in people if queries.fits(call, wanted, " ".join(crowd.name(n)))]


_SHORT_CUTS: dict[str, Callable[[Call, _People], _People]] = {
    "CandidateId": _numbered,
    "Email": _addressed,
    "Name": _named,
    "CreatedAt": lambda call, people: crowd.between(
        people, *queries.period(call, "CreatedAt")
    ),
    "UpdatedAt": lambda call, people: crowd.between(
        people, *queries.period(call, "UpdatedAt")
    ),
}


def _merged(
    rows: list[Row], people: _People, name: str, descends: bool, start: int, stop: int
) -> list[Row]:
    """Return a stretch of both together, in the order of an id or a time.

    The place of each row among the crowd is found by bisection; nobody else is made up.
    """
    sign = -1 if descends else 1

    def rank(row: Row) -> tuple[float, int]:
        by_id = name == "candidateId"
        value = row[name] if by_id else queries.moment(row[name]).timestamp()
        return sign * value, sign * row["candidateId"]

    def rank_of(number: int) -> tuple[float, int]:
        one = crowd.FIRST_ID + number
        value = one if name == "candidateId" else crowd.since(number).timestamp()
        return sign * value, sign * one

    people = people[::sign]
    rows = sorted(rows, key=rank)
    places = [
        bisect_left(people, rank(row), key=rank_of) + n for n, row in enumerate(rows)
    ]
    taken = dict(zip(places, rows, strict=True))
    others = iter(people[start - bisect_left(places, start) :])
    return [taken.get(place) or generated(next(others)) for place in range(start, stop)]


def one(call: Call, candidate_id: str) -> Row:
    """Return a candidate in full; of all 404s this one has a body."""
    try:
        return shapes.candidate(call, call.candidate(candidate_id))
    except Refusal as refusal:
        raise Refusal(refusal.status, "Candidate not found") from None


def deleted(call: Call) -> Row:
    return {"items": call.store.rows("deleted")}
