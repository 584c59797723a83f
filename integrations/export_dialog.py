"""What the dialog Export to ATS offers for one candidate."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import preview
from .models import AtsConnection, AtsPerson, Export, JobAtsMapping
from .standings import Standing, standings_of

if TYPE_CHECKING:
    from candidates.models import Candidate
    from jobs.models import Job


@dataclass
class Dialog:
    """The ATSs to choose from, and what goes to the chosen one.

    ``refused`` is set when the ATS asked for has the person already.
    """

    candidate: Candidate
    standings: list[Standing]
    connection: AtsConnection | None = None
    refused: AtsPerson | None = None
    mappings: list[JobAtsMapping] = field(default_factory=list)

    @classmethod
    def of(cls, candidate: Candidate, *, asked_for: int | None) -> Dialog:
        """Choose the ATS asked for, else the first in which the person is not yet."""
        standings = [
            standing
            for standing in standings_of([candidate], candidate.organization)[
                candidate.pk
            ]
            if standing.connection.is_live
        ]
        dialog = cls(candidate, standings)
        for standing in standings:
            if standing.connection.pk == asked_for and standing.person:
                standing.person.candidate = candidate
                dialog.refused = standing.person
                return dialog
        open_ = [s.connection for s in dialog.choices if s.connection.is_connected]
        wanted = [row for row in open_ if row.pk == asked_for] or open_[:1]
        if wanted:
            (dialog.connection,) = wanted
            dialog._load_mappings()
        return dialog

    def _load_mappings(self) -> None:
        self.mappings = list(
            JobAtsMapping.objects.filter(
                connection=self.connection,
                job__job_candidates__candidate=self.candidate,
            )
            .exclude(ats_job_id="")
            .select_related("job")
            .order_by("-job__job_candidates__created_at", "-pk")
        )

    @property
    def choices(self) -> list[Standing]:
        """Return the ATSs in which the person is not yet."""
        return [standing for standing in self.standings if not standing.person]

    @property
    def there(self) -> list[Standing]:
        return [standing for standing in self.standings if standing.person]

    @property
    def is_on_the_way(self) -> bool:
        states = (Export.State.WAITING, Export.State.EXPORTING, Export.State.NEEDS_YOU)
        return any(
            standing.export_in(*states)
            for standing in self.standings
            if standing.connection == self.connection
        )

    @property
    def fields(self) -> list[preview.PreviewField]:
        if self.connection is None:
            return []
        return preview.fields_of(self.candidate, self.connection)

    @property
    def can_be_checked(self) -> bool:
        return self.connection is None or preview.can_be_checked(
            self.candidate, self.connection
        )

    def prefilled(self, job_id: int | None) -> tuple[str, str]:
        """Return the (id, name) of the ATS job that the candidate's job goes to."""
        mine = [m for m in self.mappings if m.job_id == job_id] or self.mappings
        return (mine[0].ats_job_id, mine[0].ats_job_name) if mine else ("", "")

    def job_for(self, ats_job_id: str) -> Job | None:
        """Return the candidate's job that goes to that ATS job, if one does."""
        found = (m.job for m in self.mappings if m.ats_job_id == ats_job_id)
        return next(found, None)
