"""CSV columns that say who a candidate is in an ATS, for the vendors that declare one.

A filled cell links the candidate to that person: the badge shows, and they are never
exported there again. Nothing is sent, and nothing is asked of the ATS.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from candidates.import_cells import Wrong, whole
from candidates.import_columns import Column, LinkCell
from candidates.importing import Changed, register_column
from candidates.models import Candidate
from candidates.recognition import chunks
from pinsync.accounts.models import Organization, User

from .adapters import Adapter, vendors
from .imported import Imported, OnTheWay, linked_in, on_the_way, people_imported
from .models import AtsConnection, AtsPerson

LONGEST_ID = 200


def register() -> None:
    """Let imports read the column of every vendor that declares one."""
    for adapter in vendors().values():
        if adapter.import_id_column:
            register_column(column_of(adapter))


def column_of(adapter: type[Adapter]) -> Column:
    label = adapter.label
    return Column(
        key=f"ats_{adapter.slug}",
        name=adapter.import_id_column or "",
        help=(
            f"Only for people who are in {label}: their id there. They are linked to "
            "it and never exported there again."
        ),
        clean=partial(_clean, label),
        links=IdLinks(adapter),
    )


def _clean(label: str, text: str) -> str:
    value = whole(text)
    if " " in value or len(value) > LONGEST_ID:
        raise Wrong(f"“{value[:80]}” is no id of {label}: it has no spaces.")
    return value


class IdLinks:
    """Links the candidates of an import to people of one vendor's live connection."""

    def __init__(self, adapter: type[Adapter]) -> None:
        self.vendor, self.label = adapter.slug, adapter.label

    def known(
        self, organization: Organization, values: Collection[str]
    ) -> Mapping[str, Collection[int]]:
        found: dict[str, set[int]] = {}
        connection = self._connection(organization)
        for some in chunks(sorted(values)) if connection else ():
            people = AtsPerson.objects.filter(connection=connection, person_id__in=some)
            for person_id, candidate in people.values_list("person_id", "candidate"):
                found.setdefault(person_id, set()).add(candidate)
        return found

    def problems(
        self, organization: Organization, cells: Collection[LinkCell]
    ) -> Mapping[int, str]:
        connection = self._connection(organization)
        if connection is None:
            sentence = (
                f"{self.label} is not connected, so nobody can be linked to it. Connect "
                f"{self.label} under Settings > ATS Integration first, or leave the "
                "column out."
            )
            return {cell.row: sentence for cell in cells}
        people = [cell.candidate.pk for cell in cells if cell.candidate]
        linked, moving = linked_in(connection, people), on_the_way(connection, people)
        found = {
            cell.row: self._objection(cell, cell.candidate, linked, moving)
            for cell in cells
            if cell.candidate
        }
        return {row: sentence for row, sentence in found.items() if sentence}

    def _objection(
        self,
        cell: LinkCell,
        candidate: Candidate,
        linked: Mapping[int, str],
        moving: Collection[int],
    ) -> str:
        there = linked.get(candidate.pk)
        if there is not None:
            if there == cell.value:
                return ""
            return (
                f"{candidate} is linked to {there} in {self.label} already. Enter that "
                "id, or empty the cell."
            )
        if candidate.pk in moving:
            return (
                f"{candidate} is being exported to {self.label} at this moment. Wait "
                "until that has ended, or empty the cell."
            )
        return ""

    def link(
        self,
        organization: Organization,
        people: Collection[tuple[Candidate, str]],
        *,
        by: User,
    ) -> None:
        """Record who the candidates are, and end what was on its way to find it out."""
        connection = self._connection(organization)
        if connection is None:
            raise Changed
        linked = linked_in(connection, [candidate.pk for candidate, _ in people])
        new = [
            Imported(candidate, value)
            for candidate, value in people
            if candidate.pk not in linked
        ]
        try:
            people_imported(connection, new, reason="imported with its id", by=by)
        except OnTheWay as error:
            raise Changed from error

    def _connection(self, organization: Organization) -> AtsConnection | None:
        mine = AtsConnection.objects.of(organization).live()
        return mine.filter(vendor=self.vendor).first()
