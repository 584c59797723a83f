"""The fields of a Resource: what a body may hold, and how it is stored.

Names that are not known here are dropped without a word, as live calls have shown: an
``email`` at the top level is lost, ``contactDetails.email`` is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from integrations.simulation import Row

from .calls import invalid

Kind = Callable[[str, Any], Any]


def _wrong(path: str, kind: str) -> Exception:
    message = f"The JSON value could not be converted to {kind}. Path: $.{path}"
    return invalid(f"$.{path}", message)


def text(path: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(path, "System.String")
    return value


def number(path: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(path, "System.Decimal")
    return value


def boolean(path: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(path, "System.Boolean")
    return value


def keyed(kinds: Mapping[str, Kind]) -> Kind:
    def check(path: str, value: Any) -> Row:
        if not isinstance(value, dict):
            raise _wrong(path, "an object")
        return stored(value, kinds, f"{path}.")

    return check


def listed(kind: Kind) -> Kind:
    def check(path: str, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise _wrong(path, "a list")
        return [kind(f"{path}[{at}]", item) for at, item in enumerate(value)]

    return check


def anything(path: str, value: Any) -> Any:
    return value


def stored(body: Row, kinds: Mapping[str, Kind], path: str = "") -> Row:
    """Return the known fields of a body; Problem where one has a wrong type."""
    return {
        name: None if body[name] is None else kind(f"{path}{name}", body[name])
        for name, kind in kinds.items()
        if name in body
    }


def dropped(body: Row, kinds: Mapping[str, Kind]) -> list[str]:
    return sorted(body.keys() - kinds.keys())


_NAMED = keyed({"id": number, "name": text})
_CONTACT = dict.fromkeys(("email", "mobilePhone", "telephone", "fax"), text)
_ADDRESS = dict.fromkeys(
    ("addressLine1", "addressLine2", "town", "county", "postcode", "country"), text
)
NESTED = {"contactDetails": _CONTACT, "address": _ADDRESS}
RESOURCE: Mapping[str, Kind] = {
    "firstName": text,
    "surname": text,
    "jobTitle": text,
    "contactDetails": keyed(_CONTACT),
    "address": keyed(_ADDRESS),
    "linkedInUrl": text,
    "website": text,
    "source": text,
    "note": text,
    "tagText": text,
    "currentClient": _NAMED,
    "workTypes": listed(_NAMED),
    "quickSkills": listed(_NAMED),
    "availableForWork": boolean,
    "currentSalaryNum": number,
    "desiredSalaryNum": number,
    "noticePeriod": number,
    "customFields": listed(keyed({"id": number, "name": text, "value": anything})),
    "associations": anything,
}
_LISTS = ("workTypes", "quickSkills", "customFields")


def blank() -> Row:
    """Return a Resource without values: every field is there, most of them null."""
    row: Row = dict.fromkeys(RESOURCE)
    for name, kinds in NESTED.items():
        row[name] = dict.fromkeys(kinds)
    return row | {name: [] for name in _LISTS}


def merged(row: Row, values: Row) -> Row:
    """Return the row with the values; nested objects keep what was not sent."""
    new = {**row, **values}
    for name in NESTED:
        if isinstance(values.get(name), dict):
            new[name] = {**row[name], **values[name]}
        elif name in values:
            new[name] = dict.fromkeys(NESTED[name])
    return new
