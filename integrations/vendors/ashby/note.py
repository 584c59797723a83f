"""The note that carries roles and education to Ashby.

Its API has no field for either; a note keeps only ``<b> <i> <u> <a> <ul> <ol> <li>
<code> <pre>`` and strips the rest, so nested lists have to make the lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from integrations.adapters import PersonRecord, Role, School

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"


def profile_note(person: PersonRecord, marker: str) -> str:
    """Return the note as HTML that holds the marker; "" without roles and education."""
    held = list(person.experiences)
    current = [role for role in held if not role.end]
    if not current and (person.current_title or person.current_company):
        current = [Role(person.current_title, person.current_company)]
    sections = (
        ("Current roles", [_role(role) for role in current]),
        ("Previous roles", [_role(role) for role in held if role.end]),
        ("Education", [_school(school) for school in person.education]),
    )
    lists = "".join(_section(title, lines) for title, lines in sections)
    if not lists:
        return ""
    return f"<i>Profile from PinSync · {escape(marker)}</i><ul>{lists}</ul>"


def holds(content: str, marker: str) -> bool:
    """Return whether the text holds this marker, and not only a longer one."""
    return bool(re.search(rf"(?<![\w-]){re.escape(marker)}(?![\w-])", content))


def _section(title: str, lines: Iterable[str]) -> str:
    entries = "".join(f"<li>{line}</li>" for line in lines if line)
    return f"<li><b>{title}</b><ul>{entries}</ul></li>" if entries else ""


def _role(role: Role) -> str:
    what = _joined(role.title, role.company, role.location)
    return _with_years(what, _month(role.start), _month(role.end) or "present")


def _school(school: School) -> str:
    study = " in ".join(part for part in (school.degree, school.field) if part)
    return _with_years(
        _joined(school.school, study),
        str(school.start_year or ""),
        str(school.end_year or ""),
    )


def _joined(*parts: str) -> str:
    return escape(", ".join(part for part in parts if part))


def _with_years(what: str, start: str, end: str) -> str:
    if not what:
        return ""
    years = f"{start} – {end}" if start and end else start or end
    # "present" alone says no more than the heading does.
    return f"{what} ({escape(years)})" if years not in ("", "present") else what


def _month(day: str) -> str:
    """Return ``2020-03-01`` as ``Mar 2020``; anything else as it is."""
    year, _, rest = day.partition("-")
    month = rest[:2]
    if month.isdecimal() and 1 <= int(month) <= 12:
        return f"{MONTHS.split()[int(month) - 1]} {year}"
    return day
