"""An ATS that Alice connects and Bob works with, all of it on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from candidates.models import Candidate, JobCandidate, Kind
from integrations.adapters import Screen as Place
from integrations.adapters import Trigger, adapter_class
from integrations.models import AtsConnection, Export, JobAtsMapping
from integrations.simulation import RunningSimulator, simulators
from jobs.models import Job
from tests.factories import JobFactory
from tests.vendors.desk import FACTS

from .consenting import come_back
from .scene import Scene
from .screens import Screen

# In the order of the table "The five at a glance".
VENDORS = ("crelate", "jobadder", "trackerrms", "kortivity", "ashby")
HX = {"HX-Request": "true"}
TABS = {
    Place.POSITION_DETAILS: "jobs:settings",
    Place.AUTOMATION: "jobs:automation",
}


def connect(alice: Client, vendor: str, sim: RunningSimulator) -> AtsConnection:
    """Connect the ATS as the guide says: Settings > ATS Integration, pick it, fill in."""
    label = adapter_class(vendor).label
    listed = Screen(alice.get(reverse("integrations:settings")))
    address = listed.links()[f"Connect {label}"]
    if f"Continue to {label}" in Screen(alice.get(address)).links():
        come_back(alice, vendor, FACTS[vendor].key)
    else:
        typed = {
            name: value.replace("{origin}", sim.url)
            for name, value in simulators()[vendor].demo_credentials.items()
        }
        form = Screen(alice.get(address)).form()
        alice.post(address, form.filled_in() | typed)
    return AtsConnection.objects.live().get(vendor=vendor)


class Office(Scene):
    """One vendor, connected by Alice, and a job of Bob's that is not set up yet."""

    def __init__(
        self, vendor: str, sim: RunningSimulator, clients: Mapping[str, Client]
    ) -> None:
        super().__init__(sim, connect(clients["alice"], vendor, sim), clients)
        self.vendor = vendor
        self.job = self.new_job("Controls Engineer")

    @property
    def adapter_class(self):
        return self.connection.adapter_class

    def new_job(self, title: str) -> Job:
        return JobFactory(organization=self.connection.organization, title=title)

    def look(self, name: str, *args: Any, by: str = "bob") -> Screen:
        """Open the page of that name."""
        reply = getattr(self, by).get(reverse(name, args=args))
        assert reply.status_code == 200
        return Screen(reply)

    # -- the setting of a job ------------------------------------------------------

    @property
    def tab(self) -> str:
        return TABS[self.adapter_class.settings_screen]

    def setting(self, job: Job | None = None) -> Screen:
        """Return the form of this ATS on its tab of the job."""
        job = job or self.job
        return self.look(self.tab, job.pk).form(self._setting(job))

    def save(self, job: Job | None = None, **changes: str) -> Screen:
        """Change something on the form, as it is sent by itself or by its button."""
        job = job or self.job
        data = self.setting(job).filled_in() | changes
        return Screen(self.bob.post(self._setting(job), data, headers=HX))

    def set_up(
        self, trigger: str = Trigger.REPLIED, *, to: str = "", job: Job | None = None
    ) -> Screen:
        """Choose the trigger and, by its title, the ATS job; Enable where there is that."""
        screen = self.save(job, trigger=trigger, action="enable", **self.picked(to))
        assert "Saved" in screen.words, screen.words
        return screen

    def offered(self, text: str) -> list[tuple[str, str, str]]:
        """Return id, name once chosen, and words of each job that the picker offers."""
        url = reverse("integrations:job_search", args=[self.connection.pk])
        listed = Screen(self.bob.get(url, {"q": text}, headers=HX)).root
        return [
            (row.get("data-id", ""), row.get("data-name", ""), Screen(row).words)
            for row in listed.iterfind(".//div[@data-id]")
        ]

    def picked(self, title: str) -> dict[str, str]:
        """Return what choosing the job of that title puts into the form."""
        id_, name, _ = self.offered(title)[0] if title else ("", "", "")
        return {"ats_job_id": id_, "ats_job_name": name, "q": name}

    def mapping(self, job: Job | None = None) -> JobAtsMapping:
        return JobAtsMapping.objects.get(job=job or self.job)

    def is_set_up(self) -> bool:
        return JobAtsMapping.objects.filter(connection=self.connection).exists()

    def titles(self) -> list[str]:
        """Return the titles of the ATS's open jobs, in the order of ``jobs``."""
        titles = {job["id"]: job["title"] for job in self.sim.truth()["jobs"]}
        return [titles[id_] for id_ in self.jobs]

    def _setting(self, job: Job) -> str:
        return reverse("integrations:mapping", args=[job.pk, self.connection.pk])

    # -- people --------------------------------------------------------------------

    def source(self, **facts: str) -> Candidate:
        """Enter somebody on the page New candidate, as Bob."""
        page = reverse("candidates:new")
        before = set(Candidate.objects.values_list("pk", flat=True))
        data = Screen(self.bob.get(page)).form().filled_in() | facts
        reply = self.bob.post(page, data)
        assert reply.status_code == 302, Screen(reply).words
        return Candidate.objects.exclude(pk__in=before).get()

    def import_csv(self, text: str) -> Screen:
        """Upload a file to the job and confirm it; return the page after that."""
        page = reverse("candidates:import_csv", args=[self.job.pk])
        file = SimpleUploadedFile("people.csv", text.encode(), "text/csv")
        preview = self.bob.post(page, {"file": file}, follow=True)
        address = preview.redirect_chain[-1][0]
        form = Screen(preview).form()
        return Screen(self.bob.post(address, form.filled_in(), follow=True))

    def put_on_job(self, candidate: Candidate, job: Job | None = None) -> JobCandidate:
        job = job or self.job
        url = reverse("candidates:add_to_job", args=[job.pk])
        self.bob.post(url, {"candidate": candidate.pk})
        return JobCandidate.objects.get(job=job, candidate=candidate)

    def record(self, candidate: Candidate, kind: str, job: Job | None = None) -> None:
        """Mark a step of the outreach on the candidate's page."""
        row = self.put_on_job(candidate, job)
        url = reverse("candidates:record", args=[row.pk])
        assert self.bob.post(url, {"kind": kind}).status_code == 302

    def add_to_outreach(self, candidate: Candidate, job: Job | None = None) -> None:
        self.record(candidate, Kind.ADDED, job)

    def edit(self, candidate: Candidate, **facts: str) -> None:
        page = reverse("candidates:edit", args=[candidate.pk])
        data = Screen(self.bob.get(page)).form().filled_in() | facts
        assert self.bob.post(page, data).status_code == 302

    # -- Export to ATS -------------------------------------------------------------

    def dialog(self, candidate: Candidate) -> Screen:
        """Press the button Export to ATS on the candidate's page."""
        page = self.look("candidates:detail", candidate.pk)
        return Screen(self.bob.get(page.links()["Export to ATS"]))

    def export(self, candidate: Candidate, *, to: str = "") -> Export:
        """Export by hand, to the ATS job of that title or to none."""
        url = self.button(candidate)
        form = self.dialog(candidate).form(url)
        reply = self.bob.post(url, form.filled_in() | self.picked(to))
        assert reply.status_code == 302, Screen(reply).words
        return Export.objects.filter(candidate=candidate).latest("pk")

    def send(self, candidate: Candidate, *, to: str = "") -> dict[str, Any]:
        """Export by hand and let it arrive; return who came to the ATS."""
        before = {person["id"] for person in self.people()}
        self.export(candidate, to=to or self.titles()[0])
        self.work()
        (new,) = [p for p in self.people() if p["id"] not in before]
        return new

    def searched(self, presence: str) -> Screen:
        """Search candidates with the filter “ATS candidates” set to this."""
        url = reverse("candidates:list")
        return Screen(self.bob.get(url, {f"in-{self.vendor}": presence}))

    def somebody(self, first: str, **facts: Any) -> Candidate:
        """Return a candidate who shares nothing with the others but their organization."""
        mine = {
            "first_name": first,
            "last_name": "Example",
            "email": f"{first.lower()}@example.com",
            "linkedin_url": f"https://www.linkedin.com/in/{first.lower()}-example",
        }
        return self.candidate(**mine | facts)
