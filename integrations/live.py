"""The parts of a page that change while something is under way.

One request per page asks for all of them together, and stops when all is settled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pinsync import clock

from . import explain, moves
from .badges import Badge, badge_of
from .findings import Finding, finding_of
from .models import Export
from .standings import Standing, standings_of

if TYPE_CHECKING:
    from candidates.models import Candidate
    from pinsync.accounts.models import Organization


@dataclass
class Person:
    """One candidate of the page, with the badges of every ATS that matters."""

    candidate: Candidate
    standings: list[Standing]
    badges: list[Badge]

    @property
    def under_way(self) -> bool:
        return any(badge.under_way for badge in self.badges)

    @property
    def findings(self) -> list[Finding]:
        """Return what early looks for duplicates say, ATS by ATS."""
        now = clock.now()
        found = (finding_of(standing, now) for standing in self.standings)
        return [finding for finding in found if finding]

    def is_being_checked(self) -> bool:
        now = clock.now()
        return any(standing.is_being_checked(now) for standing in self.standings)


def people_of(
    candidates: list[Candidate], organization: Organization
) -> dict[int, Person]:
    """Return what is known of each candidate, in a constant number of queries."""
    now = clock.now()
    standings = standings_of(candidates, organization)
    found = {}
    for candidate in candidates:
        shown = [
            standing
            for standing in standings.get(candidate.pk, [])
            if standing.connection.is_live or standing.person
        ]
        badges = [badge_of(standing, now) for standing in shown]
        found[candidate.pk] = Person(candidate, shown, badges)
    return found


def marks(person: Person, *, swap: bool = False) -> SafeString:
    return _render("_marks.html", person=person, swap=swap)


def marks_and_checks(person: Person, *, swap: bool = False) -> SafeString:
    return _render("_marks_and_checks.html", person=person, swap=swap)


def badges(person: Person, *, swap: bool = False) -> SafeString:
    return _render("_badges.html", person=person, swap=swap)


def export_button(person: Person, *, swap: bool = False) -> SafeString:
    living = [s for s in person.standings if s.connection.is_live]
    return _render(
        "_export_button.html",
        candidate=person.candidate,
        swap=swap,
        connected=bool(living),
        can_export=any(s.person is None for s in living),
        is_live=person.candidate.archived_at is None,
    )


def panel(person: Person, *, swap: bool = False) -> SafeString:
    now = clock.now()
    lines = [
        {
            "badge": badge,
            "standing": standing,
            "why": explain.reason_for(standing, now),
            "finding": finding_of(standing, now),
            "steps": explain.step_lines(standing, now),
            "decision": standing.decision,
            "failed": _failed(standing),
            "other_job": _needs_other_job(standing),
        }
        for standing, badge in zip(person.standings, person.badges, strict=True)
    ]
    return _render("_panel.html", candidate=person.candidate, lines=lines, swap=swap)


def _failed(standing: Standing) -> Export | None:
    """Return the export that can be retried, if one can."""
    if not standing.connection.is_live:
        return None
    return standing.export_in(Export.State.FAILED)


def _needs_other_job(standing: Standing) -> Export | None:
    """Return the export that failed at its ATS job, if one did."""
    failed = (e for e in standing.exports if moves.is_offered(standing, e))
    return next(failed, None)


class Show(StrEnum):
    """How much of the ATSs a page shows of each of its candidates."""

    PAGE = "page"  # everything of one candidate
    JOB = "job"  # marks, and what early looks for duplicates found
    LIST = "list"  # marks


_SHOWN: dict[Show, tuple[Callable[..., SafeString], ...]] = {
    Show.PAGE: (badges, export_button, panel),
    Show.JOB: (marks_and_checks,),
    Show.LIST: (marks,),
}


@dataclass
class Part:
    """What one poll of a page looks after."""

    people: list[Person]
    show: Show

    @classmethod
    def of(
        cls,
        candidates: list[Candidate],
        organization: Organization,
        *,
        show: Show,
    ) -> Part:
        people = people_of(candidates, organization)
        return cls(list(people.values()), show)

    def fragments(self) -> SafeString:
        """Return every part with the mark that lets htmx put it in its place."""
        shown = _SHOWN[self.show]
        parts = [part(person, swap=True) for person in self.people for part in shown]
        return format_html_join("", "{}", ((part,) for part in parts))

    @property
    def seen(self) -> str:
        return sha256(self.fragments().encode()).hexdigest()[:16]

    def html(self) -> SafeString:
        return format_html("{}{}", self.poller(), self.fragments())

    def poller(self) -> SafeString:
        """Return the element that asks again: often while something is under way."""
        query = {
            "candidates": ",".join(str(person.candidate.pk) for person in self.people),
            "show": self.show.value,
            "seen": self.seen,
        }
        url = f"{reverse('integrations:badges')}?{urlencode(query, safe=',')}"
        seconds = (1 if self.show is Show.PAGE else 2) if self._is_moving() else 0
        return _render("_poller.html", url=url, seconds=seconds)

    def _is_moving(self) -> bool:
        if any(person.under_way for person in self.people):
            return True
        return self.show is not Show.LIST and any(
            person.is_being_checked() for person in self.people
        )


def _render(template: str, **context: Any) -> SafeString:
    return render_to_string(f"integrations/{template}", context)
