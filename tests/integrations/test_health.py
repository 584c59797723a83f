"""``/healthz`` and ``/readyz``: who is well, in one line each, and nobody's data."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client

from integrations import dispatcher
from integrations.models import AtsConnection, Duty, ExportStep
from pinsync import clock, waking

from .outages import use_redis

READY = "/readyz"


@pytest.fixture
def answering_redis(monkeypatch):
    class Redis:
        def ping(self):
            return True

        def set(self, *args, **kwargs):
            return None

    monkeypatch.setattr(waking, "connection", Redis)


def read(path: str = READY, **headers: str):
    reply = Client(headers=headers).get(path)
    return reply.status_code, reply.json()


def test_alive_asks_no_database_and_believes_every_host_name():
    # Without the fixture "db" pytest-django refuses every query.
    status, lines = read("/healthz", host="10.0.0.7")
    assert (status, lines) == (200, {"alive": True})


def test_a_session_is_not_looked_at(db, django_assert_num_queries, as_bob):
    with django_assert_num_queries(0):
        assert as_bob.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_all_is_well_once_a_dispatcher_ticks(answering_redis):
    assert read()[0] == 503
    dispatcher.tick()
    status, lines = read()
    assert status == 200
    assert lines == {
        "ready": True,
        "database": "ok: answers",
        "redis": "ok: answers",
        "dispatcher": "ok: seen 0 s ago",
        "oldest due export": "ok: nothing is due",
    }


@pytest.mark.django_db
def test_each_part_has_a_line_of_its_own(answering_redis):
    lines = Client().get(READY).content.decode().splitlines()
    assert [line.split('"')[1] for line in lines[1:-1]] == [
        "ready",
        "database",
        "redis",
        "dispatcher",
        "oldest due export",
    ]


@pytest.mark.django_db
def test_a_dispatcher_that_is_gone_is_missed(answering_redis):
    dispatcher.tick()
    Duty.objects.update(done_at=clock.now() - timedelta(seconds=31))
    status, lines = read()
    assert status == 503
    assert lines["dispatcher"] == "failing: seen 31 s ago"


@pytest.mark.django_db
def test_a_redis_that_is_away_is_said_and_the_rest_is_still_judged():
    with use_redis("redis://127.0.0.1:1/0"):
        dispatcher.tick()
        status, lines = read()
    assert status == 503
    assert lines["redis"] == "failing: does not answer (ConnectionError)"
    assert lines["database"] == "ok: answers"


@pytest.mark.django_db
def test_a_database_that_is_away_is_an_answer_and_no_error(
    answering_redis, monkeypatch
):
    def away(*args, **kwargs):
        raise OperationalError("the server at db.internal closed the connection")

    monkeypatch.setattr("pinsync.health.connection.cursor", away)
    monkeypatch.setattr("integrations.backlog.Duty.objects.done_last", away)
    monkeypatch.setattr("integrations.backlog.waits", away)
    status, lines = read()
    words = "failing: the database does not answer (OperationalError)"
    assert status == 503
    assert lines["database"] == lines["dispatcher"] == words
    assert lines["oldest due export"] == words


@pytest.mark.django_db
def test_what_nobody_works_is_a_fault_and_what_somebody_works_is_none(
    answering_redis, connection, export, dana, ready_resume
):
    dispatcher.tick()
    export(dana)
    ExportStep.objects.filter(kind="person").update(
        not_before=clock.now() - timedelta(minutes=5)
    )
    status, lines = read()
    assert status == 503
    assert lines["oldest due export"].startswith("failing: due for 30")
    assert "Dana" not in str(lines)

    AtsConnection.objects.update(leased_until=clock.now() + timedelta(seconds=20))
    status, lines = read()
    assert status == 200
    assert lines["oldest due export"].startswith("ok: due for 30")


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["parked", "paused"])
def test_what_waits_for_a_vendor_or_an_administrator_is_no_fault_of_ours(
    state, answering_redis, connection, export, dana, ready_resume
):
    dispatcher.tick()
    export(dana)
    ExportStep.objects.update(not_before=clock.now() - timedelta(days=5))
    if state == "parked":
        AtsConnection.objects.update(state="parked")
    else:
        AtsConnection.objects.update(paused_until=clock.now() + timedelta(hours=1))
    assert read()[1]["oldest due export"] == "ok: nothing is due"
