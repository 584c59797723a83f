"""An ATS in memory for tests of the engine: it keeps the truth and fails on demand.

Only the engine's side of the contract is faked: reads, and writes through the gate.
What the wire does is tested with the simulators.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import F

from integrations import errors
from integrations.adapters import Adapter, AtsJob, Key, RemotePerson, adapter_class
from integrations.drainer import work_one
from integrations.lines import Line
from integrations.models import (
    AtsConnection,
    AtsPerson,
    ExportAttempt,
    ExportStep,
)
from integrations.pace import Pace
from pinsync import clock


class FakeHttp:
    """Opens the gate for one write, as the real door does."""

    def __init__(self) -> None:
        self.gate: Callable[[], None] | None = None
        self.wrote = False
        self.calls = 0
        self.last_seconds = 0.0

    @contextmanager
    def writing(self, gate: Callable[[], None]) -> Iterator[None]:
        self.gate, self.wrote = gate, False
        try:
            yield
        finally:
            self.gate = None

    def write(self) -> None:
        assert self.gate is not None, "a write outside the gate"
        gate, self.gate = self.gate, None
        gate()
        self.wrote = True

    def close(self) -> None: ...


@dataclass
class FakeAts:
    """The truth, and the faults to come: ``fail["create"].append("lost")``."""

    people: dict[str, RemotePerson] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    resumes: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    fail: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    log: list[str] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)  # not yet in the search index

    def add(self, name: str, **fields: Any) -> RemotePerson:
        person = RemotePerson(id=f"p{len(self.people) + 1}", name=name, **fields)
        self.people[person.id] = person
        return person


FAULTS: dict[str, Callable[[], Exception]] = {
    "down": lambda: errors.NotSent("The ATS cannot be reached."),
    "unclear": lambda: errors.Unclear("The ATS did not answer."),
    "lost": lambda: errors.Unclear("The ATS did not answer."),
    "busy": lambda: errors.Throttled("The ATS asks for patience.", wait=120),
    "bad key": lambda: errors.BadCredentials("The ATS refused the API key."),
    "no right": lambda: errors.MissingPermission("The key may not do that."),
    "invalid": lambda: errors.Rejected("The ATS refuses the phone number."),
    "500 naming a field": lambda: errors.Unclear(
        "The ATS failed.", rejection="The ATS says: Company is required."
    ),
    "503": lambda: errors.Unclear("The ATS is overloaded.", pause=60),
    "job gone": lambda: errors.Gone("The job is closed.", what="job"),
    "person gone": lambda: errors.Gone("Dana is not there.", what="person"),
    "html": lambda: errors.Unexpected("The ATS answered with a page."),
    "crash": lambda: ZeroDivisionError("ours"),
}


def fake_adapter(ats: FakeAts, vendor: str = "ashby", **declares: Any) -> Adapter:
    """Return an adapter with the vendor's declarations that talks to the fake."""
    base: Any = adapter_class(vendor)

    class Fake(base):
        def _meet(self, name: str) -> None:
            self.http.calls += 1
            ats.log.append(name)
            if ats.fail[name] and ats.fail[name][0] != "lost":
                self._raise(ats.fail[name].pop(0))

        def _raise(self, fault: Any) -> None:
            if callable(fault):
                fault()
            elif isinstance(fault, Exception):
                raise fault
            else:
                raise FAULTS[fault]()

        def _write(self, name: str, commit: Callable[[], Any]) -> Any:
            fault = ats.fail[name][0] if ats.fail[name] else None
            if fault in ("down", "helper down"):
                ats.fail[name].pop(0)
                raise FAULTS["down"]()
            self.http.write()
            self._meet(name)
            result = commit()
            if ats.fail[name] and ats.fail[name][0] == "lost":
                self._raise(ats.fail[name].pop(0))
            return result

        def ping(self) -> None:
            self._meet("ping")

        def job(self, job_id: str) -> AtsJob | None:
            return AtsJob(id=job_id, title=job_id)

        def find(self, key: Key, value: str) -> list[RemotePerson]:
            self._meet("find")
            return [p for p in ats.people.values() if p.id not in ats.hidden]

        def person(self, person_id: str) -> RemotePerson | None:
            self._meet("person")
            return ats.people.get(person_id)

        def create(self, person, *, even_if_alike=False) -> RemotePerson:
            ats.log.append("anyway" if even_if_alike else "plain")
            return self._write(
                "create",
                lambda: ats.add(
                    person.full_name,
                    emails=(person.email,) if person.email else (),
                    linkedin_urls=(person.linkedin_url,) if person.linkedin_url else (),
                    url=f"https://ats.example/{len(ats.people) + 1}",
                ),
            )

        def is_on_job(self, person_id: str, job_id: str) -> bool:
            self._meet("is_on_job")
            return (person_id, job_id) in ats.links

        def add_to_job(self, person_id: str, job_id: str) -> None:
            self._write("add_to_job", lambda: ats.links.append((person_id, job_id)))

        def has_resume(self, person_id: str, file_name: str) -> bool | None:
            self._meet("has_resume")
            return (person_id, file_name) in ats.resumes

        def attach_resume(self, person_id: str, file_name: str, pdf: bytes) -> None:
            assert pdf.startswith(b"%PDF")
            self._write(
                "attach_resume", lambda: ats.resumes.append((person_id, file_name))
            )

        def note_for(self, person, marker: str) -> str:
            return f"{marker}: roles" if person.current_title else ""

        def has_note(self, person_id: str, marker: str) -> bool | None:
            self._meet("has_note")
            return any(p == person_id and marker in text for p, text in ats.notes)

        def add_note(self, person_id: str, text: str) -> None:
            self._write("add_note", lambda: ats.notes.append((person_id, text)))

    for name, value in declares.items():
        setattr(Fake, name, value)
    return Fake(http=FakeHttp(), credentials={}, environment={})


def pass_time(seconds: float) -> None:
    """Let that much (scaled) time pass for the ledger."""
    by = clock.period(seconds)
    ExportStep.objects.exclude(not_before=None).update(not_before=F("not_before") - by)
    ExportStep.objects.exclude(intent_at=None).update(intent_at=F("intent_at") - by)
    ExportAttempt.objects.update(intent_at=F("intent_at") - by)
    AtsPerson.objects.update(known_at=F("known_at") - by)
    AtsConnection.objects.exclude(paused_until=None).update(
        paused_until=F("paused_until") - by
    )


class Bench:
    """Works what is due on one connection, as a drainer with one thread would."""

    def __init__(self, connection: AtsConnection, ats: FakeAts, **declares: Any):
        self.connection, self.ats = connection, ats
        self.adapter: Any = fake_adapter(ats, connection.vendor, **declares)

    def line(self) -> Line:
        self.connection.refresh_from_db()
        return Line(
            connection=self.connection,
            credentials={},
            pace=Pace(None),
            most=4,
            failing=self.connection.failures_in_row > 0,
        )

    def run(self, rounds: int = 20) -> Line:
        """Work until nothing is due now; return the line that was used."""
        line = self.line()
        for _ in range(rounds):
            usable = AtsConnection.objects.usable(clock.now())
            step = (
                ExportStep.objects.due(clock.now())
                .filter(connection=self.connection, connection__in=usable)
                .select_related("connection", "candidate__organization")
                .order_by("-urgent", "not_before", "pk")
                .first()
            )
            if step is None or not line.open:
                break
            work_one(line, self.adapter, step)
        return line

    def pass_time(self, seconds: float) -> None:
        pass_time(seconds)

    def settle(self) -> None:
        """Let the settling time of an unclear write pass, and work what is due."""
        self.pass_time(timedelta(hours=1).total_seconds())
        self.run()
