"""One version goes while the next one comes, under load: web, dispatcher and workers.

The old worker is told to stop in the midst of writes, which the vendor holds until then.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.test import Client
from django.urls import reverse
from redis import Redis

from candidates.models import Candidate, OutreachEvent
from integrations import connections, mappings
from integrations.models import AtsPerson, Export, ExportAttempt, ExportStep
from integrations.verify import broken_invariants
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory
from tests.integrations.holding import holding
from tests.vendors.desk import FACTS

from .parts import Parts, children, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

BY_TRIGGER, BY_HAND = 60, 20
CREATE = FACTS["ashby"].create


class Fleet(Parts):
    """One of each, old or new."""

    def __init__(self, redis_url: str, log: Path) -> None:
        super().__init__(redis_url, log)
        # A vendor that holds a write for a while must not meet a deadline.
        self.environment["TIME_SCALE"] = "1"
        self.path = log
        self.urls: list[str] = []  # of the web processes, newest first

    def bring_up(self) -> list[subprocess.Popen[bytes]]:
        """Start a worker, a dispatcher and a web process; return when all serve."""
        booted = self.said("Listening on exports")
        new = [self.worker("exports"), self.dispatcher(), self._web()]
        wait_until(self._web_answers, seconds=90, what="the web process")
        wait_until(
            lambda: self.said("Listening on exports") > booted,
            seconds=90,
            what="the worker",
        )
        return new

    def said(self, words: str) -> int:
        return self.path.read_text(errors="replace").count(words)

    def _web(self) -> subprocess.Popen[bytes]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.urls.insert(0, f"http://127.0.0.1:{port}")
        command = [sys.executable, "-m", "gunicorn", "pinsync.wsgi:application"]
        command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
        return self.run(*command, "--threads", "4", "--no-control-socket")

    def _web_answers(self) -> bool:
        try:
            return requests.get(f"{self.urls[0]}/healthz", timeout=5).ok
        except requests.RequestException:
            return False


class Bob:
    """A browser that goes on with whichever web process answers, as behind a proxy."""

    def __init__(self, fleet: Fleet, signed_in: Client) -> None:
        self.fleet, self.session = fleet, requests.Session()
        name = settings.SESSION_COOKIE_NAME
        self.session.cookies.set(name, signed_in.cookies[name].value)

    def press_export(self, candidate: Candidate, **choice: str) -> None:
        """Press Export to ATS until the page has said that it heard."""
        page = self._ask("get", reverse("integrations:export", args=[candidate.pk]))
        reply = self._send(page, **choice)
        assert reply.ok, reply.text

    def _send(self, page: requests.Response, **fields: str) -> requests.Response:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert found
        token = {"csrfmiddlewaretoken": found[1]}
        path = page.url.partition("//")[2].partition("/")[2]
        return self._ask("post", f"/{path}", data=token | fields)

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        gone: Exception | None = None
        for _ in range(100):
            for url in self.fleet.urls:
                try:
                    return self.session.request(
                        method, url + path, timeout=60, **options
                    )
                except requests.ConnectionError as error:
                    gone = error  # it has stopped listening: the other one
        raise AssertionError("nobody answers") from gone


@pytest.fixture
def fleet(redis, redis_server, tmp_path):
    running = Fleet(redis_server.url, tmp_path / "processes.log")
    yield running
    running.stop()
    print(running.path.read_text(errors="replace")[-6000:])


def told_to_stop(redis: Redis) -> bool:
    """Return whether a worker has told its child to stop; it notes that afterwards."""
    workers = list(redis.scan_iter("rq:worker:*"))
    return any(redis.hexists(key, "shutdown_requested_date") for key in workers)


def test_a_rolling_restart_under_load_loses_and_doubles_nobody(
    fleet, redis, ashby_sim, acme, alice, bob, as_bob
):
    connected = connections.connect(
        organization=acme,
        vendor="ashby",
        credentials={"api_key": FACTS["ashby"].key},
        by=alice,
    )
    job = JobFactory(organization=acme)
    with connections.opened(connected) as adapter:
        first = adapter.search_jobs("")[0]
    mappings.save_mapping(
        job=job,
        connection=connected,
        trigger="replied",
        ats_job_id=first.id,
        ats_job_name=first.title,
        by=bob,
    )
    people = [
        CandidateFactory(
            organization=acme, email=f"roll{n}@example.com", linkedin_url=""
        )
        for n in range(BY_TRIGGER + BY_HAND)
    ]
    fleet.worker("documents")
    old = fleet.bring_up()

    def reply(some: Iterable[Any]) -> None:
        for candidate in some:
            JobCandidateFactory(job=job, candidate=candidate).record(
                OutreachEvent.Kind.REPLIED
            )

    browser = Bob(fleet, as_bob)
    choice = {
        "ats": str(connected.pk),
        "ats_job_id": first.id,
        "ats_job_name": first.title,
        "q": first.title,
    }

    def press() -> None:
        for candidate in people[BY_TRIGGER:]:
            browser.press_export(candidate, **choice)

    reply(people[:30])
    wait_until(lambda: AtsPerson.objects.count() > 5, seconds=90, what="the first")
    new = fleet.bring_up()
    pressing = threading.Thread(target=press)
    with holding(ashby_sim, CREATE, answered=True) as hold:
        pressing.start()
        reply(people[30:BY_TRIGGER])
        hold.wait_for(1)
        # The one that has the writes in its hands goes; both are of the same version.
        connected.refresh_from_db()
        holder = int(connected.leased_by.partition("-")[0])
        if holder in children(new[0]):
            old[0], new[0] = new[0], old[0]
        assert children(old[0]) == [holder]
        for process in old:
            process.terminate()
        wait_until(
            lambda: told_to_stop(redis),
            seconds=60,
            what="the old worker to hear it",
        )
        assert children(old[0]) == [holder]  # it stays for the writes in flight
        hold.let_all()
    assert [process.wait(60) for process in old] == [0, 0, 0]
    pressing.join(120)
    wait_until(
        lambda: Export.objects.filter(state="sent").count() == len(people),
        seconds=180,
        what="all exports to end",
    )
    arrived = [email for p in ashby_sim.truth()["people"] for email in p["emails"]]
    assert sorted(arrived) == sorted(candidate.email for candidate in people)
    assert all(len(p["jobs"]) == 1 for p in ashby_sim.truth()["people"])
    assert all(len(p["files"]) == 1 for p in ashby_sim.truth()["people"])
    assert not ExportStep.objects.filter(ever_unclear=True).exists()
    assert not ExportAttempt.objects.exclude(outcome="done").exists()
    assert broken_invariants() == {}
