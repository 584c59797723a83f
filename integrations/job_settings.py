"""What a job's settings screens show for each connected ATS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .adapters import Adapter, Screen, vendors
from .forms import MappingForm
from .models import AtsConnection

if TYPE_CHECKING:
    from jobs.models import Job


@dataclass(frozen=True)
class Section:
    """The forms of one screen, and what is missing where there are none."""

    forms: list[dict[str, Any]]
    elsewhere: list[str]  # connected ATSs whose settings live on the other screen
    offered: list[str]  # ATSs of this screen that could be connected


def section_of(job: Job, screen: Screen, *, next_url: str) -> Section:
    """Return the forms of the job's live connections that belong on the screen."""
    live = AtsConnection.objects.of(job.organization).live()
    connections = sorted(live, key=lambda row: row.label)
    here = [row for row in connections if _screen(row.adapter_class) == screen]
    connected = {row.vendor for row in connections}
    return Section(
        forms=[
            context_of(MappingForm(job=job, connection=row), next_url=next_url)
            for row in here
        ],
        elsewhere=[row.label for row in connections if row not in here],
        offered=[
            cls.label
            for cls in vendors().values()
            if _screen(cls) == screen and cls.slug not in connected
        ],
    )


def _screen(adapter: type[Adapter]) -> Screen:
    return adapter.settings_screen


def context_of(form: MappingForm, *, next_url: str) -> dict[str, Any]:
    """Return what ``_mapping_form.html`` needs."""
    return {
        "form": form,
        "job": form.job,
        "connection": form.connection,
        "adapter": form.adapter,
        "next": next_url,
        "in_outreach": form.job.job_candidates.in_outreach().count(),
    }
