"""Every page of the product by its name, and what opening it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.urls import get_resolver, reverse
from django_rq.models import Dashboard

from candidates.models import Candidate, CandidateImport
from integrations.models import Decision, Export

from .office import Office

APPS = ("accounts", "jobs", "candidates", "integrations")
# What no page is: it changes something, or asks an ATS because somebody wants to know.
NO_PAGES = {
    *("accounts:sign_out", "accounts:theme", "accounts:switch", "accounts:add_person"),
    *("accounts:change_role", "accounts:remove_person"),
    *("jobs:archive", "jobs:unarchive"),
    *("candidates:add_job", "candidates:record", "candidates:add_to_job"),
    "candidates:add_to_outreach",
    *("integrations:test", "integrations:job_search", "integrations:add_person"),
    *("integrations:sign_in", "integrations:signed_in"),
    *("integrations:seen_to", "integrations:retry", "integrations:retry_alike"),
    "integrations:cancel",
    "integrations:metrics",  # Prometheus's
}
CSV = "first name,last name,email\nGrace,Example,grace@example.com\nHe,Li,li\n"

Address = tuple[str, tuple[Any, ...], Mapping[str, str]]


class Pages:
    """The pages of an organization in which something has happened already."""

    def __init__(self, office: Office, candidate: Candidate) -> None:
        self.office, self.job, self.candidate = office, office.job, candidate
        self.connection = office.connection
        self.kept = self._upload()
        self.failed = self._fail_at_the_job()

    def _upload(self) -> CandidateImport:
        page = reverse("candidates:import_csv", args=[self.job.pk])
        file = SimpleUploadedFile("people.csv", CSV.encode(), "text/csv")
        self.office.bob.post(page, {"file": file})
        return CandidateImport.objects.get()

    def _fail_at_the_job(self) -> Export:
        office = self.office
        export = office.export(office.somebody("Ida"), to=office.titles()[1])
        office.sim.remove("job", export.ats_job_id)
        office.work()
        assert office.state(export) == Export.State.FAILED
        return export

    def of_bob(self) -> dict[str, Address]:
        """Return what a recruiter opens."""
        job, person = (self.job.pk,), (self.candidate.pk,)
        kept = (*job, self.kept.pk)
        ats = (self.connection.pk,)
        return {
            **_alike("jobs:list", (), {}, {"archived": ""}, {"q": "eng"}),
            **_alike("jobs:new", ()),
            **_alike("jobs:detail", job),
            **_alike("jobs:settings", job),
            **_alike("jobs:automation", job),
            **_alike(
                "candidates:list",
                (),
                {},
                {"q": "dana"},
                {f"in-{self.connection.vendor}": "no"},
            ),
            **_alike("candidates:new", (), {}, {"job": str(job[0])}),
            **_alike(
                "candidates:detail",
                person,
                {},
                {"tab": "resume"},
                {"tab": "activity"},
            ),
            **_alike("candidates:edit", person),
            **_alike("candidates:resume", person),
            **_alike("candidates:on_job", job, {}, {"find": "dana"}),
            **_alike("candidates:import_csv", job),
            **_alike("candidates:import_template", job),
            **_alike("candidates:import_upload", kept),
            **_alike("candidates:import_wrong_rows", kept),
            **_alike("integrations:mapping", (*job, *ats)),
            **_alike("integrations:export", person),
            **_alike("integrations:exports", (), {}, {"state": "waiting"}),
            **_alike("integrations:other_job", (self.failed.pk,)),
            **_alike("integrations:decide", (Decision.objects.get().pk,)),
            **_alike("integrations:twice", ()),
            **_alike("integrations:notices", ()),
            **_alike("integrations:badges", (), {"candidates": str(person[0])}),
            **_alike("integrations:vendor_badge", (self.connection.vendor,)),
            **_alike("integrations:people", ats),
            **_alike("accounts:password", ()),
            **_alike("accounts:team", ()),
        }

    def of_alice(self) -> dict[str, Address]:
        """Return what only an administrator of the organization opens."""
        ats = (self.connection.pk,)
        return {
            **_alike("integrations:settings", ()),
            **_alike("integrations:connect", (self.connection.vendor,)),
            **_alike("integrations:connection", ats),
            **_alike("integrations:reconnect", ats),
            **_alike("integrations:disconnect", ats),
        }

    def open(self) -> dict[str, int]:
        """Open all of them, in a browser without JavaScript; return their statuses."""
        found = {"accounts:sign_in": Client().get("/sign-in/").status_code}
        for who, pages in (
            (self.office.bob, self.of_bob()),
            (self.office.alice, self.of_alice()),
        ):
            for name, (view, args, query) in pages.items():
                found[name] = _open(who, reverse(view, args=args), query)
        return found


def _alike(view: str, args: tuple[Any, ...], *queries: Any) -> dict[str, Address]:
    return {
        " ".join([view, *(f"{key}={value}" for key, value in query.items())]): (
            view,
            args,
            query,
        )
        for query in queries or ({},)
    }


def _open(client: Client, path: str, query: Mapping[str, str] | None = None) -> int:
    client.raise_request_exception = False  # what somebody sees is the page for errors
    return client.get(path, query or {}, follow=True).status_code


def named() -> set[str]:
    """Return the name of every address of the product."""
    resolver = get_resolver()
    return {
        f"{app}:{name}"
        for app in APPS
        for name in resolver.namespace_dict[app][1].reverse_dict
        if isinstance(name, str)
    }


def open_admin(operator: Client) -> dict[str, int]:
    """Open the administration but for RQ's pages: index, lists, first row of each."""
    return {path: _open(operator, path) for path in _of_admin()}


def _of_admin() -> Iterator[str]:
    yield reverse("admin:index")
    for model in admin.site._registry:
        if model is not Dashboard:
            yield reverse(
                f"admin:{model._meta.label_lower.replace('.', '_')}_changelist"
            )
            yield from _first_row(model)


def _first_row(model: type[Model]) -> Iterator[str]:
    name = model._meta.label_lower.replace(".", "_")
    row = model._default_manager.first()
    if row is not None:
        yield reverse(f"admin:{name}_change", args=[row.pk])
