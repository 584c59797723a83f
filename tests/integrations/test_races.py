"""Transactions that meet: only where writers do not wait for each other, on PostgreSQL."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection as database
from django.db import connections as databases

from integrations import connections, decisions, ledger, triggers
from integrations.models import AtsPerson, Export
from integrations.verify import broken_invariants

from .fakeats import Bench

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        database.vendor == "sqlite", reason="SQLite has one writer at a time"
    ),
]


@pytest.fixture
def elsewhere():
    """Run something in another thread, with a database connection of its own."""
    with ThreadPoolExecutor() as pool:

        def run(action):
            def and_close():
                try:
                    return action()
                finally:
                    databases.close_all()

            return pool.submit(and_close)

        yield run


def test_a_second_job_asked_for_as_the_person_becomes_known_is_not_lost(
    dana, connection, export, bench, ats, monkeypatch, elsewhere
):
    export(dana, "job-1")
    want = getattr(triggers, "want_resume")  # noqa: B009 (imported there)

    def want_while_the_worker_goes_on(candidate):
        elsewhere(bench.run).result(30)
        return want(candidate)

    monkeypatch.setattr(triggers, "want_resume", want_while_the_worker_goes_on)
    second = export(dana, "job-2")
    assert AtsPerson.objects.exists()
    bench.run()
    ledger.release_forgotten()
    bench.run()
    second.refresh_from_db()
    assert second.state == Export.State.SENT
    assert len(ats.people) == 1
    assert sorted(job for _, job in ats.links) == ["job-1", "job-2"]


def test_disconnecting_and_a_worker_about_to_send_do_not_block_each_other(
    dana, connection, export, bench, ats, alice, monkeypatch, elsewhere
):
    export(dana)
    real, work = decisions.cancel, []

    def cancel(*args, **kwargs):
        work.append(elsewhere(Bench(connection, ats).run))
        time.sleep(1)  # until it has sent everything, or waits for our lock
        return real(*args, **kwargs)

    monkeypatch.setattr(decisions, "cancel", cancel)
    connections.disconnect(connection, by=alice)
    work[0].result(30)
    assert broken_invariants() == {}
    assert len(ats.people) == AtsPerson.objects.count() == 1
