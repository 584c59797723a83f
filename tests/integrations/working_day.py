"""What a recruiter does in a day, in a browser without JavaScript, and reads after it."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from candidates.models import Candidate, Kind
from integrations.adapters import Trigger
from integrations.models import Decision, Export
from pinsync.accounts.models import User
from tests.factories import PASSWORD

from .office import Office
from .screens import Screen

CSV = "first name,last name,email\nGrace,Example,grace@example.com\n"
NEW_PASSWORD = "a staple for another horse"


class Day:
    """Bob's day. Somebody waits for an answer, and somebody for an export, from before."""

    def __init__(self, office: Office, bob: User) -> None:
        self.office, self.me, self.bob = office, bob, Client()
        self.said: dict[str, str] = {}
        self.asked = office.dana()
        office.add(self.asked, first_name="Quentin", last_name="Ruiz")
        office.set_up(Trigger.REPLIED, to=office.titles()[0])
        office.export(self.asked, to=office.titles()[0])
        office.work()
        self.question = Decision.objects.get()

    def run(self) -> dict[str, str]:
        """Do all of it; return what was said to each, by what was done."""
        self._sign_in()
        self._look_after_a_job()
        self._add_people()
        self._export()
        self._leave()
        return self.said

    def _sign_in(self) -> None:
        form = {"username": self.me.email, "password": PASSWORD}
        page = self.bob.post("/sign-in/", form, follow=True)
        self.said["sign in"] = Screen(page).all("h1")[0]

    def _look_after_a_job(self) -> None:
        job = self.office.job
        self._do("a new job", reverse("jobs:new"), title="Planner")
        self._do("details", reverse("jobs:settings", args=[job.pk]), location="Oslo")
        setting = reverse("integrations:mapping", args=[job.pk, self.ats])
        form = self.office.setting().filled_in()
        data = form | {"trigger": self._trigger(), "action": "enable"}
        self._post("the setting", setting, data)

    def _trigger(self) -> str:
        """Return the one that fires for somebody with an email as outreach begins."""
        offered = self.office.adapter_class.triggers
        return Trigger.ADDED if Trigger.ADDED in offered else Trigger.CONTACT_FOUND

    def _add_people(self) -> None:
        job = self.office.job
        page = reverse("candidates:new")
        facts = {
            "first_name": "Erin",
            "last_name": "Example",
            "email": "erin@x.example",
        }
        self._do("a candidate", page, **facts)
        self.erin = Candidate.objects.get(first_name="Erin")
        add = reverse("candidates:add_to_job", args=[job.pk])
        self._post("on the job", add, {"candidate": self.erin.pk})
        row = self.erin.job_candidates.get()
        record = reverse("candidates:record", args=[row.pk])
        self._post("outreach", record, {"kind": Kind.ADDED})
        resume = reverse("candidates:detail", args=[self.erin.pk])
        self.bob.get(resume, {"tab": "resume"})
        self._import()

    def _import(self) -> None:
        page = reverse("candidates:import_csv", args=[self.office.job.pk])
        file = SimpleUploadedFile("people.csv", CSV.encode(), "text/csv")
        preview = self.bob.post(page, {"file": file}, follow=True)
        address = preview.redirect_chain[-1][0]
        done = self.bob.post(address, Screen(preview).form().filled_in(), follow=True)
        self.said["a CSV"] = Screen(done).part("done").words and first(
            Screen(done), "was imported."
        )
        self.grace = Candidate.objects.get(first_name="Grace")

    def _export(self) -> None:
        for who, what in ((self.grace, "Export to ATS"), (self.fay(), "another one")):
            url = reverse("integrations:export", args=[who.pk])
            form = Screen(self.bob.get(url)).form(url).filled_in()
            self._post(what, url, form | self._known_job())
        export = Export.objects.get(candidate__first_name="Fay")
        self._post("cancel", reverse("integrations:cancel", args=[export.pk]), {})
        decide = reverse("integrations:decide", args=[self.question.pk])
        self._post("decide", decide, {"choice": "skip"})

    def fay(self) -> Candidate:
        found = Candidate.objects.filter(first_name="Fay").first()
        if found is None:
            found = self.office.somebody("Fay")
            self.office.put_on_job(found)
        return found

    def _known_job(self) -> dict[str, str]:
        mapping = self.office.mapping()
        name = mapping.ats_job_name
        return {"ats_job_id": mapping.ats_job_id, "ats_job_name": name, "q": name}

    def _leave(self) -> None:
        data = {"old_password": PASSWORD}
        data |= dict.fromkeys(("new_password1", "new_password2"), NEW_PASSWORD)
        self._post("password", reverse("accounts:password"), data)
        page = self.bob.post(reverse("accounts:sign_out"), follow=True)
        self.said["sign out"] = Screen(page).all("h1")[0]

    # -- how ------------------------------------------------------------------------

    @property
    def ats(self) -> int:
        return self.office.connection.pk

    def _do(self, what: str, page: str, **changes: str) -> None:
        """Fill in the page's form and send it."""
        form = Screen(self.bob.get(page)).form()
        self._post(what, page, form.filled_in() | changes)

    def _post(self, what: str, url: str, data: dict[str, Any]) -> None:
        reply = self.bob.post(url, data, follow=True)
        self.said[what] = answer(reply)


def answer(reply: Any) -> str:
    """Return the sentence on top of the page, or what the page says instead."""
    screen = Screen(reply)
    if screen.has("messages"):
        return screen.part("messages").words
    return f"{reply.status_code}: {screen.words}"


def first(screen: Screen, ending: str) -> str:
    return next((text for text in screen.all("div") if text.endswith(ending)), "")
