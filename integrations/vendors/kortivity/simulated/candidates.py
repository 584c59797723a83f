"""Candidates: create, change, read and look for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from integrations.simulation import Reply, Row

from .calls import Call, Refusal, invalid, listed, new_id, now, wrapped

_Kind = Callable[[str, Any], Any]


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise invalid(name, "must be text.")
    return value


def _flat(name: str, value: Any) -> Any:
    """Return an object of plain values."""
    if not isinstance(value, dict) or any(
        isinstance(item, dict | list) for item in value.values()
    ):
        raise invalid(name, "must be an object of plain values.")
    return value


def _list_of_objects(name: str, value: Any) -> list[Row]:
    if not isinstance(value, list):
        raise invalid(name, "must be a list.")
    return [_flat(name, item) for item in value]


def _person(name: str, value: Any) -> Any:
    return value if isinstance(value, str) else _flat(name, value)


_KNOWN: dict[str, _Kind] = dict.fromkeys(
    (
        *("firstName", "lastName", "email", "phone", "title", "company"),
        *("city", "state", "country", "postalCode", "source", "notes"),
    ),
    _text,
)
# What Pin's guide says is sent besides; these names are even weaker guesses.
_EXTRA: dict[str, _Kind] = {
    "roles": _list_of_objects,
    "education": _list_of_objects,
    "sourcedFrom": _text,
    "sourcedBy": _person,
}
URL_NAMES = ("linkedinUrl", "personalUrl")
OWN = ("last", "lastAt", "isSeed", "ignored")


def blank() -> Row:
    return dict.fromkeys((*_KNOWN, *_EXTRA, "url"))


def create(call: Call) -> Reply:
    body = call.body()
    values = _checked(call, body)
    _require(call, values)
    if there := _same_email(call, values):
        return there
    number, moment = new_id(call.store, "candidates"), now()
    row = {**blank(), **values, "id": number, "createdAt": moment, "updatedAt": moment}
    row |= {"last": "Created", "lastAt": moment, "isSeed": False}
    row["ignored"] = sorted(body.keys() - _names(call).keys())
    call.store.hide(str(number), call.sim.lag(call.request))
    call.store.put("candidates", str(number), row)
    return call.created(number)


def _same_email(call: Call, values: Row) -> Reply | None:
    """Return the answer for an address that is there; None where that does not matter."""
    rule, email = call.switch("duplicate_email"), values.get("email") or ""
    there = call.store.find("candidates", "email", email.lower()) if email else []
    if not there or rule == "second_record":
        return None
    if rule == "existing":
        return call.created(there[0]["id"], 200)
    extra = {"candidateId": call.shown_id(there[0]["id"])}
    known = extra if rule == "409_with_id" else {}
    raise Refusal(409, "A candidate with this e-mail address exists.", **known)


def _require(call: Call, values: Row) -> None:
    wanted = {
        "last_name": ("lastName",),
        "both_names": ("firstName", "lastName"),
        "email": ("email",),
    }
    for name in wanted[call.switch("required")]:
        if not (values.get(name) or "").strip():
            raise invalid(name, "is required.")


def _names(call: Call) -> dict[str, _Kind]:
    """Return which names this server knows, as the switches say."""
    url = call.switch("personal_url")
    urls = URL_NAMES if url == "either" else (url,)
    extra = _EXTRA if call.switch("extra_keys") == "accept" else {}
    return {**_KNOWN, **dict.fromkeys(urls, _text), **extra}


def _checked(call: Call, body: Row) -> Row:
    names, values = _names(call), Row()
    for name, value in body.items():
        kind = names.get(name)
        if kind is None and call.switch("unknown_keys") == "422":
            raise invalid(name, "is not known.")
        if kind is not None:
            column = "url" if name in URL_NAMES else name
            values[column] = None if value is None else kind(name, value)
    return values


def update(call: Call, candidate_id: str) -> Reply:
    call.existing("Candidate", candidate_id)
    values = _checked(call, call.body())
    row = call.store.change("candidates", candidate_id, **values, updatedAt=now())
    call.sim.happened(row["id"], "Updated")
    return Reply(200, wrapped(call.sim, shape(call, row)))


def one(call: Call, candidate_id: str) -> Any:
    return wrapped(call.sim, shape(call, call.existing("Candidate", candidate_id)))


def shape(call: Call, row: Row) -> Row:
    """Return a candidate as replies have it."""
    known = {name: row[name] for name in _names(call) if name not in URL_NAMES}
    url = call.switch("personal_url")
    urls = dict.fromkeys(URL_NAMES if url == "either" else (url,), row["url"])
    moments = {name: row[name] for name in ("createdAt", "updatedAt")}
    found = {"id": call.shown_id(row["id"]), **known, **urls, **moments}
    if call.switch("jobs_of_candidate"):
        found["jobs"] = [
            {"id": call.shown_id(int(job["id"])), "title": job["title"]}
            for job in call.sim.jobs_of(row)
        ]
    return found


def search(call: Call) -> Any:
    """Return who has this e-mail address, this profile, or all these words."""
    rows = call.store.visible("candidates")
    if call.switch("filters") == "honoured":
        rows = _filtered(call, rows)
    page, total = call.page(rows)
    return listed(call.sim, [shape(call, row) for row in page], total)


def _filtered(call: Call, rows: list[Row]) -> list[Row]:
    ask, find = call.request.parameter, call.store.find
    if email := ask("email"):
        return _shown(call, find("candidates", "email", email.strip().lower()))
    if url := ask("linkedinUrl") or ask("personalUrl"):
        how = call.switch("linkedin_match")
        return _shown(call, find("candidates", f"url_{how}", url_key(url, how)))
    words = (ask("search") or "").casefold().split()
    return [row for row in rows if all(word in _searchable(row) for word in words)]


def _shown(call: Call, rows: list[Row]) -> list[Row]:
    return [row for row in rows if call.store.shows(str(row["id"]))]


def url_key(url: str, how: str) -> str:
    """Return how profiles are compared: as they stand, or by their last part."""
    if how == "exact":
        return url.strip()
    path = urlsplit(url if "//" in url else f"https://{url}").path
    return path.strip("/").rpartition("/")[2].lower()


def full_name(row: Row) -> str:
    return " ".join(part for part in (row["firstName"], row["lastName"]) if part)


def _searchable(row: Row) -> str:
    return f"{full_name(row)} {row['email'] or ''}".casefold()
