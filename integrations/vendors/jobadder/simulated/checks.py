"""What a body may hold, after the command schemas of the vendor's document.

A kind takes a value, its path and the check that collects what is wrong; it returns the
value as it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Row = dict[str, Any]
_PARTIAL = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_URI = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/]+\S*", re.I)


@dataclass
class Check:
    """One body under examination."""

    strict: bool
    errors: list[Row] = field(default_factory=list)

    def fails(self, path: str, message: str, code: str = "Invalid") -> None:
        self.errors.append({"code": code, "message": message, "fields": [path]})


Kind = Callable[[Check, Any, str], Any]


def nullable(kind: Kind) -> Kind:
    def check_it(check: Check, value: Any, path: str) -> Any:
        return None if value is None else kind(check, value, path)

    return check_it


def text(longest: int = 0, *, shortest: int = 0) -> Kind:
    def check_it(check: Check, value: Any, path: str) -> Any:
        if not isinstance(value, str):
            check.fails(path, f"{path} must be a string.")
        elif longest and len(value) > longest:
            check.fails(path, f"{path} must not be longer than {longest} characters.")
        elif len(value) < shortest:
            check.fails(path, f"{path} must not be empty.", "MissingField")
        return value

    return check_it


def integer(check: Check, value: Any, path: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        check.fails(path, f"{path} must be an integer.")
    elif abs(value) >= 2**31:
        check.fails(path, f"{path} is out of range.")
    return value


def amount(check: Check, value: Any, path: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        check.fails(path, f"{path} must be a number.")
    elif not 0 <= value <= 99_999_999:
        check.fails(path, f"{path} must be between 0 and 99999999.")
    return value


def boolean(check: Check, value: Any, path: str) -> Any:
    if not isinstance(value, bool):
        check.fails(path, f"{path} must be true or false.")
    return value


def anything(check: Check, value: Any, path: str) -> Any:
    return value


def one_of(*words: str) -> Kind:
    def check_it(check: Check, value: Any, path: str) -> Any:
        if value not in words:
            check.fails(path, f"{path} must be one of {', '.join(words)}.")
        return value

    return check_it


def day(check: Check, value: Any, path: str) -> Any:
    if not is_day(value):
        check.fails(path, f"{path} must be a date such as 2017-07-31.")
    return value


def is_day(value: Any) -> bool:
    if not isinstance(value, str) or len(value) != 10:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def partial_day(*words: str) -> Kind:
    """Take a year, a month or a day; or one of the words."""

    def check_it(check: Check, value: Any, path: str) -> Any:
        fits = isinstance(value, str) and _PARTIAL.fullmatch(value)
        if not fits and value not in words:
            check.fails(path, f"{path} must be a year, a month or a date.")
        return value

    return check_it


def uri(check: Check, value: Any, path: str) -> Any:
    if not isinstance(value, str) or not _URI.fullmatch(value):
        check.fails(path, f"{path} must be an absolute URI.")
    return value


def listed(kind: Kind) -> Kind:
    def check_it(check: Check, value: Any, path: str) -> Any:
        if not isinstance(value, list):
            check.fails(path, f"{path} must be an array.")
            return []
        return [kind(check, v, f"{path}[{n}]") for n, v in enumerate(value)]

    return check_it


def mapped(kind: Kind) -> Kind:
    def check_it(check: Check, value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            check.fails(path, f"{path} must be an object.")
            return {}
        return {name: kind(check, v, f"{path}.{name}") for name, v in value.items()}

    return check_it


def keyed(kinds: Mapping[str, Kind], *required: str) -> Kind:
    """Take an object of these properties; others are refused or left out."""

    def check_it(check: Check, value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            check.fails(path, f"{path} must be an object.")
            return {}
        start = f"{path}." if path else ""
        for name in required:
            if name not in value:
                check.fails(start + name, f"{start}{name} is missing.", "MissingField")
        for name in value.keys() - kinds.keys():
            if check.strict:
                check.fails(start + name, f"{start}{name} is not known.")
        return {
            name: kind(check, value[name], start + name)
            for name, kind in kinds.items()
            if name in value
        }

    return check_it
