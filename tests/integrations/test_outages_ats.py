"""What people can do while an ATS is away, and what they read where it is needed.

How it is away: it ``refuses`` every connection, is ``silent``, answers 503, or a page of
HTML with the status 200. Whatever needs it says so in a sentence with its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from candidates.models import Candidate, JobCandidate
from integrations.drainer import Drainer
from integrations.http import PAGE_DEADLINE
from integrations.models import (
    AtsConnection,
    AtsDirectoryEntry,
    AtsPerson,
    Export,
    ExportStep,
    JobAtsMapping,
)

from .consenting import decide, leave
from .office import HX, Office
from .outages import KINDS, SOON
from .screens import Screen
from .test_outages import a_day_at, wishes
from .working_day import Day

pytestmark = pytest.mark.django_db(transaction=True)

each_kind = pytest.mark.parametrize("kind", KINDS)

SENTENCES = {
    "refuses": " could not be reached at 127.0.0.1",
    # The second where this machine is so busy that the time is over before we connect.
    "silent": f"( did not answer within {SOON} s| could not be reached at 127.0.0.1)",
    "503": " is not available at the moment",
    "html": "( sent a reply that is not JSON|'s answer [^.]+)",
}


# --- What needs no ATS -------------------------------------------------------------


@each_kind
def test_a_days_work_is_recorded_and_then_goes_out_while(kind, office, bob, take_away):
    day = Day(office, bob)
    part = take_away(f"ats-{kind}", [office])
    assert day.run() == a_day_at(office)
    assert part.calls == 0
    Drainer().run()  # in vain
    ended = {"Dana": "cancelled", "Fay": "cancelled"}
    assert wishes() == ended | {"Erin": "waiting", "Grace": "waiting"}
    tried = ExportStep.objects.exclude(candidate=day.asked).exclude(error="")
    assert tried.exists()
    for reason in tried.values_list("error", flat=True):
        assert re.match(rf"{office.label}{SENTENCES[kind]}\.", reason)
    for person in (day.erin, day.grace):
        page = office.look("candidates:detail", person.pk, by="alice")
        assert "Waiting" in page.words
        assert office.label in page.words
    part.end()
    office.settle()
    assert wishes() == ended | {"Erin": "sent", "Grace": "sent"}
    for arrived in map(office.arrived, (day.erin, day.grace)):
        assert office.jobs_of(arrived) == [office.jobs[0]]


# --- What needs it -----------------------------------------------------------------


class Asking:
    """What people try of which the ATS must be asked; each answers with a page."""

    def __init__(self, office: Office, charlie: Client) -> None:
        self.office, self.charlie = office, charlie
        self.dana = office.dana()
        office.put_on_job(self.dana)
        office.set_up(to=office.titles()[0])
        self.other = {"ats_job_id": office.jobs[1], "ats_job_name": "x", "q": "x"}
        self.entry = AtsDirectoryEntry.objects.create(
            connection=office.connection,
            person_id=office.facts.unknown_id,
            name="Ida Example",
            search="ida example",
            seen_in=1,
        )
        self.signs_in_elsewhere = "redirect" in connect_page(office, charlie)
        self.codes = [self._code(who) for who in (office.alice, charlie)]

    def _code(self, who: Client) -> str:
        """Return the address with which the vendor's own page sends people back."""
        if not self.signs_in_elsewhere:
            return ""
        slug = self.office.vendor
        return decide(leave(who, slug), slug, self.office.facts.key)

    def actions(self) -> dict[str, Callable[[], Any]]:
        office = self.office
        found: dict[str, Callable[[], Any]] = {
            "test": lambda: self._administer("test"),
            "reconnect": self._reconnect,
            "connect": self._connect,
            "look for a job": lambda: office.bob.get(self._jobs, {"q": ""}, headers=HX),
            "look for a job without JavaScript": lambda: self._set(search="1", q="e"),
            "choose another job": lambda: self._set(**self.other, picked="1"),
            "export to another job": lambda: office.bob.post(
                office.button(self.dana), office.choice() | self.other
            ),
        }
        if office.adapter_class.lists_people:
            found["add somebody who is there"] = self._add
        return found

    @property
    def _jobs(self) -> str:
        return reverse("integrations:job_search", args=[self.office.connection.pk])

    def _administer(self, action: str, **data: str) -> Any:
        url = reverse(f"integrations:{action}", args=[self.office.connection.pk])
        return self.office.alice.post(url, data, follow=True)

    def _reconnect(self) -> Any:
        if self.signs_in_elsewhere:
            return self.office.alice.get(self.codes[0], follow=True)
        return self._administer("reconnect", **self.office.credentials())

    def _connect(self) -> Any:
        if self.signs_in_elsewhere:
            return self.charlie.get(self.codes[1], follow=True)
        url = reverse("integrations:connect", args=[self.office.vendor])
        return self.charlie.post(url, self.office.credentials(), follow=True)

    def _set(self, **changes: str) -> Any:
        office = self.office
        url = reverse(
            "integrations:mapping", args=[office.job.pk, office.connection.pk]
        )
        data = office.setting().filled_in() | {"action": "enable"} | changes
        return office.bob.post(url, data, follow=True)

    def _add(self) -> Any:
        url = reverse("integrations:add_person", args=[self.office.connection.pk])
        data = {"entry": self.entry.pk, "job": self.office.job.pk}
        return self.office.bob.post(url, data, follow=True)


def connect_page(office: Office, who: Client) -> str:
    url = reverse("integrations:connect", args=[office.vendor])
    links = Screen(who.get(url)).links()
    return "redirect" if f"Continue to {office.label}" in links else "form"


def stored() -> list[Any]:
    """Return what must not be half saved."""
    models = (AtsConnection, JobAtsMapping, Export, AtsPerson, AtsDirectoryEntry)
    rows = [list(model.objects.order_by("pk").values()) for model in models]
    for row in rows[0]:  # who renews a token at this moment, and what went wrong
        del row["token_leased_by"], row["token_leased_until"]
    return [*rows, Candidate.objects.count(), JobCandidate.objects.count()]


@each_kind
def test_whoever_needs_the_ats_is_told_and_nothing_is_half_saved_while(
    kind, office, as_charlie, take_away
):
    asking = Asking(office, as_charlie)
    before = stored()
    part = take_away(f"ats-{kind}", [office])
    sentence = rf"{office.label}{SENTENCES[kind]}\. Try again in a moment\."
    wrong: dict[str, str] = {}
    calls: dict[str, int] = {}
    for what, act in asking.actions().items():
        so_far = part.calls
        words = Screen(act()).words
        if not re.search(sentence, words):
            wrong[what] = words
        calls[what] = part.calls - so_far
    assert wrong == {}
    assert stored() == before
    if kind == "silent":  # a page waits once, and ten seconds are the most
        assert calls == dict.fromkeys(calls, 1)
        assert max(part.deadlines) <= PAGE_DEADLINE <= 10
    part.end()
    assert "the connection works" in office.administer("test")


@each_kind
def test_every_ats_can_be_disconnected_while(kind, offices, take_away):
    for office in offices:
        office.trigger(office.dana(email=f"dana@{office.vendor}.example"))
    part = take_away(f"ats-{kind}", offices)
    for office in offices:
        assert f"{office.label} is disconnected." in office.administer("disconnect")
    assert part.calls == 0
    for row in AtsConnection.objects.all():
        assert row.state == AtsConnection.State.DISCONNECTED
        assert row.credentials == row.token == ""
    assert set(Export.objects.values_list("state", flat=True)) == {"cancelled"}
