"""Finding candidates: searches give slim rows, so the likeliest are read in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from integrations.adapters import RemotePerson
from integrations.errors import MissingPermission, Rejected, Unexpected

from . import replies
from .client import PAGE, Client, made
from .replies import Row

# Rows of a search that are read in full: at two calls a second a look-up may take no
# longer than a minute, and it shares the pace with others.
FEW = 10
SAME, ALIKE, OTHER = range(3)
Nearness = Callable[[RemotePerson], int]


class Finder:
    """Asks for candidates and returns every row, unjudged.

    ``facts`` are the adapter's; ``link`` returns a candidate's page.
    """

    def __init__(
        self, api: Client, facts: Mapping[str, str], link: Callable[[str], str]
    ) -> None:
        self.api, self.facts, self.link = api, facts, link

    def person(self, person_id: str) -> RemotePerson | None:
        number = replies.number(person_id)
        operation = "GET /candidates/{candidateId}"
        row = self.api.record(operation, number) if number else None
        return None if row is None else self._person(row, complete=True)

    def slim(self, row: Row) -> RemotePerson:
        """Read a row of a list: without LinkedIn, other emails, job and company."""
        return self._person(row, complete=False)

    def _person(self, row: Row, *, complete: bool) -> RemotePerson:
        def read(row: Row) -> RemotePerson:
            link = self.link(replies.row_id(row, "candidateId"))
            return replies.remote_person(row, link, complete=complete)

        return made("GET /candidates", read, row)

    # -- the questions -----------------------------------------------------------------

    def with_email(self, email: str) -> list[RemotePerson]:
        """Return who has the address, as the main one or as another.

        More rows than any address can have mean that the filter was not applied, and
        prove nothing.
        """
        rows, complete = self.api.rows("GET /candidates", params={"email": email})
        if not complete:
            raise Unexpected(
                f"JobAdder answered a search for one email address with more than {PAGE} "
                "people, so it proves nothing. It is asked again automatically."
            )
        if self.facts.get("finds_other_emails") != "no":
            rows += self._by_any_email(email) or []
        wanted = email.casefold()

        def nearness(person: RemotePerson) -> int:
            emails = (one.casefold() for one in person.emails)
            return SAME if wanted in emails else ALIKE

        return self._in_full(rows, nearness)

    def may_search_all_emails(self) -> bool:
        """Say whether JobAdder lets this sign-in search by all addresses of people."""
        return self._by_any_email("nobody@example.com") is not None

    def _by_any_email(self, email: str) -> list[Row] | None:
        """Search all addresses; None where JobAdder does not let us.

        Whether it wants the right to view contacts for that, too, is not clear from its
        document; we do not ask for it.
        """
        try:
            return self.api.read(
                "GET /search/emailaddress",
                replies.found_by_email,
                params={"email": email},
            )
        except (MissingPermission, Rejected):
            return None

    def with_name(self, name: str) -> list[RemotePerson]:
        """Return who has the name, those updated last first."""
        params = {"name": name, "sort": "-updatedAt"}
        rows, _ = self.api.rows("GET /candidates", params=params)
        wanted = name.casefold().split()

        def nearness(person: RemotePerson) -> int:
            words = person.name.casefold().split()
            if words == wanted:
                return SAME
            # How it matches is unknown; a filter that is ignored gives everybody.
            return ALIKE if set(words) & set(wanted) else OTHER

        return self._in_full(rows, nearness)

    def _in_full(self, rows: list[Row], nearness: Nearness) -> list[RemotePerson]:
        """Return everybody, the nearest few with all that can be compared."""
        people = {person.id: person for person in map(self.slim, rows)}
        ranked = sorted(people.values(), key=nearness)
        near = [person for person in ranked[:FEW] if nearness(person) < OTHER]
        full = [self.person(person.id) for person in near]
        return [person for person in full if person] + ranked[len(near) :]
