"""``/metrics``: right across processes, for whoever has the token, and nobody's data."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from integrations import dispatcher, measures, tasks
from integrations.models import AtsConnection, ExportStep
from pinsync import clock

from .outages import use_redis
from .scene import only_ashby

TOKEN = "a-token-for-prometheus"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def counting(settings):
    settings.METRICS_TOKEN = TOKEN
    cache.clear()
    measures.measures.forget()
    measures.measures._thread = object()  # type: ignore[assignment]
    yield
    measures.measures.forget()


def page(token: str = TOKEN) -> str:
    reply = Client(headers={"Authorization": f"Bearer {token}"}).get("/metrics")
    assert reply.status_code == 200
    return reply.content.decode()


def values(name: str) -> dict[str, float]:
    """Return the samples of that name by their labels, as “ashby,sent”."""
    return {
        ",".join(
            sample.labels[label] for label in sorted(sample.labels, reverse=True)
        ): (sample.value)
        for family in text_string_to_metric_families(page())
        for sample in family.samples
        if sample.name == name
    }


# --- Who may read ------------------------------------------------------------------


def test_without_the_variable_there_is_no_such_page(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 404
    empty = Client(headers={"Authorization": "Bearer "})
    assert empty.get("/metrics").status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer wrong", TOKEN, "Bearer ", "Bearer ö"])
def test_only_the_token_opens_it(given):
    reply = Client(headers={"Authorization": given}).get("/metrics")
    assert reply.status_code == 401
    assert b"pinsync_" not in reply.content


def test_an_administrator_without_the_token_reads_nothing(as_alice):
    assert as_alice.get("/metrics").status_code == 401


# --- From the database -------------------------------------------------------------


def test_exports_are_counted_by_vendor_and_state(bench, export, dana, redis):
    assert values("pinsync_exports")["ashby,sent"] == 0
    cache.clear()
    export(dana)
    bench.run()
    assert values("pinsync_exports")["ashby,sent"] == 1


def test_the_oldest_that_is_due_has_an_age(connection, export, dana, ready_resume):
    assert values("pinsync_oldest_due_seconds")["ashby"] == 0
    export(dana)
    ExportStep.objects.filter(kind="person").update(
        not_before=clock.now() - timedelta(seconds=90)
    )
    assert 90 <= values("pinsync_oldest_due_seconds")["ashby"] < 120
    assert values("pinsync_steps_ready")["ashby"] == 1


def test_what_is_unclear_is_counted(bench, export, dana, ats):
    ats.fail["create"].append("lost")
    export(dana)
    bench.run()
    assert values("pinsync_steps_unclear")["ashby"] == 1


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"state": "parked"}, "pinsync_connections_parked"),
        ({"probe_wait": 30}, "pinsync_breakers_open"),
        ({"paused_until": "2100-01-01T00:00:00Z"}, "pinsync_connections_paused"),
    ],
)
def test_connections_in_trouble_are_counted(connection, fields, name):
    assert values(name)["ashby"] == 0
    AtsConnection.objects.update(**fields)
    assert values(name)["ashby"] == 1
    assert values("pinsync_connections")["ashby"] == 1


def test_a_dispatcher_is_seen(redis):
    dispatcher.tick()
    assert 0 <= values("pinsync_duty_age_seconds")["dispatcher"] < 20


def test_the_lengths_of_the_queues_are_told(redis):
    tasks.wake_now()
    assert values("pinsync_queue_jobs")["exports"] == 1


# --- From Redis --------------------------------------------------------------------


def test_calls_of_several_processes_add_up(redis):
    for seconds in (0.01, 0.3, 45):
        other = measures.Measures()
        other._thread = object()  # type: ignore[assignment]
        other.call("ashby", "read", seconds)
        assert other.flush()
    found = values("pinsync_call_seconds_bucket")
    by_end = {key: n for key, n in found.items() if "0.05" in key or "Inf" in key}
    assert sorted(by_end.values()) == [1, 3]
    assert values("pinsync_call_seconds_count") == {"ashby,read": 3}
    assert values("pinsync_call_seconds_sum") == {"ashby,read": pytest.approx(45.31)}


# In a process of its own: the threads of a test run must not be there when it forks.
FORK = """
import os, django
django.setup()
from integrations.measures import measures, stored
measures._thread = object()
measures.count("retries", "ashby")
child = os.fork()
if child:
    os.waitpid(child, 0)
    print(stored()["retries|ashby"])
    measures.flush()
else:
    measures._thread = object()
    measures.count("retries", "ashby")
    measures.flush()
    os._exit(0)
"""


def test_a_child_does_not_send_what_its_parent_counted(redis, redis_server):
    environment = {**os.environ, "REDIS_URL": redis_server.url}
    done = subprocess.run(
        [sys.executable, "-c", FORK], env=environment, capture_output=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, b"1.0\n"), done.stderr
    assert values("pinsync_retries_total") == {"ashby": 2}


def test_what_a_task_counted_is_sent_before_its_process_ends(redis):
    measures.measured(lambda: measures.measures.count("unclear", "ashby"))()
    assert values("pinsync_unclear_total") == {"ashby": 1}


def test_errors_and_retries_are_counted_by_kind(bench, export, dana, ats, redis):
    ats.fail["find"].append("down")
    export(dana)
    bench.run()
    measures.measures.flush()
    assert values("pinsync_call_errors_total") == {"ashby,not_sent": 1}
    assert values("pinsync_retries_total") == {"ashby": 1}


def test_a_redis_that_is_away_keeps_nothing_from_the_rest(connection):
    with use_redis("redis://127.0.0.1:1/0"):
        measures.measures.count("retries", "ashby")
        assert not measures.measures.flush()
        assert measures.measures._counts == {"retries|ashby": 1}
        assert values("pinsync_up") == {"database": 1, "redis": 0}
        assert values("pinsync_connections")["ashby"] == 1


def test_a_database_that_is_away_is_told_too(monkeypatch, redis):
    def away(*args, **kwargs):
        raise OperationalError("away")

    monkeypatch.setattr("integrations.metrics._exports", away)
    assert values("pinsync_up") == {"database": 0, "redis": 1}


# --- All of it ---------------------------------------------------------------------


@only_ashby
@pytest.mark.django_db(transaction=True)
def test_an_export_shows_and_nobody_in_it(scene, redis):
    candidate = scene.candidate(first_name="Zebulon", last_name="Quackenbush")
    scene.trigger(candidate)
    scene.work()
    measures.measures.flush()
    counts = values("pinsync_call_seconds_count")
    assert counts["ashby,write"] >= 3
    assert counts["ashby,read"] >= 1
    text = page().casefold()
    for word in ("zebulon", "quackenbush", "acme", "@"):
        assert word not in text
