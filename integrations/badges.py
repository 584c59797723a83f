"""The ATS badge: state, words and link of each candidate in each ATS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from pinsync import clock

from . import explain
from .models import AtsConnection, Export
from .standings import Standing, standings_of

if TYPE_CHECKING:
    from candidates.models import Candidate
    from pinsync.accounts.models import Organization


@dataclass(frozen=True)
class Badge:
    """What the screens show of a candidate in one ATS.

    ``url`` leads to the profile in the ATS, or to the open question; "" for neither.
    """

    connection: AtsConnection
    state: str
    words: str
    sentence: str
    url: str = ""
    since: datetime | None = None
    person_id: str = ""
    under_way: bool = False

    NONE, WAITING, EXPORTING = "none", "waiting", "exporting"
    NEEDS_YOU, FAILED = "needs_you", "failed"
    IN_ATS, LINKED = "in_ats", "linked"

    @property
    def label(self) -> str:
        return self.connection.label

    @property
    def person_words(self) -> str:
        """Name the person by id, for where no link is known."""
        return f"{self.connection.short_label} candidate {self.person_id}"

    @property
    def vendor(self) -> str:
        return self.connection.vendor

    @property
    def is_there(self) -> bool:
        return self.state in (self.IN_ATS, self.LINKED)

    @property
    def tone(self) -> str:
        return TONES[self.state]


TONES = {
    Badge.NONE: "grey",
    Badge.WAITING: "grey",
    Badge.EXPORTING: "blue",
    Badge.NEEDS_YOU: "amber",
    Badge.FAILED: "red",
    Badge.IN_ATS: "green",
    Badge.LINKED: "green",
}

WORDS = {
    Badge.WAITING: "Waiting",
    Badge.EXPORTING: "Exporting…",
    Badge.NEEDS_YOU: "Needs you",
    Badge.FAILED: "Failed",
}


def badges_of(
    candidates: Iterable[Candidate], organization: Organization
) -> dict[int, list[Badge]]:
    """Return the badges of each candidate, by its id; a constant number of queries."""
    now = clock.now()
    return {
        pk: [badge_of(standing, now) for standing in standings if _is_shown(standing)]
        for pk, standings in standings_of(candidates, organization).items()
    }


def _is_shown(standing: Standing) -> bool:
    """An ended connection is shown only where the person is there."""
    return standing.connection.is_live or standing.person is not None


def badge_of(standing: Standing, now: datetime) -> Badge:
    state = _state(standing)
    person, connection = standing.person, standing.connection
    url = ""
    since: datetime | None = None
    if person:
        url, since = safe_link(person.link), person.known_at
    elif state == Badge.NEEDS_YOU and standing.decision:
        url = reverse("integrations:decide", args=[standing.decision.pk])
    if not person and standing.exports:
        since = standing.exports[0].requested_at
    return Badge(
        connection=connection,
        state=state,
        words=words_of(state, connection.label),
        sentence=explain.sentence_of(standing, now),
        url=url,
        since=since,
        person_id=person.person_id if person else "",
        under_way=standing.is_under_way(now),
    )


def words_of(state: str, label: str) -> str:
    if state == Badge.IN_ATS:
        return f"In {label}"
    if state == Badge.LINKED:
        return f"Already in {label}"
    return WORDS.get(state, f"Not in {label}")


def safe_link(url: str) -> str:
    """Return the link if it is one to the web; vendors' replies are not trusted."""
    return url if url.startswith(("https://", "http://")) else ""


def _state(standing: Standing) -> str:
    if standing.person:
        return Badge.IN_ATS if standing.person.is_ours else Badge.LINKED
    for state in (
        Export.State.NEEDS_YOU,
        Export.State.EXPORTING,
        Export.State.WAITING,
        Export.State.FAILED,
    ):
        if standing.export_in(state):
            return _BADGE_OF[state]
    return Badge.NONE


_BADGE_OF = {
    Export.State.NEEDS_YOU: Badge.NEEDS_YOU,
    Export.State.EXPORTING: Badge.EXPORTING,
    Export.State.WAITING: Badge.WAITING,
    Export.State.FAILED: Badge.FAILED,
}
