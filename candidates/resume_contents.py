"""What a resume says: the facts of a candidate, and how they are cut to two pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.formats import date_format

from .models import Candidate, Education, Experience
from .typesetting import Line, Typesetter, clean

Facts = dict[str, Any]

_BULLET = re.compile(r"^\s*(?:[-*•·▪●◦‣–—]|\d{1,2}[.)])\s+")
_SCHEME = re.compile(r"^https?://(?:www\.)?", re.IGNORECASE)


def facts_of(candidate: Candidate) -> Facts:
    """Return everything the resume shows, cleaned, as plain JSON data."""
    organization = clean(candidate.organization.name)
    link = clean(candidate.linkedin_url)
    return {
        "name": _inline(candidate.full_name),
        "headline": _inline(candidate.headline or candidate.position),
        "email": _inline(candidate.email),
        "phone": _inline(candidate.phone),
        "linkedin": {"text": _SCHEME.sub("", link).rstrip("/"), "url": _http(link)},
        "location": _inline(candidate.location),
        "country": _inline(candidate.country),
        "summary": clean(candidate.summary).strip(),
        "experiences": _experiences(candidate),
        "education": [_education(school) for school in candidate.education.all()],
        "skills": [_inline(skill) for skill in candidate.skill_list],
        "source": f"Prepared by {settings.PRODUCT_NAME} for {organization}",
        "origin": candidate.get_source_display(),
    }


def _inline(text: str) -> str:
    return " ".join(clean(text).split())


def _http(link: str) -> str:
    return link if _SCHEME.match(link) and not re.search(r"\s", link) else ""


def _experiences(candidate: Candidate) -> list[Facts]:
    roles = [_experience(role) for role in candidate.experiences.all()]
    if not roles and candidate.position:
        title, company = candidate.current_title, candidate.current_company
        roles = [_experience(Experience(title=title or company, company=company))]
    return roles


def _experience(role: Experience) -> Facts:
    company = "" if role.company == role.title else role.company
    return {
        "title": _inline(role.title),
        "place": ", ".join(p for p in (_inline(company), _inline(role.location)) if p),
        "dates": _months(role.start, role.end),
        "description": clean(role.description).strip(),
    }


def _months(start: date | None, end: date | None) -> str:
    if start is None and end is None:
        return ""
    if start is None:
        return f"until {_month(end)}"
    return f"{_month(start)} – {_month(end) if end else 'present'}"


def _month(day: date | None) -> str:
    return date_format(day, "M Y") if day else ""


def _education(school: Education) -> Facts:
    degree = ", ".join(p for p in (_inline(school.degree), _inline(school.field)) if p)
    years = [str(year) for year in (school.start_year, school.end_year) if year]
    return {
        "school": _inline(school.school),
        "degree": degree,
        "years": " – ".join(years),
    }


@dataclass(frozen=True)
class Limits:
    """How much of the facts one attempt at two pages shows; lengths in characters."""

    described: int  # roles that keep their description
    description: int
    roles: int  # roles with an entry of their own; the others share one line
    summary: int
    schools: int
    skills: int
    titles: int = 2_000  # of the roles and schools that share a line
    field: int = 160


# From everything to what surely fits; older roles lose their descriptions first.
LEVELS = (
    Limits(10_000, 100_000, 10_000, 100_000, 10_000, 100_000),
    Limits(10, 1_500, 20, 2_500, 10, 1_500),
    Limits(7, 1_200, 16, 1_800, 10, 1_200),
    Limits(6, 900, 14, 1_500, 8, 1_000),
    Limits(5, 700, 12, 1_200, 8, 1_000),
    Limits(4, 500, 10, 900, 6, 800),
    Limits(3, 350, 8, 500, 4, 500, titles=800),
    Limits(1, 200, 3, 250, 2, 250, titles=400, field=80),
)


_LINE = 40  # a line of its own takes the room of at least so many characters


def clip(text: str, length: int) -> str:
    """Return the text, ended by an ellipsis where it is longer than that."""
    if len(text) <= length:
        return text
    kept = text[: length - 1]
    last_word = kept[max(kept.rfind(" "), kept.rfind("\n")) + 1 :]
    if len(last_word) < min(20, len(kept)):
        kept = kept[: len(kept) - len(last_word)]
    return kept.rstrip(" \n,;·•-*") + "…"


def lines_of(text: str, length: int) -> list[str]:
    """Return the lines that are not empty, within the length and the room it has."""
    lines = [" ".join(line.split()) for line in clip(text, length).split("\n")]
    lines = [line for line in lines if line]
    most = max(3, length // _LINE)
    return lines if len(lines) <= most else [*lines[: most - 1], "…"]


def outline(facts: Facts, limits: Limits, typesetter: Typesetter) -> Facts:
    """Return what the template prints: the facts within the limits, typeset."""

    def line(text: str, length: int = limits.field) -> Line:
        return typesetter.line(clip(text, length))

    def bold(text: str, length: int = limits.field) -> Line:
        return typesetter.line(clip(text, length), bold=True)

    roles, schools = facts["experiences"], facts["education"]
    return {
        "title": clip(facts["name"], 90),
        "name": bold(facts["name"], 90),
        "headline": line(facts["headline"], 200),
        "email": line(facts["email"], 100),
        "phone": line(facts["phone"], 50),
        "linkedin": line(facts["linkedin"]["text"], 100),
        "linkedin_url": facts["linkedin"]["url"],
        "location": line(facts["location"]),
        "summary": _blocks(facts["summary"], limits.summary, typesetter),
        "roles": [
            {
                "title": bold(role["title"]),
                "place": line(role["place"]),
                "dates": line(role["dates"]),
                "blocks": _blocks(
                    role["description"] if number < limits.described else "",
                    limits.description,
                    typesetter,
                ),
            }
            for number, role in enumerate(roles[: limits.roles])
        ],
        "more_roles": line(
            _others(roles[limits.roles :], "title", "earlier role", limits.titles),
            limits.titles + 100,
        ),
        "schools": [
            {
                "school": bold(school["school"]),
                "degree": line(school["degree"]),
                "years": line(school["years"]),
            }
            for school in schools[: limits.schools]
        ],
        "more_schools": line(
            _others(schools[limits.schools :], "school", "more school", limits.titles),
            limits.titles + 100,
        ),
        "skills": line(" · ".join(facts["skills"]), limits.skills),
        "source": line(facts["source"]),
        "origin": facts["origin"],
    }


def _others(items: list[Facts], key: str, noun: str, length: int) -> str:
    """Return “and 4 earlier roles: …” with as many of their names as fit."""
    if not items:
        return ""
    names: list[str] = []
    for item in items:
        name = clip(item[key], 80)
        if sum(map(len, names)) + len(name) > length:
            break
        names.append(name)
    left = len(items) - len(names)
    rest = f" and {left} more" if left else ""
    plural = "s" if len(items) > 1 else ""
    return f"and {len(items)} {noun}{plural}: {'; '.join(names)}{rest}"


def _blocks(text: str, length: int, typesetter: Typesetter) -> list[Facts]:
    """Return paragraphs and lists, as the author began their lines."""
    blocks: list[Facts] = []
    for raw in lines_of(text, length):
        item = _BULLET.match(raw)
        line = typesetter.line(raw[item.end() :] if item else raw)
        if item and line.right_to_left:
            # xhtml2pdf draws a list from left to right, whatever it is told.
            blocks.append({"text": typesetter.line(f"• {raw[item.end() :]}")})
        elif item and blocks and "bullets" in blocks[-1]:
            blocks[-1]["bullets"].append(line)
        elif item:
            blocks.append({"bullets": [line]})
        else:
            blocks.append({"text": line})
    return blocks


def first_level(facts: Facts) -> int:
    """Return the first level that may fit on two pages, by a rough count of lines."""
    return next(
        (n for n, limits in enumerate(LEVELS) if _lines(facts, limits) < 130),
        len(LEVELS) - 1,
    )


def _lines(facts: Facts, limits: Limits) -> float:
    lines = 8.0 + _height(facts["summary"], limits.summary)
    for number, role in enumerate(facts["experiences"][: limits.roles]):
        lines += 2.2
        if number < limits.described:
            lines += _height(role["description"], limits.description)
    lines += 2 * len(facts["education"][: limits.schools])
    return lines + _height(" · ".join(facts["skills"]), limits.skills)


def _height(text: str, length: int) -> int:
    return sum(1 + _width(line) // 105 for line in lines_of(text, length))


def _width(line: str) -> int:
    # Chinese, Japanese and Korean characters are twice as wide as Latin ones.
    return len(line) + sum("\u2e80" <= char <= "\uffef" for char in line)
